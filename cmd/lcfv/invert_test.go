package main

import (
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator/dsprites"
	"github.com/lcfv-go/lcfv/internal/testmodels"
)

// sprite writes a PNG of the renderer's, in the middle of a black page of the
// given width.
func sprite(t *testing.T, path string, s dsprites.Sprite, width int) {
	t.Helper()
	pix := make([]float32, dsprites.Size*dsprites.Size)
	require.NoError(t, s.Render(pix))
	img := image.NewGray(image.Rect(0, 0, width, dsprites.Size))
	for k, v := range pix {
		img.SetGray((width-dsprites.Size)/2+k%dsprites.Size, k/dsprites.Size, color.Gray{uint8(v*255 + 0.5)})
	}
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, img))
	require.NoError(t, f.Close())
}

func TestInvertAndSteer(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	sprite(t, in("heart.png"), dsprites.Sprite{Shape: dsprites.Heart, Scale: 0.9, X: 0.5, Y: 0.45}, 64)
	sprite(t, in("wide.png"), dsprites.Sprite{Shape: dsprites.Ellipse, Scale: 1, X: 0.4, Y: 0.6}, 90)
	images := in("heart.png") + "," + in("wide.png")

	status, out, log := execute("invert", "-model", "dsprites", "-image", images, "-o", in("z.json"), "-preview", in("both.png"), "-json")
	require.Equal(t, exitOK, status, log)
	require.Contains(t, log, "wide.png: of 90×64 pixels, the middle 64×64 are used")
	require.Contains(t, log, "inverting", "progress goes to stderr")
	var r invertResult
	require.NoError(t, json.Unmarshal([]byte(out), &r))
	require.Len(t, r.Images, 2)
	require.Equal(t, in("wide.png"), r.Images[1].Image)
	for _, m := range r.Images {
		require.Equal(t, "converged", m.Status)
		require.Less(t, m.RMSE, 0.1)
		require.Less(t, m.RelativeError, 0.2)
		require.Positive(t, m.ForwardEquivalents)
	}
	codes, err := lcfv.LoadCodes(in("z.json"), nil)
	require.NoError(t, err)
	require.Equal(t, r.Images[0].Error, codes.Images[0].Error)
	f, err := os.Open(in("both.png"))
	require.NoError(t, err)
	defer f.Close()
	preview, err := png.Decode(f)
	require.NoError(t, err)
	require.Equal(t, image.Pt(2*128+3*4, 2*128+3*4), preview.Bounds().Size(), "two columns, two rows")

	// The same again, in words, and the same file.
	status, out, log = execute("invert", "-model", "dsprites", "-image", images, "-o", in("again.json"))
	require.Equal(t, exitOK, status, log)
	require.Contains(t, out, "heart.png: RMSE 0.0")
	first, err := os.ReadFile(in("z.json"))
	require.NoError(t, err)
	second, err := os.ReadFile(in("again.json"))
	require.NoError(t, err)
	require.Equal(t, string(first), string(second))

	status, out, log = execute("inspect", "-z", in("z.json"))
	require.Equal(t, exitOK, status, log)
	require.Contains(t, out, "2 codes of length 10")
	require.Contains(t, out, "heart.png")

	control := learned(t)
	steer := func(more ...string) (int, string) {
		status, _, log := execute(append([]string{"steer", "-model", "dsprites", "-control", control, "-by", "-0.05,0,0.05", "-o", in("strip.png")}, more...)...)
		return status, log
	}
	status, log = steer("-z", in("z.json"))
	require.Equal(t, exitOK, status, log)
	f, err = os.Open(in("strip.png"))
	require.NoError(t, err)
	defer f.Close()
	strip, err := png.Decode(f)
	require.NoError(t, err)
	require.Equal(t, image.Pt(3*128+4*4, 2*128+3*4), strip.Bounds().Size(), "a column a change, a row a picture")

	status, log = steer("-z", in("z.json"), "-n", "8")
	require.Equal(t, exitUsage, status)
	require.Contains(t, log, "-n draws samples")
	status, log = steer("-z", in("z.json"), "-seed", "3")
	require.Equal(t, exitUsage, status)
	require.Contains(t, log, "-seed draws samples")
	status, log = steer("-z", control)
	require.Equal(t, exitFailed, status)
	require.Contains(t, log, "not a file of codes")
	status, _, log = execute("steer", "-model", "dsprites", "-control", in("z.json"), "-o", in("strip.png"))
	require.Equal(t, exitFailed, status)
	require.Contains(t, log, "not a control file")
	status, log = steer("-z", in("none.json"))
	require.Equal(t, exitFailed, status)
	require.Contains(t, log, "no such file")
}

