package onnx

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func mapped(x []float32, f func(x float64) float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(f(float64(v)))
	}
	return y
}

func TestLowerFunctions(t *testing.T) {
	x := []float32{-4, -1.5, -0.5, 0.5, 2.5, 5}
	inf := float32(math.Inf(1))
	sign := func(x float64) float64 { return math.Copysign(1, x) }
	gelu := func(x float64) float64 { return x * (1 + math.Erf(x/math.Sqrt2)) / 2 }
	geluTanh := func(x float64) float64 {
		return x * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x))) / 2
	}
	for _, c := range []lowerCase{
		{name: "Round", op: "Round", want: []float32{-4, -2, 0, 0, 2, 5}, ops: names("Round")},
		{name: "Erf", op: "Erf", want: mapped(x, math.Erf), ops: names("Erf")},
		{name: "Sinh", op: "Sinh", want: mapped(x, math.Sinh), ops: names("Sinh")},
		{name: "Gelu", op: "Gelu", want: mapped(x, gelu)},
		{name: "Gelu by tanh", op: "Gelu", attrs: attrs{"approximate": "tanh"}, want: mapped(x, geluTanh)},
		{name: "ThresholdedRelu", op: "ThresholdedRelu", want: []float32{0, 0, 0, 0, 2.5, 5}},
		{name: "ThresholdedRelu low", op: "ThresholdedRelu", attrs: attrs{"alpha": float32(-1)}, want: []float32{0, 0, -0.5, 0.5, 2.5, 5}},
		{name: "Shrink", op: "Shrink", attrs: attrs{"lambd": float32(1.5), "bias": float32(1)}, want: []float32{-3, 0, 0, 0, 1.5, 4}},
		{name: "Mod of C", op: "Mod", consts: []*Tensor{scalar(-2)}, attrs: attrs{"fmod": int64(1)},
			want: mapped(x, func(x float64) float64 { return math.Mod(x, 2) }), ops: names("Mod")},
		{name: "Mod of Python", op: "Mod", consts: []*Tensor{scalar(-2)}, want: []float32{0, -1.5, -0.5, -1.5, -1.5, -1}},
		{name: "IsNaN", op: "IsNaN", want: make([]float32, 6), ops: names("Equal", "Not", "Cast")},
		{name: "Xor", op: "Xor", inputs: names("x", "c1"), consts: []*Tensor{NewTensor(Bool, []int{}, []bool{true})}, want: make([]float32, 6), ops: names("Cast", "Equal", "Not", "Cast")},
		{name: "a power of a float", op: "Pow", inputs: names("c1", "x"), consts: []*Tensor{NewTensor(Int32, []int{}, []int32{4})},
			want: []float32{0, 0, 0, 2, 32, 1024}, ops: names("Cast", "Pow", "Cast", "Cast")},
		{name: "signs", op: "Sign", want: mapped(x, sign), ops: names("Sign")},
	} {
		c.opset, c.shape, c.to, c.x = 28, []int{1, 6}, []int{1, 6}, x
		t.Run(c.name, c.runCast)
	}
	for _, c := range []lowerCase{
		{name: "IsInf", op: "IsInf", want: []float32{1, 1, 0}},
		{name: "IsInf positive", op: "IsInf", attrs: attrs{"detect_negative": int64(0)}, want: []float32{0, 1, 0}},
		{name: "IsInf negative", op: "IsInf", attrs: attrs{"detect_positive": int64(0)}, want: []float32{1, 0, 0}},
		{name: "IsInf neither", op: "IsInf", attrs: attrs{"detect_positive": int64(0), "detect_negative": int64(0)}, want: []float32{0, 0, 0}},
		{name: "IsNaN of infinity", op: "IsNaN", want: []float32{0, 0, 0}},
	} {
		c.opset, c.shape, c.to, c.x = 20, []int{1, 3}, []int{1, 3}, []float32{-inf, inf, 1}
		t.Run(c.name, c.runCast)
	}
}

