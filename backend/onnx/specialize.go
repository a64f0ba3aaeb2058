package onnx

import (
	"fmt"
	"maps"
	"slices"
	"strings"
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
// The result shares the model's weights. Errors name the node and wrap
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

	nodes  []*Node
	consts map[string]*Tensor
	types  map[string]TensorType
	alias  map[string]string // the static graph's name of each of the file's values
	taken  map[string]bool   // names that are used up
	depth  int               // of subgraphs
}

func (m *Model) specialize(batch int, bind map[string]*Tensor, eval Evaluator, budget int) (*Static, error) {
	order, err := m.schedule()
	if err != nil {
		return nil, err
	}
	s := &specializer{
		eval: eval, budget: budget, batch: batch, opsets: m.Opsets,
		consts: map[string]*Tensor{}, types: map[string]TensorType{},
		alias: map[string]string{}, taken: map[string]bool{},
	}
	s.reserve(m.Graph)
	inputs, err := s.inputs(m.Graph, bind)
	if err != nil {
		return nil, err
	}
	if err := s.walk(m.Graph, order); err != nil {
		return nil, err
	}
	return s.finish(m.Graph, inputs)
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
	for i := 2; s.taken[name]; i++ {
		name = fmt.Sprintf("%s_%d", base, i)
	}
	s.taken[name] = true
	return name
}

