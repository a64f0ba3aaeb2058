package native

import (
	"slices"

	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/internal/f32"
)

// bias moves the addition of a constant for each channel or column into the
// kernel before it.
func bias(f *fuser, n *onnx.Node) *onnx.Node {
	shape := f.types[n.Outputs[0]].Shape
	for i, in := range n.Inputs {
		p := f.sole(in, fusable...)
		if p == nil || p.Input(2) != "" || activationOf(p).Kind != f32.ActNone || !slices.Equal(shape, f.types[in].Shape) {
			continue
		}
		b := n.Inputs[1-i]
		data, ok := f.constant(b)
		if axis, vector := vectorAxis(f.types[b].Shape, len(shape)); !ok || !vector || axis != 1 || len(data) != shape[1] {
			continue
		}
		f.drop(p)
		m := derive(p, n.Outputs[0])
		m.Inputs = []string{p.Inputs[0], p.Inputs[1], f.vector(b, data)}
		if m.Op == "Gemm" {
			m.Attrs["beta"] = float32(1)
		}
		return m
	}
	return nil
}

// scaleShift joins the multiplication by a constant and the addition of one,
// each a number or a number for each position along one axis: normalisation
// with stored statistics.
func scaleShift(f *fuser, n *onnx.Node) *onnx.Node {
	shape := f.types[n.Outputs[0]].Shape
	for i, in := range n.Inputs {
		p := f.sole(in, "Mul")
		if p == nil {
			continue
		}
		for j, x := range p.Inputs {
			names := [2]string{p.Inputs[1-j], n.Inputs[1-i]}
			axis, ok := f.commonAxis(names, len(shape))
			if !ok || !slices.Equal(shape, f.types[x].Shape) {
				continue
			}
			f.drop(p)
			m := derive(n, n.Outputs[0])
			m.Op = "ScaleShift"
			m.Inputs = []string{x}
			for _, name := range names {
				data, _ := f.constant(name)
				if len(data) == 1 {
					data = slices.Repeat(data, shape[axis])
				}
				m.Inputs = append(m.Inputs, f.vector(name, data))
			}
			m.Attrs = map[string]any{"axis": int64(axis)}
			return m
		}
	}
	return nil
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

// vector adds the elements of a constant as a constant of rank 1.
func (f *fuser) vector(name string, data []float32) string {
	flat := name + "\x00vector"
	for f.consts[flat] != nil {
		flat += "+"
	}
	t := &onnx.Tensor{Type: onnx.Float32, Shape: []int{len(data)}, Data: data}
	f.consts[flat], f.types[flat] = t, t.TensorType()
	return flat
}
