package diff_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/backend/diff"
	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/onnx"
)

// builder makes a graph in float64 with the input x.
type builder struct{ onnx.Static }

func newBuilder(shape ...int) *builder {
	return &builder{onnx.Static{
		Inputs: []string{"x"},
		Consts: map[string]*onnx.Tensor{},
		Types:  map[string]onnx.TensorType{"x": {Type: onnx.Float64, Shape: shape}},
	}}
}

// constant adds a tensor and returns its name.
func (b *builder) constant(shape []int, data any) string {
	t := onnx.Int64
	if _, ok := data.([]float64); ok {
		t = onnx.Float64
	}
	name := fmt.Sprintf("c%d", len(b.Consts))
	b.Consts[name] = onnx.NewTensor(t, shape, data)
	b.Types[name] = b.Consts[name].TensorType()
	return name
}

func (b *builder) ints(v ...int64) string { return b.constant([]int{len(v)}, v) }

// random adds a float64 constant, positive and away from 0.
func (b *builder) random(shape ...int) string {
	r := rand.New(rand.NewPCG(uint64(len(b.Consts)), 5))
	data := make([]float64, onnx.TensorType{Shape: shape}.Len())
	for i := range data {
		data[i] = 0.5 + r.Float64()
	}
	return b.constant(shape, data)
}

// node adds an operation with the given number of outputs.
func (b *builder) node(op string, attrs map[string]any, outputs int, inputs ...string) []string {
	n := &onnx.Node{Name: fmt.Sprintf("%s%d", op, len(b.Nodes)), Op: op, Inputs: inputs, Attrs: attrs}
	types := make([]onnx.TensorType, len(inputs))
	consts := make([]*onnx.Tensor, len(inputs))
	for i, in := range inputs {
		if in != "" {
			types[i], consts[i] = b.Types[in], b.Consts[in]
		}
	}
	for i := range outputs {
		n.Outputs = append(n.Outputs, fmt.Sprintf("%s_%d", n.Name, i))
	}
	found, err := onnx.Infer(n, types, consts)
	if err != nil {
		panic(err)
	}
	for i, o := range n.Outputs {
		b.Types[o] = found[i]
	}
	b.Nodes = append(b.Nodes, n)
	return n.Outputs
}

// op adds an operation with one output.
func (b *builder) op(op string, attrs map[string]any, inputs ...string) string {
	return b.node(op, attrs, 1, inputs...)[0]
}

// evaluate computes a graph node by node.
func evaluate(t *testing.T, s *onnx.Static, inputs map[string]*onnx.Tensor) map[string]*onnx.Tensor {
	t.Helper()
	values := map[string]*onnx.Tensor{}
	for _, in := range s.Inputs {
		require.Contains(t, inputs, in)
		values[in] = inputs[in]
	}
	for name, c := range s.Consts {
		values[name] = c
	}
	for _, n := range s.Nodes {
		var in []*onnx.Tensor
		for _, name := range n.Inputs {
			in = append(in, values[name])
		}
		var types []onnx.TensorType
		for _, o := range n.Outputs {
			types = append(types, s.Types[o])
		}
		out, err := native.Eval(n, in, types)
		require.NoError(t, err, n.String())
		for i, o := range n.Outputs {
			values[o] = out[i]
		}
	}
	return values
}

func double(shape []int, data []float64) *onnx.Tensor {
	return onnx.NewTensor(onnx.Float64, shape, data)
}

func dot(a, b *onnx.Tensor) float64 {
	sum := 0.0
	for i, v := range a.Floats() {
		sum += v * b.Floats()[i]
	}
	return sum
}

