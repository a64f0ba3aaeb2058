package native

import (
	"context"
	"testing"

	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// sharedInputModel computes y = x·s, h = −y and k = exp(x) for samples x and an
// s that all samples share, two at a time.
func sharedInputModel(t *testing.T) *Model {
	open := []onnx.Dim{{Value: -1, Param: "N"}, {Value: 2}}
	named := func(name string, shape []onnx.Dim) onnx.ValueInfo {
		return onnx.ValueInfo{Name: name, Type: onnx.Float32, Shape: shape}
	}
	m, err := New(&onnx.Model{
		IRVersion: 8, Opsets: map[string]int64{"": 17},
		Graph: &onnx.Graph{
			Name:    "shared",
			Nodes:   []*onnx.Node{op("Mul", "y", nil, "x", "s"), op("Neg", "h", nil, "y"), op("Exp", "k", nil, "x")},
			Inputs:  []onnx.ValueInfo{named("x", open), named("s", []onnx.Dim{{Value: 2}})},
			Outputs: []onnx.ValueInfo{named("y", open), named("h", open), named("k", open)},
		},
	}, nil)
	require.NoError(t, err)
	m.chunk = 2
	return m
}

func dense(shape []int, data ...float32) *tensor.Dense {
	if data == nil {
		return tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(shape...))
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
}

func TestChunkedRun(t *testing.T) {
	m := sharedInputModel(t)
	defer m.Close()
	in := map[string]*tensor.Dense{"x": dense([]int{5, 2}, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), "s": dense([]int{2}, 1, 10)}
	y, h := dense([]int{5, 2}), dense([]int{5, 2})
	for range 2 { // k, which nobody asks for, finds its room again
		require.NoError(t, m.Run(context.Background(), map[string]*tensor.Dense{"y": y, "h": h}, in))
		require.Equal(t, []float32{1, 20, 3, 40, 5, 60, 7, 80, 9, 100}, y.Float32s())
		require.Equal(t, []float32{-1, -20, -3, -40, -5, -60, -7, -80, -9, -100}, h.Float32s())
	}
}

func TestChunkedLinearization(t *testing.T) {
	ctx := context.Background()
	m := sharedInputModel(t)
	defer m.Close()
	x := dense([]int{5, 2}, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
	in := map[string]*tensor.Dense{"x": x, "s": dense([]int{2}, 1, 10)}
	v := dense([]int{5, 2}, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1)

	l, err := m.Linearize(ctx, "y", "x", in)
	require.NoError(t, err)
	defer l.Close()
	dx := dense([]int{5, 2})
	require.NoError(t, l.Pullback(ctx, dx, v))
	require.Equal(t, []float32{1, 10, 1, 10, 1, 10, 1, 10, 1, -10}, dx.Float32s())

	// The derivative for the shared input adds up over all samples.
	shared, err := m.Linearize(ctx, "y", "s", in)
	require.NoError(t, err)
	defer shared.Close()
	ds, dy := dense([]int{2}), dense([]int{5, 2})
	require.NoError(t, shared.Pullback(ctx, ds, v))
	require.Equal(t, []float32{25, 10}, ds.Float32s())
	require.NoError(t, shared.Pushforward(ctx, dy, dense([]int{2}, 1, 2)))
	require.Equal(t, []float32{1, 4, 3, 8, 5, 12, 7, 16, 9, 20}, dy.Float32s())
}
