package onnx

import "slices"

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
