package backend_test

import (
	"math"
	"testing"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/internal/testmodels"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// The generators that other people trained.
func TestReferences(t *testing.T) {
	for _, name := range testmodels.Generators {
		t.Run(name, func(t *testing.T) {
			file, err := onnx.Read(testmodels.Path(t, name, "generator.onnx"))
			require.NoError(t, err)
			p := generatorPoint(testmodels.Reference(t, name))
			onEngines(t, file, func(t *testing.T, m backend.Differentiable) { checkPoint(t, m, p, 1e-4, 1e-3) })
		})
	}
}

// A detector of 119 convolutions with max pooling and bilinear resizing.
//
// Its gradient is compared less strictly. Among its millions of ReLUs some have
// inputs so near 0 that rounding decides whether they pass a gradient: PyTorch
// running the same file in float32 is 4.9e-3 from the reference, in float64
// 5.6e-3. In float64 the native engine and PyTorch agree within 1e-12.
func TestDetector(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds of convolutions")
	}
	path := testmodels.Path(t, "u2netp", "u2netp.onnx")
	ref := archive(t, "u2netp")
	file, err := onnx.Read(path)
	require.NoError(t, err)
	p := point{output: "mask", wrt: "x", inputs: tensors{"x": ref["x"]}, value: ref["mask"], v: ref["v"], grad: ref["grad"]}
	onEngines(t, file, func(t *testing.T, m backend.Differentiable) { checkPoint(t, m, p, 1e-4, 1e-2) })
}

// A perceptual metric whose image size is open.
func TestMetric(t *testing.T) {
	path := testmodels.Path(t, "lpips_squeeze", "lpips.onnx")
	ref := archive(t, "lpips_squeeze")
	file, err := onnx.Read(path)
	require.NoError(t, err)
	file, err = file.WithDims(map[string]int{"h": 64, "w": 64})
	require.NoError(t, err)
	one := tensor.New(tensor.WithShape(1), tensor.WithBacking([]float32{1}))
	p := point{output: "d", wrt: "x0", inputs: tensors{"x0": ref["x0"], "x1": ref["x1"]}, value: ref["d"], v: one, grad: ref["grad_x0"]}
	onEngines(t, file, func(t *testing.T, m backend.Differentiable) {
		checkPoint(t, m, p, 1e-5, 1e-3)
		d := zerosLike(ref["d2"])
		require.NoError(t, m.Run(t.Context(), tensors{"d": d}, tensors{"x0": ref["x0"], "x1": ref["x2"]}))
		require.LessOrEqual(t, distance(d, ref["d2"], math.Inf(1)), 1e-5)
	})
}

// archive reads the reference.npz of a model.
func archive(t *testing.T, model string) tensors {
	t.Helper()
	arrays := tensors{}
	for name, a := range testmodels.NPZ(t, model, "reference.npz") {
		arrays[name] = dense(a)
	}
	return arrays
}
