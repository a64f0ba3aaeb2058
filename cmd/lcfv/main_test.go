package main

import (
	"bytes"
	"context"
	"encoding/json"
	"image/gif"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/backend/ort"
	"github.com/lcfv-go/lcfv/generator/dsprites"
	"github.com/lcfv-go/lcfv/internal/testmodels"
	"github.com/lcfv-go/lcfv/internal/testort"
)

// execute runs a command line and returns what it did.
func execute(args ...string) (status int, stdout, stderr string) {
	var out, log bytes.Buffer
	status = run(context.Background(), args, &out, &log)
	return status, out.String(), log.String()
}

// learned writes a control of the bundled generator, learned in a hurry.
func learned(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.json")
	status, out, log := execute("learn", "-model", "dsprites", "-transform", "translate-x",
		"-range", "0.1", "-steps", "4", "-trajectories", "16", "-seed", "1", "-o", path, "-json")
	require.Equal(t, exitOK, status, log)
	var r learnResult
	require.NoError(t, json.Unmarshal([]byte(out), &r))
	require.Equal(t, 16*8, r.Pairs)
	require.Positive(t, r.ForwardEquivalents)
	require.Greater(t, r.Fit.R2, 0.5)
	require.Less(t, r.Range[0], r.Range[1])
	require.Contains(t, log, "inverting", "progress goes to stderr")
	return path
}

func TestLearnEvaluateSteerInspect(t *testing.T) {
	control := learned(t)

	status, out, log := execute("evaluate", "-model", "dsprites", "-control", control, "-samples", "50", "-json")
	require.Equal(t, exitOK, status, log)
	var e evaluateResult
	require.NoError(t, json.Unmarshal([]byte(out), &e))
	require.Equal(t, 400, e.N)
	require.Positive(t, e.Slope)
	require.Empty(t, log)

	dir := t.TempDir()
	sheet, walk := filepath.Join(dir, "a.png"), filepath.Join(dir, "a.gif")
	for _, path := range []string{sheet, walk} {
		status, _, log = execute("steer", "-model", "dsprites", "-control", control, "-by", "-0.05,0,0.05", "-n", "2", "-o", path)
		require.Equal(t, exitOK, status, log)
	}
	data, err := os.ReadFile(sheet)
	require.NoError(t, err)
	img, err := png.Decode(bytes.NewReader(data))
	require.NoError(t, err)
	require.Greater(t, img.Bounds().Dx(), img.Bounds().Dy(), "three columns, two rows")
	data, err = os.ReadFile(walk)
	require.NoError(t, err)
	anim, err := gif.DecodeAll(bytes.NewReader(data))
	require.NoError(t, err)
	require.Len(t, anim.Image, 2*walkFrames-2)

	status, out, _ = execute("inspect", "-control", control)
	require.Equal(t, exitOK, status)
	require.Contains(t, out, "translate-x")
	status, out, _ = execute("inspect", "-model", "dsprites")
	require.Equal(t, exitOK, status)
	require.Contains(t, out, "z  float32 [N, 10]")
	require.Contains(t, out, "lcfv.prior = normal")
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	path := filepath.Join(t.TempDir(), "x.json")
	var out, log bytes.Buffer
	status := run(ctx, []string{"learn", "-model", "dsprites", "-transform", "zoom", "-o", path}, &out, &log)
	require.Equal(t, exitFailed, status)
	require.Contains(t, log.String(), "interrupted")
	require.NoFileExists(t, path)
}

