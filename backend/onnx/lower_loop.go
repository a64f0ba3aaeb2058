package onnx

import (
	"fmt"
	"maps"
	"slices"
)

// maxUnrolled bounds the nodes that loops become: a file of a few bytes can ask
// for any number.
const maxUnrolled = 1 << 14

// lowerLoop unrolls a loop whose number of iterations follows from shapes and
// constants, as scripted modules have it.
func lowerLoop(l *lowering) []string {
	l.arity(0, len(l.in))
	g := l.body()
	carried := len(l.in) - 2
	scanned := len(g.Outputs) - 1 - carried
	if carried < 0 || len(g.Inputs) != 2+carried || scanned < 0 || len(l.n.Outputs) > carried+scanned {
		failf("its body has %d inputs and %d outputs, the loop %d and %d", len(g.Inputs), len(g.Outputs), len(l.in), len(l.n.Outputs))
	}
	limit, going := int64(-1), true
	if l.has(0) {
		c := l.constant(0)
		if c.Type != Int64 || c.Len() != 1 {
			failf("its number of iterations is %v, not one int64", c.TensorType())
		}
		limit = max(c.Ints()[0], 0)
	}
	if l.has(1) {
		going = l.truth(l.arg(1))
	}
	values := slices.Clone(l.in[2:])
	rows := make([][]string, scanned)
	for i := int64(0); going && (limit < 0 || i < limit); i++ {
		args := append([]string{
			l.define(l.temp("iteration"), NewTensor(Int64, []int{}, []int64{i})),
			l.scalar("going", Bool, 1),
		}, values...)
		outs := l.iterate(g, args)
		if limit < 0 || i+1 < limit { // else it does not matter
			going = l.truth(outs[0])
		}
		values = outs[1 : 1+carried]
		for k, o := range outs[1+carried:] {
			rows[k] = append(rows[k], o)
		}
	}
	for _, r := range rows {
		if len(r) == 0 {
			unsupportedNode("it never runs, so that the shapes of its scan outputs are unknown")
		}
		values = append(slices.Clip(values), l.stacked(r, 0))
	}
	return values
}

// truth is the value of a constant condition.
func (l *lowering) truth(name string) bool {
	c := l.consts[name]
	if c == nil {
		inputs := l.inputsBehind(name)
		panic(failure{&ConstantError{inputs, fmt.Sprintf(
			"how often it runs depends on the model's inputs %s, so that it cannot be unrolled: make them constants with Model.WithConstant", quoted(inputs))}})
	}
	if c.Type != Bool || c.Len() != 1 {
		failf("its condition is %v, not one bool", c.TensorType())
	}
	return c.Data.([]bool)[0]
}

// body is the subgraph of a loop.
func (l *lowering) body() *Graph {
	g := lowerAttr[*Graph](l, "body", nil)
	if g == nil || len(g.Outputs) == 0 {
		failf("its body is missing or has no outputs")
	}
	return g
}

// iterate lowers one iteration of a loop.
func (l *lowering) iterate(g *Graph, args []string) []string {
	l.unrolled += len(g.Nodes) + 1
	if l.unrolled > maxUnrolled {
		unsupportedNode("its iterations would become more than %d nodes", maxUnrolled)
	}
	one, inputs := l.instance(g)
	for k, in := range inputs {
		l.alias[in] = args[k]
	}
	return l.inline(one)
}

// instance copies a subgraph and gives every value that it defines a name of
// its own. The inputs of the copy count as values of the graph around it; inputs
// are their names.
func (s *specializer) instance(g *Graph) (one *Graph, inputs []string) {
	to := map[string]string{}
	s.renameDefined(g, to)
	for _, in := range g.Inputs {
		inputs = append(inputs, to[in.Name])
	}
	one = renamed(g, to)
	one.Inputs = nil
	return one, inputs
}

