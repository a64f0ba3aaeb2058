package onnx

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// lowerCase is a node y = Op(x, …), its form in some opset, and what it must
// compute. x is float32 of the given shape with values x.
type lowerCase struct {
	name   string
	opset  int64
	op     string
	inputs []string // default: x and the constants c1, c2, … in order
	consts []*Tensor
	attrs  attrs
	shape  []int
	x      []float32
	want   []float32
	to     []int    // shape of want
	ops    []string // operators of the static graph; nil is not checked
}

func (c lowerCase) run(t *testing.T) {
	m := c.model()
	s := specialize(t, m, c.shape[0])
	y := run(t, s, map[string]*Tensor{"x": floats(c.shape, c.x...)})["y"]
	require.Equal(t, c.to, y.Shape)
	require.InDeltaSlice(t, c.want, y.Data, 1e-5)
	if c.ops != nil {
		require.Equal(t, c.ops, ops(s))
	}
}

func (c lowerCase) model() *Model {
	consts := map[string]*Tensor{}
	inputs := []string{"x"}
	for k, t := range c.consts {
		name := ""
		if t != nil {
			name = "c" + string(rune('1'+k))
			consts[name] = t
		}
		inputs = append(inputs, name)
	}
	if c.inputs != nil {
		inputs = c.inputs
	}
	return model(c.opset, []ValueInfo{input("x", append([]int{-1}, c.shape[1:]...)...)}, consts,
		node(c.op, inputs, names("y"), c.attrs))
}

func scalar(v float32) *Tensor { return floats([]int{}, v) }

// upTo returns 0, 1, …, n−1.
func upTo(n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(i)
	}
	return v
}

