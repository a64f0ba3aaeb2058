package onnx

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLegacyForms(t *testing.T) {
	x := []float32{-1, 2, -3, 4, -5, 6, -7, 8} // 2×2×2
	for _, c := range []struct {
		name  string
		opset int64
		op    string
		attrs attrs
		param *Tensor
		want  []float32
	}{
		{"same shape", 6, "Add", nil, floats([]int{2, 2, 2}, x...), []float32{-2, 4, -6, 8, -10, 12, -14, 16}},
		{"suffix", 6, "Add", attrs{"broadcast": int64(1)}, floats([]int{2}, 10, 20), []float32{9, 22, 7, 24, 5, 26, 3, 28}},
		{"leading axis", 6, "Add", attrs{"broadcast": int64(1), "axis": int64(0)}, floats([]int{2}, 10, 20), []float32{9, 12, 7, 14, 15, 26, 13, 28}},
		{"middle axis", 1, "Mul", attrs{"broadcast": int64(1), "axis": int64(1), "consumed_inputs": []int64{0, 0}}, floats([]int{2}, 1, 2), []float32{-1, 2, -6, 8, -5, 6, -14, 16}},
		{"scalar", 6, "Sub", attrs{"broadcast": int64(1), "axis": int64(2)}, floats([]int{}, 1), []float32{-2, 1, -4, 3, -6, 5, -8, 7}},
		{"slopes of channels", 6, "PRelu", nil, floats([]int{2}, 2, 3), []float32{-2, 2, -9, 4, -10, 6, -21, 8}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := model(c.opset, []ValueInfo{input("x", 2, 2, 2)}, map[string]*Tensor{"p": c.param},
				node(c.op, names("x", "p"), names("y"), c.attrs))
			s, err := m.Specialize(2, nil, evalReference)
			require.NoError(t, err)
			y := run(t, s, map[string]*Tensor{"x": floats([]int{2, 2, 2}, x...)})["y"]
			require.Equal(t, c.want, y.Data)
		})
	}
}

func TestLegacyErrors(t *testing.T) {
	for says, c := range map[string]struct {
		opset int64
		n     *Node
		kind  error
	}{
		`"broadcast" is not set`:    {6, node("Add", names("x", "p"), names("y"), nil), ErrFormat},
		"does not fit into":         {6, node("Add", names("x", "x2"), names("y"), attrs{"broadcast": int64(1), "axis": int64(1)}), ErrFormat},
		`("is_test" is not set)`:    {6, node("Dropout", names("x"), names("y"), nil), ErrUnsupported},
		"its form since opset 5":    {4, node("Reshape", names("x"), names("y"), attrs{"shape": []int64{8}}), ErrUnsupported},
		"lcfv knows 1 to 28":        {0, node("Relu", names("x"), names("y"), nil), ErrUnsupported},
		`its attribute "broadcast"`: {7, node("Add", names("x", "p"), names("y"), attrs{"broadcast": int64(1)}), ErrUnsupported},
	} {
		m := model(c.opset, []ValueInfo{input("x", 2, 2, 2), input("x2", 2, 2, 2)}, map[string]*Tensor{"p": floats([]int{2}, 1, 2)}, c.n)
		_, err := m.Specialize(2, nil, evalReference)
		require.ErrorIs(t, err, c.kind, says)
		require.ErrorContains(t, err, says)
	}
}
