package diff

import "github.com/lcfv-go/lcfv/backend/onnx"

// scaled is the rule of an operator on one value whose derivative is a factor
// for each element.
func scaled(slope func(c *context, n *onnx.Node) string) rule {
	both := func(c *context, n *onnx.Node, d []string) ([]string, error) {
		return []string{c.mul(d[0], slope(c, n))}, nil
	}
	return rule{pull: both, push: both}
}

// chosen is the rule of an operator on one value whose derivative is picked for
// each element, so that a factor of 0 also stops infinities.
func chosen(apply func(c *context, n *onnx.Node, d string) string) rule {
	both := func(c *context, n *onnx.Node, d []string) ([]string, error) {
		return []string{apply(c, n, d[0])}, nil
	}
	return rule{pull: both, push: both}
}

// reluSlope is 1 where the output is positive and 0 where it is 0.
func reluSlope(c *context, n *onnx.Node) string { return c.unary("Sign", c.primal(n.Outputs[0])) }

// leakyReluSlope reads the output where that has the sign of the input.
func leakyReluSlope(c *context, n *onnx.Node, d string) string {
	alpha := float64(n.Float("alpha"))
	from := n.Outputs[0]
	if alpha <= 0 {
		from = n.Inputs[0]
	}
	p := c.primal(from)
	return c.where(c.compare("Greater", p, c.scalar(0, p)), d, c.scale(d, alpha))
}

// eluSlope is 1 above 0 and α·exp(x) = y + α below.
func eluSlope(c *context, n *onnx.Node, d string) string {
	alpha := float64(n.Float("alpha"))
	x, y := c.primal(n.Inputs[0]), c.primal(n.Outputs[0])
	below := c.mul(d, c.add(y, c.scalar(alpha, y)))
	return c.where(c.compare("Greater", x, c.scalar(0, x)), d, below)
}

func sigmoidSlope(c *context, n *onnx.Node) string {
	y := c.primal(n.Outputs[0])
	return c.mul(y, c.sub(c.scalar(1, y), y))
}

func tanhSlope(c *context, n *onnx.Node) string {
	y := c.primal(n.Outputs[0])
	return c.sub(c.scalar(1, y), c.mul(y, y))
}

func softplusSlope(c *context, n *onnx.Node) string {
	return c.unary("Sigmoid", c.primal(n.Inputs[0]))
}

func sqrtSlope(c *context, n *onnx.Node) string {
	y := c.primal(n.Outputs[0])
	return c.div(c.scalar(0.5, y), y)
}

func reciprocalSlope(c *context, n *onnx.Node) string {
	y := c.primal(n.Outputs[0])
	return c.neg(c.mul(y, y))
}

// clipSlope lets through what is within the bounds, bounds included.
func clipSlope(c *context, n *onnx.Node, d string) string {
	x := c.primal(n.Inputs[0])
	zero := c.scalar(0, d)
	for i, op := range []string{1: "GreaterOrEqual", 2: "LessOrEqual"} {
		if i > 0 && i < len(n.Inputs) && n.Inputs[i] != "" {
			d = c.where(c.compare(op, x, c.primal(n.Inputs[i])), d, zero)
		}
	}
	return d
}

func castTo(c *context, d string, like string) string {
	t := c.source.Types[like]
	if c.types[d].Type == t.Type {
		return d
	}
	return c.emit("Cast", map[string]any{"to": int64(t.Type), "saturate": int64(1)}, onnx.TensorType{Type: t.Type, Shape: c.shape(d)}, d)
}

func floating(t onnx.DataType) bool { return t == onnx.Float32 || t == onnx.Float64 }

func pullCast(c *context, n *onnx.Node, dy []string) ([]string, error) {
	return []string{castTo(c, dy[0], n.Inputs[0])}, nil
}

func pushCast(c *context, n *onnx.Node, dx []string) ([]string, error) {
	return []string{castTo(c, dx[0], n.Outputs[0])}, nil
}

// linearBinary is the rule of a·x + b·y for signs a and b.
func linearBinary(a, b int) rule {
	signed := func(sign int) func(c *context, _ *onnx.Node, d string) string {
		return func(c *context, _ *onnx.Node, d string) string {
			if sign < 0 {
				return c.neg(d)
			}
			return d
		}
	}
	return partial(signed(a), signed(b))
}

