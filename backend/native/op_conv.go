package native

import (
	"fmt"

	"github.com/lcfv-go/lcfv/backend/native/internal/conv"
	"github.com/lcfv-go/lcfv/backend/onnx"
)

// convolution compiles Conv and ConvTranspose over one to three axes.
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
	if od, oh, ow := p.OutSize(); p.N*p.M*od*oh*ow != out.Len() {
		return nil, fmt.Errorf("the output has extents %d×%d×%d, not those of %v", od, oh, ow, out)
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

// convParams reads a node's attributes; axes that are missing are the first of
// three.
func convParams(c *compiler, n *onnx.Node) (conv.Params, error) {
	x, w := c.shape(n.Inputs[0]), c.shape(n.Inputs[1])
	spatial := len(x) - 2
	if spatial < 1 || spatial > 3 || len(w) != len(x) {
		return conv.Params{}, fmt.Errorf("a convolution over %d axes; at most 3 are supported", spatial)
	}
	p := conv.Params{N: x[0], C: x[1], M: w[0], Group: int(n.Int("group")), Transposed: n.Op == "ConvTranspose"}
	in, kernel, strides, dilations := spatialAxes(x[2:], 1), spatialAxes(w[2:], 1), spatialAxes(n.Ints("strides"), 1), spatialAxes(n.Ints("dilations"), 1)
	pads := n.Ints("pads")
	before, after := spatialAxes(pads[:spatial], 0), spatialAxes(pads[spatial:], 0)
	p.D, p.H, p.W = in[0], in[1], in[2]
	p.KD, p.KH, p.KW = kernel[0], kernel[1], kernel[2]
	p.StrideD, p.StrideH, p.StrideW = strides[0], strides[1], strides[2]
	p.DilD, p.DilH, p.DilW = dilations[0], dilations[1], dilations[2]
	p.PadFront, p.PadTop, p.PadLeft = before[0], before[1], before[2]
	p.PadBack, p.PadBottom, p.PadRight = after[0], after[1], after[2]
	if p.Transposed {
		p.M = w[1] * p.Group
		extra := spatialAxes(n.Ints("output_padding"), 0)
		p.OutPadD, p.OutPadH, p.OutPadW = extra[0], extra[1], extra[2]
	}
	return p, nil
}

// spatialAxes puts numbers for up to three spatial axes at the end of three.
func spatialAxes[T int | int64](v []T, fill int) (out [3]int) {
	for i := range out {
		out[i] = fill
		if k := i - 3 + len(v); k >= 0 {
			out[i] = int(v[k])
		}
	}
	return out
}