func TestLowerFormsOfOpsets(t *testing.T) {
	sequence := []float32{0, 1, 2, 3, 4, 5}
	for _, c := range []lowerCase{
		{name: "Squeeze attr", opset: 11, op: "Squeeze", attrs: attrs{"axes": []int64{-2}}, shape: []int{2, 1, 3}, x: sequence, want: sequence, to: []int{2, 3}, ops: names("Reshape")},
		{name: "Squeeze input", opset: 13, op: "Squeeze", consts: []*Tensor{ints(1)}, shape: []int{2, 1, 3}, x: sequence, want: sequence, to: []int{2, 3}, ops: names("Reshape")},
		{name: "Squeeze all", opset: 13, op: "Squeeze", shape: []int{2, 1, 3, 1}, x: sequence, want: sequence, to: []int{2, 3}, ops: names("Reshape")},
		{name: "Unsqueeze attr", opset: 9, op: "Unsqueeze", attrs: attrs{"axes": []int64{0, 3}}, shape: []int{2, 3}, x: sequence, want: sequence, to: []int{1, 2, 3, 1}, ops: names("Reshape")},
		{name: "Unsqueeze input", opset: 13, op: "Unsqueeze", consts: []*Tensor{ints(-1)}, shape: []int{2, 3}, x: sequence, want: sequence, to: []int{2, 3, 1}, ops: names("Reshape")},
		{name: "Slice attr", opset: 9, op: "Slice", attrs: attrs{"starts": []int64{-2}, "ends": []int64{math.MaxInt64}, "axes": []int64{1}}, shape: []int{2, 3}, x: sequence, want: []float32{1, 2, 4, 5}, to: []int{2, 2}, ops: names("Slice")},
		{name: "Slice input", opset: 10, op: "Slice", consts: []*Tensor{ints(0, 0), ints(1, 2)}, shape: []int{2, 3}, x: sequence, want: []float32{0, 1}, to: []int{1, 2}},
		{name: "Slice backwards", opset: 13, op: "Slice", consts: []*Tensor{ints(-1), ints(math.MinInt64), ints(-1), ints(-2)}, shape: []int{2, 3}, x: sequence, want: []float32{2, 0, 5, 3}, to: []int{2, 2}},
		{name: "Slice everything", opset: 13, op: "Slice", consts: []*Tensor{ints(0), ints(9), ints(1)}, shape: []int{2, 3}, x: sequence, want: sequence, to: []int{2, 3}, ops: names("Reshape")},
		{name: "Clip attr", opset: 6 + 1, op: "Clip", attrs: attrs{"max": float32(2)}, shape: []int{2, 3}, x: sequence, want: []float32{0, 1, 2, 2, 2, 2}, to: []int{2, 3}, ops: names("Clip")},
		{name: "Clip input", opset: 11, op: "Clip", consts: []*Tensor{floats([]int{1}, 1), scalar(4)}, shape: []int{2, 3}, x: sequence, want: []float32{1, 1, 2, 3, 4, 4}, to: []int{2, 3}, ops: names("Clip")},
		{name: "Clip no low", opset: 13, op: "Clip", consts: []*Tensor{nil, scalar(4)}, shape: []int{2, 3}, x: sequence, want: []float32{0, 1, 2, 3, 4, 4}, to: []int{2, 3}, ops: names("Clip")},
		{name: "Pad attr", opset: 2 + 7, op: "Pad", attrs: attrs{"pads": []int64{0, 1, 0, 0}, "value": float32(7)}, shape: []int{2, 3}, x: sequence, want: []float32{7, 0, 1, 2, 7, 3, 4, 5}, to: []int{2, 4}, ops: names("Pad")},
		{name: "Pad input", opset: 13, op: "Pad", consts: []*Tensor{ints(0, 0, 0, 1), scalar(7)}, shape: []int{2, 3}, x: sequence, want: []float32{0, 1, 2, 7, 3, 4, 5, 7}, to: []int{2, 4}, ops: names("Pad")},
		{name: "Pad axes", opset: 18, op: "Pad", consts: []*Tensor{ints(1, -1), nil, ints(-1)}, shape: []int{2, 3}, x: sequence, want: []float32{0, 0, 1, 0, 3, 4}, to: []int{2, 3}, ops: names("Slice", "Pad")},
		{name: "Pad reflect", opset: 13, op: "Pad", consts: []*Tensor{ints(0, 2, 0, 1)}, attrs: attrs{"mode": "reflect"}, shape: []int{2, 3}, x: sequence, want: []float32{2, 1, 0, 1, 2, 1, 5, 4, 3, 4, 5, 4}, to: []int{2, 6}},
		{name: "Pad cuts only", opset: 13, op: "Pad", consts: []*Tensor{ints(0, -1, 0, -1)}, shape: []int{2, 3}, x: sequence, want: []float32{1, 4}, to: []int{2, 1}, ops: names("Slice")},
		{name: "ReduceSum attr", opset: 11, op: "ReduceSum", attrs: attrs{"axes": []int64{-1}, "keepdims": int64(0)}, shape: []int{2, 3}, x: sequence, want: []float32{3, 12}, to: []int{2}, ops: names("ReduceSum")},
		{name: "ReduceSum input", opset: 13, op: "ReduceSum", consts: []*Tensor{ints(1)}, shape: []int{2, 3}, x: sequence, want: []float32{3, 12}, to: []int{2, 1}, ops: names("ReduceSum")},
		{name: "ReduceMean attr", opset: 13, op: "ReduceMean", attrs: attrs{"axes": []int64{1}}, shape: []int{2, 3}, x: sequence, want: []float32{1, 4}, to: []int{2, 1}, ops: names("ReduceSum", "Mul")},
		{name: "ReduceMean input", opset: 18, op: "ReduceMean", consts: []*Tensor{ints(1)}, shape: []int{2, 3}, x: sequence, want: []float32{1, 4}, to: []int{2, 1}, ops: names("ReduceSum", "Mul")},
		{name: "ReduceMax all", opset: 18, op: "ReduceMax", attrs: attrs{"noop_with_empty_axes": int64(0)}, shape: []int{2, 3}, x: sequence, want: []float32{5}, to: []int{1, 1}, ops: names("ReduceMax")},
		{name: "ReduceL1", opset: 13, op: "ReduceL1", attrs: attrs{"axes": []int64{1}}, shape: []int{1, 2}, x: []float32{-3, 4}, want: []float32{7}, to: []int{1, 1}},
		{name: "ReduceL2", opset: 13, op: "ReduceL2", attrs: attrs{"axes": []int64{1}}, shape: []int{1, 2}, x: []float32{-3, 4}, want: []float32{5}, to: []int{1, 1}},
		{name: "ReduceSumSquare", opset: 13, op: "ReduceSumSquare", attrs: attrs{"axes": []int64{1}}, shape: []int{1, 2}, x: []float32{-3, 4}, want: []float32{25}, to: []int{1, 1}},
		{name: "Upsample attr", opset: 7, op: "Upsample", attrs: attrs{"scales": []float32{1, 1}}, shape: []int{2, 3}, x: sequence, want: sequence, to: []int{2, 3}},
		{name: "Dropout old", opset: 10, op: "Dropout", attrs: attrs{"ratio": float32(.3)}, shape: []int{2, 3}, x: sequence, want: sequence, to: []int{2, 3}},
		{name: "Dropout new", opset: 12, op: "Dropout", consts: []*Tensor{scalar(.3), NewTensor(Bool, []int{}, nil)}, shape: []int{2, 3}, x: sequence, want: sequence, to: []int{2, 3}},
		{name: "Softmax matrix", opset: 11, op: "Softmax", shape: []int{1, 2, 2}, x: make([]float32, 4), want: []float32{.25, .25, .25, .25}, to: []int{1, 2, 2}, ops: names("Reshape", "Softmax", "Reshape")},
		{name: "Softmax axis", opset: 13, op: "Softmax", shape: []int{1, 2, 2}, x: make([]float32, 4), want: []float32{.5, .5, .5, .5}, to: []int{1, 2, 2}, ops: names("Softmax")},
		{name: "Flatten", opset: 13, op: "Flatten", attrs: attrs{"axis": int64(-1)}, shape: []int{1, 2, 3}, x: sequence, want: sequence, to: []int{2, 3}, ops: names("Reshape")},
		{name: "Reshape copies and infers", opset: 14, op: "Reshape", consts: []*Tensor{ints(0, -1)}, shape: []int{2, 3, 1}, x: sequence, want: sequence, to: []int{2, 3}},
		{name: "Expand", opset: 13, op: "Expand", consts: []*Tensor{ints(2, 1, 1)}, shape: []int{1, 3}, x: upTo(3), want: []float32{0, 1, 2, 0, 1, 2}, to: []int{2, 1, 3}, ops: names("Expand")},
		{name: "Tile", opset: 13, op: "Tile", consts: []*Tensor{ints(1, 2)}, shape: []int{2, 2}, x: upTo(4), want: []float32{0, 1, 0, 1, 2, 3, 2, 3}, to: []int{2, 4}},
		{name: "Transpose", opset: 13, op: "Transpose", shape: []int{2, 3}, x: sequence, want: []float32{0, 3, 1, 4, 2, 5}, to: []int{3, 2}, ops: names("Transpose")},
		{name: "Gather counts from the end", opset: 13, op: "Gather", consts: []*Tensor{ints(-1, 0)}, attrs: attrs{"axis": int64(1)}, shape: []int{2, 3}, x: sequence, want: []float32{2, 0, 5, 3}, to: []int{2, 2}, ops: names("Gather")},
		{name: "Pow of an integer", opset: 12, op: "Pow", consts: []*Tensor{NewTensor(Int32, []int{}, []int32{2})}, shape: []int{2, 3}, x: sequence, want: []float32{0, 1, 4, 9, 16, 25}, to: []int{2, 3}, ops: names("Pow")},
		{name: "DepthToSpace", opset: 11, op: "DepthToSpace", attrs: attrs{"blocksize": int64(2), "mode": "CRD"}, shape: []int{1, 4, 1, 2}, x: upTo(8), want: []float32{0, 2, 1, 3, 4, 6, 5, 7}, to: []int{1, 1, 2, 4}},
		{name: "SpaceToDepth", opset: 13, op: "SpaceToDepth", attrs: attrs{"blocksize": int64(2)}, shape: []int{1, 1, 2, 4}, x: []float32{0, 2, 1, 3, 4, 6, 5, 7}, want: upTo(8), to: []int{1, 4, 1, 2}},
	} {
		t.Run(c.name, c.run)
	}
}

