package lcfv_test

import (
	"bytes"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/generator/dsprites"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/saliency"
	"github.com/lcfv-go/lcfv/transform"
)

// The renderer's sprites, which no generator drew, are found in the latent space of
// the bundled one and move by what is asked for.
func TestSteerARenderedSprite(t *testing.T) {
	if testing.Short() {
		t.Skip("learns a control of the bundled decoder for a second")
	}
	ctx := t.Context()
	g, err := dsprites.Open(nil)
	require.NoError(t, err)
	defer g.Close()
	x := generator.NewImages(3, 1, dsprites.Size, dsprites.Size)
	for i, s := range []dsprites.Sprite{
		{Shape: dsprites.Heart, Scale: 0.9, Orientation: 0.3, X: 0.5, Y: 0.45},
		{Shape: dsprites.Square, Scale: 0.8, Orientation: 0.5, X: 0.6, Y: 0.5},
		{Shape: dsprites.Ellipse, Scale: 1, Orientation: 1, X: 0.4, Y: 0.6},
	} {
		require.NoError(t, s.Render(x.Sample(i)))
	}
	found, err := invert.Image(ctx, g, x, nil, &invert.ImageOptions{Seed: 1})
	require.NoError(t, err)
	codes, err := lcfv.NewCodes(g.Info(), []string{"heart", "square", "ellipse"}, found, 1)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "z.json")
	require.NoError(t, codes.Save(path))
	codes, err = lcfv.LoadCodes(path, g)
	require.NoError(t, err)
	z := codes.Latents()

	c, err := lcfv.Learn(ctx, g, transform.TranslateX{}, &lcfv.LearnOptions{
		Invert: invert.Options{Range: 0.2, Steps: 4, Trajectories: 24, Seed: 1}})
	require.NoError(t, err)
	measure, err := saliency.MeasureByName("barycentre-x")
	require.NoError(t, err)
	position := func(x *generator.Images) []float64 {
		at := make([]float64, x.N)
		require.NoError(t, saliency.Meter{Measure: measure}.Read(ctx, at, x))
		return at
	}
	given := position(x)
	for _, by := range []float64{-0.1, 0, 0.05, 0.1} {
		moved, drawn := generator.NewLatents(z.N, z.D), new(generator.Images)
		for i := range z.N {
			require.NoError(t, c.Steer(moved.Row(i), z.Row(i), by))
		}
		require.NoError(t, g.Generate(ctx, drawn, moved))
		for i, at := range position(drawn) {
			p := codes.Images[i]
			t.Logf("%s: RMSE %.3f, relative error %.3f; asked to move by %+.2f from the picture, moved by %+.4f", p.Source, p.RMSE, p.Relative, by, at-given[i])
			require.Less(t, p.RMSE, 0.1)
			require.Less(t, p.Relative, 0.2)
			require.InDelta(t, by, at-given[i], 0.01, "of the picture itself, %s", p.Source)
		}
	}
}

// twoCodes are codes of the blob.
func twoCodes(t *testing.T) *lcfv.Codes {
	t.Helper()
	p := invert.Projection{Code: make([]float32, blob.D), Error: 0.01, Mean: 0.1, RMSE: 0.1, Converged: true, Iterations: 3, ForwardEquivalents: 9.5, Active: true}
	p.Code[0] = 1.0 / 3
	q := p
	q.Code, q.Converged = make([]float32, blob.D), false
	c, err := lcfv.NewCodes(blob.Generator{}.Info(), []string{"a.png", "b.png"}, []invert.Projection{p, q}, 7)
	require.NoError(t, err)
	p.Code[0] = 5
	require.Equal(t, float32(1.0/3), c.Images[0].Code[0], "copied")
	return c
}

