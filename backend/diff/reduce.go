package diff

import (
	"slices"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// reducedAxes returns the axes of a reduction, and the shape of its result with
// those kept.
func (c *context) reducedAxes(n *onnx.Node) (axes, kept []int) {
	axes = ints(c.source.Consts[n.Inputs[1]].Ints())
	kept = slices.Clone(c.source.Types[n.Inputs[0]].Shape)
	for _, a := range axes {
		kept[a] = 1
	}
	return axes, kept
}

func pullReduceSum(c *context, n *onnx.Node, dy []string) ([]string, error) {
	_, kept := c.reducedAxes(n)
	return []string{c.expand(c.reshape(dy[0], kept), c.source.Types[n.Inputs[0]].Shape)}, nil
}

func pushReduceSum(c *context, n *onnx.Node, dx []string) ([]string, error) {
	axes, _ := c.reducedAxes(n)
	return []string{c.sum(dx[0], axes, n.Int("keepdims") == 1)}, nil
}

// extremes emits where a ReduceMax or ReduceMin found its value, and how often,
// with the reduced axes kept. Equal elements share the derivative.
func (c *context) extremes(n *onnx.Node) (at, count string) {
	axes, kept := c.reducedAxes(n)
	x := c.primal(n.Inputs[0])
	at = c.compare("Equal", x, c.reshape(c.primal(n.Outputs[0]), kept))
	return at, c.sum(c.where(at, c.scalar(1, x), c.scalar(0, x)), axes, true)
}

func pullExtreme(c *context, n *onnx.Node, dy []string) ([]string, error) {
	_, kept := c.reducedAxes(n)
	at, count := c.extremes(n)
	return []string{c.where(at, c.div(c.reshape(dy[0], kept), count), c.scalar(0, dy[0]))}, nil
}

func pushExtreme(c *context, n *onnx.Node, dx []string) ([]string, error) {
	axes, _ := c.reducedAxes(n)
	at, count := c.extremes(n)
	sum := c.sum(c.where(at, dx[0], c.scalar(0, dx[0])), axes, true)
	return []string{c.reshape(c.div(sum, count), c.source.Types[n.Outputs[0]].Shape)}, nil
}

// softmaxProduct computes y∘(dy - Σ y∘dy), forwards and backwards: the Jacobian
// of softmax is symmetric.
func softmaxProduct(c *context, n *onnx.Node, dy []string) ([]string, error) {
	y := c.primal(n.Outputs[0])
	mean := c.sum(c.mul(y, dy[0]), []int{int(n.Int("axis"))}, true)
	return []string{c.mul(y, c.sub(dy[0], mean))}, nil
}
