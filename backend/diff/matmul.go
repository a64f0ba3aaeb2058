package diff

import (
	"slices"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

func (c *context) gemm(n *onnx.Node, a, b string, transA, transB int64) string {
	shape := []int{c.shape(a)[transA], c.shape(b)[1-transB]}
	attrs := map[string]any{"alpha": n.Float("alpha"), "beta": float32(1), "transA": transA, "transB": transB}
	return c.emit("Gemm", attrs, onnx.TensorType{Type: c.types[a].Type, Shape: shape}, a, b)
}

// pullGemm differentiates Y = α op(A) op(B) + β C.
func pullGemm(c *context, n *onnx.Node, dy []string) ([]string, error) {
	a, b, d := n.Inputs[0], n.Inputs[1], dy[0]
	ta, tb := n.Int("transA"), n.Int("transB")
	dx := make([]string, len(n.Inputs))
	if c.active[a] {
		if ta == 0 {
			dx[0] = c.gemm(n, d, c.primal(b), 0, 1-tb)
		} else {
			dx[0] = c.gemm(n, c.primal(b), d, tb, 1)
		}
	}
	if c.active[b] {
		if tb == 0 {
			dx[1] = c.gemm(n, c.primal(a), d, 1-ta, 0)
		} else {
			dx[1] = c.gemm(n, d, c.primal(a), 1, ta)
		}
	}
	if len(n.Inputs) > 2 && c.active[n.Inputs[2]] {
		dx[2] = c.unbroadcast(c.scale(d, float64(n.Float("beta"))), c.source.Types[n.Inputs[2]].Shape)
	}
	return dx, nil
}

func pushGemm(c *context, n *onnx.Node, dx []string) ([]string, error) {
	ta, tb := n.Int("transA"), n.Int("transB")
	var terms []string
	if dx[0] != "" {
		terms = append(terms, c.gemm(n, dx[0], c.primal(n.Inputs[1]), ta, tb))
	}
	if dx[1] != "" {
		terms = append(terms, c.gemm(n, c.primal(n.Inputs[0]), dx[1], ta, tb))
	}
	if len(dx) > 2 && dx[2] != "" {
		terms = append(terms, c.scale(dx[2], float64(n.Float("beta"))))
	}
	sum := terms[0]
	for _, t := range terms[1:] {
		sum = c.add(sum, t)
	}
	return []string{c.expand(sum, c.source.Types[n.Outputs[0]].Shape)}, nil
}

// asMatrix views an operand of MatMul as one of rank 2 or more: a vector is a
// row on the left and a column on the right.
func (c *context) asMatrix(a string, left bool) string {
	shape := c.shape(a)
	switch {
	case len(shape) > 1:
		return a
	case left:
		return c.reshape(a, []int{1, shape[0]})
	default:
		return c.reshape(a, []int{shape[0], 1})
	}
}

// asProduct views a cotangent of MatMul's output as that of the product of the
// operands' matrices.
func (c *context) asProduct(d string, n *onnx.Node) string {
	shape := slices.Clone(c.shape(d))
	if len(c.source.Types[n.Inputs[1]].Shape) == 1 {
		shape = append(shape, 1)
	}
	if len(c.source.Types[n.Inputs[0]].Shape) == 1 {
		shape = slices.Insert(shape, len(shape)-1, 1)
	}
	return c.reshape(d, shape)
}

// swapped transposes the last two axes.
func (c *context) swapped(a string) string {
	perm := make([]int, len(c.shape(a)))
	for i := range perm {
		perm[i] = i
	}
	r := len(perm)
	perm[r-1], perm[r-2] = r-2, r-1
	return c.transpose(a, perm)
}

func pullMatMul(c *context, n *onnx.Node, dy []string) ([]string, error) {
	d := c.asProduct(dy[0], n)
	dx := make([]string, 2)
	if in := n.Inputs[0]; c.active[in] {
		b := c.asMatrix(c.primal(n.Inputs[1]), false)
		dx[0] = c.pullOperand(c.matmul(d, c.swapped(b)), in, true)
	}
	if in := n.Inputs[1]; c.active[in] {
		a := c.asMatrix(c.primal(n.Inputs[0]), true)
		dx[1] = c.pullOperand(c.matmul(c.swapped(a), d), in, false)
	}
	return dx, nil
}

// pullOperand sums over the leading extents an operand was broadcast along.
func (c *context) pullOperand(d, operand string, left bool) string {
	shape := c.source.Types[operand].Shape
	matrix := shape
	if len(shape) == 1 {
		matrix = []int{shape[0], 1}
		if left {
			matrix = []int{1, shape[0]}
		}
	}
	return c.reshape(c.unbroadcast(d, matrix), shape)
}

func pushMatMul(c *context, n *onnx.Node, dx []string) ([]string, error) {
	sum := ""
	for i, d := range dx {
		if d == "" {
			continue
		}
		operands := []string{d, d}
		operands[1-i] = c.primal(n.Inputs[1-i])
		term := c.matmul(c.asMatrix(operands[0], true), c.asMatrix(operands[1], false))
		if sum != "" {
			term = c.add(sum, term)
		}
		sum = term
	}
	return []string{c.reshape(sum, c.source.Types[n.Outputs[0]].Shape)}, nil
}
