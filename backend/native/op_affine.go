package native

import (
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/internal/f32"
)

// scaleShiftStep multiplies and adds numbers for each position along an axis.
func scaleShiftStep(c *compiler, n *onnx.Node) (step, error) {
	t := c.types[n.Outputs[0]]
	axis := n.Int("axis")
	_, inner := aroundAxis(t.Shape, axis)
	extent := t.Shape[axis]
	x, a, b, y := c.id(n.Inputs[0]), c.id(n.Inputs[1]), c.id(n.Inputs[2]), c.id(n.Outputs[0])
	act := activationOf(n)
	if inner == 1 {
		return func(m *frame) error {
			src, dst, scale, shift := at[float32](m, x), at[float32](m, y), at[float32](m, a), at[float32](m, b)
			for i := 0; i < len(dst); i += extent {
				row := dst[i : i+extent]
				f32.Mul(row, src[i:i+extent], scale)
				f32.Add(row, row, shift)
				activate(row, act)
			}
			return nil
		}, nil
	}
	return func(m *frame) error {
		src, dst, scale, shift := at[float32](m, x), at[float32](m, y), at[float32](m, a), at[float32](m, b)
		for i := 0; i < len(dst); {
			for k := range extent {
				row := dst[i : i+inner]
				f32.ScaleShift(row, src[i:i+inner], scale[k], shift[k])
				activate(row, act)
				i += inner
			}
		}
		return nil
	}, nil
}

// activate applies an activation in place.
func activate(row []float32, act f32.Activation) {
	if act.Kind != f32.ActNone {
		act.Apply(row, row)
	}
}

// affineStep multiplies and adds a number for each channel, of each sample or of
// all.
func affineStep(c *compiler, n *onnx.Node) (step, error) {
	shape := c.shape(n.Outputs[0])
	x, g, s, y := c.id(n.Inputs[0]), c.id(n.Inputs[1]), c.id(n.Inputs[2]), c.id(n.Outputs[0])
	act := activationOf(n)
	return func(m *frame) error {
		src, dst, scale, shift := at[float32](m, x), at[float32](m, y), at[float32](m, g), at[float32](m, s)
		rows := shape[0] * shape[1]
		inner := len(dst) / rows
		for r := range rows {
			row := dst[r*inner : (r+1)*inner]
			f32.ScaleShift(row, src[r*inner:(r+1)*inner], scale[r%len(scale)], shift[r%len(shift)])
			activate(row, act)
		}
		return nil
	}, nil
}

// sumProductStep adds up the products of neighbours.
func sumProductStep(c *compiler, n *onnx.Node) (step, error) {
	a, b, y := c.id(n.Inputs[0]), c.id(n.Inputs[1]), c.id(n.Outputs[0])
	return func(m *frame) error {
		va, vb, dst := at[float32](m, a), at[float32](m, b), at[float32](m, y)
		inner := len(va) / len(dst)
		for i := range dst {
			dst[i] = float32(f32.Dot(va[i*inner:(i+1)*inner], vb[i*inner:(i+1)*inner]))
		}
		return nil
	}, nil
}
