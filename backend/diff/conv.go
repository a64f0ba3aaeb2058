package diff

import (
	"fmt"
	"maps"
	"slices"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// A convolution and a transposed convolution with the same weights are each
// other's transpose: ONNX lays the weights of both out as [channels of the
// convolution's output, channels of its input / group, kernel…].

func pullConv(c *context, n *onnx.Node, dy []string) ([]string, error) {
	return pullConvolution(c, n, dy[0], func(d string, x onnx.TensorType) string {
		// The extent that striding rounded away has to be put back.
		strides := n.Ints("strides")
		reach := reaches(n)
		extra := make([]int64, len(strides))
		for i := range extra {
			extra[i] = int64(x.Shape[2+i]) + reach[i] - int64(c.shape(d)[2+i]-1)*strides[i] - 1
		}
		attrs := maps.Clone(n.Attrs)
		attrs["output_padding"] = extra
		return c.emit("ConvTranspose", attrs, x, d, c.primal(n.Inputs[1]))
	})
}

func pullConvTranspose(c *context, n *onnx.Node, dy []string) ([]string, error) {
	return pullConvolution(c, n, dy[0], func(d string, x onnx.TensorType) string {
		attrs := maps.Clone(n.Attrs)
		delete(attrs, "output_padding")
		strides := n.Ints("strides")
		t := onnx.TensorType{Type: x.Type, Shape: slices.Clone(x.Shape)}
		for i, r := range reaches(n) {
			t.Shape[2+i] = (c.shape(d)[2+i]+int(r)-1)/int(strides[i]) + 1
		}
		dx := c.emit("Conv", attrs, t, d, c.primal(n.Inputs[1]))
		// Output padding of a stride or more makes places that no input reached.
		for axis := 2; axis < len(x.Shape); axis++ {
			dx = c.slice(dx, axis, 0, x.Shape[axis], 1)
		}
		return dx
	})
}

// reaches returns, axis by axis, by how much padding exceeds what the dilated
// kernel spans beyond one element.
func reaches(n *onnx.Node) []int64 {
	kernel, dilations, pads := n.Ints("kernel_shape"), n.Ints("dilations"), n.Ints("pads")
	out := make([]int64, len(kernel))
	for i := range out {
		out[i] = pads[i] + pads[len(kernel)+i] - (kernel[i]-1)*dilations[i]
	}
	return out
}

// pullConvolution differentiates a convolution of either kind, given what emits
// the transpose of its dependence on x.
func pullConvolution(c *context, n *onnx.Node, d string, transpose func(d string, x onnx.TensorType) string) ([]string, error) {
	if err := constantWeights(c, n); err != nil {
		return nil, err
	}
	dx := make([]string, len(n.Inputs))
	if in := n.Inputs[0]; c.active[in] {
		dx[0] = transpose(d, c.source.Types[in])
	}
	if len(n.Inputs) > 2 && c.active[n.Inputs[2]] {
		dx[2] = c.sum(d, allBut(1, len(c.shape(d))), false)
	}
	return dx, nil
}

// pushConvolution applies the convolution itself, of either kind, without its
// bias.
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
