package native

import (
	"fmt"
	"slices"

	"github.com/lcfv-go/lcfv/backend/native/internal/nd"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/internal/f32"
)

// bias moves the addition of a constant for each channel or column into the
// kernel before it.
func bias(f *fuser, n *onnx.Node) *onnx.Node {
	for i, in := range n.Inputs {
		p := f.sole(in, fusable...)
		if p == nil {
			continue
		}
		data, ok := f.perChannel(n.Inputs[1-i], n.Outputs[0])
		old, foldable := f.bias(p, len(data))
		if !ok || !foldable || !slices.Equal(f.types[n.Outputs[0]].Shape, f.types[in].Shape) {
			continue
		}
		if old != nil {
			data = slices.Clone(data)
			f32.Add(data, data, old)
		}
		f.drop(p)
		return f.withBias(p, n.Outputs[0], p.Inputs[1], data)
	}
	return nil
}

// scaleWeights multiplies a kernel's constant weights, and its bias, instead of
// its output.
func scaleWeights(f *fuser, n *onnx.Node) *onnx.Node {
	for i, in := range n.Inputs {
		p := f.sole(in, fusable...)
		if p == nil || f.consts[p.Inputs[1]] == nil {
			continue
		}
		scale, ok := f.perChannel(n.Inputs[1-i], n.Outputs[0])
		old, foldable := f.bias(p, len(scale))
		if !ok || !foldable || !slices.Equal(f.types[n.Outputs[0]].Shape, f.types[in].Shape) {
			continue
		}
		if old != nil {
			old = slices.Clone(old)
			f32.Mul(old, old, scale)
		}
		f.drop(p)
		name := f.add(p.Inputs[1], f.weights.scale(p, f.consts[p.Inputs[1]], scale))
		return f.withBias(p, n.Outputs[0], name, old)
	}
	return nil
}

// perChannel returns a constant that broadcasts to a value and varies along its
// axis 1 only, one number for each position there.
func (f *fuser) perChannel(name, value string) ([]float32, bool) {
	shape := f.types[value].Shape
	data, ok := f.constant(name)
	axis, vector := vectorAxis(f.types[name].Shape, len(shape))
	switch {
	case !ok || !vector || len(shape) < 2:
		return nil, false
	case len(data) == 1:
		return slices.Repeat(data, shape[1]), true
	default:
		return data, axis == 1
	}
}

// bias returns what a kernel adds for each of n channels, nil for nothing; false
// where it is not a constant of that form, or where the kernel ends with an
// activation.
func (f *fuser) bias(p *onnx.Node, n int) ([]float32, bool) {
	name := p.Input(2)
	if activationOf(p).Kind != f32.ActNone {
		return nil, false
	}
	if name == "" {
		return nil, true
	}
	data, ok := f.constant(name)
	shape := f.types[name].Shape
	if !ok || len(data) != n || len(shape) == 0 || shape[len(shape)-1] != n || p.Op == "Gemm" && p.Float("beta") != 1 {
		return nil, false
	}
	return data, true
}

// withBias returns a node like p with other weights and bias, which may be nil.
func (f *fuser) withBias(p *onnx.Node, out, weights string, bias []float32) *onnx.Node {
	m := derive(p, out)
	m.Inputs = []string{p.Inputs[0], weights}
	if bias != nil {
		m.Inputs = append(m.Inputs, f.vector(weights, bias))
	}
	if m.Op == "Gemm" {
		m.Attrs["beta"] = float32(1)
	}
	return m
}

// outputChannel returns the channel of a kernel's output that element k of its
// weights contributes to.
func outputChannel(p *onnx.Node, shape []int, k int) int {
	spatial := nd.Len(shape[2:])
	row, col := k/spatial/shape[1], k/spatial%shape[1]
	switch {
	case p.Op == "Conv" || p.Op == "Gemm" && p.Int("transB") != 0:
		return row
	case p.Op == "Gemm":
		return col
	default:
		perGroup := shape[0] / int(p.Int("group"))
		return row/perGroup*shape[1] + col
	}
}

// scaleShift joins the multiplication by a constant and the addition of one, in
// either order, each a number or a number for each position along one axis:
// normalisation with stored statistics.
func scaleShift(f *fuser, n *onnx.Node) *onnx.Node {
	inner := map[string]string{"Add": "Mul", "Mul": "Add"}[n.Op]
	shape := f.types[n.Outputs[0]].Shape
	for i, in := range n.Inputs {
		p := f.sole(in, inner)
		if p == nil {
			continue
		}
		for j, x := range p.Inputs {
			names := [2]string{p.Inputs[1-j], n.Inputs[1-i]}
			axis, ok := f.commonAxis(names, len(shape))
			if !ok || !slices.Equal(shape, f.types[x].Shape) || shape[axis] > maxTable {
				continue
			}
			f.drop(p)
			first, second := f.repeated(names[0], shape[axis]), f.repeated(names[1], shape[axis])
			if n.Op == "Mul" { // (x + a)·b = x·b + a·b
				f32.Mul(first, first, second)
				first, second = second, first
			}
			m := derive(n, n.Outputs[0])
			m.Op = "ScaleShift"
			m.Inputs = []string{x, f.vector(names[0], first), f.vector(names[1], second)}
			m.Attrs = map[string]any{"axis": int64(axis)}
			return m
		}
	}
	return nil
}

// repeated returns a copy of a constant, a single number n times.
func (f *fuser) repeated(name string, n int) []float32 {
	data, _ := f.constant(name)
	if len(data) == 1 {
		return slices.Repeat(data, n)
	}
	return slices.Clone(data)
}

// commonAxis returns the axis along which constants that broadcast to a value
// of the given rank vary, if it is one and the same.
func (f *fuser) commonAxis(names [2]string, rank int) (axis int, ok bool) {
	axis = -1
	for _, name := range names {
		data, constant := f.constant(name)
		a, vector := vectorAxis(f.types[name].Shape, rank)
		if !constant || !vector {
			return 0, false
		}
		if len(data) == 1 {
			continue
		}
		if axis >= 0 && a != axis {
			return 0, false
		}
		axis = a
	}
	return max(axis, 0), rank > 0
}

// vectorAxis returns the axis along which a constant that broadcasts to a value
// of the given rank varies, if it is one; axis 1 for a constant that does not
// vary.
func vectorAxis(shape []int, rank int) (axis int, ok bool) {
	if len(shape) > rank {
		return 0, false
	}
	axis = -1
	for i, d := range shape {
		if d == 1 {
			continue
		}
		if axis >= 0 {
			return 0, false
		}
		axis = rank - len(shape) + i
	}
	if axis < 0 {
		return 1, true
	}
	return axis, true
}

// vector adds numbers as a constant of rank 1.
func (f *fuser) vector(hint string, data []float32) string {
	return f.add(hint, &onnx.Tensor{Type: onnx.Float32, Shape: []int{len(data)}, Data: data})
}

// unusedName returns a name that begins like hint and that no value has.
func unusedName(hint string, types map[string]onnx.TensorType) string {
	for i := len(types); ; i++ {
		name := fmt.Sprintf("%s/%d", hint, i)
		if _, taken := types[name]; !taken {
			return name
		}
	}
}

// add adds a constant under a name that begins like hint.
func (f *fuser) add(hint string, t *onnx.Tensor) string {
	name := unusedName(hint, f.types)
	f.consts[name], f.types[name] = t, t.TensorType()
	return name
}