// check differentiates the graph at a random point and holds the products
// against a central difference and against each other.
func check(t *testing.T, b *builder, output string) {
	t.Helper()
	b.Outputs = []string{output}
	l, err := diff.Linearize(&b.Static, output, "x")
	require.NoError(t, err)

	r := rand.New(rand.NewPCG(1, 2))
	shape := b.Types["x"].Shape
	draw := func(shape []int, low float64) *onnx.Tensor {
		data := make([]float64, onnx.TensorType{Shape: shape}.Len())
		for i := range data {
			data[i] = low + r.Float64()*(1-low)
		}
		return double(shape, data)
	}
	x, dx, v := draw(shape, 0.2), draw(shape, -1), draw(b.Types[output].Shape, -1)

	forward := evaluate(t, l.Forward, map[string]*onnx.Tensor{"x": x})
	residuals := map[string]*onnx.Tensor{l.Cotangent: v, l.Tangent: dx}
	for _, name := range l.Residuals {
		residuals[name] = forward[name]
	}
	pulled := evaluate(t, l.Pullback, residuals)[l.Pullback.Outputs[0]]
	pushed := evaluate(t, l.Pushforward, residuals)[l.Pushforward.Outputs[0]]
	require.Equal(t, shape, pulled.Shape)
	require.Equal(t, b.Types[output].Shape, pushed.Shape)

	const h = 1e-6
	moved := func(by float64) *onnx.Tensor {
		data := make([]float64, x.Len())
		for i, p := range x.Floats() {
			data[i] = p + by*dx.Floats()[i]
		}
		return evaluate(t, &b.Static, map[string]*onnx.Tensor{"x": double(shape, data)})[output]
	}
	high, low := moved(h), moved(-h)
	for i, p := range pushed.Floats() {
		d := (high.Floats()[i] - low.Floats()[i]) / (2 * h)
		require.InDelta(t, d, p, 1e-6*math.Max(1, math.Abs(d)), "element %d of J dx", i)
	}
	require.InDelta(t, dot(pushed, v), dot(dx, pulled), 1e-9*math.Max(1, math.Abs(dot(pushed, v))), "⟨J dx, v⟩ = ⟨dx, Jᵀv⟩")
}

