package native

import (
	"fmt"

	"github.com/lcfv-go/lcfv/backend/internal/border"
	"github.com/lcfv-go/lcfv/backend/native/internal/nd"
	"github.com/lcfv-go/lcfv/backend/onnx"
)

// pad extends or, for negative numbers, crops.
func pad(c *compiler, n *onnx.Node) (step, error) {
	amounts := c.constant(n.Inputs[1])
	if amounts == nil {
		return nil, fmt.Errorf("the amounts must be constant")
	}
	shape := c.shape(n.Inputs[0])
	pads := amounts.Ints()
	if n.Str("mode") == "constant" {
		return padConstant(c, n, pads)
	}
	strides := nd.Strides(shape)
	axes := make([]nd.Axis, len(shape))
	for axis, d := range shape {
		before, after := int(pads[axis]), int(pads[len(shape)+axis])
		if err := checkTable(d + before + after); err != nil {
			return nil, err
		}
		table := make([]int, d+before+after)
		for i := range table {
			at, ok := border.Source(n.Str("mode"), i-before, d)
			if !ok {
				return nil, fmt.Errorf("mode %q is not supported", n.Str("mode"))
			}
			table[i] = at * strides[axis]
		}
		axes[axis] = nd.Axis{N: len(table), Table: table}
	}
	return c.whole(n, axes)
}

// padConstant writes the value everywhere and the input over it.
func padConstant(c *compiler, n *onnx.Node, pads []int64) (step, error) {
	shape, out := c.shape(n.Inputs[0]), c.types[n.Outputs[0]]
	srcStrides, dstStrides := nd.Strides(shape), nd.Strides(out.Shape)
	axes := make([]nd.Axis, len(shape))
	to := 0
	for i, d := range shape {
		before, after := int(pads[i]), int(pads[len(shape)+i])
		axes[i] = nd.Axis{
			N:      d + min(before, 0) + min(after, 0),
			Offset: max(-before, 0) * srcStrides[i],
			Step:   srcStrides[i],
		}
		to += max(before, 0) * dstStrides[i]
	}
	dst := c.id(n.Outputs[0])
	var value *onnx.Tensor
	if name := n.Input(2); name != "" {
		if value = c.constant(name); value == nil || value.Len() != 1 || value.Type != out.Type {
			return nil, fmt.Errorf("the value must be a constant %v", out.Type)
		}
	}
	fill, err := fillWith(dst, out, value)
	if err != nil {
		return nil, err
	}
	for _, a := range axes {
		if a.N <= 0 {
			return fill, nil
		}
	}
	m := nd.NewMove(axes, dstStrides, to)
	return sequence([]step{fill, move(out.Type, m, dst, c.id(n.Inputs[0]))}), nil
}

// fillWith sets every element to value, or zero where that is nil.
func fillWith(dst int, t onnx.TensorType, value *onnx.Tensor) (step, error) {
	switch t.Type {
	case onnx.Float32:
		return constantStep[float32](dst, value), nil
	case onnx.Float64:
		return constantStep[float64](dst, value), nil
	case onnx.Int64:
		return constantStep[int64](dst, value), nil
	case onnx.Int32:
		return constantStep[int32](dst, value), nil
	case onnx.Bool:
		return constantStep[bool](dst, value), nil
	}
	return nil, typeError(t)
}

func constantStep[T nd.Elem](dst int, value *onnx.Tensor) step {
	var v T
	if value != nil {
		v = elements[T](value)[0]
	}
	return func(f *frame) error {
		out := at[T](f, dst)
		for i := range out {
			out[i] = v
		}
		return nil
	}
}