// runCast is run for operators of or to other types than float32: x is cast to
// bool for the logical ones, and the result to float32.
func (c lowerCase) runCast(t *testing.T) {
	m := c.model()
	n := m.Graph.Nodes[0]
	n.Outputs = names("result")
	to := func(dt DataType) attrs { return attrs{"to": int64(dt)} }
	m.Graph.Nodes = []*Node{n, node("Cast", names("result"), names("y"), to(Float32))}
	if c.op == "Xor" {
		n.Inputs[0] = "bool"
		m.Graph.Nodes = append([]*Node{node("Cast", names("x"), names("bool"), to(Bool))}, m.Graph.Nodes...)
	}
	s := specialize(t, m, c.shape[0])
	y := run(t, s, map[string]*Tensor{"x": floats(c.shape, c.x...)})["y"]
	require.Equal(t, c.to, y.Shape)
	require.InDeltaSlice(t, c.want, y.Data, 1e-5)
	if c.ops != nil {
		require.Equal(t, c.ops, ops(s))
	}
}

func TestLowerAlongAxes(t *testing.T) {
	x := []float32{1, -2, 3, 3, 0.5, -1}
	log := func(v ...float64) float32 { // log Σ exp
		sum := 0.
		for _, x := range v {
			sum += math.Exp(x)
		}
		return float32(math.Log(sum))
	}
	rows := []float32{log(1, -2, 3), log(3, 0.5, -1)}
	none := []*Tensor{ints()}
	each := attrs{"noop_with_empty_axes": int64(1)}
	for _, c := range []lowerCase{
		{name: "ReduceProd", op: "ReduceProd", consts: []*Tensor{ints(-1)}, want: []float32{-6, -1.5}, to: []int{2, 1}, ops: names("ReduceProd")},
		{name: "ReduceProd of all", op: "ReduceProd", attrs: attrs{"keepdims": int64(0)}, want: []float32{9}, to: []int{}},
		{name: "ReduceLogSumExp", op: "ReduceLogSumExp", consts: []*Tensor{ints(1)}, want: rows, to: []int{2, 1}, ops: names("ReduceLogSumExp")},
		{name: "ReduceLogSum", op: "ReduceLogSum", consts: []*Tensor{ints(1)}, want: []float32{float32(math.Log(2)), float32(math.Log(2.5))}, to: []int{2, 1}},
		{name: "ReduceSum of each", op: "ReduceSum", consts: none, attrs: each, want: x, to: []int{2, 3}},
		{name: "ReduceMean of each", op: "ReduceMean", attrs: each, want: x, to: []int{2, 3}},
		{name: "ReduceL1 of each", op: "ReduceL1", consts: none, attrs: each, want: []float32{1, 2, 3, 3, .5, 1}, to: []int{2, 3}},
		{name: "ReduceSumSquare of each", op: "ReduceSumSquare", consts: none, attrs: each, want: []float32{1, 4, 9, 9, .25, 1}, to: []int{2, 3}},
		{name: "ReduceLogSumExp of each", op: "ReduceLogSumExp", consts: none, attrs: each, want: x, to: []int{2, 3}},
		{name: "LogSoftmax", op: "LogSoftmax", want: []float32{1 - rows[0], -2 - rows[0], 3 - rows[0], 3 - rows[1], .5 - rows[1], -1 - rows[1]}, to: []int{2, 3}, ops: names("LogSoftmax")},
		{name: "LogSoftmax matrix", opset: 11, op: "LogSoftmax", attrs: attrs{"axis": int64(0)}, want: mapped(x, func(v float64) float64 {
			return v - float64(log(1, -2, 3, 3, 0.5, -1))
		}), to: []int{2, 3}, ops: names("Reshape", "LogSoftmax", "Reshape")},
		{name: "Hardmax", op: "Hardmax", want: []float32{0, 0, 1, 1, 0, 0}, to: []int{2, 3}, ops: names("ArgMax", "Equal", "Cast")},
		{name: "Hardmax axis", op: "Hardmax", attrs: attrs{"axis": int64(0)}, want: []float32{0, 0, 1, 1, 1, 0}, to: []int{2, 3}},
		{name: "Hardmax matrix", opset: 11, op: "Hardmax", attrs: attrs{"axis": int64(-2)}, want: []float32{0, 0, 1, 0, 0, 0}, to: []int{2, 3}},
		{name: "ArgMax", op: "ArgMax", attrs: attrs{"axis": int64(-1)}, want: []float32{2, 0}, to: []int{2, 1}, ops: names("ArgMax", "Cast")},
		{name: "ArgMax old", opset: 11, op: "ArgMax", attrs: attrs{"keepdims": int64(0)}, want: []float32{1, 1, 0}, to: []int{3}},
		{name: "ArgMin", op: "ArgMin", attrs: attrs{"keepdims": int64(0), "select_last_index": int64(1)}, want: []float32{0, 0, 1}, to: []int{3}},
	} {
		if c.opset == 0 {
			c.opset = 20
		}
		c.shape, c.x = []int{2, 3}, x
		t.Run(c.name, c.runCast)
	}
}

