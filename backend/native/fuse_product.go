package native

import (
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/internal/f32"
)

// transposedAttrs say, with 1, that the left or right matrices of a MatMul are
// stored transposed.
var transposedAttrs = [2]string{"lcfv.transA", "lcfv.transB"}

// transposeIntoProduct lets a product read an operand as it was before its
// matrices were transposed.
func transposeIntoProduct(f *fuser, n *onnx.Node) *onnx.Node {
	for i, attr := range productAttrs(n) {
		p := f.producer[n.Inputs[i]]
		if p == nil || p.Op != "Transpose" || !swapsMatrices(p.Ints("perm")) {
			continue
		}
		if f.uses[n.Inputs[i]] == 1 {
			f.drop(p)
		} else {
			f.uses[n.Inputs[i]]--
			f.uses[p.Inputs[0]]++
		}
		m := derive(n, n.Outputs[0])
		m.Inputs[i] = p.Inputs[0]
		old, _ := n.Attrs[attr].(int64)
		m.Attrs[attr] = 1 - old
		return m
	}
	return nil
}

// productIntoTranspose computes a product whose matrices are transposed
// afterwards as the product of the transposed operands in the other order.
func productIntoTranspose(f *fuser, n *onnx.Node) *onnx.Node {
	p := f.sole(n.Inputs[0], "MatMul", "Gemm")
	if p == nil || !swapsMatrices(n.Ints("perm")) || p.Input(2) != "" || activationOf(p).Kind != f32.ActNone ||
		len(f.types[p.Inputs[0]].Shape) < 2 || len(f.types[p.Inputs[1]].Shape) < 2 {
		return nil
	}
	f.drop(p)
	m := derive(p, n.Outputs[0])
	m.Inputs = []string{p.Inputs[1], p.Inputs[0]}
	attrs := productAttrs(p)
	for i, attr := range attrs {
		old, _ := p.Attrs[attrs[1-i]].(int64)
		m.Attrs[attr] = 1 - old
	}
	return m
}

// productAttrs names the attributes that say which operands are stored
// transposed.
func productAttrs(n *onnx.Node) [2]string {
	if n.Op == "Gemm" {
		return [2]string{"transA", "transB"}
	}
	return transposedAttrs
}

// swapsMatrices reports whether a permutation exchanges the last two axes and
// leaves the others.
func swapsMatrices(perm []int64) bool {
	r := len(perm)
	if r < 2 || perm[r-1] != int64(r-2) || perm[r-2] != int64(r-1) {
		return false
	}
	for i, axis := range perm[:r-2] {
		if axis != int64(i) {
			return false
		}
	}
	return true
}