// Every mistake gets one line that says what to do, and the right status.
func TestMistakes(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, data, 0o666))
		return path
	}
	model := dsprites.Decoder()
	truncated := file("truncated.onnx", model[:len(model)/2])
	noise := file("noise.onnx", []byte("this is not a model"))
	altered := func(name string, alter func(m *onnx.Model)) string {
		m, err := onnx.Parse(model, nil)
		require.NoError(t, err)
		alter(m)
		data, err := m.Marshal()
		require.NoError(t, err)
		return file(name, data)
	}
	broken := altered("broken.onnx", func(m *onnx.Model) {
		for name, w := range m.Graph.Initializers {
			if data, ok := w.Data.([]float32); ok {
				data = slices.Clone(data)
				data[0] = float32(math.NaN())
				m.Graph.Initializers[name] = onnx.NewTensor(w.Type, w.Shape, data)
			}
		}
	})
	unknown := altered("unknown.onnx", func(m *onnx.Model) { m.Graph.Nodes[1].Op = "Mystery" })
	foreign := file("foreign.json", []byte(`{"schema": 1}`))
	ok := filepath.Join(dir, "out.json")
	reference := func(name, z, image, grad string) string {
		return file(name, []byte(`{"z": `+z+`, "image": `+image+`, "v": `+image+`, "grad": `+grad+`}`))
	}
	numbers := func(shape string, n int) string {
		return `{"shape": ` + shape + `, "dtype": "float32", "data": [0` + strings.Repeat(", 0", n-1) + `]}`
	}
	z, image := numbers("[1, 10]", 10), numbers("[1, 1, 64, 64]", 4096)
	whole := strings.Replace(image, "float32", "int64", 1)
	for name, c := range map[string]struct {
		status int
		want   string
		args   string
	}{
		"no such command":      {exitUsage, "no command", "teach"},
		"no such flag":         {exitUsage, "-modle", "learn -modle x"},
		"stray argument":       {exitUsage, "stray", "inspect stray"},
		"no model":             {exitUsage, "-model is missing", "learn -transform zoom -o " + ok},
		"no transform":         {exitUsage, "-transform is missing", "learn -model dsprites -o " + ok},
		"unknown transform":    {exitUsage, "translate-x", "learn -model dsprites -transform shift -o " + ok},
		"unknown method":       {exitUsage, "published", "learn -model dsprites -transform zoom -method sgd -o " + ok},
		"unknown backend":      {exitUsage, "only native and ort", "learn -model dsprites -transform zoom -backend gpu -o " + ok},
		"unknown detector":     {exitUsage, "intensity", "evaluate -model dsprites -control x -detector eye"},
		"bad list":             {exitUsage, "not a number", "steer -model dsprites -control x -by 0,a -o " + ok},
		"picture of millions":  {exitUsage, "-n must", "steer -model dsprites -control x -n 1000000 -o a.png"},
		"bad picture":          {exitUsage, ".png or .gif", "steer -model dsprites -control x -o a.jpg"},
		"bad pixel range":      {exitUsage, "-pixels", "learn -model dsprites -transform zoom -pixels 1 -o " + ok},
		"bad prior":            {exitUsage, "-prior", "learn -model dsprites -transform zoom -prior cauchy -o " + ok},
		"negative workers":     {exitUsage, "-workers", "learn -model dsprites -transform zoom -workers -1 -o " + ok},
		"both to inspect":      {exitUsage, "either", "inspect -model a -control b"},
		"no such file":         {exitFailed, "no such file", "inspect -model " + dir + "/none.onnx"},
		"truncated model":      {exitFailed, "truncated", "learn -model " + truncated + " -transform zoom -o " + ok},
		"no model at all":      {exitFailed, "noise.onnx", "learn -model " + noise + " -transform zoom -o " + ok},
		"NaN weights":          {exitFailed, "NaN", "learn -model " + broken + " -transform zoom -o " + ok},
		"unknown operator":     {exitFailed, "Mystery", "learn -model " + unknown + " -transform zoom -o " + ok},
		"class where none is":  {exitFailed, "no class", "learn -model dsprites -transform zoom -class 3 -o " + ok},
		"unwritable output":    {exitFailed, "cannot be written", "learn -model dsprites -transform zoom -o " + dir + "/no/such/folder/c.json"},
		"output is a folder":   {exitFailed, "is a folder", "learn -model dsprites -transform zoom -o " + dir},
		"foreign control":      {exitFailed, "not a control file", "evaluate -model dsprites -control " + foreign},
		"range of nothing":     {exitFailed, "Range", "learn -model dsprites -transform zoom -range -1 -o " + ok},
		"range of zero":        {exitUsage, "-range", "learn -model dsprites -transform zoom -range 0 -o " + ok},
		"no trajectories":      {exitUsage, "-trajectories", "learn -model dsprites -transform zoom -trajectories 0 -o " + ok},
		"negative class":       {exitUsage, "-class", "learn -model dsprites -transform zoom -class -2 -o " + ok},
		"seed of zero":         {exitUsage, "-seed", "evaluate -model dsprites -control x -seed 0"},
		"neither to steer":     {exitUsage, "lcfv steer: -control is missing; run", "steer -model dsprites"},
		"change of NaN":        {exitUsage, "not a number", "steer -model dsprites -control x -by 0,NaN -o a.png"},
		"flag of another":      {exitUsage, "-class", "check -model dsprites -class 3"},
		"no reference":         {exitUsage, "-reference is missing", "check -model dsprites"},
		"reference of nothing": {exitFailed, "no array", "check -model dsprites -reference " + file("empty.json", []byte("{}"))},
		"reference of a shape": {exitFailed, "shape [-2 -5]", "check -model dsprites -reference " + reference("shape.json", numbers("[-2, -5]", 10), image, z)},
		"reference of a type":  {exitFailed, "not float32", "check -model dsprites -reference " + reference("type.json", z, whole, z)},
		"reference of another": {exitFailed, "another model's", "check -model dsprites -reference " + reference("other.json", z, numbers("[1, 1, 2, 2]", 4), z)},
		"reference of zeros":   {exitFailed, "gradient is 0", "check -model dsprites -reference " + reference("zeros.json", z, image, z)},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, log := execute(strings.Fields(c.args)...)
			require.Equal(t, c.status, status, log)
			require.Contains(t, log, c.want)
			require.Empty(t, out)
			require.Equal(t, 1, strings.Count(log, "\n"), "one line: %q", log)
		})
	}
}

