package native

import (
	"fmt"
	"slices"

	"github.com/lcfv-go/lcfv/backend/native/internal/nd"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/internal/f32"
)

// product is a matrix product α·op(A)·op(B), m×k by k×n, added to β times what
// the result holds.
type product struct {
	transA, transB bool
	m, n, k        int
	alpha, beta    float32
}

// leading returns the distances between the stored rows of A and of B.
func (p *product) leading() (lda, ldb int) {
	lda, ldb = p.k, p.n
	if p.transA {
		lda = p.m
	}
	if p.transB {
		ldb = p.k
	}
	return lda, ldb
}

// gemm multiplies two matrices and adds a third that broadcasts.
func gemm(c *compiler, n *onnx.Node) (step, error) {
	out := c.types[n.Outputs[0]]
	a, b := c.shape(n.Inputs[0]), c.shape(n.Inputs[1])
	p := product{transA: n.Int("transA") != 0, transB: n.Int("transB") != 0, alpha: n.Float("alpha")}
	if len(a) != 2 || len(b) != 2 || len(out.Shape) != 2 {
		return nil, fmt.Errorf("matrices of shapes %v and %v", a, b)
	}
	p.m, p.n, p.k = out.Shape[0], out.Shape[1], a[1]
	if p.transA {
		p.k = a[0]
	}
	var init step
	columns := -1 // buffer of a number for each column, added by the kernel
	if name := n.Input(2); name != "" && n.Float("beta") != 0 {
		shape := c.shape(name)
		if n.Float("beta") == 1 && out.Type == onnx.Float32 && c.len(name) == p.n && shape[len(shape)-1] == p.n {
			columns = c.id(name)
		} else {
			p.beta = n.Float("beta")
			var err error
			if init, err = expandInto(c, name, n.Outputs[0]); err != nil {
				return nil, err
			}
		}
	}
	var mul step
	switch out.Type {
	case onnx.Float32:
		mul = gemm32(c, n, p, columns, activationOf(n))
	case onnx.Float64:
		mul = productStep[float64](c, n, p)
	case onnx.Int64:
		mul = productStep[int64](c, n, p)
	case onnx.Int32:
		mul = productStep[int32](c, n, p)
	default:
		return nil, typeError(out)
	}
	if init != nil {
		return sequence([]step{init, mul}), nil
	}
	return mul, nil
}

// expandInto repeats a value to fill another.
func expandInto(c *compiler, from, to string) (step, error) {
	node := &onnx.Node{Op: "Expand", Inputs: []string{from}, Outputs: []string{to}}
	return expand(c, node)
}

// gemm32 uses the blocked kernel, with the right operand packed beforehand if
// it is constant.
func gemm32(c *compiler, n *onnx.Node, p product, columns int, act f32.Activation) step {
	a, b, dst := c.id(n.Inputs[0]), c.id(n.Inputs[1]), c.id(n.Outputs[0])
	c.scratch(f32.GemmScratch(p.m, p.n, p.k), 0)
	lda, ldb := p.leading()
	packed := c.packB(n.Inputs[1], p)
	return func(m *frame) error {
		ep := f32.Epilogue{Act: act}
		if columns >= 0 {
			ep.ColBias = at[float32](m, columns)
		}
		if packed != nil {
			f32.GemmPacked(p.transA, p.m, p.alpha, at[float32](m, a), lda, packed, p.beta, at[float32](m, dst), p.n, ep, m.scratch32)
		} else {
			f32.GemmFused(p.transA, p.transB, p.m, p.n, p.k, p.alpha, at[float32](m, a), lda, at[float32](m, b), ldb, p.beta, at[float32](m, dst), p.n, ep, m.scratch32)
		}
		return nil
	}
}

// productStep multiplies by the definition.
func productStep[T nd.Number](c *compiler, n *onnx.Node, p product) step {
	a, b, dst := c.id(n.Inputs[0]), c.id(n.Inputs[1]), c.id(n.Outputs[0])
	return func(m *frame) error {
		multiplyMatrices(p, at[T](m, dst), at[T](m, a), at[T](m, b))
		return nil
	}
}