func TestLowerArithmetic(t *testing.T) {
	x := []float32{-4, -1, 0, 0.5, 2, 5}
	each := func(f func(x float64) float64) []float32 {
		y := make([]float32, len(x))
		for i, v := range x {
			y[i] = float32(f(float64(v)))
		}
		return y
	}
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	for _, c := range []lowerCase{
		{name: "LeakyRelu", op: "LeakyRelu", want: each(func(x float64) float64 { return max(x, 0.01*x) }), ops: names("LeakyRelu")},
		{name: "PRelu scalar", op: "PRelu", consts: []*Tensor{floats([]int{1}, .25)}, want: each(func(x float64) float64 { return max(x, .25*x) }), ops: names("LeakyRelu")},
		{name: "PRelu each", op: "PRelu", consts: []*Tensor{floats([]int{1, 6}, 0, 2, 4, 6, 8, 10)}, want: []float32{0, -2, 0, .5, 2, 5}},
		{name: "Selu", op: "Selu", attrs: attrs{"alpha": float32(2), "gamma": float32(3)}, want: each(func(x float64) float64 { return 3 * (max(x, 0) + 2*math.Expm1(min(x, 0))) })},
		{name: "Celu", op: "Celu", attrs: attrs{"alpha": float32(2)}, want: each(func(x float64) float64 { return max(x, 0) + min(0, 2*math.Expm1(x/2)) })},
		{name: "HardSigmoid", op: "HardSigmoid", want: each(func(x float64) float64 { return min(1, max(0, .2*x+.5)) })},
		{name: "HardSwish", op: "HardSwish", want: each(func(x float64) float64 { return x * min(1, max(0, x/6+.5)) })},
		{name: "Softsign", op: "Softsign", want: each(func(x float64) float64 { return x / (1 + math.Abs(x)) })},
		{name: "Mish", op: "Mish", want: each(func(x float64) float64 { return x * math.Tanh(math.Log1p(math.Exp(x))) })},
		{name: "Swish", op: "Swish", attrs: attrs{"alpha": float32(2)}, want: each(func(x float64) float64 { return x * sigmoid(2*x) })},
		{name: "Sum", op: "Sum", inputs: names("x", "x", "x"), want: each(func(x float64) float64 { return 3 * x }), ops: names("Add", "Add")},
		{name: "Mean", op: "Mean", inputs: names("x", "x"), want: x, ops: names("Add", "Mul")},
		{name: "Max of one", op: "Max", want: x},
		{name: "Min of three", op: "Min", inputs: names("x", "c1", "x"), consts: []*Tensor{scalar(1)}, want: each(func(x float64) float64 { return min(x, 1) }), ops: names("Min", "Min")},
	} {
		c.opset, c.shape, c.to, c.x = 24, []int{1, 6}, []int{1, 6}, x
		t.Run(c.name, c.run)
	}
}