func TestLowerBits(t *testing.T) {
	for op, want := range map[string][]int64{"BitwiseAnd": {4, 12, 0}, "BitwiseOr": {7, -1, 12}, "BitwiseXor": {3, -13, 12}, "BitwiseNot": {-6, 3, -1}} {
		inputs := names("x", "c")
		if op == "BitwiseNot" {
			inputs = inputs[:1]
		}
		m := model(18, []ValueInfo{typedInput("x", Int64, -1)}, map[string]*Tensor{"c": ints(6, 15, 12)}, node(op, inputs, names("y"), nil))
		got := run(t, specialize(t, m, 3), map[string]*Tensor{"x": ints(5, -4, 0)})["y"]
		require.Equal(t, want, got.Data, op)
	}
}

func TestLowerTypes(t *testing.T) {
	bools := func(v ...bool) *Tensor { return NewTensor(Bool, []int{len(v)}, v) }
	m := model(16, []ValueInfo{typedInput("x", Bool, -1)}, map[string]*Tensor{"a": bools(true, false, true, false), "b": bools(true, true, false, false)},
		node("Where", names("x", "a", "b"), names("y"), nil))
	s := specialize(t, m, 4)
	require.NotContains(t, ops(s), "Where")
	for _, c := range []bool{true, false} {
		want := map[bool]string{true: "a", false: "b"}[c]
		require.Equal(t, m.Graph.Initializers[want].Data, run(t, s, map[string]*Tensor{"x": bools(c, c, c, c)})["y"].Data)
	}

	for op, want := range map[string][]int64{"Relu": {0, 0, 3}, "PRelu": {-4, 0, 3}} {
		inputs := names("x", "two")
		if op == "Relu" {
			inputs = inputs[:1]
		}
		m := model(16, []ValueInfo{typedInput("x", Int64, -1)}, map[string]*Tensor{"two": ints(2)}, node(op, inputs, names("y"), nil))
		s := specialize(t, m, 3)
		require.NotContains(t, ops(s), "Relu")
		require.Equal(t, want, run(t, s, map[string]*Tensor{"x": ints(-2, 0, 3)})["y"].Data)
	}
}

func TestLowerReduceBooleans(t *testing.T) {
	for op, want := range map[string][]float32{"ReduceMax": {1, 0}, "ReduceMin": {0, 0}} {
		c := lowerCase{op: op, opset: 20, consts: []*Tensor{ints(1)}, shape: []int{2, 2}}
		m := c.model()
		m.Graph.Nodes[0].Inputs[0], m.Graph.Nodes[0].Outputs[0] = "b", "r"
		m.Graph.Nodes = append([]*Node{node("Cast", names("x"), names("b"), attrs{"to": int64(Bool)})}, m.Graph.Nodes...)
		m.Graph.Nodes = append(m.Graph.Nodes, node("Cast", names("r"), names("y"), attrs{"to": int64(Float32)}))
		s := specialize(t, m, 2)
		require.Equal(t, Bool, s.Type("r").Type)
		require.Equal(t, want, run(t, s, map[string]*Tensor{"x": floats([]int{2, 2}, 0, 3, 0, 0)})["y"].Data, op)
	}
}
