package onnx

import (
	"fmt"
	"maps"
	"slices"
)

// Type is the type of the named value; it panics if there is no such value.
func (s *Static) Type(name string) TensorType {
	t, ok := s.Types[name]
	if !ok {
		panic(fmt.Sprintf("onnx: Static.Type: no value is named %q", name))
	}
	return t
}

// Clone returns a copy whose lists, maps and nodes can be changed freely;
// tensors, shapes and attribute values are shared and must not be modified.
func (s *Static) Clone() *Static {
	c := &Static{
		Inputs:  slices.Clone(s.Inputs),
		Outputs: slices.Clone(s.Outputs),
		Consts:  maps.Clone(s.Consts),
		Types:   maps.Clone(s.Types),
		Nodes:   make([]*Node, len(s.Nodes)),
	}
	for i, n := range s.Nodes {
		c.Nodes[i] = n.clone()
	}
	return c
}

// Prune returns the part of s that computes the given outputs, in their order.
// The receiver is unchanged; nodes are shared with it. Inputs stay as they
// are, needed or not, because they are the graph's signature; [Static.Uses]
// tells which of them matter.
func (s *Static) Prune(outputs ...string) (*Static, error) {
	for _, o := range outputs {
		if _, ok := s.Types[o]; !ok {
			return nil, fmt.Errorf("onnx: the graph computes no value named %q", o)
		}
	}
	p := &Static{
		Inputs:  slices.Clone(s.Inputs),
		Outputs: slices.Clone(outputs),
		Consts:  make(map[string]*Tensor),
		Types:   make(map[string]TensorType),
	}
	live := make(map[string]bool)
	for _, o := range outputs {
		live[o] = true
	}
	for _, n := range slices.Backward(s.Nodes) {
		if !slices.ContainsFunc(n.Outputs, func(o string) bool { return live[o] }) {
			continue
		}
		p.Nodes = append(p.Nodes, n)
		for _, in := range n.Inputs {
			live[in] = true
		}
		for _, o := range n.Outputs { // siblings of a live output keep their types
			live[o] = true
		}
	}
	delete(live, "")
	slices.Reverse(p.Nodes)
	for _, in := range s.Inputs {
		live[in] = true
	}
	for name := range live {
		p.Types[name] = s.Types[name]
		if t, ok := s.Consts[name]; ok {
			p.Consts[name] = t
		}
	}
	return p, nil
}

// Uses counts how often each value is the input of a node or an output of the
// graph.
func (s *Static) Uses() map[string]int {
	uses := make(map[string]int)
	for _, n := range s.Nodes {
		for _, in := range n.Inputs {
			if in != "" {
				uses[in]++
			}
		}
	}
	for _, o := range s.Outputs {
		uses[o]++
	}
	return uses
}