func TestRules(t *testing.T) {
	none := map[string]any{}
	axis := func(a int64) map[string]any { return map[string]any{"axis": a} }
	resize := func(mode, coordinate, nearest string) map[string]any {
		return map[string]any{
			"mode": mode, "coordinate_transformation_mode": coordinate, "nearest_mode": nearest,
			"cubic_coeff_a": float32(-0.75), "exclude_outside": int64(0), "extrapolation_value": float32(0), "antialias": int64(0),
			"keep_aspect_ratio_policy": "stretch",
		}
	}
	conv := map[string]any{
		"kernel_shape": []int64{3, 2}, "strides": []int64{2, 1}, "dilations": []int64{1, 2}, "pads": []int64{1, 0, 2, 1}, "group": int64(2),
	}
	for name, c := range map[string]struct {
		shape []int
		build func(b *builder) string
	}{
		"a value used twice": {[]int{3}, func(b *builder) string { return b.op("Add", none, b.op("Mul", none, "x", "x"), "x") }},
		"broadcast either way": {[]int{2, 1, 3}, func(b *builder) string {
			return b.op("Mul", none, b.random(4, 1), b.op("Sub", none, "x", b.random(2, 4, 1)))
		}},
		"quotient":            {[]int{2, 3}, func(b *builder) string { return b.op("Div", none, b.op("Exp", none, "x"), "x") }},
		"power of x":          {[]int{3}, func(b *builder) string { return b.op("Pow", none, "x", b.constant(nil, []float64{2.5})) }},
		"power with exponent": {[]int{3}, func(b *builder) string { return b.op("Pow", none, b.random(2, 1), "x") }},
		"power of 0":          {[]int{3}, func(b *builder) string { return b.op("Pow", none, "x", b.constant(nil, []float64{0})) }},
		"minimum": {[]int{6}, func(b *builder) string {
			return b.op("Min", none, "x", b.op("Mul", none, "x", b.random(6)))
		}},
		"maximum of one side": {[]int{6}, func(b *builder) string { return b.op("Max", none, b.random(2, 1), "x") }},
		"where": {[]int{4}, func(b *builder) string {
			return b.op("Where", none, b.op("Less", none, "x", b.constant(nil, []float64{0.6})), b.op("Exp", none, "x"), b.random(2, 4))
		}},
		"clip from below":    {[]int{8}, func(b *builder) string { return b.op("Clip", none, "x", b.constant(nil, []float64{0.5})) }},
		"clip from above":    {[]int{8}, func(b *builder) string { return b.op("Clip", none, "x", "", b.constant(nil, []float64{0.5})) }},
		"softmax":            {[]int{2, 3, 2}, func(b *builder) string { return b.op("Softmax", axis(1), "x") }},
		"expand":             {[]int{3, 1}, func(b *builder) string { return b.op("Expand", none, "x", b.ints(2, 3, 4)) }},
		"concat with consts": {[]int{2, 3}, func(b *builder) string { return b.op("Concat", axis(1), b.random(2, 2), "x", b.random(2, 1), "x") }},
		"split, part unused": {[]int{2, 6}, func(b *builder) string {
			parts := b.node("Split", axis(1), 3, "x", b.ints(1, 3, 2))
			return b.op("Concat", axis(1), parts[2], parts[0])
		}},
		"slice forwards and backwards": {[]int{7, 8}, func(b *builder) string {
			return b.op("Slice", none, "x", b.ints(1, 6), b.ints(7, math.MinInt64), b.ints(0, 1), b.ints(3, -2))
		}},
		"pad": {[]int{3, 4}, func(b *builder) string {
			return b.op("Pad", map[string]any{"mode": "constant"}, "x", b.ints(2, 0, 0, 3))
		}},
		"gather, with repeats": {[]int{2, 4, 3}, func(b *builder) string {
			return b.op("Gather", axis(1), "x", b.constant([]int{2, 3}, []int64{3, 0, 3, 1, 2, 2}))
		}},
		"sum without axes kept": {[]int{2, 3, 4}, func(b *builder) string {
			return b.op("ReduceSum", map[string]any{"keepdims": int64(0), "noop_with_empty_axes": int64(0)}, "x", b.ints(0, 2))
		}},
		"transpose":              {[]int{2, 3, 4}, func(b *builder) string { return b.op("Transpose", map[string]any{"perm": []int64{2, 0, 1}}, "x") }},
		"matrix times matrix":    {[]int{3, 3}, func(b *builder) string { return b.op("MatMul", none, "x", "x") }},
		"vector times batch":     {[]int{3}, func(b *builder) string { return b.op("MatMul", none, "x", b.random(2, 3, 4)) }},
		"batch times vector":     {[]int{3}, func(b *builder) string { return b.op("MatMul", none, b.random(2, 4, 3), "x") }},
		"vector times vector":    {[]int{3}, func(b *builder) string { return b.op("MatMul", none, "x", b.random(3)) }},
		"batch over one matrix":  {[]int{3, 4}, func(b *builder) string { return b.op("MatMul", none, b.random(5, 2, 3), "x") }},
		"gemm in all its inputs": {[]int{3, 3}, gemm(0, 0)},
		"gemm, left transposed":  {[]int{3, 3}, gemm(1, 0)},
		"gemm, right transposed": {[]int{3, 3}, gemm(0, 1)},
		"gemm, both transposed":  {[]int{3, 3}, gemm(1, 1)},
		"resize, doubled": {[]int{1, 2, 3, 2}, func(b *builder) string {
			return b.op("Resize", resize("nearest", "asymmetric", "floor"), "x", "", "", b.ints(1, 2, 6, 4))
		}},
		"resize, odd nearest": {[]int{1, 2, 3, 4}, func(b *builder) string {
			return b.op("Resize", resize("nearest", "half_pixel", "round_prefer_floor"), "x", "", "", b.ints(1, 2, 5, 3))
		}},
		"resize, cubic": {[]int{1, 2, 3, 4}, func(b *builder) string {
			return b.op("Resize", resize("cubic", "half_pixel", "floor"), "x", "", "", b.ints(1, 2, 5, 3))
		}},
		"largest, axes not kept": {[]int{2, 3, 4}, func(b *builder) string {
			return b.op("ReduceMax", map[string]any{"keepdims": int64(0)}, "x", b.ints(0, 2))
		}},
		"smallest": {[]int{2, 3}, func(b *builder) string {
			return b.op("ReduceMin", map[string]any{"keepdims": int64(1)}, "x", b.ints(1))
		}},
		"pooling": {[]int{2, 1, 5, 4}, func(b *builder) string {
			return b.op("MaxPool", map[string]any{
				"kernel_shape": []int64{2, 3}, "strides": []int64{2, 1}, "dilations": []int64{2, 1}, "pads": []int64{1, 0, 2, 1}, "ceil_mode": int64(0),
			}, "x")
		}},
		"pooling, one axis": {[]int{2, 1, 7}, func(b *builder) string {
			return b.op("MaxPool", map[string]any{
				"kernel_shape": []int64{2}, "strides": []int64{3}, "dilations": []int64{1}, "pads": []int64{0, 0}, "ceil_mode": int64(0),
			}, "x")
		}},
		"where, chosen by a cast": {[]int{4}, func(b *builder) string {
			to := map[string]any{"to": int64(onnx.Bool), "saturate": int64(1)}
			return b.op("Where", none, b.op("Cast", to, b.op("Floor", none, b.op("Add", none, "x", "x"))), b.op("Exp", none, "x"), b.random(4))
		}},
		"convolution":           {[]int{2, 4, 6, 5}, func(b *builder) string { return b.op("Conv", conv, "x", b.random(6, 2, 3, 2), b.random(6)) }},
		"bias of a convolution": {[]int{3}, func(b *builder) string { return b.op("Conv", plain(), b.random(1, 2, 4, 4), b.random(3, 2, 2, 2), "x") }},
		"transposed convolution": {[]int{2, 4, 3, 3}, func(b *builder) string {
			attrs := map[string]any{"output_padding": []int64{1, 0}}
			for k, v := range conv {
				attrs[k] = v
			}
			return b.op("ConvTranspose", attrs, "x", b.random(4, 3, 3, 2))
		}},
		"output padding beyond the stride": {[]int{1, 2, 3, 3}, func(b *builder) string {
			attrs := plain()
			attrs["output_padding"] = []int64{0, 2}
			return b.op("ConvTranspose", attrs, "x", b.random(2, 3, 2, 2))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBuilder(c.shape...)
			check(t, b, c.build(b))
		})
	}
}

