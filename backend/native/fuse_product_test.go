package native

import (
	"testing"

	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/stretchr/testify/require"
)

// Products read operands as they were before transposition, and give results as
// they would be after it.
func TestFuseTransposedProducts(t *testing.T) {
	data := make([]float32, 24)
	for i := range data {
		data[i] = float32(i%7) - 3
	}
	consts := map[string]*onnx.Tensor{
		"w": floats([]int{4, 3}, data[:12]...), "stack": floats([]int{2, 4, 3}, data...), "bias": floats([]int{3}, 1, 2, 3),
	}
	perm := func(p ...int64) map[string]any { return map[string]any{"perm": p} }
	swap, swap2 := perm(0, 2, 1), perm(1, 0)
	for _, c := range []struct {
		name    string
		x       []int
		types   map[string][]int
		outputs []string
		nodes   []*onnx.Node
		want    []string
	}{
		{"left", []int{2, 4, 5}, map[string][]int{"t": {2, 5, 4}, "y": {2, 5, 3}}, []string{"y"}, []*onnx.Node{
			op("Transpose", "t", swap, "x"), op("MatMul", "y", nil, "t", "stack"),
		}, []string{"MatMul"}},
		{"right", []int{5, 4}, map[string][]int{"t": {2, 3, 4}, "u": {4, 5}, "y": {2, 3, 5}}, []string{"y"}, []*onnx.Node{
			op("Transpose", "t", swap, "stack"), op("Transpose", "u", swap2, "x"), op("MatMul", "y", nil, "t", "u"),
		}, []string{"MatMul"}},
		{"one matrix on the right of several", []int{2, 4, 5}, map[string][]int{"t": {2, 5, 4}, "y": {2, 5, 3}}, []string{"y"}, []*onnx.Node{
			op("Transpose", "t", swap, "x"), op("MatMul", "y", nil, "t", "w"),
		}, []string{"MatMul"}},
		{"result", []int{2, 5, 4}, map[string][]int{"m": {2, 5, 3}, "y": {2, 3, 5}}, []string{"y"}, []*onnx.Node{
			op("MatMul", "m", nil, "x", "stack"), op("Transpose", "y", swap, "m"),
		}, []string{"MatMul"}},
		{"constant weights", []int{5, 3}, map[string][]int{"t": {3, 4}, "y": {5, 4}}, []string{"y"}, []*onnx.Node{
			op("Transpose", "t", swap2, "w"), op("MatMul", "y", nil, "x", "t"),
		}, []string{"Gemm"}},
		{"all of Gemm", []int{4, 5}, map[string][]int{"t": {5, 4}, "m": {5, 3}, "y": {3, 5}}, []string{"y"}, []*onnx.Node{
			op("Transpose", "t", swap2, "x"), op("Gemm", "m", gemmAttrs, "t", "w"), op("Transpose", "y", swap2, "m"),
		}, []string{"Gemm"}},
		{"a bias stays on its side", []int{5, 4}, map[string][]int{"m": {5, 3}, "y": {3, 5}}, []string{"y"}, []*onnx.Node{
			op("Gemm", "m", gemmAttrs, "x", "w", "bias"), op("Transpose", "y", swap2, "m"),
		}, []string{"Gemm", "Transpose"}},
		{"a transposed value that is wanted stays", []int{2, 4, 5}, map[string][]int{"t": {2, 5, 4}, "y": {2, 5, 3}}, []string{"y", "t"}, []*onnx.Node{
			op("Transpose", "t", swap, "x"), op("MatMul", "y", nil, "t", "stack"),
		}, []string{"Transpose", "MatMul"}},
		{"other axes", []int{4, 2, 5}, map[string][]int{"t": {2, 5, 4}, "y": {2, 5, 3}}, []string{"y"}, []*onnx.Node{
			op("Transpose", "t", perm(1, 2, 0), "x"), op("MatMul", "y", nil, "t", "stack"),
		}, []string{"Transpose", "MatMul"}},
	} {
		g := static(c.x, consts, c.outputs, c.types, c.nodes...)
		fused := fuse(g, newWeights(), nil)
		require.Equal(t, c.want, ops(fused), c.name)
		require.InDeltaSlice(t, evaluateUnfused(t, g), evaluate(t, fused), 1e-5, c.name)
	}
}
