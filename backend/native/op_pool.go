package native

import (
	"fmt"
	"math"

	"github.com/lcfv-go/lcfv/backend/native/internal/nd"
	"github.com/lcfv-go/lcfv/backend/onnx"
)

// maxPool takes sliding maxima over one to three axes, and their positions where
// the node has a second output.
func maxPool(c *compiler, n *onnx.Node) (step, error) {
	in, out := c.types[n.Inputs[0]], c.types[n.Outputs[0]]
	spatial := len(in.Shape) - 2
	if spatial < 1 || spatial > 3 {
		return nil, fmt.Errorf("pooling over %d axes; at most 3 are supported", spatial)
	}
	kernel, strides, dilations, pads := n.Ints("kernel_shape"), n.Ints("strides"), n.Ints("dilations"), n.Ints("pads")
	axes := make([]nd.PoolAxis, spatial)
	for i := range axes {
		if err := checkTable(out.Shape[2+i]); err != nil {
			return nil, err
		}
		axes[i] = nd.PoolAxis{
			In: in.Shape[2+i], Out: out.Shape[2+i], Kernel: int(kernel[i]), Stride: int(strides[i]),
			Dilation: int(dilations[i]), Pad: int(pads[i]),
		}
	}
	pool := nd.NewPool(in.Shape[0]*in.Shape[1], axes...)
	switch in.Type {
	case onnx.Float32:
		return poolStep(c, n, pool, float32(math.Inf(-1))), nil
	case onnx.Float64:
		return poolStep(c, n, pool, math.Inf(-1)), nil
	case onnx.Int64:
		return poolStep[int64](c, n, pool, math.MinInt64), nil
	case onnx.Int32:
		return poolStep[int32](c, n, pool, math.MinInt32), nil
	}
	return nil, typeError(in)
}

func poolStep[T nd.Number](c *compiler, n *onnx.Node, pool *nd.Pool, lowest T) step {
	x, y := c.id(n.Inputs[0]), c.id(n.Outputs[0])
	if len(n.Outputs) < 2 || n.Outputs[1] == "" {
		return func(f *frame) error { nd.Max(pool, at[T](f, y), at[T](f, x), lowest); return nil }
	}
	positions := c.id(n.Outputs[1])
	return func(f *frame) error {
		nd.Argmax(pool, at[T](f, y), at[int64](f, positions), at[T](f, x), lowest)
		return nil
	}
}