func gemm(transA, transB int64) func(b *builder) string {
	return func(b *builder) string {
		attrs := map[string]any{"alpha": float32(0.5), "beta": float32(2), "transA": transA, "transB": transB}
		return b.op("Gemm", attrs, "x", b.op("Exp", nil, "x"), b.op("Tanh", nil, b.op("ReduceSum",
			map[string]any{"keepdims": int64(0), "noop_with_empty_axes": int64(0)}, "x", b.ints(0))))
	}
}

func plain() map[string]any {
	return map[string]any{
		"kernel_shape": []int64{2, 2}, "strides": []int64{1, 1}, "dilations": []int64{1, 1}, "pads": []int64{0, 0, 0, 0}, "group": int64(1),
	}
}

// Only what the derivative reads is kept, and an activation's output rather
// than its input.
func TestResiduals(t *testing.T) {
	b := newBuilder(2, 3)
	y := b.op("Relu", nil, b.op("MatMul", nil, "x", b.random(3, 4)))
	out := b.op("Sigmoid", nil, b.op("MatMul", nil, y, b.random(4, 2)))
	l, err := diff.Linearize(&b.Static, out, "x")
	require.NoError(t, err)
	require.Equal(t, []string{y, out}, l.Residuals)
	require.Equal(t, []string{out, y}, l.Forward.Outputs)
	require.Equal(t, []string{l.Cotangent, y, out}, l.Pullback.Inputs)
}

func TestNotDifferentiable(t *testing.T) {
	b := newBuilder(3)
	signs := b.op("Sign", nil, "x")
	_, err := diff.Linearize(&b.Static, signs, "x")
	require.ErrorIs(t, err, diff.ErrNotDifferentiable)
	require.ErrorContains(t, err, "does not depend")

	_, err = diff.Linearize(&b.Static, signs, "y")
	require.ErrorContains(t, err, `no input "y"`)
	_, err = diff.Linearize(&b.Static, "y", "x")
	require.ErrorContains(t, err, `no value "y"`)

	// Every operator without a rule is named, not only the first.
	b.Nodes = append(b.Nodes,
		&onnx.Node{Name: "first", Op: "Mystery", Inputs: []string{"x"}, Outputs: []string{"m"}},
		&onnx.Node{Name: "second", Op: "Riddle", Inputs: []string{"m"}, Outputs: []string{"r"}})
	b.Types["m"], b.Types["r"] = b.Types["x"], b.Types["x"]
	_, err = diff.Linearize(&b.Static, "r", "x")
	require.ErrorIs(t, err, diff.ErrNotDifferentiable)
	require.ErrorContains(t, err, "first")
	require.ErrorContains(t, err, "second")
}

// Of equal elements the first of a window counts, and all of a reduction alike.
func TestTies(t *testing.T) {
	pull := func(op string, attrs map[string]any, v []float64, axes ...int64) []float64 {
		b := newBuilder(1, 1, 4)
		inputs := []string{"x"}
		if axes != nil {
			inputs = append(inputs, b.ints(axes...))
		}
		y := b.op(op, attrs, inputs...)
		l, err := diff.Linearize(&b.Static, y, "x")
		require.NoError(t, err)
		x := double([]int{1, 1, 4}, []float64{1, 3, 3, 3})
		values := evaluate(t, l.Forward, map[string]*onnx.Tensor{"x": x})
		values[l.Cotangent] = double(b.Types[y].Shape, v)
		return evaluate(t, l.Pullback, values)[l.Pullback.Outputs[0]].Floats()
	}
	window := map[string]any{"kernel_shape": []int64{3}, "strides": []int64{1}, "dilations": []int64{1}, "pads": []int64{0, 0}, "ceil_mode": int64(0)}
	require.Equal(t, []float64{0, 5 + 7, 0, 0}, pull("MaxPool", window, []float64{5, 7}))
	require.Equal(t, []float64{0, 2, 2, 2}, pull("ReduceMax", map[string]any{"keepdims": int64(0)}, []float64{6}, 2))
}