func TestLowerNormalization(t *testing.T) {
	image := []float32{1, 3, 5, 7, 2, 2, 2, 6} // two channels of 2×2: means 4 and 3, variances 5 and 3
	s5, s3 := float32(math.Sqrt(5)), float32(math.Sqrt(3))
	two := func(a, b float32) *Tensor { return floats([]int{2}, a, b) }
	instance := []float32{1 - 6/s5, 1 - 2/s5, 1 + 2/s5, 1 + 6/s5, -1 / s3, -1 / s3, -1 / s3, 3 / s3}
	for _, c := range []lowerCase{
		{name: "BatchNormalization", op: "BatchNormalization", consts: []*Tensor{two(2, 1), two(1, 0), two(4, 3), two(5, 3)},
			attrs: attrs{"epsilon": float32(0), "momentum": float32(.9)}, want: instance, ops: names("Mul", "Add")},
		{name: "InstanceNormalization", op: "InstanceNormalization", consts: []*Tensor{two(2, 1), two(1, 0)}, attrs: attrs{"epsilon": float32(0)}, want: instance},
		{name: "GroupNormalization", op: "GroupNormalization", consts: []*Tensor{two(2, 1), two(1, 0)},
			attrs: attrs{"epsilon": float32(0), "num_groups": int64(2)}, want: instance},
		{name: "LayerNormalization", op: "LayerNormalization", consts: []*Tensor{floats([]int{2}, 1, 2), floats([]int{2}, 0, 1)},
			attrs: attrs{"epsilon": float32(1)}, want: []float32{-1 / float32(math.Sqrt2), 1 + 2/float32(math.Sqrt2), -1 / float32(math.Sqrt2), 1 + 2/float32(math.Sqrt2), 0, 1, -2 / s5, 1 + 4/s5}},
		{name: "GroupNormalization by groups", opset: 18, op: "GroupNormalization", consts: []*Tensor{two(2, 1), two(1, 0)},
			attrs: attrs{"epsilon": float32(0), "num_groups": int64(2)}, want: instance},
		{name: "RMSNormalization", opset: 23, op: "RMSNormalization", consts: []*Tensor{floats([]int{2}, 1, 2)}, attrs: attrs{"epsilon": float32(0)},
			want: []float32{1 / s5, 6 / s5, 5 / float32(math.Sqrt(37)), 14 / float32(math.Sqrt(37)), 1, 2, 2 / float32(math.Sqrt(20)), 12 / float32(math.Sqrt(20))}},
		{name: "MeanVarianceNormalization", op: "MeanVarianceNormalization",
			want: []float32{-3 / s5, -1 / s5, 1 / s5, 3 / s5, -1 / s3, -1 / s3, -1 / s3, 3 / s3}},
		{name: "LpNormalization", op: "LpNormalization", attrs: attrs{"axis": int64(1)},
			want: []float32{1 / s5, 3 / float32(math.Sqrt(13)), 5 / float32(math.Sqrt(29)), 7 / float32(math.Sqrt(85)), 2 / s5, 2 / float32(math.Sqrt(13)), 2 / float32(math.Sqrt(29)), 6 / float32(math.Sqrt(85))}},
		{name: "LpNormalization of sizes", op: "LpNormalization", attrs: attrs{"p": int64(1)}, want: []float32{.25, .75, 5. / 12, 7. / 12, .5, .5, .25, .75}},
		{name: "LRN", op: "LRN", attrs: attrs{"size": int64(2), "alpha": float32(2), "beta": float32(1), "bias": float32(1)},
			want: []float32{1. / 6, 3. / 14, 5. / 30, 7. / 86, 2. / 5, 2. / 5, 2. / 5, 6. / 37}},
		{name: "BatchNormalization of pixels", opset: 7, op: "BatchNormalization", attrs: attrs{"epsilon": float32(0), "spatial": int64(0)},
			consts: []*Tensor{floats([]int{2, 2, 2}, 1, 1, 1, 1, 1, 1, 1, 2), floats([]int{2, 2, 2}, 0, 0, 0, 0, 0, 0, 0, 1), floats([]int{2, 2, 2}, image...), floats([]int{2, 2, 2}, 1, 1, 1, 1, 1, 1, 1, 1)},
			want:   []float32{0, 0, 0, 0, 0, 0, 0, 1}},
	} {
		if c.opset == 0 {
			c.opset = 21
		}
		c.shape, c.to, c.x = []int{1, 2, 2, 2}, []int{1, 2, 2, 2}, image
		t.Run(c.name, c.run)
	}
}