// renameDefined finds new names for what a graph and its subgraphs define.
func (s *specializer) renameDefined(g *Graph, to map[string]string) {
	define := func(name string) {
		if name != "" && to[name] == "" {
			to[name] = s.unique(name)
		}
	}
	for _, in := range g.Inputs {
		define(in.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(g.Initializers)) {
		define(name)
	}
	for _, n := range g.Nodes {
		for _, o := range n.Outputs {
			define(o)
		}
		for _, key := range slices.Sorted(maps.Keys(n.Attrs)) {
			if sub, ok := n.Attrs[key].(*Graph); ok && sub != nil {
				s.renameDefined(sub, to)
			}
		}
	}
}

// renamed copies a graph under the new names of its values; others stay.
func renamed(g *Graph, to map[string]string) *Graph {
	name := func(old string) string {
		if n, ok := to[old]; ok {
			return n
		}
		return old
	}
	declared := func(list []ValueInfo) []ValueInfo {
		list = slices.Clone(list)
		for k := range list {
			list[k].Name = name(list[k].Name)
		}
		return list
	}
	c := &Graph{Name: g.Name, Inputs: declared(g.Inputs), Outputs: declared(g.Outputs), Initializers: map[string]*Tensor{}}
	for old, t := range g.Initializers {
		c.Initializers[name(old)] = t
	}
	for _, n := range g.Nodes {
		m := n.clone()
		for k, in := range m.Inputs {
			m.Inputs[k] = name(in)
		}
		for k, o := range m.Outputs {
			m.Outputs[k] = name(o)
		}
		for key, a := range m.Attrs {
			if sub, ok := a.(*Graph); ok && sub != nil {
				m.Attrs[key] = renamed(sub, to)
			}
		}
		c.Nodes = append(c.Nodes, m)
	}
	return c
}

// stacked joins values along a new axis.
func (l *lowering) stacked(parts []string, a int) string {
	from := l.shape(parts[0])
	to := slices.Insert(slices.Clone(from), a, 1)
	rows := make([]string, len(parts))
	for k, p := range parts {
		if !slices.Equal(l.shape(p), from) {
			failf("its iterations compute shapes %v and %v, which cannot be joined", from, l.shape(p))
		}
		rows[k] = l.reshape(l.tmp("row"), p, to)
	}
	if len(rows) == 1 {
		return rows[0]
	}
	return l.emit(l.temp("rows"), "Concat", map[string]any{"axis": int64(a)}, rows...)
}

// lowerScan unrolls a loop over slices of its inputs.
func lowerScan(l *lowering) []string {
	if l.opset < 9 {
		unsupportedNode("lcfv knows its form since opset 9")
	}
	l.arity(1, len(l.in))
	g := l.body()
	scans := l.attrInt("num_scan_inputs", 0)
	if scans < 1 || scans > int64(len(l.in)) || len(g.Inputs) != len(l.in) {
		failf("it has %d scan inputs, %d inputs and a body with %d", scans, len(l.in), len(g.Inputs))
	}
	state := len(l.in) - int(scans)
	stacks := len(g.Outputs) - state
	if stacks < 0 || len(l.n.Outputs) > len(g.Outputs) {
		failf("its body has %d outputs for %d state variables and %d outputs", len(g.Outputs), state, len(l.n.Outputs))
	}
	inAxes, inBack := l.scanOrder("scan_input_axes", "scan_input_directions", int(scans))
	outAxes, outBack := l.scanOrder("scan_output_axes", "scan_output_directions", stacks)
	length := -1
	for k := range inAxes {
		shape := l.shape(l.arg(state + k))
		inAxes[k] = int64(axis(inAxes[k], len(shape)))
		if n := shape[inAxes[k]]; length < 0 {
			length = n
		} else if n != length {
			failf("its scan inputs have %d and %d slices", length, n)
		}
	}
	values := slices.Clone(l.in[:state])
	rows := make([][]string, stacks)
	for i := range length {
		args := slices.Clone(values)
		for k, a := range inAxes {
			at := i
			if inBack[k] {
				at = length - 1 - i
			}
			index := l.define(l.temp("iteration"), NewTensor(Int64, []int{}, []int64{int64(at)}))
			args = append(args, l.gather(l.temp("slice"), l.arg(state+k), index, int(a)))
		}
		outs := l.iterate(g, args)
		values = outs[:state]
		for k, o := range outs[state:] {
			rows[k] = append(rows[k], o)
		}
	}
	for k, r := range rows {
		if len(r) == 0 {
			unsupportedNode("it never runs, so that the shapes of its outputs are unknown")
		}
		if outBack[k] {
			slices.Reverse(r)
		}
		values = append(slices.Clip(values), l.stacked(r, axis(outAxes[k], len(l.shape(r[0]))+1)))
	}
	return values
}

// scanOrder reads along which axes n values are scanned and which of them
// backwards.
func (l *lowering) scanOrder(axesName, directionsName string, n int) (along []int64, back []bool) {
	along = slices.Clone(l.attrInts(axesName, make([]int64, n)))
	directions := l.attrInts(directionsName, make([]int64, n))
	if len(along) != n || len(directions) != n {
		failf("its %s %v or %s %v are not those of %d values", axesName, along, directionsName, directions, n)
	}
	for _, d := range directions {
		back = append(back, d != 0)
	}
	return along, back
}
