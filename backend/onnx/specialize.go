package onnx

import (
	"errors"
	"fmt"
	"slices"
)

// Specialize turns the model into a graph for batches of a given size: shapes
// become numbers, operators take the one form that the package documentation
// lists, and whatever does not depend on an input becomes a constant.
//
// The batch is the first dimension of every input that leaves it open; a model
// exported for a fixed number of samples can only be specialised for that
// number. Other open dimensions must be closed by [Model.WithDims] before.
//
// bind fixes inputs to the value given for one sample, with a first extent of 1
// that is repeated for all samples of the batch; an input whose first
// dimension is not open takes a value of exactly its shape. Bound inputs are
// not inputs of the result.
//
// Computations in float16 and bfloat16 are widened to float32, which rounds
// less; so are inputs and outputs of these types.
//
// eval computes constants (native.Eval does). It may be nil for graphs in which
// nothing but shapes is to be folded away.
//
// The result shares the model's weights; the model is unchanged, so that calls
// may run at the same time. Errors name the node and wrap
// [ErrFormat] or [ErrUnsupported]; those about batch and bind wrap neither.
func (m *Model) Specialize(batch int, bind map[string]*Tensor, eval Evaluator) (*Static, error) {
	s, err := m.specialize(batch, bind, eval, maxFolded)
	if err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	return s, nil
}

// maxFolded bounds the elements of all constants that folding makes: a file of
// a few bytes can ask for any size.
const maxFolded = 1 << 28

// specializer is a static graph under construction.
type specializer struct {
	eval   Evaluator
	budget int // elements that constants made by folding may still have
	batch  int
	opsets map[string]int64

	free   []string // inputs that are not bound
	nodes  []*Node
	consts map[string]*Tensor
	types  map[string]TensorType
	alias  map[string]string // the static graph's name of each of the file's values
	taken  map[string]bool   // names that are used up
	serial map[string]int    // the last number that unique gave a name

	unknown  map[string]bool // values of nodes that are not supported
	unrolled int             // nodes that loops have become
}

func (m *Model) specialize(batch int, bind map[string]*Tensor, eval Evaluator, budget int) (*Static, error) {
	order, err := m.schedule()
	if err != nil {
		return nil, err
	}
	s := &specializer{
		eval: eval, budget: budget, batch: batch, opsets: m.Opsets,
		consts: map[string]*Tensor{}, types: map[string]TensorType{},
		alias: map[string]string{}, taken: map[string]bool{}, serial: map[string]int{}, unknown: map[string]bool{},
	}
	s.reserve(m.Graph)
	if s.free, err = s.inputs(m.Graph, bind); err != nil {
		return nil, err
	}
	if err := s.walk(m.Graph, order); err != nil {
		return nil, err
	}
	return s.finish(m.Graph, s.free)
}

// reserve keeps generated names away from those of the file.
func (s *specializer) reserve(g *Graph) {
	for name := range g.Initializers {
		s.taken[name] = true
	}
	for _, in := range g.Inputs {
		s.taken[in.Name] = true
	}
	for _, n := range g.Nodes {
		for _, o := range n.Outputs {
			s.taken[o] = true
		}
		for _, a := range n.Attrs {
			if sub, ok := a.(*Graph); ok && sub != nil {
				s.reserve(sub)
			}
		}
	}
}

// unique returns base, or base with a number where it is taken.
func (s *specializer) unique(base string) string {
	name := base
	for i := max(s.serial[base], 1) + 1; s.taken[name]; i++ {
		name = fmt.Sprintf("%s_%d", base, i)
		s.serial[base] = i
	}
	s.taken[name] = true
	return name
}

// walk lowers the nodes of a graph in order. Where one is not supported it goes
// on with those that do not depend on it, so that the error names all.
func (s *specializer) walk(g *Graph, order []*Node) error {
	for name, t := range g.Initializers {
		if err := s.undefined(name); err != nil {
			return err
		}
		t = t.widen()
		s.consts[name], s.types[name], s.alias[name] = t, t.TensorType(), name
	}
	var missing refusals
	for _, n := range order {
		if slices.ContainsFunc(dependencies(n), func(in string) bool { return s.unknown[in] }) {
			s.lose(n)
			continue
		}
		err := s.lower(n)
		switch {
		case err == nil:
		case errors.Is(err, ErrUnsupported):
			missing.add(n, s.opsets[n.Domain], err)
			s.lose(n)
		default:
			return fmt.Errorf("%v (opset %d): %w", n, s.opsets[n.Domain], err)
		}
	}
	return missing.err()
}