// A picture of something else is projected, and said to be something else.
func TestInvertTellsAStranger(t *testing.T) {
	dir := t.TempDir()
	img := image.NewGray(image.Rect(0, 0, 64, 64))
	for i := range img.Pix {
		img.Pix[i] = uint8(255 * (i % 2))
	}
	f, err := os.Create(filepath.Join(dir, "stripes.png"))
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, img))
	require.NoError(t, f.Close())
	status, out, log := execute("invert", "-model", "dsprites", "-image", f.Name(), "-o", filepath.Join(dir, "z.json"))
	require.Equal(t, exitOK, status, log)
	require.Contains(t, log, "not like what the generator draws")
	require.Contains(t, out, "relative error")
}

func TestInvertMistakes(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	require.NoError(t, os.WriteFile(at("noise.png"), []byte("this is no picture"), 0o666))
	sprite(t, at("ok.png"), dsprites.Sprite{Scale: 1}, 64)
	good := "invert -model dsprites -o " + at("z.json") + " -image " + at("ok.png")
	for name, c := range map[string]struct {
		status int
		want   string
		args   string
	}{
		"no image":            {exitUsage, "-image is missing", "invert -model dsprites -o " + at("z.json")},
		"no output":           {exitUsage, "-o is missing", "invert -model dsprites -image " + at("ok.png")},
		"no model":            {exitUsage, "-model is missing", "invert -image a.png -o " + at("z.json")},
		"empty name":          {exitUsage, "a name in the list is empty", good + ","},
		"no restarts":         {exitUsage, "-restarts must be positive", good + " -restarts 0"},
		"preview as GIF":      {exitUsage, "must end in .png", good + " -preview a.gif"},
		"one file for both":   {exitUsage, "the same file", "invert -model dsprites -image " + at("ok.png") + " -o a.png -preview a.png"},
		"no such file":        {exitFailed, "no such file", good + "," + at("none.png")},
		"no picture":          {exitFailed, "give a PNG, JPEG or GIF file", good + "," + at("noise.png")},
		"a folder":            {exitFailed, "is a folder", good + "," + dir},
		"unwritable preview":  {exitFailed, "-preview " + at("no/a.png") + " cannot be written", good + " -preview " + at("no/a.png")},
		"unwritable output":   {exitFailed, "-o " + at("no/z.json") + " cannot be written", "invert -model dsprites -image " + at("ok.png") + " -o " + at("no/z.json")},
		"codes and a control": {exitUsage, "either", "inspect -z a.json -control b.json"},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, log := execute(strings.Fields(c.args)...)
			require.Equal(t, c.status, status, log)
			require.Contains(t, log, c.want)
			require.Empty(t, out)
			require.Equal(t, 1, strings.Count(log, "\n"), "one line: %q", log)
			require.NoFileExists(t, at("z.json"))
		})
	}
}

func TestInvertInterrupted(t *testing.T) {
	dir := t.TempDir()
	sprite(t, filepath.Join(dir, "a.png"), dsprites.Sprite{Scale: 1}, 64)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out, log strings.Builder
	status := run(ctx, []string{"invert", "-model", "dsprites", "-image", filepath.Join(dir, "a.png"), "-o", filepath.Join(dir, "z.json")}, &out, &log)
	require.Equal(t, exitFailed, status)
	require.Contains(t, log.String(), "interrupted")
	require.NoFileExists(t, filepath.Join(dir, "z.json"))
}

// Codes belong to the class that they were found for.
func TestCodesOfAnotherClass(t *testing.T) {
	model := testmodels.Path(t, "mnist_cwgan", "generator.onnx")
	dir := t.TempDir()
	z, picture := filepath.Join(dir, "z.json"), filepath.Join(dir, "a.png")
	sprite(t, picture, dsprites.Sprite{Shape: dsprites.Ellipse, Scale: 1, X: 0.5, Y: 0.5}, 64)
	status, _, log := execute("invert", "-model", model, "-class", "0", "-pixels", "-1,1", "-restarts", "1", "-image", picture, "-o", z)
	require.Equal(t, exitOK, status, log)
	status, _, log = execute("steer", "-model", "dsprites", "-control", learned(t), "-z", z, "-o", filepath.Join(dir, "a.gif"))
	require.Equal(t, exitFailed, status)
	require.Contains(t, log, "not the generator it was made on")
	// A control that passes for one of this generator.
	mine, err := lcfv.LoadCodes(z, nil)
	require.NoError(t, err)
	c, err := lcfv.Load(learned(t), nil)
	require.NoError(t, err)
	c.Generator = mine.Generator
	control := filepath.Join(dir, "x.json")
	require.NoError(t, c.Save(control))
	for class, want := range map[string]string{"0": "", "1": "it is fixed to class 1, the codes to class 0"} {
		status, _, log = execute("steer", "-model", model, "-class", class, "-pixels", "-1,1", "-control", control, "-z", z, "-by", "0", "-o", filepath.Join(dir, "a.png"))
		require.Equal(t, want != "", status == exitFailed, log)
		require.Contains(t, log, want)
	}
}
