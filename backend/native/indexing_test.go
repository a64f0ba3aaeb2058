package native_test

import (
	"context"
	"testing"

	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// Sorting, picking and scattering by what the input says: nothing is allocated
// in a steady state, and a sample alone gives the same bytes.
func TestIndexingModel(t *testing.T) {
	ctx := context.Background()
	int64s := func(shape []int, v ...int64) *onnx.Tensor { return onnx.NewTensor(onnx.Int64, shape, v) }
	top := node("TopK", "best", nil, "x", "two")
	top.Outputs = append(top.Outputs, "at")
	m, err := native.New(onnxModel(onnx.Float32, []int{6}, map[string]*onnx.Tensor{"two": int64s([]int{1}, 2), "one": int64s([]int{}, 1)},
		top,
		node("CumSum", "sums", nil, "x", "one"),
		node("GatherElements", "picked", map[string]any{"axis": int64(1)}, "sums", "at"),
		node("Mul", "products", nil, "picked", "best"),
		node("ScatterElements", "y", map[string]any{"axis": int64(1)}, "x", "at", "products")), nil)
	require.NoError(t, err)
	const n = 5
	numbers := make([]float32, 6*n)
	for i, v := range wave(len(numbers), 1) {
		numbers[i] = float32(v)
	}
	batch := func(from, to int) *tensor.Dense {
		return tensor.New(tensor.WithShape(to-from, 6), tensor.WithBacking(numbers[6*from:6*to]))
	}
	in := tensors{"x": batch(0, n)}
	y := zerosLike(in["x"])
	dx, dy := zerosLike(y), zerosLike(y)
	require.Zero(t, testing.AllocsPerRun(3, func() { require.NoError(t, m.Run(ctx, tensors{"y": y}, in)) }))
	require.LessOrEqual(t, testing.AllocsPerRun(3, func() {
		l, err := m.Linearize(ctx, "y", "x", in)
		require.NoError(t, err)
		require.NoError(t, l.Pullback(ctx, dx, y))
		require.NoError(t, l.Pushforward(ctx, dy, dx))
		require.NoError(t, l.Close())
	}), 1.0)
	for i := range n {
		alone := zerosLike(batch(i, i+1))
		require.NoError(t, m.Run(ctx, tensors{"y": alone}, tensors{"x": batch(i, i+1)}))
		require.Equal(t, y.Float32s()[6*i:6*(i+1)], alone.Float32s())
	}
}

// An index that is out of range when the model runs is an error that names the
// node, not the memory of something else.
func TestIndexOutOfRange(t *testing.T) {
	axis := map[string]any{"axis": int64(1)}
	for _, n := range []*onnx.Node{
		node("GatherElements", "y", axis, "x", "at"),
		node("ScatterElements", "y", axis, "x", "at", "at"),
	} {
		m, err := native.New(onnxModel(onnx.Int64, []int{3}, nil, node("Add", "at", nil, "x", "x"), n), nil)
		require.NoError(t, err)
		x := tensor.New(tensor.WithShape(1, 3), tensor.WithBacking([]int64{0, 1, 2}))
		err = m.Run(context.Background(), tensors{"y": zerosLike(x)}, tensors{"x": x})
		require.ErrorContains(t, err, n.Op)
		require.ErrorContains(t, err, "index 4 is out of range; there are 3")
	}
}
