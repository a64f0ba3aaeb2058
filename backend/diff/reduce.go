package diff

import (
	"slices"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

func pullReduceSum(c *context, n *onnx.Node, dy []string) ([]string, error) {
	in := c.source.Types[n.Inputs[0]].Shape
	kept := slices.Clone(in)
	for _, a := range c.source.Consts[n.Inputs[1]].Ints() {
		kept[a] = 1
	}
	return []string{c.expand(c.reshape(dy[0], kept), in)}, nil
}

func pushReduceSum(c *context, n *onnx.Node, dx []string) ([]string, error) {
	axes := ints(c.source.Consts[n.Inputs[1]].Ints())
	return []string{c.sum(dx[0], axes, n.Int("keepdims") == 1)}, nil
}

// pullSoftmax computes y∘(dy - Σ y∘dy); the Jacobian of softmax is symmetric.
func pullSoftmax(c *context, n *onnx.Node, dy []string) ([]string, error) {
	y := c.primal(n.Outputs[0])
	mean := c.sum(c.mul(y, dy[0]), []int{int(n.Int("axis"))}, true)
	return []string{c.mul(y, c.sub(dy[0], mean))}, nil
}

func pushSoftmax(c *context, n *onnx.Node, dx []string) ([]string, error) {
	return pullSoftmax(c, n, dx)
}
