package native

import (
	"maps"
	"slices"

	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/internal/f32"
)

// fuse rewrites a graph into one with fewer passes over memory. Besides ONNX's
// operators the result may use those of this package (see operators), and
// nodes that multiply may carry the attribute activationAttr. nonNegative names
// inputs that are known to hold no negative number.
//
// Only float32 is fused: float64 graphs exist to check gradients, where what
// is computed matters and speed does not.
func fuse(g *onnx.Static, w *weights, nonNegative map[string]bool) *onnx.Static {
	f := &fuser{
		weights: w,
		uses:    g.Uses(), types: maps.Clone(g.Types), consts: maps.Clone(g.Consts),
		producer: map[string]*onnx.Node{}, dropped: map[*onnx.Node]bool{}, nonNegative: map[string]bool{},
	}
	maps.Copy(f.nonNegative, nonNegative)
	var nodes []*onnx.Node
	for _, n := range g.Nodes {
		if n.Op == "Relu" {
			f.nonNegative[n.Outputs[0]] = true
		}
		if f.types[n.Outputs[0]].Type == onnx.Float32 {
			n = f.rewrite(n)
		}
		for _, out := range n.Outputs {
			f.producer[out] = n
		}
		nodes = append(nodes, n)
	}
	return &onnx.Static{
		Nodes:  slices.DeleteFunc(nodes, func(n *onnx.Node) bool { return f.dropped[n] }),
		Inputs: g.Inputs, Outputs: g.Outputs, Consts: f.consts, Types: f.types,
	}
}

type fuser struct {
	weights     *weights
	uses        map[string]int
	types       map[string]onnx.TensorType
	consts      map[string]*onnx.Tensor
	producer    map[string]*onnx.Node
	dropped     map[*onnx.Node]bool
	nonNegative map[string]bool
}

// A pattern returns what replaces the node it is given together with nodes
// before it, which it drops, or nil where it does not apply.
type pattern func(f *fuser, n *onnx.Node) *onnx.Node

// patterns are tried, by the operator of the last node, on every node in
// execution order; what replaces a node may be the beginning of another match.
var patterns = map[string][]pattern{
	"Relu":      {activation},
	"LeakyRelu": {activation},
	"Slice":     {sliceIntoConvTranspose},
	"Conv":      {padIntoConv},
	"MatMul":    {matMulAsGemm, transposeIntoProduct},
	"Gemm":      {transposeIntoProduct},
	"Transpose": {productIntoTranspose},
	"Add":       {bias, scaleShift, affine},
	"Sub":       {subtractConstant},
	"Div":       {divideByConstant},
	"ReduceSum": {sumProduct},
	"Mul":       {reluGrad, sigmoidGrad, tanhGrad, scaleWeights, scaleShift},
	"Where":     {leakyReluGrad},
}

// rewrite applies patterns to a node as long as one matches.
func (f *fuser) rewrite(n *onnx.Node) *onnx.Node {
	for _, p := range patterns[n.Op] {
		if m := p(f, n); m != nil {
			return f.rewrite(m)
		}
	}
	return n
}

// sole returns the node that computes the named value if it has one of the
// given operators and nobody but the asking node reads the value.
func (f *fuser) sole(name string, ops ...string) *onnx.Node {
	n := f.producer[name]
	if n == nil || f.uses[name] != 1 || !slices.Contains(ops, n.Op) {
		return nil
	}
	return n
}

func (f *fuser) drop(nodes ...*onnx.Node) {
	for _, n := range nodes {
		f.dropped[n] = true
	}
}

// constant returns a float32 constant's elements.
func (f *fuser) constant(name string) ([]float32, bool) {
	t := f.consts[name]
	if t == nil {
		return nil, false
	}
	data, ok := t.Data.([]float32)
	return data, ok
}

// isScalar reports whether a value is a constant with the one element v.
func (f *fuser) isScalar(name string, v float32) bool {
	data, ok := f.constant(name)
	return ok && len(data) == 1 && data[0] == v
}

// derive returns a node like n that computes out.
func derive(n *onnx.Node, out string) *onnx.Node {
	m := *n
	m.Inputs = slices.Clone(n.Inputs)
	m.Outputs = []string{out}
	m.Attrs = maps.Clone(n.Attrs)
	if m.Attrs == nil {
		m.Attrs = map[string]any{}
	}
	return &m
}

// activationAttr holds the f32.Activation that ends a convolution or matrix
// product.
const activationAttr = "lcfv.activation"

func activationOf(n *onnx.Node) f32.Activation {
	act, _ := n.Attrs[activationAttr].(f32.Activation)
	return act
}

// fusable are the operators whose kernels can add a bias and apply an
// activation.
var fusable = []string{"Conv", "ConvTranspose", "Gemm"}

// activation moves Relu and LeakyRelu into the kernel before them.
func activation(f *fuser, n *onnx.Node) *onnx.Node {
	p := f.sole(n.Inputs[0], append([]string{"ScaleShift", "Affine"}, fusable...)...)
	if p == nil || activationOf(p).Kind != f32.ActNone {
		return nil
	}
	act := f32.Activation{Kind: f32.ActRelu}
	if n.Op == "LeakyRelu" {
		act = f32.Activation{Kind: f32.ActLeakyRelu, Alpha: n.Float("alpha")}
	}
	f.drop(p)
	m := derive(p, n.Outputs[0])
	m.Attrs[activationAttr] = act
	return m
}

// matMulAsGemm makes products of two matrices fusable.
func matMulAsGemm(f *fuser, n *onnx.Node) *onnx.Node {
	if len(f.types[n.Inputs[0]].Shape) != 2 || len(f.types[n.Inputs[1]].Shape) != 2 {
		return nil
	}
	m := derive(n, n.Outputs[0])
	m.Op = "Gemm"
	m.Attrs = map[string]any{"alpha": float32(1), "beta": float32(1), "transA": int64(0), "transB": int64(0)}
	return m
}