func TestLowerWindows(t *testing.T) {
	k := func(v ...int64) []int64 { return v }
	ones := floats([]int{1, 1, 2}, 1, 1)
	three := floats([]int{1, 1, 3}, 1, 1, 1)
	for _, c := range []lowerCase{
		{name: "Conv defaults", op: "Conv", consts: []*Tensor{ones}, want: []float32{1, 3, 5, 7}, to: []int{1, 1, 4}, ops: names("Conv")},
		{name: "Conv same upper", op: "Conv", consts: []*Tensor{ones}, attrs: attrs{"auto_pad": "SAME_UPPER"}, want: []float32{1, 3, 5, 7, 4}, to: []int{1, 1, 5}},
		{name: "Conv same lower", op: "Conv", consts: []*Tensor{ones}, attrs: attrs{"auto_pad": "SAME_LOWER"}, want: []float32{0, 1, 3, 5, 7}, to: []int{1, 1, 5}},
		{name: "Conv same with stride", op: "Conv", consts: []*Tensor{three}, attrs: attrs{"auto_pad": "SAME_UPPER", "strides": k(2)}, want: []float32{1, 6, 7}, to: []int{1, 1, 3}},
		{name: "Conv valid", op: "Conv", consts: []*Tensor{three}, attrs: attrs{"auto_pad": "VALID", "dilations": k(2)}, want: []float32{6}, to: []int{1, 1, 1}},
		{name: "ConvTranspose", op: "ConvTranspose", consts: []*Tensor{ones}, attrs: attrs{"strides": k(2), "pads": k(1, 0), "output_padding": k(1)}, want: []float32{0, 1, 1, 2, 2, 3, 3, 4, 4, 0}, to: []int{1, 1, 10}},
		{name: "ConvTranspose to a shape", op: "ConvTranspose", consts: []*Tensor{ones}, attrs: attrs{"strides": k(2), "output_shape": k(9)}, want: []float32{0, 1, 1, 2, 2, 3, 3, 4, 4}, to: []int{1, 1, 9}},
		{name: "ConvTranspose to a longer shape", op: "ConvTranspose", consts: []*Tensor{ones}, attrs: attrs{"strides": k(2), "output_shape": k(11)}, want: []float32{0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 0}, to: []int{1, 1, 11}},
		{name: "ConvTranspose same", op: "ConvTranspose", consts: []*Tensor{three}, attrs: attrs{"strides": k(2), "auto_pad": "SAME_UPPER"}, want: []float32{0, 0, 1, 1, 3, 2, 5, 3, 7, 4}, to: []int{1, 1, 10}},
		{name: "MaxPool", op: "MaxPool", attrs: attrs{"kernel_shape": k(2), "strides": k(2)}, want: []float32{1, 3}, to: []int{1, 1, 2}},
		{name: "MaxPool ceil", op: "MaxPool", attrs: attrs{"kernel_shape": k(2), "strides": k(2), "ceil_mode": int64(1), "storage_order": int64(0)}, want: []float32{1, 3, 4}, to: []int{1, 1, 3}, ops: names("MaxPool")},
		{name: "MaxPool ceil drops a window of padding", op: "MaxPool", attrs: attrs{"kernel_shape": k(1), "strides": k(3), "pads": k(0, 1), "ceil_mode": int64(1)}, want: []float32{0, 3}, to: []int{1, 1, 2}},
		{name: "AveragePool", op: "AveragePool", attrs: attrs{"kernel_shape": k(2)}, want: []float32{.5, 1.5, 2.5, 3.5}, to: []int{1, 1, 4}, ops: names("Conv")},
		{name: "AveragePool pads", op: "AveragePool", attrs: attrs{"kernel_shape": k(3), "pads": k(1, 1)}, want: []float32{.5, 1, 2, 3, 3.5}, to: []int{1, 1, 5}},
		{name: "AveragePool counts pads", op: "AveragePool", attrs: attrs{"kernel_shape": k(3), "pads": k(1, 1), "count_include_pad": int64(1)}, want: []float32{1. / 3, 1, 2, 3, 7. / 3}, to: []int{1, 1, 5}},
		{name: "AveragePool ceil", op: "AveragePool", attrs: attrs{"kernel_shape": k(2), "strides": k(2), "ceil_mode": int64(1), "count_include_pad": int64(1)}, want: []float32{.5, 2.5, 4}, to: []int{1, 1, 3}},
		{name: "GlobalAveragePool", op: "GlobalAveragePool", want: []float32{2}, to: []int{1, 1, 1}, ops: names("ReduceSum", "Mul")},
		{name: "GlobalMaxPool", op: "GlobalMaxPool", want: []float32{4}, to: []int{1, 1, 1}, ops: names("ReduceMax")},
	} {
		c.opset, c.shape, c.x = 19, []int{1, 1, 5}, upTo(5)
		t.Run(c.name, c.run)
	}
}