func TestHeldOutSeedAndForeignGenerator(t *testing.T) {
	control := learned(t)
	status, _, log := execute("evaluate", "-model", "dsprites", "-control", control, "-seed", "1")
	require.Equal(t, exitFailed, status)
	require.Contains(t, log, "choose another")

	other := testmodels.Path(t, "disvae_btcvae_dsprites", "generator.onnx")
	status, _, log = execute("evaluate", "-model", other, "-control", control)
	require.Equal(t, exitFailed, status)
	require.Contains(t, log, "not the generator it was made on")
	status, _, log = execute("evaluate", "-model", other, "-control", control, "-any-generator", "-samples", "5")
	require.Equal(t, exitOK, status, log)
}

func TestBackends(t *testing.T) {
	for _, model := range []string{"dsprites", testmodels.Path(t, "disvae_btcvae_dsprites", "generator.onnx")} {
		t.Run(filepath.Base(model), func(t *testing.T) {
			for _, args := range [][]string{{"-backend", "native"}, {}} {
				status, out, log := execute(append([]string{"inspect", "-model", model}, args...)...)
				require.Equal(t, exitOK, status, log)
				require.Contains(t, out, "-backend native")
			}
			t.Setenv("ONNXRUNTIME_SHARED_LIBRARY_PATH", filepath.Join(t.TempDir(), "none.so"))
			if ort.Available(nil) != nil { // unless the process has loaded it before
				status, _, log := execute("inspect", "-model", model, "-backend", "ort")
				require.Equal(t, exitFailed, status)
				require.Contains(t, log, "ONNX Runtime is not available")
			}
			require.NoError(t, os.Unsetenv("ONNXRUNTIME_SHARED_LIBRARY_PATH"))
			testort.Require(t)
			status, out, log := execute("inspect", "-model", model, "-backend", "ort")
			require.Equal(t, exitOK, status, log)
			require.Contains(t, out, "-backend ort")
		})
	}
}

// Images and gradients of real generators, trained by others and
// differentiated by PyTorch.
func TestCheckSharedModels(t *testing.T) {
	for _, name := range testmodels.Generators {
		t.Run(name, func(t *testing.T) {
			status, out, log := execute("check", "-json", "-repeat", "1", "-model", testmodels.Path(t, name, "generator.onnx"),
				"-reference", testmodels.Path(t, name, "reference.json"))
			require.Equal(t, exitOK, status, log)
			var r checkResult
			require.NoError(t, json.Unmarshal([]byte(out), &r))
			require.LessOrEqual(t, r.ImageMaxAbs, 1e-4)
			require.LessOrEqual(t, r.GradRel, 1e-3)
			require.Positive(t, r.PullbackMS)
		})
	}
}

func TestHelp(t *testing.T) {
	status, out, _ := execute("help")
	require.Equal(t, exitOK, status)
	for _, c := range commands {
		require.Contains(t, out, c.name)
		status, help, _ := execute(c.name, "-h")
		require.Equal(t, exitOK, status)
		require.Contains(t, help, "-model")
	}
	status, _, log := execute()
	require.Equal(t, exitUsage, status)
	require.Contains(t, log, "Usage")
	status, out, _ = execute("version")
	require.Equal(t, exitOK, status)
	require.Contains(t, out, "lcfv ")
}
