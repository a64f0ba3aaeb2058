package ort_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/diff"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/backend/ort"
	"github.com/lcfv-go/lcfv/internal/testmodels"
	"github.com/lcfv-go/lcfv/internal/testort"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

type tensors = map[string]*tensor.Dense

func open(t testing.TB, model string) *ort.Model {
	t.Helper()
	testort.Require(t)
	m, err := ort.Open(testmodels.Path(t, model, "generator.onnx"), nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, m.Close()) })
	return m
}

// dense makes a tensor of a reference array.
func dense(a testmodels.Array) *tensor.Dense {
	if a.Dtype == "int64" {
		data := make([]int64, len(a.Data))
		for i, v := range a.Data {
			data[i] = int64(v)
		}
		return tensor.New(tensor.WithShape(a.Shape...), tensor.WithBacking(data))
	}
	return tensor.New(tensor.WithShape(a.Shape...), tensor.WithBacking(a.Float32()))
}

func zerosLike(d *tensor.Dense) *tensor.Dense {
	return tensor.New(tensor.Of(d.Dtype()), tensor.WithShape(d.Shape()...))
}

// maxDifference is the largest difference of an element.
func maxDifference(a, b *tensor.Dense) (worst float64) {
	for i, v := range a.Float32s() {
		worst = max(worst, math.Abs(float64(v)-float64(b.Float32s()[i])))
	}
	return worst
}

// inputsOf returns inputs for n samples that are like those of a model's
// reference file.
func inputsOf(m backend.Model, ref map[string]testmodels.Array, n int) tensors {
	in := tensors{}
	for _, p := range m.Inputs() {
		d := dense(ref[p.Name])
		shape := d.Shape().Clone()
		k := d.Shape().TotalSize() / shape[0]
		shape[0] = n
		all := tensor.New(tensor.Of(d.Dtype()), tensor.WithShape(shape...))
		for i := range n * k {
			all.Set(i, d.Get(i%d.Shape().TotalSize()))
		}
		in[p.Name] = all
	}
	return in
}

// A batch of any size is computed in chunks and gives what its samples give
// alone.
func TestBatches(t *testing.T) {
	ctx := t.Context()
	for _, name := range []string{"disvae_btcvae_dsprites", "mnist_cwgan"} {
		m, ref := open(t, name), testmodels.Reference(t, name)
		single, _ := gradient(t, m, inputsOf(m, ref, 1))
		for _, n := range []int{2, 7, 8, 9, 33} {
			in := inputsOf(m, ref, n)
			grad, image := gradient(t, m, in)
			k := single.Shape().TotalSize()
			require.InDeltaSlice(t, single.Float32s(), grad.Float32s()[:k], 1e-4, "%s, %d samples", name, n)
			again := zerosLike(image)
			require.NoError(t, m.Run(ctx, tensors{"image": again}, in))
			require.LessOrEqual(t, maxDifference(again, image), 1e-5)
		}
	}
}

// gradient returns the gradient of the sum of all pixels, and the images.
func gradient(t *testing.T, m backend.Differentiable, in tensors) (dz, image *tensor.Dense) {
	l, err := m.Linearize(t.Context(), "image", "z", in)
	require.NoError(t, err)
	defer l.Close()
	v := zerosLike(l.Output())
	for i := range v.Float32s() {
		v.Float32s()[i] = 1
	}
	dz = zerosLike(in["z"])
	require.NoError(t, l.Pullback(t.Context(), dz, v))
	return dz, l.Output().Clone().(*tensor.Dense)
}

func TestWrongModels(t *testing.T) {
	testort.Require(t)
	_, err := ort.Open(filepath.Join(t.TempDir(), "none.onnx"), nil)
	require.ErrorIs(t, err, os.ErrNotExist)

	_, err = ort.New(model(nil, node("Mystery", "h", "x"), node("Riddle", "y", "h")), nil)
	require.ErrorIs(t, err, onnx.ErrUnsupported)
	require.ErrorContains(t, err, "Mystery")

	m, err := ort.New(model(nil, node("Floor", "y", "x")), nil)
	require.NoError(t, err)
	defer m.Close()
	require.ErrorIs(t, m.CheckLinearize("y", "x"), diff.ErrNotDifferentiable)
	require.ErrorContains(t, m.CheckLinearize("y", "z"), `no input "z" (it has: x)`)

	// ONNX Runtime has no float64 kernel for this one.
	wide := model(nil, node("Softplus", "y", "x"))
	wide.Graph.Inputs[0].Type, wide.Graph.Outputs[0].Type = onnx.Float64, onnx.Float64
	_, err = ort.New(wide, nil)
	require.ErrorIs(t, err, onnx.ErrUnsupported)
	require.ErrorContains(t, err, "Softplus")
}

// Weights of a heavy model go through a file that is gone when the model is
// closed; the model's own file is read again when it is needed.
func TestManyWeights(t *testing.T) {
	testort.Require(t)
	if testing.Short() {
		t.Skip("hundreds of megabytes")
	}
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	t.Setenv("TMP", tmp)
	const n = 4200 // 67 MiB
	weights := make([]float32, n*n)
	for i := range weights {
		weights[i] = float32(math.Sin(float64(i))) / n
	}
	spread := make([]float32, 2*n)
	for i := range spread {
		spread[i] = float32(math.Cos(float64(i)))
	}
	path := filepath.Join(tmp, "heavy.onnx")
	require.NoError(t, model(map[string]*onnx.Tensor{
		"w": onnx.NewTensor(onnx.Float32, []int{n, n}, weights), "s": onnx.NewTensor(onnx.Float32, []int{2, n}, spread),
	}, node("MatMul", "a", "x", "s"), node("MatMul", "b", "a", "w"), node("Tanh", "y", "b")).Write(path))
	m, err := ort.Open(path, nil)
	require.NoError(t, err)
	run := func() []float32 {
		y := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(2, n))
		require.NoError(t, m.Run(t.Context(), tensors{"y": y}, tensors{"x": pair(2)}))
		return y.Float32s()
	}
	before := run()
	l, err := m.Linearize(t.Context(), "y", "x", tensors{"x": pair(2)})
	require.NoError(t, err)
	require.InDeltaSlice(t, before, l.Output().Float32s(), 1e-6)
	require.InDeltaSlice(t, before, run(), 1e-6)
	dx := pair(2)
	require.NoError(t, l.Pullback(t.Context(), dx, l.Output()))
	require.NoError(t, l.Close())

	bound, err := m.Bind("x", pair(1))
	require.NoError(t, err)
	y := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(1, n))
	require.NoError(t, bound.Run(t.Context(), tensors{"y": y}, nil))
	require.InDeltaSlice(t, before[:n], y.Float32s(), 1e-6)
	require.NoError(t, bound.Close())

	require.NoError(t, os.WriteFile(path, nil, 0o666))
	_, err = m.Bind("x", pair(1))
	require.ErrorContains(t, err, "reading the model again")
	require.NoError(t, m.Close())
	left, err := filepath.Glob(filepath.Join(tmp, "lcfv-ort-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}
