package native_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// Files of a few bytes that ask for more than there is are errors, before
// anything is allocated.
func TestHostileShapes(t *testing.T) {
	int64s := func(v ...int64) *onnx.Tensor { return onnx.NewTensor(onnx.Int64, []int{len(v)}, v) }
	weight := onnx.NewTensor(onnx.Float32, []int{1, 1, 1, 1}, nil)
	wide := func(op string, attrs map[string]any, inputs ...string) []*onnx.Node {
		return []*onnx.Node{node(op, "a", attrs, inputs...), node("ReduceSum", "y", nil, "a")}
	}
	var many []*onnx.Node // a terabyte at a time
	sum := "x"
	for i := range 128 {
		many = append(many, node("Expand", fmt.Sprint("e", i), nil, "x", "huge"))
	}
	for i := range 128 {
		many = append(many, node("Add", fmt.Sprint("s", i), nil, sum, fmt.Sprint("e", i)))
		sum = fmt.Sprint("s", i)
	}
	many = append(many, node("ReduceSum", "y", nil, sum))
	for name, c := range map[string]struct {
		nodes []*onnx.Node
		want  string
	}{
		"one value":       {wide("Expand", nil, "x", "larger"), "more memory than"},
		"many values":     {many, "more memory than"},
		"pooling":         {wide("MaxPool", map[string]any{"kernel_shape": []int64{1, 1}, "pads": []int64{0, 0, 0, 1 << 24}}, "x"), "at most 16777216"},
		"a border":        {wide("Pad", map[string]any{"mode": "edge"}, "x", "border"), "at most 16777216"},
		"interpolation":   {wide("Resize", map[string]any{"mode": "linear"}, "x", "", "scales"), "at most 16777216"},
		"strides":         {wide("ConvTranspose", map[string]any{"strides": []int64{1 << 12, 1 << 12}, "output_padding": []int64{4095, 4095}}, "x", "w"), "strides 1×4096×4096"},
		"pixels":          {wide("Conv", map[string]any{"pads": []int64{0, 0, 1 << 13, 1 << 14}}, "x", "w"), "at most 2²⁶"},
		"a constant":      {[]*onnx.Node{node("Expand", "a", nil, "w", "huge"), node("Exp", "b", nil, "a"), node("Add", "y", nil, "x", "b")}, "constants of more than"},
		"scale and shift": {append([]*onnx.Node{node("Mul", "e", nil, "x", "w"), node("Expand", "f", nil, "e", "larger")}, node("Mul", "g", nil, "f", "w"), node("Add", "a", nil, "g", "w"), node("ReduceSum", "y", nil, "a")), "more memory than"},
	} {
		_, err := native.New(onnxModel(onnx.Float32, []int{1, 1, 1}, map[string]*onnx.Tensor{
			"w": weight, "huge": int64s(1, 1, 1, 1<<31-1), "larger": int64s(3, 1, 1, 1<<29),
			"border": int64s(0, 0, 0, 0, 0, 0, 0, 1<<24), "scales": onnx.NewTensor(onnx.Float32, []int{4}, []float32{1, 1, 1, 1<<24 + 2}),
		}, c.nodes...), &native.Options{Memory: 4 << 30})
		require.ErrorContains(t, err, c.want, name)
	}
}

func TestMemory(t *testing.T) {
	ctx := context.Background()
	// Each sample takes 4 kB of the caller's and as much for its derivative.
	file := onnxModel(onnx.Float32, []int{1024}, nil, node("Exp", "a", nil, "x"), node("Tanh", "y", nil, "a"))
	m, err := native.New(file, &native.Options{Memory: 8 << 20})
	require.NoError(t, err)
	defer m.Close()
	x := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(4000, 1024))
	require.NoError(t, m.Run(ctx, tensors{"y": zerosLike(x)}, tensors{"x": x}), "chunk by chunk")
	_, err = m.Linearize(ctx, "y", "x", tensors{"x": x})
	require.ErrorIs(t, err, native.ErrMemory)
	require.ErrorContains(t, err, "(8 MiB): use a smaller batch")
	small := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(500, 1024))
	l, err := m.Linearize(ctx, "y", "x", tensors{"x": small})
	require.NoError(t, err)
	require.NoError(t, l.Close())

	_, err = native.New(file, &native.Options{Memory: 1})
	require.ErrorIs(t, err, native.ErrMemory)
	_, err = native.New(file, &native.Options{Memory: -1})
	require.ErrorContains(t, err, "Options.Memory is -1")
}
