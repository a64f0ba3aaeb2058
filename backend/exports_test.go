package backend_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/testmodels"
	"github.com/stretchr/testify/require"
)

// exports lists the networks of testdata, each in a folder of its name.
var exports = []struct {
	name  string
	files []string
	batch int // the only number of samples, 0 for any

	// What makes a generator of it, beyond its metadata.
	opts   generator.ModelOptions
	levels []generator.Level
	names  int // of classes
}{
	{name: "biggan", files: []string{"legacy11", "dynamo18"}, levels: []generator.Level{
		{Name: "level 0", Low: 0, High: 8}, {Name: "level 1", Low: 8, High: 16}, {Name: "level 2", Low: 16, High: 24}, {Name: "level 3", Low: 24, High: 32}}},
	{name: "biggan_deep", files: []string{"legacy13", "dynamo20"}, names: 6},
	{name: "stylegan2", files: []string{"legacy17", "dynamo18"}, batch: 2, opts: symmetric},
	{name: "stylegan2_unfused", files: []string{"legacy11", "dynamo18"}, opts: symmetric},
	{name: "progan", files: []string{"legacy9", "dynamo18"}, opts: symmetric},
	{name: "progan_bilinear", files: []string{"legacy13"}, opts: symmetric},
	{name: "dcgan", files: []string{"legacy11", "dynamo21"}},
	{name: "vae", files: []string{"legacy13", "dynamo18"}},
	{name: "latent_decoder", files: []string{"legacy17", "dynamo18", "dynamo21"}},
}

// symmetric describes networks whose files do not describe themselves.
var symmetric = generator.ModelOptions{Range: generator.PixelRange{Low: -1, High: 1}}

func readReference(t *testing.T, name string) map[string]testmodels.Array {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name, "reference.json"))
	require.NoError(t, err)
	var ref map[string]testmodels.Array
	require.NoError(t, json.Unmarshal(data, &ref))
	return ref
}

// The architectures that people export, by both exporters of PyTorch.
func TestExports(t *testing.T) {
	for _, e := range exports {
		ref := readReference(t, e.name)
		for _, name := range e.files {
			t.Run(e.name+"/"+name, func(t *testing.T) {
				file, err := onnx.Read(filepath.Join("testdata", e.name, name+".onnx"))
				require.NoError(t, err)
				p := generatorPoint(ref)
				onEngines(t, file, func(t *testing.T, m backend.Differentiable) {
					checkPoint(t, m, p, 1e-4, 1e-3)
					if e.batch == 0 {
						checkPoint(t, m, p.samples(1, 0, 1), 1e-4, 1e-3)
					}
				})
			})
		}
	}
}

// Every file of testdata is tested, whether it was added here or by the script.
func TestExportsListed(t *testing.T) {
	listed := map[string]bool{}
	for _, e := range exports {
		for _, name := range e.files {
			listed[filepath.Join("testdata", e.name, name+".onnx")] = true
		}
	}
	found, err := filepath.Glob(filepath.Join("testdata", "*", "*.onnx"))
	require.NoError(t, err)
	require.NotEmpty(t, found)
	for _, path := range found {
		require.True(t, listed[path], "%s is in no test", path)
	}
	require.Len(t, found, len(listed))
}

// Exported files become generators: one class at a time where there are
// classes, codes of all shapes as N×D, pixels in [0, 1].
func TestExportsAsGenerators(t *testing.T) {
	for _, e := range exports {
		ref := readReference(t, e.name)
		for _, name := range e.files {
			t.Run(e.name+"/"+name, func(t *testing.T) {
				file, err := onnx.Read(filepath.Join("testdata", e.name, name+".onnx"))
				require.NoError(t, err)
				onEngines(t, file, func(t *testing.T, m backend.Differentiable) {
					opts := e.opts
					if _, conditional := ref["class"]; conditional {
						_, err := generator.FromModel(m, &opts)
						require.ErrorIs(t, err, generator.ErrCondition)
						opts.Class = new(int)
					}
					g, err := generator.FromModel(m, &opts)
					require.NoError(t, err)
					info := g.Info()
					image := ref["image"].Shape
					require.Equal(t, ref["z"].Shape[1], info.D)
					require.Equal(t, image[1:], []int{info.C, info.H, info.W})
					require.Equal(t, e.levels, info.Levels)
					require.Len(t, g.Classes(), e.names)
					for i := range image[0] {
						checkSample(t, g, ref, i)
					}
				})
			})
		}
	}
}

// checkSample compares the picture that a generator draws of the i-th code of a
// reference, and its gradient, with the reference's.
func checkSample(t *testing.T, g *generator.Network, ref map[string]testmodels.Array, i int) {
	t.Helper()
	p := generatorPoint(ref).samples(i)
	if class, ok := p.inputs["class"]; ok {
		index := 0
		if one, ok := class.Data().([]float32); ok {
			for one[index] == 0 {
				index++
			}
		} else {
			index = int(class.Int64s()[0])
		}
		var err error
		g, err = g.WithClass(index)
		require.NoError(t, err)
	}
	low, high := -1.0, 1.0
	if g.Info().C == 1 { // the grey decoder ends in a sigmoid
		low = 0
	}
	z := &generator.Latents{N: 1, D: g.Info().D, Data: p.inputs["z"].Float32s()}
	l, err := g.Linearize(t.Context(), z)
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	x := l.Images()
	for k, value := range p.value.Float32s() {
		require.InDelta(t, (float64(value)-low)/(high-low), x.Pix[k], 1e-4)
	}
	v := generator.NewImages(1, x.C, x.H, x.W)
	copy(v.Pix, p.v.Float32s())
	dz := generator.NewLatents(1, z.D)
	require.NoError(t, l.VJP(t.Context(), dz, v))
	got := zerosLike(p.grad)
	for k, d := range dz.Data {
		got.Float32s()[k] = d * float32(high-low)
	}
	require.LessOrEqual(t, distance(got, p.grad, 2), 1e-3*distance(p.grad, zerosLike(p.grad), 2))
}
