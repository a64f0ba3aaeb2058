package native

import (
	"testing"

	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/stretchr/testify/require"
)

func TestFuseAffine(t *testing.T) {
	consts := map[string]*onnx.Tensor{
		"each": floats([]int{2, 3, 1, 1}, 1, -2, 3, -4, 5, -6), "all": floats([]int{3, 1, 1}, 0.5, -0.25, 2),
		"scalar": floats([]int{}, 4), "zero": floats([]int{1, 3, 1, 1}, 1, 0, 2), "rows": floats([]int{5, 1}, 1, 2, 3, 4, 5),
		"plane": onnx.NewTensor(onnx.Int64, []int{2}, []int64{2, 3}), "channels": onnx.NewTensor(onnx.Int64, []int{1}, []int64{1}),
		"w": floats([]int{3, 3, 1, 1}, 1, 2, 3, 4, 5, 6, 7, 8, 9),
	}
	x := []int{2, 3, 5, 4}
	keep := map[string]any{"keepdims": int64(1), "noop_with_empty_axes": int64(0)}
	conv := map[string]any{"kernel_shape": []int64{1, 1}, "strides": []int64{1, 1}, "dilations": []int64{1, 1}, "pads": []int64{0, 0, 0, 0}, "group": int64(1)}
	for _, c := range []struct {
		name  string
		nodes []*onnx.Node
		want  []string
	}{
		{"a number for each sample's channel", []*onnx.Node{
			op("Mul", "h", nil, "each", "x"), op("Add", "i", nil, "all", "h"), op("Relu", "y", nil, "i"),
		}, []string{"Affine"}},
		{"normalisation and activation", []*onnx.Node{
			op("Sub", "h", nil, "x", "all"), op("Div", "i", nil, "h", "all"), op("LeakyRelu", "y", map[string]any{"alpha": float32(0.25)}, "i"),
		}, []string{"ScaleShift"}},
		{"scale and shift and activation", []*onnx.Node{
			op("Div", "h", nil, "x", "all"), op("Sub", "i", nil, "h", "scalar"), op("Relu", "y", nil, "i"),
		}, []string{"ScaleShift"}},
		{"normalisation of a convolution", []*onnx.Node{
			op("Conv", "g", conv, "x", "w"), op("Sub", "h", nil, "g", "all"), op("Div", "i", nil, "h", "all"), op("Relu", "y", nil, "i"),
		}, []string{"Conv"}},
		{"division by zero stays", []*onnx.Node{
			op("Abs", "h", nil, "x"), op("Div", "y", nil, "h", "zero"),
		}, []string{"Abs", "Div"}},
		{"rows are not channels", []*onnx.Node{
			op("Mul", "h", nil, "x", "each"), op("Add", "y", nil, "h", "rows"),
		}, []string{"Mul", "Add"}},
		{"sum of products", []*onnx.Node{
			op("Exp", "h", nil, "x"), op("Mul", "i", nil, "x", "h"), op("ReduceSum", "s", keep, "i", "plane"), op("Mul", "y", nil, "x", "s"),
		}, []string{"Exp", "SumProduct", "Mul"}},
		{"a sum over other axes", []*onnx.Node{
			op("Exp", "h", nil, "x"), op("Mul", "i", nil, "x", "h"), op("ReduceSum", "c", keep, "i", "channels"), op("Mul", "y", nil, "x", "c"),
		}, []string{"Exp", "Mul", "ReduceSum", "Mul"}},
	} {
		g := static(x, consts, []string{"y"}, map[string][]int{"g": x, "h": x, "i": x, "y": x, "s": {2, 3, 1, 1}, "c": {2, 1, 5, 4}}, c.nodes...)
		fused := fuse(g, newWeights(), nil)
		require.Equal(t, c.want, ops(fused), c.name)
		want, got := evaluateUnfused(t, g), evaluate(t, fused)
		for i := range want {
			if want[i] == got[i] { // infinities too
				continue
			}
			require.InEpsilon(t, 1+want[i]*want[i], 1+got[i]*got[i], 1e-5, "%s: element %d", c.name, i)
		}
	}
}