func TestLowerResize(t *testing.T) {
	shape := []int{1, 1, 2, 2}
	for _, c := range []struct {
		lowerCase
		coordinates, nearest string
	}{
		{lowerCase{name: "Upsample attr", opset: 7, op: "Upsample", attrs: attrs{"scales": []float32{1, 1, 2, 3}}, to: []int{1, 1, 4, 6}}, "asymmetric", "floor"},
		{lowerCase{name: "Upsample input", opset: 9, op: "Upsample", consts: []*Tensor{floats([]int{4}, 1, 1, 2, 2)}, to: []int{1, 1, 4, 4}}, "asymmetric", "floor"},
		{lowerCase{name: "Resize 10", opset: 10, op: "Resize", consts: []*Tensor{floats([]int{4}, 1, 1, 2, .5)}, to: []int{1, 1, 4, 1}}, "asymmetric", "floor"},
		{lowerCase{name: "Resize 11", opset: 11, op: "Resize", consts: []*Tensor{floats([]int{0}), floats([]int{4}, 1, 1, 2, 2)}, to: []int{1, 1, 4, 4}}, "half_pixel", "round_prefer_floor"},
		{lowerCase{name: "Resize 13 sizes", opset: 13, op: "Resize", consts: []*Tensor{nil, floats([]int{0}), ints(1, 1, 5, 2)}, attrs: attrs{"coordinate_transformation_mode": "asymmetric"}, to: []int{1, 1, 5, 2}}, "asymmetric", "round_prefer_floor"},
		{lowerCase{name: "Resize 18 axes", opset: 18, op: "Resize", consts: []*Tensor{nil, nil, ints(5, 3)}, attrs: attrs{"axes": []int64{-1, 2}, "mode": "linear"}, to: []int{1, 1, 3, 5}}, "half_pixel", "round_prefer_floor"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.shape = shape
			s := specialize(t, c.model(), 1)
			require.Equal(t, names("Resize"), ops(s))
			require.Equal(t, c.to, s.Type("y").Shape)
			require.Equal(t, c.coordinates, s.Nodes[0].Str("coordinate_transformation_mode"))
			require.Equal(t, c.nearest, s.Nodes[0].Str("nearest_mode"))
		})
	}
}
