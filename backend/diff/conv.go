package diff

import (
	"fmt"
	"maps"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// A convolution and a transposed convolution with the same weights are each
// other's transpose: ONNX lays the weights of both out as [channels of the
// convolution's output, channels of its input / group, kernel…].

func pullConv(c *context, n *onnx.Node, dy []string) ([]string, error) {
	return pullConvolution(c, n, dy[0], "ConvTranspose", func(attrs map[string]any, x []int) {
		// The extent that striding rounded away has to be put back.
		kernel, strides := n.Ints("kernel_shape"), n.Ints("strides")
		dilations, pads := n.Ints("dilations"), n.Ints("pads")
		spatial := len(kernel)
		extra := make([]int64, spatial)
		for i := range spatial {
			reach := (kernel[i]-1)*dilations[i] + 1
			out := int64(c.source.Types[n.Outputs[0]].Shape[2+i])
			extra[i] = int64(x[2+i]) + pads[i] + pads[spatial+i] - reach - (out-1)*strides[i]
		}
		attrs["output_padding"] = extra
	})
}

func pullConvTranspose(c *context, n *onnx.Node, dy []string) ([]string, error) {
	return pullConvolution(c, n, dy[0], "Conv", func(attrs map[string]any, _ []int) {
		delete(attrs, "output_padding")
	})
}

// pullConvolution emits the transpose of a convolution of either kind.
func pullConvolution(c *context, n *onnx.Node, d, transposed string, adapt func(attrs map[string]any, x []int)) ([]string, error) {
	if err := constantWeights(c, n); err != nil {
		return nil, err
	}
	dx := make([]string, len(n.Inputs))
	if in := n.Inputs[0]; c.active[in] {
		t := c.source.Types[in]
		attrs := maps.Clone(n.Attrs)
		adapt(attrs, t.Shape)
		dx[0] = c.emit(transposed, attrs, t, d, c.primal(n.Inputs[1]))
	}
	if len(n.Inputs) > 2 && c.active[n.Inputs[2]] {
		dx[2] = c.sum(d, allBut(1, len(c.shape(d))), false)
	}
	return dx, nil
}

func pushConv(c *context, n *onnx.Node, dx []string) ([]string, error) {
	return pushConvolution(c, n, dx)
}

func pushConvTranspose(c *context, n *onnx.Node, dx []string) ([]string, error) {
	return pushConvolution(c, n, dx)
}

// pushConvolution applies the convolution itself, without its bias.
func pushConvolution(c *context, n *onnx.Node, dx []string) ([]string, error) {
	if err := constantWeights(c, n); err != nil {
		return nil, err
	}
	t := c.source.Types[n.Outputs[0]]
	sum := ""
	if dx[0] != "" {
		sum = c.emit(n.Op, n.Attrs, t, dx[0], c.primal(n.Inputs[1]))
	}
	if len(dx) > 2 && dx[2] != "" {
		shape := make([]int, len(t.Shape)-1)
		for i := range shape {
			shape[i] = 1
		}
		shape[0] = t.Shape[1]
		bias := c.reshape(dx[2], shape)
		if sum == "" {
			sum = c.expand(bias, t.Shape)
		} else {
			sum = c.add(sum, bias)
		}
	}
	return []string{sum}, nil
}

func constantWeights(c *context, n *onnx.Node) error {
	if c.active[n.Inputs[1]] {
		return fmt.Errorf("weights that depend on the latent code have no derivative rule: %w", ErrNotDifferentiable)
	}
	return nil
}

func allBut(axis, rank int) []int {
	var axes []int
	for i := range rank {
		if i != axis {
			axes = append(axes, i)
		}
	}
	return axes
}
