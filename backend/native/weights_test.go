package native_test

import (
	"runtime"
	"testing"

	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// Weights that a file computes from others, as spectral norms left in it do, are
// held once, and once more as the pullback reads them, whatever the number of
// batch sizes.
func TestMemoryOfWeights(t *testing.T) {
	const channels = 768
	shape := []int{channels, channels, 3, 3}
	w := make([]float32, channels*channels*9)
	size := float64(4 * len(w))
	live := func() float64 {
		runtime.GC()
		runtime.GC() // what weak pointers held is gone by now
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	before := live() - size // w belongs to the model
	for i := range w {
		w[i] = float32(i%13) - 6
	}
	conv := map[string]any{"kernel_shape": []int64{3, 3}, "pads": []int64{1, 1, 1, 1}}
	file := onnxModel(onnx.Float32, []int{channels, 2, 2}, map[string]*onnx.Tensor{
		"w": onnx.NewTensor(onnx.Float32, shape, w), "sigma": onnx.NewTensor(onnx.Float32, []int{}, []float32{3}),
	}, node("Neg", "n", nil, "w"), node("Div", "normed", nil, "n", "sigma"),
		node("Conv", "h", conv, "x", "normed"), node("Tanh", "y", nil, "h"))
	w = nil
	m, err := native.New(file, nil)
	require.NoError(t, err)
	file = nil
	require.Less(t, live()-before, 1.3*size, "loaded")
	for _, batch := range []int{1, 3} {
		x := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(batch, channels, 2, 2))
		require.NoError(t, m.Run(t.Context(), tensors{"y": zerosLike(x)}, tensors{"x": x}))
		l, err := m.Linearize(t.Context(), "y", "x", tensors{"x": x})
		require.NoError(t, err)
		require.NoError(t, l.Pullback(t.Context(), zerosLike(x), x))
		require.NoError(t, l.Close())
	}
	require.Less(t, live()-before, 2.9*size, "differentiated; scratch counts half")
	require.NoError(t, m.Close())
}