// partial is the rule of an operator on two values with broadcasting, given
// what multiplying by either partial derivative emits.
func partial(left, right func(c *context, n *onnx.Node, d string) string) rule {
	sides := []func(*context, *onnx.Node, string) string{left, right}
	return rule{
		pull: func(c *context, n *onnx.Node, dy []string) ([]string, error) {
			dx := make([]string, 2)
			for i, side := range sides {
				if c.active[n.Inputs[i]] {
					dx[i] = c.unbroadcast(side(c, n, dy[0]), c.source.Types[n.Inputs[i]].Shape)
				}
			}
			return dx, nil
		},
		push: func(c *context, n *onnx.Node, dx []string) ([]string, error) {
			sum := ""
			for i, side := range sides {
				if dx[i] == "" {
					continue
				}
				term := side(c, n, dx[i])
				if sum != "" {
					term = c.add(sum, term)
				}
				sum = term
			}
			return []string{c.expand(sum, c.source.Types[n.Outputs[0]].Shape)}, nil
		},
	}
}

// divByDenominator multiplies by ∂(x/y)/∂y = -(x/y)/y.
func divByDenominator(c *context, n *onnx.Node, d string) string {
	q := c.div(c.primal(n.Outputs[0]), c.primal(n.Inputs[1]))
	return c.neg(c.mul(d, q))
}

// powByBase multiplies by ∂(x^p)/∂x = p·x^(p-1).
func powByBase(c *context, n *onnx.Node, d string) string {
	x := c.primal(n.Inputs[0])
	if t := c.source.Consts[n.Inputs[1]]; t != nil && t.Len() == 1 {
		return powByNumber(c, x, d, t.Floats()[0])
	}
	p := castTo(c, c.primal(n.Inputs[1]), n.Inputs[0])
	slope := c.mul(p, c.binary("Pow", x, c.sub(p, c.scalar(1, p))))
	// Where p is 0 the derivative is 0, also where x^(p-1) is not finite.
	zero := c.scalar(0, d)
	return c.where(c.compare("Equal", p, c.scalar(0, p)), zero, c.mul(d, slope))
}

// powByNumber is powByBase for one exponent: normalisations are full of squares.
func powByNumber(c *context, x, d string, p float64) string {
	switch p {
	case 0:
		return c.scale(d, 0)
	case 1:
		return d
	case 2:
		return c.mul(d, c.scale(x, 2))
	}
	return c.mul(d, c.scale(c.binary("Pow", x, c.scalar(p-1, x)), p))
}

// powByExponent multiplies by ∂(x^p)/∂p = x^p·log x, 0 for x = 0.
func powByExponent(c *context, n *onnx.Node, d string) string {
	x, y := c.primal(n.Inputs[0]), c.primal(n.Outputs[0])
	slope := c.mul(y, c.unary("Log", x))
	return c.where(c.compare("Equal", x, c.scalar(0, x)), c.scalar(0, d), c.mul(d, slope))
}

// extremeLeft passes to the left operand where it wins or ties.
func extremeLeft(wins string) func(c *context, n *onnx.Node, d string) string {
	return func(c *context, n *onnx.Node, d string) string {
		left := c.compare(wins, c.primal(n.Inputs[0]), c.primal(n.Inputs[1]))
		return c.where(left, d, c.scalar(0, d))
	}
}

// extremeRight passes to the right operand where the left neither wins nor ties.
func extremeRight(wins string) func(c *context, n *onnx.Node, d string) string {
	return func(c *context, n *onnx.Node, d string) string {
		left := c.compare(wins, c.primal(n.Inputs[0]), c.primal(n.Inputs[1]))
		return c.where(left, c.scalar(0, d), d)
	}
}

func pullWhere(c *context, n *onnx.Node, dy []string) ([]string, error) {
	cond, zero := c.primal(n.Inputs[0]), c.scalar(0, dy[0])
	dx := make([]string, 3)
	if in := n.Inputs[1]; c.active[in] {
		dx[1] = c.unbroadcast(c.where(cond, dy[0], zero), c.source.Types[in].Shape)
	}
	if in := n.Inputs[2]; c.active[in] {
		dx[2] = c.unbroadcast(c.where(cond, zero, dy[0]), c.source.Types[in].Shape)
	}
	return dx, nil
}

func pushWhere(c *context, n *onnx.Node, dx []string) ([]string, error) {
	a, b := dx[1], dx[2]
	if a == "" {
		a = c.scalar(0, b)
	}
	if b == "" {
		b = c.scalar(0, a)
	}
	y := c.where(c.primal(n.Inputs[0]), a, b)
	return []string{c.expand(y, c.source.Types[n.Outputs[0]].Shape)}, nil
}
