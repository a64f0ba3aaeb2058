package native

import (
	"slices"

	"github.com/lcfv-go/lcfv/backend/native/internal/nd"
	"github.com/lcfv-go/lcfv/backend/onnx"
)

// affine joins the multiplication by a number for each channel, of each sample
// or of all, and the addition of one: conditional normalisation.
func affine(f *fuser, n *onnx.Node) *onnx.Node {
	shape := f.types[n.Outputs[0]].Shape
	for i, in := range n.Inputs {
		p := f.sole(in, "Mul")
		if p == nil || !f.ofChannels(n.Inputs[1-i], shape) {
			continue
		}
		for j, x := range p.Inputs {
			if !slices.Equal(shape, f.types[x].Shape) || !f.ofChannels(p.Inputs[1-j], shape) {
				continue
			}
			f.drop(p)
			m := derive(n, n.Outputs[0])
			m.Op, m.Inputs = "Affine", []string{x, p.Inputs[1-j], n.Inputs[1-i]}
			return m
		}
	}
	return nil
}

// ofChannels reports whether a value has one element for each channel of another,
// of each sample or of all.
func (f *fuser) ofChannels(name string, shape []int) bool {
	t := f.types[name].Shape
	if len(shape) < 3 || len(t) > len(shape) {
		return false
	}
	t = append(slices.Repeat([]int{1}, len(shape)-len(t)), t...)
	return (t[0] == 1 || t[0] == shape[0]) && t[1] == shape[1] && nd.Len(t[2:]) == 1
}

// sumProduct joins a multiplication and the sum over the last axes.
func sumProduct(f *fuser, n *onnx.Node) *onnx.Node {
	p := f.sole(n.Inputs[0], "Mul")
	axes := f.consts[n.Input(1)]
	if p == nil || axes == nil {
		return nil
	}
	shape := f.types[n.Inputs[0]].Shape
	for _, in := range p.Inputs {
		if !slices.Equal(shape, f.types[in].Shape) {
			return nil
		}
	}
	summed := false
	for axis, extent := range shape {
		at := slices.Contains(axes.Ints(), int64(axis))
		if summed && !at && extent != 1 {
			return nil // elements of a sum are not neighbours
		}
		summed = summed || at && extent != 1
	}
	f.drop(p)
	m := derive(n, n.Outputs[0])
	m.Op, m.Inputs = "SumProduct", p.Inputs
	return m
}

// subtractConstant and divideByConstant turn what they name into an addition and
// a multiplication, which may then be fused with others.
func subtractConstant(f *fuser, n *onnx.Node) *onnx.Node {
	return f.withConstant(n, "Add", func(v float32) float32 { return -v })
}

func divideByConstant(f *fuser, n *onnx.Node) *onnx.Node {
	return f.withConstant(n, "Mul", func(v float32) float32 { return 1 / v })
}

// withConstant replaces the operator of a node and the constant on its right, one
// number or one for each position of an axis.
func (f *fuser) withConstant(n *onnx.Node, op string, replace func(float32) float32) *onnx.Node {
	name, shape := n.Inputs[1], f.types[n.Outputs[0]].Shape
	data, ok := f.constant(name)
	if _, vector := vectorAxis(f.types[name].Shape, len(shape)); !ok || !vector {
		return nil
	}
	changed := make([]float32, len(data))
	for i, v := range data {
		if changed[i] = replace(v); !normal(v) || !normal(changed[i]) {
			return nil
		}
	}
	m := derive(n, n.Outputs[0])
	m.Op = op
	m.Inputs[1] = f.add(name, onnx.NewTensor(onnx.Float32, f.types[name].Shape, changed))
	return m
}

// normal reports whether a number is zero or far from the ends of float32's range.
func normal(v float32) bool {
	return v == 0 || v > 0x1p-100 && v < 0x1p100 || v < -0x1p-100 && v > -0x1p100
}
