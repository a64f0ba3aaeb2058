package onnx

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// One query of width 1 looks at two keys.
func TestLowerAttention(t *testing.T) {
	weight := func(a, b float64) float64 { return math.Exp(a) / (math.Exp(a) + math.Exp(b)) }
	bools := func(v ...bool) *Tensor { return NewTensor(Bool, []int{1, len(v)}, v) }
	k, v := floats([]int{1, 1, 2, 1}, 1, 3), floats([]int{1, 1, 2, 1}, 10, 20)
	for _, c := range []struct {
		name  string
		mask  *Tensor
		attrs attrs
		want  float64
	}{
		{"plain", nil, nil, 20 - 10*weight(0.5, 1.5)},
		{"scaled", nil, attrs{"scale": float32(2)}, 20 - 10*weight(1, 3)},
		{"capped", nil, attrs{"softcap": float32(0.5)}, 20 - 10*weight(0.5*math.Tanh(1), 0.5*math.Tanh(3))},
		{"biased", floats([]int{1, 2}, 1, 0), nil, 10 + 10*weight(1.5, 1.5)},
		{"one key", bools(false, true), nil, 20},
		{"no key", bools(false, false), nil, 0},
		{"causal", nil, attrs{"is_causal": int64(1)}, 10},
		{"causal and masked", bools(false, true), attrs{"is_causal": int64(1)}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			consts := map[string]*Tensor{"k": k, "v": v}
			inputs := names("x", "k", "v")
			if c.mask != nil {
				consts["mask"] = c.mask
				inputs = append(inputs, "mask")
			}
			m := model(23, []ValueInfo{input("x", 1, 1, 1, 1)}, consts, node("Attention", inputs, names("y"), c.attrs))
			y := run(t, specialize(t, m, 1), map[string]*Tensor{"x": floats([]int{1, 1, 1, 1}, 0.5)})["y"]
			require.Equal(t, []int{1, 1, 1, 1}, y.Shape)
			require.InDelta(t, c.want, y.Floats()[0], 1e-5)
		})
	}
	for says, n := range map[string]*Node{
		"do not fit each other":        node("Attention", names("x", "wide", "wide"), names("y"), nil),
		"does not have 0 heads":        node("Attention", names("flat", "flat", "flat"), names("y"), nil),
		`"past" is an optional output`: node("Attention", names("x", "k", "v"), names("y", "past"), nil),
		`does not know its attribute`:  node("Attention", names("x", "k", "v"), names("y"), attrs{"window": int64(1)}),
		"it has 6 inputs, in opset 23": node("Attention", names("x", "k", "v", "", "k", "v"), names("y"), nil),
	} {
		m := model(23, []ValueInfo{input("x", 1, 1, 1, 1), input("flat", 1, 2, 2)}, map[string]*Tensor{"k": k, "v": v, "wide": floats([]int{1, 1, 1, 2}, 1, 2)}, n)
		if len(n.Outputs) > 1 {
			m.Graph.Outputs = append(m.Graph.Outputs, ValueInfo{Name: "past", Type: Float32})
		}
		_, err := m.Specialize(1, nil, evalReference)
		require.ErrorContains(t, err, says)
	}
}

func TestLowerDropoutMask(t *testing.T) {
	yes := NewTensor(Bool, []int{}, []bool{true})
	for _, c := range []struct {
		opset int64
		ratio float32
		train *Tensor
		typ   DataType
	}{{7, 0, nil, Float32}, {10, 0, nil, Bool}, {13, 0, nil, Bool}, {13, 0, yes, Bool}} {
		consts := map[string]*Tensor{"ratio": scalar(c.ratio)}
		inputs := names("x")
		if c.train != nil {
			consts["train"] = c.train
			inputs = names("x", "ratio", "train")
		}
		m := model(c.opset, []ValueInfo{input("x", -1, 2)}, consts, node("Dropout", inputs, names("y", "mask"), nil))
		m.Graph.Outputs = append(m.Graph.Outputs, ValueInfo{Name: "mask", Type: c.typ})
		s := specialize(t, m, 1)
		require.Equal(t, TensorType{c.typ, []int{1, 2}}, s.Type("mask"))
		require.Equal(t, []float64{1, 1}, run(t, s, map[string]*Tensor{"x": floats([]int{1, 2}, 5, 6)})["mask"].Floats())
	}
	m := model(13, []ValueInfo{input("x", -1, 2)}, map[string]*Tensor{"ratio": scalar(0.5), "train": yes}, node("Dropout", names("x", "ratio", "train"), names("y"), nil))
	_, err := m.Specialize(1, nil, evalReference)
	require.ErrorContains(t, err, "training mode")
}