// walk lowers the nodes of a graph in order.
func (s *specializer) walk(g *Graph, order []*Node) error {
	for name, t := range g.Initializers {
		t = t.widen()
		s.consts[name], s.types[name], s.alias[name] = t, t.TensorType(), name
	}
	for _, n := range order {
		if err := s.lower(n); err != nil {
			return fmt.Errorf("%v (opset %d): %w", n, s.opsets[n.Domain], err)
		}
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
	outs := rule(l)
	if name, ok := l.strange(); ok {
		unsupportedNode("lcfv does not know its attribute %q", name)
	}
	for k, o := range n.Outputs {
		if o != "" && k < len(outs) {
			s.alias[o] = outs[k]
		}
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

// finish gives the outputs their names and drops what none of them needs.
func (s *specializer) finish(g *Graph, inputs []string) (*Static, error) {
	var outputs []string
	for _, o := range g.Outputs {
		if slices.Contains(outputs, o.Name) {
			return nil, formatf("the graph lists its output %q twice: export the model again", o.Name)
		}
		if _, ok := s.alias[o.Name]; !ok {
			return nil, unsupportedf("the graph's output %q is an optional output of a node that lcfv does not compute", o.Name)
		}
		outputs = append(outputs, o.Name)
	}
	rename := make(map[string]string)
	for _, o := range outputs {
		from := s.alias[o]
		_, renamed := rename[from]
		switch c := s.consts[from]; {
		case from == o:
		case c != nil:
			s.consts[o], s.types[o] = c, c.TensorType()
		case renamed || slices.Contains(inputs, from) || slices.Contains(outputs, from):
			// A second name for a value that keeps its own: a view of it.
			s.copyTo(o, from)
		default:
			rename[from] = o
		}
	}
	s.rename(rename)
	static := &Static{Nodes: s.nodes, Inputs: inputs, Outputs: outputs, Consts: s.consts, Types: s.types}
	return static.Prune(outputs...)
}

// copyTo makes a value available under a second name.
func (s *specializer) copyTo(name, from string) {
	t := s.types[from]
	shape := s.unique(name + "/shape")
	s.consts[shape] = NewTensor(Int64, []int{len(t.Shape)}, toInt64s(t.Shape))
	s.types[shape] = s.consts[shape].TensorType()
	s.types[name] = t
	s.nodes = append(s.nodes, &Node{Name: name, Op: "Reshape", Inputs: []string{from, shape},
		Outputs: []string{name}, Attrs: map[string]any{}})
}

// rename changes names of values throughout the graph.
func (s *specializer) rename(to map[string]string) {
	if len(to) == 0 {
		return
	}
	for from, name := range to {
		s.types[name] = s.types[from]
		delete(s.types, from)
	}
	for _, n := range s.nodes {
		for _, list := range [][]string{n.Inputs, n.Outputs} {
			for i, name := range list {
				if r, ok := to[name]; ok {
					list[i] = r
				}
			}
		}
	}
}

// inputs types the graph's inputs and returns the names of those that are not
// bound.
func (s *specializer) inputs(g *Graph, bind map[string]*Tensor) ([]string, error) {
	if s.batch < 1 {
		return nil, fmt.Errorf("a batch of %d samples is impossible: ask for at least 1", s.batch)
	}
	names := make(map[string]bool)
	for _, in := range g.Inputs {
		names[in.Name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(bind)) {
		if !names[name] {
			return nil, fmt.Errorf("the model has no input %q to bind; it has %s", name, quoted(slices.Sorted(maps.Keys(names))))
		}
	}
	if err := s.checkBatch(g, bind); err != nil {
		return nil, err
	}
	var free []string
	for _, in := range g.Inputs {
		t, err := s.inputType(g, in)
		if err != nil {
			return nil, err
		}
		s.alias[in.Name] = in.Name
		s.types[in.Name] = t
		value, bound := bind[in.Name]
		if !bound {
			free = append(free, in.Name)
			continue
		}
		value, err = s.bound(in, t, value)
		if err != nil {
			return nil, fmt.Errorf("input %q: %w", in.Name, err)
		}
		s.consts[in.Name] = value
	}
	return free, nil
}

// checkBatch refuses a batch size that the file does not leave open.
func (s *specializer) checkBatch(g *Graph, bind map[string]*Tensor) error {
	var fixed *ValueInfo
	for _, in := range g.Inputs {
		if _, bound := bind[in.Name]; bound || len(in.Shape) == 0 {
			continue
		}
		if in.Shape[0].Value < 0 {
			return nil
		}
		if fixed == nil {
			fixed = &in
		}
	}
	if fixed != nil && fixed.Shape[0].Value != s.batch {
		return unsupportedf("the model was exported for batches of exactly %d (input %q), not %d: export it with an open first dimension (dynamic_axes or dynamic_shapes)",
			fixed.Shape[0].Value, fixed.Name, s.batch)
	}
	return nil
}

// inputType is the static type of a declared input.
func (s *specializer) inputType(g *Graph, in ValueInfo) (TensorType, error) {
	t := TensorType{Type: in.Type.widened(), Shape: make([]int, len(in.Shape))}
	if !computed(t.Type) {
		return t, unsupportedf("input %q is %v: lcfv computes in float32, float64, int64, int32 and bool", in.Name, in.Type)
	}
	if in.Shape == nil {
		return t, unsupportedf("input %q declares no shape: export the model with shapes", in.Name)
	}
	for k, d := range in.Shape {
		switch {
		case d.Value >= 0:
			t.Shape[k] = d.Value
		case k == 0 || d.Param != "" && isBatchName(g, d.Param):
			t.Shape[k] = s.batch
		default:
			return t, unsupportedf("input %q leaves its dimension %d (%q) open, and only the first may be: export the model for a fixed size, or give one to Model.WithDims",
				in.Name, k, d.Param)
		}
	}
	if n, ok := elements(t.Shape); !ok || n == 0 {
		return t, unsupportedf("input %q cannot have the shape %v", in.Name, t.Shape)
	}
	return t, nil
}

// isBatchName reports whether an input has the open first dimension param.
func isBatchName(g *Graph, param string) bool {
	return slices.ContainsFunc(g.Inputs, func(in ValueInfo) bool {
		return len(in.Shape) > 0 && in.Shape[0].Value < 0 && in.Shape[0].Param == param
	})
}

// bound is the value of a bound input for the whole batch.
func (s *specializer) bound(in ValueInfo, t TensorType, value *Tensor) (*Tensor, error) {
	if err := value.check(); err != nil {
		return nil, fmt.Errorf("the value to bind is no tensor: %w", err)
	}
	value = value.widen()
	want := slices.Clone(t.Shape)
	repeat := 1
	if len(in.Shape) > 0 && in.Shape[0].Value < 0 {
		want[0], repeat = 1, s.batch
	}
	if value.Type != t.Type || !slices.Equal(value.Shape, want) {
		return nil, fmt.Errorf("the value to bind is %v, want %v", value.TensorType(), TensorType{t.Type, want})
	}
	if repeat == 1 {
		return value, nil
	}
	if t.Len() > s.budget {
		return nil, fmt.Errorf("the value to bind is too large for %d samples: ask for fewer", s.batch)
	}
	s.budget -= t.Len()
	return &Tensor{Type: t.Type, Shape: t.Shape, Data: repeatData(value.Data, repeat)}, nil
}

func repeatData(data any, n int) any {
	switch d := data.(type) {
	case []float32:
		return slices.Repeat(d, n)
	case []float64:
		return slices.Repeat(d, n)
	case []int64:
		return slices.Repeat(d, n)
	case []int32:
		return slices.Repeat(d, n)
	}
	return slices.Repeat(data.([]bool), n)
}

func quoted(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	q := make([]string, len(names))
	for i, n := range names {
		q[i] = fmt.Sprintf("%q", n)
	}
	return strings.Join(q, ", ")
}