// lose notes that the outputs of a node are unknown.
func (s *specializer) lose(n *Node) {
	for _, o := range n.Outputs {
		s.unknown[o] = o != ""
	}
}

// undefined reports a value that two graphs of a file define: Validate looks
// at one graph at a time.
func (s *specializer) undefined(name string) error {
	if _, ok := s.types[name]; ok {
		return formatf("%q is defined in a subgraph and outside it: export the model again", name)
	}
	return nil
}

// lower applies the rule of one node.
func (s *specializer) lower(n *Node) (err error) {
	defer catch(&err)
	l := &lowering{specializer: s, n: n, opset: s.opsets[""], read: map[string]bool{}, fresh: map[string]bool{}}
	for k, in := range n.Inputs {
		name, ok := s.alias[in]
		if in != "" && !ok {
			unsupportedNode("its input %d (%q) is an optional output that lcfv does not compute", k, in)
		}
		l.in = append(l.in, name)
	}
	rule, ok := lowerings[n.Op]
	if !ok || n.Domain != "" {
		unsupportedNode("the operator is not supported")
	}
	l.modernise()
	outs := rule(l)
	if name, ok := l.strange(); ok {
		unsupportedNode("lcfv does not know its attribute %q", name)
	}
	for k, o := range n.Outputs {
		if o == "" || k >= len(outs) {
			continue
		}
		if known, ok := s.alias[o]; ok && known != outs[k] {
			failf("its output %q is defined in a subgraph and outside it: export the model again", o)
		}
		s.alias[o] = outs[k]
	}
	return nil
}

// add types a node, and appends it or evaluates it.
func (s *specializer) add(n *Node) {
	in := make([]TensorType, len(n.Inputs))
	values := make([]*Tensor, len(n.Inputs))
	constant := true
	for k, name := range n.Inputs {
		if name == "" {
			continue
		}
		in[k], values[k] = s.types[name], s.consts[name]
		constant = constant && values[k] != nil
	}
	types, err := Infer(n, in, values)
	if err != nil {
		panic(failure{err})
	}
	for k, o := range n.Outputs {
		if err := s.undefined(o); err != nil {
			panic(failure{err})
		}
		s.types[o] = types[k]
	}
	if len(types) == 1 && types[0].Len() == 0 { // nothing to compute
		s.consts[n.Outputs[0]] = NewTensor(types[0].Type, types[0].Shape, nil)
		return
	}
	if !constant {
		s.nodes = append(s.nodes, n)
		return
	}
	for k, t := range s.fold(n, values, types) {
		s.consts[n.Outputs[k]] = t
	}
}

// fold computes a node whose inputs are constants.
func (s *specializer) fold(n *Node, values []*Tensor, types []TensorType) []*Tensor {
	if n.Op == "Reshape" {
		return []*Tensor{{Type: values[0].Type, Shape: types[0].Shape, Data: values[0].Data}}
	}
	for _, t := range types {
		s.spend(t.Len())
	}
	switch {
	case n.Op == "Cast" && !computed(values[0].Type):
		return []*Tensor{fromNarrow(values[0], types[0].Type)}
	case s.eval == nil:
		unsupportedNode("it computes a constant, for which Specialize needs an Evaluator such as native.Eval")
	}
	out, err := s.eval(n, values, types)
	if err != nil {
		panic(failure{fmt.Errorf("evaluating a constant: %w", err)})
	}
	if len(out) != len(types) {
		failf("the Evaluator returned %d values for %s, want %d", len(out), n.Op, len(types))
	}
	for k, t := range out {
		if err := t.check(); err != nil || !t.TensorType().Equal(types[k]) {
			failf("the Evaluator did not return %v for output %d of %s", types[k], k, n.Op)
		}
	}
	return out
}

// spend accounts for a constant of n elements that is about to be made.
func (s *specializer) spend(n int) {
	if n > s.budget {
		unsupportedNode("folding it would make constants of more than %d elements", maxFolded)
	}
	s.budget -= n
}

// fromNarrow casts a constant of a type that nodes do not compute with, so that
// evaluators need not know those types.
func fromNarrow(x *Tensor, to DataType) *Tensor {
	v := x.Ints()
	y := &Tensor{Type: to, Shape: x.Shape}
	switch to {
	case Int64:
		y.Data = v
	case Int32:
		y.Data = convert[int32](v)
	case Float32:
		y.Data = convert[float32](v)
	case Float64:
		y.Data = convert[float64](v)
	default: // Bool
		b := make([]bool, len(v))
		for i := range v {
			b[i] = v[i] != 0
		}
		y.Data = b
	}
	return y
}
