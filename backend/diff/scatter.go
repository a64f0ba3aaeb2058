package diff

import "github.com/lcfv-go/lcfv/backend/onnx"

// A ScatterElements reads each element of its data once, and each update at the
// place that its index names. The derivatives of both are factors: of the data,
// and of the updates. "" stands for 1.

// scatterWeights emits the factors of a node. Where equal elements are the
// largest or smallest of a place they share the derivative. Places are
// differentiated as if no two updates replaced the same element, which ONNX
// forbids.
func (c *context) scatterWeights(n *onnx.Node) (data, updates string) {
	t := c.source.Types[n.Inputs[0]]
	switch n.Str("reduction") {
	case "none":
		zeros := c.zeros(c.source.Types[n.Inputs[2]])
		return c.scatterLike(n, c.constant(filled(t.Type, t.Shape, 1)), zeros, "none"), ""
	case "mul":
		return c.productFactors(n)
	case "min", "max":
		y := c.primal(n.Outputs[0])
		one, zero := c.scalar(1, y), c.scalar(0, y)
		kept := c.where(c.compare("Equal", c.primal(n.Inputs[0]), y), one, zero)
		reached := c.pickLike(n, y)
		won := c.where(c.compare("Equal", c.primal(n.Inputs[2]), reached), one, zero)
		count := c.scatterLike(n, kept, won, "add")
		return c.div(kept, count), c.div(won, c.pickLike(n, count))
	}
	return "", ""
}

// productFactors emits for each factor of a place the product of the others, by
// counting zeros and multiplying what is not zero.
func (c *context) productFactors(n *onnx.Node) (data, updates string) {
	x, u := c.primal(n.Inputs[0]), c.primal(n.Inputs[2])
	one, zero := c.scalar(1, x), c.scalar(0, x)
	xZero, uZero := c.compare("Equal", x, zero), c.compare("Equal", u, zero)
	xCount, uCount := c.where(xZero, one, zero), c.where(uZero, one, zero)
	xSafe, uSafe := c.where(xZero, one, x), c.where(uZero, one, u)
	product := c.scatterLike(n, xSafe, uSafe, "mul")
	zeros := c.scatterLike(n, xCount, uCount, "add")
	others := func(product, zeros, safe, count string) string {
		none := c.compare("Equal", c.sub(zeros, count), zero)
		return c.where(none, c.div(product, safe), zero)
	}
	return others(product, zeros, xSafe, xCount),
		others(c.pickLike(n, product), c.pickLike(n, zeros), uSafe, uCount)
}

// scatterLike emits a ScatterElements to the places of node n.
func (c *context) scatterLike(n *onnx.Node, a, updates, reduction string) string {
	return c.scatter(a, c.primal(n.Inputs[1]), updates, n.Int("axis"), reduction)
}

// pickLike emits what is at the places of node n.
func (c *context) pickLike(n *onnx.Node, a string) string {
	return c.pick(a, c.primal(n.Inputs[1]), n.Int("axis"))
}

// weighted multiplies by a factor, "" for 1.
func (c *context) weighted(d, factor string) string {
	if factor == "" {
		return d
	}
	return c.mul(d, factor)
}

func pullScatterElements(c *context, n *onnx.Node, dy []string) ([]string, error) {
	data, updates := c.scatterWeights(n)
	dx := make([]string, 3)
	if c.active[n.Inputs[0]] {
		dx[0] = c.weighted(dy[0], data)
	}
	if c.active[n.Inputs[2]] {
		dx[2] = c.weighted(c.pickLike(n, dy[0]), updates)
	}
	return dx, nil
}

func pushScatterElements(c *context, n *onnx.Node, dx []string) ([]string, error) {
	data, updates := c.scatterWeights(n)
	base := dx[0]
	if base == "" {
		base = c.zeros(c.source.Types[n.Inputs[0]])
	} else {
		base = c.weighted(base, data)
	}
	if dx[2] == "" {
		return []string{base}, nil
	}
	return []string{c.scatterLike(n, base, c.weighted(dx[2], updates), "add")}, nil
}

// cumSum emits the sum along an axis of node n, in the other direction for its
// transpose.
func (c *context) cumSum(n *onnx.Node, d string, reverse int64) []string {
	attrs := map[string]any{"exclusive": n.Int("exclusive"), "reverse": reverse}
	return []string{c.emit("CumSum", attrs, c.types[d], d, c.primal(n.Inputs[1]))}
}

func pullCumSum(c *context, n *onnx.Node, dy []string) ([]string, error) {
	return c.cumSum(n, dy[0], 1-n.Int("reverse")), nil
}

func pushCumSum(c *context, n *onnx.Node, dx []string) ([]string, error) {
	return c.cumSum(n, dx[0], n.Int("reverse")), nil
}
