package onnx

import "maps"

// Fold computes what depends on nothing but the model's weights, spectral norms
// left in the file for example, once for all batch sizes: the result has the
// computed values for weights instead of those they were computed from, so that
// graphs of all batch sizes share them and nobody need keep the others. Weights
// in half precision are widened, as [Model.Specialize] would each time.
//
// What cannot be computed is left as it is, for Specialize to report. eval is
// that of Specialize. The receiver is unchanged; what both models need is shared.
func (m *Model) Fold(eval Evaluator) *Model {
	order, err := m.schedule()
	if err != nil {
		return m
	}
	f := &folder{model: m, eval: eval, budget: maxFolded, producer: map[string]*Node{}, group: map[*Node]*foldGroup{}}
	f.find(order)
	folded := map[string]*Tensor{}
	gone := map[*Node]bool{}
	for _, g := range f.groups {
		if f.fold(g, folded) {
			for _, n := range g.nodes {
				gone[n] = true
			}
		}
	}
	return f.rest(order, gone, folded)
}

// folder sorts the nodes of a model into those that are constant and others.
type folder struct {
	model    *Model
	eval     Evaluator
	budget   int                  // elements that folding may still make
	producer map[string]*Node     // constant nodes by their outputs
	group    map[*Node]*foldGroup // of those that are more than a tensor in the file
	groups   []*foldGroup
}

// foldGroup is constant nodes that feed one another, in order: groups are
// computed one by one, so that little is held beside the results.
type foldGroup struct {
	nodes  []*Node
	wanted []string // values that others read
}

// find groups the constant nodes and lists what is wanted of each group.
func (f *folder) find(order []*Node) {
	graph := f.model.Graph
	wanted := map[string]bool{}
	want := func(name string) {
		if g := f.group[f.producer[name]]; g != nil && !wanted[name] {
			wanted[name] = true
			g.wanted = append(g.wanted, name)
		}
	}
	for _, n := range order {
		deps := dependencies(n)
		if !f.constant(deps) {
			for _, d := range deps {
				want(d)
			}
			continue
		}
		for _, o := range n.Outputs {
			f.producer[o] = n
		}
		if n.Op != "Constant" {
			f.add(n, deps)
		}
	}
	for _, o := range graph.Outputs {
		want(o.Name)
	}
}

// constant reports whether all of some values are.
func (f *folder) constant(names []string) bool {
	for _, name := range names {
		if f.model.Graph.Initializers[name] == nil && f.producer[name] == nil {
			return false
		}
	}
	return true
}

// add puts a constant node into the group of those it reads from, which become
// one.
func (f *folder) add(n *Node, deps []string) {
	g := &foldGroup{}
	for _, d := range deps {
		old := f.group[f.producer[d]]
		switch {
		case old == nil || old == g:
		case g.nodes == nil:
			g = old
		default: // the larger takes the smaller in
			if len(old.nodes) > len(g.nodes) {
				g, old = old, g
			}
			for _, o := range old.nodes {
				f.group[o] = g
			}
			g.nodes, g.wanted = append(g.nodes, old.nodes...), append(g.wanted, old.wanted...)
			old.nodes, old.wanted = nil, nil
		}
	}
	if g.nodes == nil {
		f.groups = append(f.groups, g)
	}
	g.nodes = append(g.nodes, n)
	f.group[n] = g
}

// fold computes what is wanted of a group; false if that is impossible.
func (f *folder) fold(g *foldGroup, folded map[string]*Tensor) bool {
	if len(g.wanted) == 0 { // another took it in
		return true
	}
	sub := &Graph{Initializers: map[string]*Tensor{}}
	tensors := map[*Node]bool{}
	for _, n := range g.nodes {
		for _, d := range dependencies(n) {
			if t := f.model.Graph.Initializers[d]; t != nil {
				sub.Initializers[d] = t
			} else if p := f.producer[d]; p.Op == "Constant" && !tensors[p] {
				tensors[p] = true
				sub.Nodes = append(sub.Nodes, p)
			}
		}
		sub.Nodes = append(sub.Nodes, n)
	}
	for _, name := range g.wanted {
		sub.Outputs = append(sub.Outputs, ValueInfo{Name: name})
	}
	s, err := (&Model{Opsets: f.model.Opsets, Graph: sub}).specialize(1, nil, f.eval, f.budget)
	if err != nil {
		return false
	}
	for _, name := range g.wanted {
		folded[name] = s.Consts[name]
		f.budget -= s.Consts[name].Len()
	}
	return true
}

// rest returns the model without the nodes that are gone and what only they
// needed.
func (f *folder) rest(order []*Node, gone map[*Node]bool, folded map[string]*Tensor) *Model {
	model, graph := *f.model, *f.model.Graph
	graph.Nodes = nil
	read := map[string]bool{}
	for _, o := range graph.Outputs {
		read[o.Name] = true
	}
	for _, n := range order {
		if !gone[n] {
			for _, d := range dependencies(n) {
				read[d] = true
			}
		}
	}
	for _, n := range order {
		unread := n.Op == "Constant" && !read[n.Outputs[0]]
		if !gone[n] && !unread {
			graph.Nodes = append(graph.Nodes, n)
		}
	}
	graph.Initializers = maps.Clone(folded)
	for name, t := range f.model.Graph.Initializers {
		if read[name] {
			graph.Initializers[name] = t.widen()
		}
	}
	model.Graph = &graph
	return &model
}
