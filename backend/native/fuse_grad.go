package native

import "github.com/lcfv-go/lcfv/backend/onnx"

// The patterns here recognise the derivatives of activations as backend/diff
// writes them.

// reluGrad recognises v·Sign(y) with y not negative, the pullback of Relu.
func reluGrad(f *fuser, n *onnx.Node) *onnx.Node {
	for i, in := range n.Inputs {
		p := f.sole(in, "Sign")
		if p != nil && f.nonNegative[p.Inputs[0]] {
			return f.gradient("ReluGrad", n, n.Inputs[1-i], p.Inputs[0], p)
		}
	}
	return nil
}

// sigmoidGrad recognises v·(y·(1−y)).
func sigmoidGrad(f *fuser, n *onnx.Node) *onnx.Node {
	for i, in := range n.Inputs {
		p := f.sole(in, "Mul")
		if p == nil {
			continue
		}
		for j, y := range p.Inputs {
			q := f.sole(p.Inputs[1-j], "Sub")
			if q != nil && q.Inputs[1] == y && f.isScalar(q.Inputs[0], 1) {
				return f.gradient("SigmoidGrad", n, n.Inputs[1-i], y, p, q)
			}
		}
	}
	return nil
}

// tanhGrad recognises v·(1−y·y).
func tanhGrad(f *fuser, n *onnx.Node) *onnx.Node {
	for i, in := range n.Inputs {
		p := f.sole(in, "Sub")
		if p == nil || !f.isScalar(p.Inputs[0], 1) {
			continue
		}
		q := f.sole(p.Inputs[1], "Mul")
		if q != nil && q.Inputs[0] == q.Inputs[1] {
			return f.gradient("TanhGrad", n, n.Inputs[1-i], q.Inputs[0], p, q)
		}
	}
	return nil
}

// leakyReluGrad recognises v where y > 0, else α·v.
func leakyReluGrad(f *fuser, n *onnx.Node) *onnx.Node {
	compare, scaled, v := f.sole(n.Inputs[0], "Greater"), f.sole(n.Inputs[2], "Mul"), n.Inputs[1]
	if compare == nil || scaled == nil || !f.isScalar(compare.Inputs[1], 0) {
		return nil
	}
	for i, in := range scaled.Inputs {
		alpha, ok := f.constant(scaled.Inputs[1-i])
		if in != v || !ok || len(alpha) != 1 {
			continue
		}
		if m := f.gradient("LeakyReluGrad", n, v, compare.Inputs[0], compare, scaled); m != nil {
			m.Attrs["alpha"] = alpha[0]
			return m
		}
	}
	return nil
}

// gradient returns a node of an operator of this package that computes n's
// output from v and y of the same shape, and drops what it stands for.
func (f *fuser) gradient(op string, n *onnx.Node, v, y string, stands ...*onnx.Node) *onnx.Node {
	t := f.types[n.Outputs[0]]
	if !t.Equal(f.types[v]) || !t.Equal(f.types[y]) {
		return nil
	}
	f.drop(stands...)
	m := derive(n, n.Outputs[0])
	m.Op, m.Inputs = op, []string{v, y}
	return m
}
