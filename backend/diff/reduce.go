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

// pullWeighted and pushWeighted are the rule of a reduction whose derivative is
// a weighted sum.
func pullWeighted(weights func(c *context, n *onnx.Node) string) func(c *context, n *onnx.Node, dy []string) ([]string, error) {
	return func(c *context, n *onnx.Node, dy []string) ([]string, error) {
		_, kept := c.reducedAxes(n)
		return []string{c.mul(c.reshape(dy[0], kept), weights(c, n))}, nil
	}
}

func pushWeighted(weights func(c *context, n *onnx.Node) string) func(c *context, n *onnx.Node, dx []string) ([]string, error) {
	return func(c *context, n *onnx.Node, dx []string) ([]string, error) {
		axes, _ := c.reducedAxes(n)
		return []string{c.sum(c.mul(dx[0], weights(c, n)), axes, n.Int("keepdims") == 1)}, nil
	}
}

// productWeights emits for each factor the product of the others: that of the
// factors that are not zero divided by the factor, unless another one is zero.
func productWeights(c *context, n *onnx.Node) string {
	axes, kept := c.reducedAxes(n)
	x := c.primal(n.Inputs[0])
	zero, one := c.scalar(0, x), c.scalar(1, x)
	zeros := c.where(c.compare("Equal", x, zero), one, zero)
	factors := c.add(x, zeros) // 1 in place of 0
	attrs := map[string]any{"keepdims": int64(1), "noop_with_empty_axes": int64(0)}
	product := c.emit("ReduceProd", attrs, onnx.TensorType{Type: c.types[x].Type, Shape: kept}, factors, c.ints(int64s(axes)...))
	others := c.sub(c.sum(zeros, axes, true), zeros)
	return c.where(c.compare("Equal", others, zero), c.div(product, factors), zero)
}

// softmaxWeights emits exp(x − log Σ exp x).
func softmaxWeights(c *context, n *onnx.Node) string {
	_, kept := c.reducedAxes(n)
	return c.unary("Exp", c.sub(c.primal(n.Inputs[0]), c.reshape(c.primal(n.Outputs[0]), kept)))
}

func pullLogSoftmax(c *context, n *onnx.Node, dy []string) ([]string, error) {
	sum := c.sum(dy[0], []int{int(n.Int("axis"))}, true)
	return []string{c.sub(dy[0], c.mul(c.unary("Exp", c.primal(n.Outputs[0])), sum))}, nil
}

func pushLogSoftmax(c *context, n *onnx.Node, dx []string) ([]string, error) {
	p := c.unary("Exp", c.primal(n.Outputs[0]))
	return []string{c.sub(dx[0], c.sum(c.mul(p, dx[0]), []int{int(n.Int("axis"))}, true))}, nil
}