func multiplyMatrices[T nd.Number](p product, dst, a, b []T) {
	lda, ldb := p.leading()
	for i := range p.m {
		for j := range p.n {
			var sum T
			for k := range p.k {
				ia, ib := i*lda+k, k*ldb+j
				if p.transA {
					ia = k*lda + i
				}
				if p.transB {
					ib = j*ldb + k
				}
				sum += a[ia] * b[ib]
			}
			if p.alpha != 1 {
				sum = T(float64(p.alpha) * float64(sum))
			}
			if p.beta != 0 {
				sum += T(float64(p.beta) * float64(dst[i*p.n+j]))
			}
			dst[i*p.n+j] = sum
		}
	}
}

// matMul multiplies stacks of matrices as numpy does: vectors are a row on the
// left and a column on the right, leading extents broadcast. After fusion,
// matrices may be stored transposed.
func matMul(c *compiler, n *onnx.Node) (step, error) {
	a, b := slices.Clone(c.shape(n.Inputs[0])), slices.Clone(c.shape(n.Inputs[1]))
	if len(a) == 0 || len(b) == 0 {
		return nil, fmt.Errorf("a scalar operand")
	}
	if len(a) == 1 {
		a = []int{1, a[0]}
	}
	if len(b) == 1 {
		b = append(b, 1)
	}
	ra, rb := len(a), len(b)
	p := product{alpha: 1}
	for i, stored := range []struct {
		trans *bool
		shape []int
	}{{&p.transA, a}, {&p.transB, b}} {
		if n.Attrs[transposedAttrs[i]] == int64(1) {
			*stored.trans = true
			r := len(stored.shape)
			stored.shape[r-2], stored.shape[r-1] = stored.shape[r-1], stored.shape[r-2]
		}
	}
	p.m, p.n, p.k = a[ra-2], b[rb-1], a[ra-1]
	if b[rb-2] != p.k {
		return nil, fmt.Errorf("matrices of shapes %v and %v", a, b)
	}
	stackA, stackB := a[:ra-2], b[:rb-2]
	if nd.Len(stackB) == 1 && !p.transA {
		// One matrix on the right: the rows of all on the left are one matrix.
		p.m *= nd.Len(stackA)
		stackA, stackB = nil, nil
	}
	rank := max(len(stackA), len(stackB))
	stack := make([]int, rank)
	for i := range stack {
		stack[i] = 1
		for _, s := range [][]int{stackA, stackB} {
			if j := i - rank + len(s); j >= 0 && s[j] != 1 {
				stack[i] = s[j]
			}
		}
	}
	loop, err := nd.NewLoop(stack, stackA, stackB)
	if err != nil {
		return nil, err
	}
	switch t := c.types[n.Outputs[0]]; t.Type {
	case onnx.Float32:
		if rank == 0 {
			return gemm32(c, n, p, -1, f32.Activation{}), nil
		}
		c.scratch(f32.GemmScratch(p.m, p.n, p.k), 0)
		lda, ldb := p.leading()
		return stackStep(c, n, p, loop, func(m *frame, dst, a, b []float32) {
			f32.Gemm(p.transA, p.transB, p.m, p.n, p.k, 1, a, lda, b, ldb, 0, dst, p.n, m.scratch32)
		}), nil
	case onnx.Float64:
		return stackStep(c, n, p, loop, func(_ *frame, dst, a, b []float64) { multiplyMatrices(p, dst, a, b) }), nil
	case onnx.Int64:
		return stackStep(c, n, p, loop, func(_ *frame, dst, a, b []int64) { multiplyMatrices(p, dst, a, b) }), nil
	case onnx.Int32:
		return stackStep(c, n, p, loop, func(_ *frame, dst, a, b []int32) { multiplyMatrices(p, dst, a, b) }), nil
	default:
		return nil, typeError(t)
	}
}

// stackStep multiplies the matrices of two stacks in pairs.
func stackStep[T nd.Elem](c *compiler, n *onnx.Node, p product, loop *nd.Loop, mul func(m *frame, dst, a, b []T)) step {
	a, b, dst := c.id(n.Inputs[0]), c.id(n.Inputs[1]), c.id(n.Outputs[0])
	return func(m *frame) error {
		va, vb, out := at[T](m, a), at[T](m, b), at[T](m, dst)
		loop.Pairs(func(at, ia, ib int) {
			mul(m, out[at*p.m*p.n:][:p.m*p.n], va[ia*p.m*p.k:][:p.m*p.k], vb[ib*p.k*p.n:][:p.k*p.n])
		})
		return nil
	}
}