func TestCodesSaveAndLoad(t *testing.T) {
	c := twoCodes(t)
	require.InDelta(t, 0.1, c.Images[0].Relative, 1e-12)
	require.Equal(t, "converged", c.Images[0].Status)
	require.Equal(t, "not converged", c.Images[1].Status)
	path := filepath.Join(t.TempDir(), "z.json")
	require.NoError(t, c.Save(path))
	again, err := lcfv.LoadCodes(path, blob.Generator{})
	require.NoError(t, err)
	require.Equal(t, c, again, "bit for bit")
	require.Equal(t, float32(1.0/3), again.Latents().Row(0)[0])

	_, err = lcfv.LoadCodes(path, blob.Generator{Angle: 0.1})
	require.ErrorIs(t, err, lcfv.ErrGenerator)
	_, err = lcfv.LoadCodes(path, nil)
	require.NoError(t, err, "asked not to check")
	info := blob.Generator{}.Info()
	info.Condition = "class 3"
	require.ErrorIs(t, c.Fits(info), lcfv.ErrGenerator)
	require.ErrorContains(t, c.Fits(info), "class 3, the codes to no condition")
	info.Condition, info.D = "", 99
	require.ErrorIs(t, c.Fits(info), lcfv.ErrGenerator)
	_, err = lcfv.LoadCodes(path+"x", nil)
	require.ErrorContains(t, err, path+"x")
	require.ErrorContains(t, c.Save(filepath.Join(path, "below a file")), path)
}

func TestReadCodesChecksAll(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, twoCodes(t).Write(&b))
	good := b.String()
	for name, c := range map[string]struct{ from, to, want string }{
		"no JSON":         {good, "codes", "invalid character"},
		"a control":       {`"kind": "codes"`, `"kind": ""`, "lcfv invert wrote"},
		"newer":           {`"schema": 1`, `"schema": 2`, "update lcfv"},
		"no schema":       {`"schema": 1`, `"schema": 0`, "does not exist"},
		"unknown field":   {`"seed"`, `"sead"`, "sead"},
		"other length":    {fmt.Sprintf(`"latent": %d`, blob.D), `"latent": 1`, "numbers"},
		"beyond float32":  {"0.33333334", "1e99", "1e99"},
		"too few numbers": {"0.33333334,", "", "numbers"},
	} {
		require.Contains(t, good, c.from, name)
		_, err := lcfv.ReadCodes(strings.NewReader(strings.Replace(good, c.from, c.to, 1)))
		require.ErrorIs(t, err, lcfv.ErrCodes, name)
		require.ErrorContains(t, err, c.want, name)
	}
	i := strings.Index(good, `"images": [`)
	_, err := lcfv.ReadCodes(strings.NewReader(good[:i] + `"images": []}`))
	require.ErrorContains(t, err, "no codes")
}

func TestNewCodesChecks(t *testing.T) {
	info := blob.Generator{}.Info()
	p := invert.Projection{Code: make([]float32, blob.D), Mean: 1}
	_, err := lcfv.NewCodes(info, nil, []invert.Projection{p}, 1)
	require.ErrorContains(t, err, "0 names for 1")
	p.Error = math.NaN()
	_, err = lcfv.NewCodes(info, []string{"a"}, []invert.Projection{p}, 1)
	require.ErrorContains(t, err, "not finite")
	p.Error = 0
	p.Code[0] = float32(math.Inf(1))
	_, err = lcfv.NewCodes(info, []string{"a"}, []invert.Projection{p}, 1)
	require.ErrorContains(t, err, "finite")
}

func FuzzReadCodes(f *testing.F) {
	var b bytes.Buffer
	c := &lcfv.Codes{Generator: lcfv.GeneratorRecord{D: 2}, Images: []lcfv.CodeRecord{{Source: "a", Code: []float32{1, -0.1}}}}
	require.NoError(f, c.Write(&b))
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:100])
	f.Add([]byte(`{"schema": 1, "kind": "codes"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := lcfv.ReadCodes(bytes.NewReader(data))
		if err != nil {
			require.ErrorIs(t, err, lcfv.ErrCodes)
			return
		}
		require.NoError(t, c.Latents().Validate())
		var b bytes.Buffer
		require.NoError(t, c.Write(&b))
		again, err := lcfv.ReadCodes(&b)
		require.NoError(t, err)
		require.Equal(t, c, again)
	})
}
