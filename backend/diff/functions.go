package diff

import (
	"math"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// The slopes of the elementary functions.

// of makes a slope of an operator on the input.
func of(op string) func(c *context, n *onnx.Node) string {
	return func(c *context, n *onnx.Node) string { return c.unary(op, c.primal(n.Inputs[0])) }
}

func cosSlope(c *context, n *onnx.Node) string {
	return c.neg(c.unary("Sin", c.primal(n.Inputs[0])))
}

func tanSlope(c *context, n *onnx.Node) string {
	y := c.primal(n.Outputs[0])
	return c.add(c.mul(y, y), c.scalar(1, y))
}

// rootSlope is s divided by the root of a function of x.
func rootSlope(s float64, radicand func(c *context, x string) string) func(c *context, n *onnx.Node) string {
	return func(c *context, n *onnx.Node) string {
		root := c.unary("Sqrt", radicand(c, c.primal(n.Inputs[0])))
		return c.div(c.scalar(s, root), root)
	}
}

// oneMinusSquare emits 1 − x² without the cancellation near 1.
func oneMinusSquare(c *context, x string) string {
	one := c.scalar(1, x)
	return c.mul(c.sub(one, x), c.add(one, x))
}

// onePlusSquare emits 1 + x².
func onePlusSquare(c *context, x string) string { return c.add(c.mul(x, x), c.scalar(1, x)) }

// squareMinusOne emits x² − 1 without the cancellation near 1.
func squareMinusOne(c *context, x string) string {
	one := c.scalar(1, x)
	return c.mul(c.sub(x, one), c.add(x, one))
}

// reciprocalOf makes the slope 1/f(x).
func reciprocalOf(f func(c *context, x string) string) func(c *context, n *onnx.Node) string {
	return func(c *context, n *onnx.Node) string { return c.unary("Reciprocal", f(c, c.primal(n.Inputs[0]))) }
}

// erfSlope is 2/√π·exp(−x²).
func erfSlope(c *context, n *onnx.Node) string {
	x := c.primal(n.Inputs[0])
	return c.mul(c.unary("Exp", c.neg(c.mul(x, x))), c.scalar(2/math.Sqrt(math.Pi), x))
}

// modByDivisor multiplies by ∂(x mod y)/∂y = −trunc(x/y).
func modByDivisor(c *context, n *onnx.Node, d string) string {
	x, y := c.primal(n.Inputs[0]), c.primal(n.Inputs[1])
	times := c.unary("Round", c.div(c.sub(x, c.primal(n.Outputs[0])), y))
	return c.neg(c.mul(d, times))
}
