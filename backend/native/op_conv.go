package native

import (
	"fmt"

	"github.com/lcfv-go/lcfv/backend/native/internal/conv"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/internal/f32"
)

// convolution compiles Conv and ConvTranspose over one or two axes.
func convolution(c *compiler, n *onnx.Node) (step, error) {
	p, err := convParams(c, n)
	if err != nil {
		return nil, err
	}
	cv, err := conv.New(p)
	if err != nil {
		return nil, err
	}
	out := c.types[n.Outputs[0]]
	if oh, ow := p.OutSize(); p.N*p.M*oh*ow != out.Len() {
		return nil, fmt.Errorf("the output has extents %d×%d, not those of %v", oh, ow, out)
	}
	x, w, y, b := c.id(n.Inputs[0]), c.id(n.Inputs[1]), c.id(n.Outputs[0]), -1
	if name := n.Input(2); name != "" {
		b = c.id(name)
	}
	switch {
	case out.Type == onnx.Float64:
		return func(m *frame) error {
			cv.Run64(at[float64](m, y), at[float64](m, x), at[float64](m, w), optional[float64](m, b))
			return nil
		}, nil
	case out.Type != onnx.Float32:
		return nil, typeError(out)
	}
	act := activationOf(n)
	if packed := c.packConv(n.Inputs[1], cv, p); packed != nil {
		c.scratch(cv.Scratch(), 0)
		return func(m *frame) error {
			cv.Run(at[float32](m, y), at[float32](m, x), packed, optional[float32](m, b), act, m.scratch32)
			return nil
		}, nil
	}
	c.scratch(cv.DynamicScratch(), 0)
	return func(m *frame) error {
		cv.RunDynamic(at[float32](m, y), at[float32](m, x), at[float32](m, w), optional[float32](m, b), act, m.scratch32)
		return nil
	}, nil
}

// optional returns the elements of a buffer, nil if there is none.
func optional[T float32 | float64](m *frame, id int) []T {
	if id < 0 {
		return nil
	}
	return at[T](m, id)
}

// convParams reads a node's attributes; one axis becomes the second of two.
func convParams(c *compiler, n *onnx.Node) (conv.Params, error) {
	x, w := c.shape(n.Inputs[0]), c.shape(n.Inputs[1])
	spatial := len(x) - 2
	if spatial < 1 || spatial > 2 || len(w) != len(x) {
		return conv.Params{}, fmt.Errorf("a convolution over %d axes; only 1 and 2 are supported", spatial)
	}
	pair := func(v []int64, fill int) (int, int) {
		if spatial == 1 {
			return fill, int(v[0])
		}
		return int(v[0]), int(v[1])
	}
	p := conv.Params{N: x[0], C: x[1], H: 1, W: x[len(x)-1], KH: 1, KW: w[len(w)-1], Group: int(n.Int("group"))}
	if spatial == 2 {
		p.H, p.KH = x[2], w[2]
	}
	p.StrideH, p.StrideW = pair(n.Ints("strides"), 1)
	p.DilH, p.DilW = pair(n.Ints("dilations"), 1)
	pads := n.Ints("pads")
	p.PadTop, p.PadLeft = pair(pads[:spatial], 0)
	p.PadBottom, p.PadRight = pair(pads[spatial:], 0)
	if n.Op == "ConvTranspose" {
		p.Transposed = true
		p.M = w[1] * p.Group
		p.OutPadH, p.OutPadW = pair(n.Ints("output_padding"), 0)
	} else {
		p.M = w[0]
	}
	return p, nil
}

// scaleShiftStep multiplies and adds numbers for each position along an axis.
func scaleShiftStep(c *compiler, n *onnx.Node) (step, error) {
	t := c.types[n.Outputs[0]]
	axis := n.Int("axis")
	_, inner := aroundAxis(t.Shape, axis)
	extent := t.Shape[axis]
	x, a, b, y := c.id(n.Inputs[0]), c.id(n.Inputs[1]), c.id(n.Inputs[2]), c.id(n.Outputs[0])
	if inner == 1 {
		return func(m *frame) error {
			src, dst, scale, shift := at[float32](m, x), at[float32](m, y), at[float32](m, a), at[float32](m, b)
			for i := 0; i < len(dst); i += extent {
				row := dst[i : i+extent]
				f32.Mul(row, src[i:i+extent], scale)
				f32.Add(row, row, shift)
			}
			return nil
		}, nil
	}
	return func(m *frame) error {
		src, dst, scale, shift := at[float32](m, x), at[float32](m, y), at[float32](m, a), at[float32](m, b)
		for i := 0; i < len(dst); {
			for k := range extent {
				f32.ScaleShift(dst[i:i+inner], src[i:i+inner], scale[k], shift[k])
				i += inner
			}
		}
		return nil
	}, nil
}
