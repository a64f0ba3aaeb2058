package onnx

import (
	"fmt"
	"slices"
	"strings"
)

// The opsets that files may have. Up to newestOpset every change of the
// operators in the table of lowerings has been checked against ONNX's own
// schemas, back to opset 7 in the rules, before that in legacy.go.
const (
	oldestOpset = 1
	newestOpset = 28
)

// Validate checks the wiring of the graph: every value is defined exactly once,
// nothing is missing, nothing depends on itself, and all operators that the
// outputs need are known to this package. Nodes may be in any order.
//
// An error names the node; unknown operators are all listed in one error, which
// wraps [ErrUnsupported]; other errors wrap [ErrFormat].
func (m *Model) Validate() error {
	_, err := m.schedule()
	if err != nil {
		return fmt.Errorf("onnx: %w", err)
	}
	return nil
}

// schedule validates the model and returns the nodes that its outputs need in
// an order in which they can be computed.
func (m *Model) schedule() ([]*Node, error) {
	if m.Graph == nil {
		return nil, formatf("the model has no graph")
	}
	nodes, err := m.Graph.schedule(nil)
	if err != nil {
		return nil, err
	}
	// The version matters only where there are operators to read by it.
	if v := m.Opsets[""]; slices.ContainsFunc(nodes, func(n *Node) bool { return n.Domain == "" }) &&
		(v < oldestOpset || v > newestOpset) {
		return nil, unsupportedf("the model uses opset %d, lcfv knows %d to %d: export it with one of those, 17 for example",
			v, oldestOpset, newestOpset)
	}
	return nodes, m.checkOperators(nodes)
}

// checkOperators lists the nodes whose operators have no lowering.
func (m *Model) checkOperators(nodes []*Node) error {
	var unknown []string
	for _, n := range nodes {
		if _, ok := lowerings[n.Op]; !ok || n.Domain != "" {
			unknown = append(unknown, fmt.Sprintf("%v (opset %d)", n, m.Opsets[n.Domain]))
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	return unsupportedf("unsupported operators: %s; export the model without them", strings.Join(unknown, ", "))
}

// schedule orders the nodes that the graph's outputs need. outer reports the
// values that a surrounding graph offers; nil if there is none.
func (g *Graph) schedule(outer func(string) bool) ([]*Node, error) {
	producer, err := g.producers()
	if err != nil {
		return nil, err
	}
	for _, n := range g.Nodes {
		for _, in := range dependencies(n) {
			if _, ok := producer[in]; !ok && (outer == nil || !outer(in)) {
				return nil, formatf("%v reads %q, which nothing defines: export the model again", n, in)
			}
		}
	}
	for _, o := range g.Outputs {
		if _, ok := producer[o.Name]; !ok && (outer == nil || !outer(o.Name)) {
			return nil, formatf("the graph's output %q is computed by no node: export the model again", o.Name)
		}
	}
	var roots []*Node
	for _, o := range g.Outputs {
		if n := producer[o.Name]; n != nil {
			roots = append(roots, n)
		}
	}
	return sortNodes(roots, g.Nodes, producer)
}

// producers maps every value of the graph to the node that computes it, nil for
// inputs and initializers.
func (g *Graph) producers() (map[string]*Node, error) {
	producer := make(map[string]*Node)
	for name := range g.Initializers {
		producer[name] = nil
	}
	define := func(name, by string, n *Node) error {
		if other, ok := producer[name]; ok {
			first := "an input or initializer"
			if other != nil {
				first = other.String()
			}
			return formatf("%q is defined twice, by %s and by %s: export the model again", name, first, by)
		}
		producer[name] = n
		return nil
	}
	for _, in := range g.Inputs {
		if in.Name == "" {
			return nil, formatf("an input of the graph has no name: export the model again")
		}
		if err := define(in.Name, "another input", nil); err != nil {
			return nil, err
		}
	}
	if len(g.Outputs) == 0 {
		return nil, formatf("the graph has no outputs: export the model again")
	}
	for _, n := range g.Nodes {
		for _, o := range n.Outputs {
			if o == "" {
				continue
			}
			if err := define(o, n.String(), n); err != nil {
				return nil, err
			}
		}
	}
	return producer, nil
}

// dependencies lists the values that a node reads, those that its subgraphs
// take from the graph around them included.
func dependencies(n *Node) []string {
	var deps []string
	for _, in := range n.Inputs {
		if in != "" {
			deps = append(deps, in)
		}
	}
	for _, a := range n.Attrs {
		if g, ok := a.(*Graph); ok && g != nil {
			deps = append(deps, g.captures()...)
		}
	}
	return deps
}

// captures lists the values that a subgraph reads but does not define.
func (g *Graph) captures() []string {
	inner := make(map[string]bool)
	for name := range g.Initializers {
		inner[name] = true
	}
	for _, in := range g.Inputs {
		inner[in.Name] = true
	}
	for _, n := range g.Nodes {
		for _, o := range n.Outputs {
			inner[o] = true
		}
	}
	var free []string
	read := func(name string) {
		if !inner[name] {
			inner[name] = true
			free = append(free, name)
		}
	}
	for _, n := range g.Nodes {
		for _, d := range dependencies(n) {
			read(d)
		}
	}
	for _, o := range g.Outputs {
		read(o.Name)
	}
	return free
}

// sortNodes returns the nodes that roots need, producers before consumers and
// otherwise in the file's order.
func sortNodes(roots, all []*Node, producer map[string]*Node) ([]*Node, error) {
	const (
		waiting = iota + 1 // needed
		open               // on the path being followed
		done
	)
	state := make(map[*Node]int, len(all))
	for stack := roots; len(stack) > 0; {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if state[n] != 0 {
			continue
		}
		state[n] = waiting
		for _, d := range dependencies(n) {
			if p := producer[d]; p != nil {
				stack = append(stack, p)
			}
		}
	}
	order := make([]*Node, 0, len(state))
	var path []*Node // depth first, without recursion: chains may be long
	for _, root := range all {
		if state[root] != waiting {
			continue
		}
		path = append(path[:0], root)
	descend:
		for len(path) > 0 {
			n := path[len(path)-1]
			state[n] = open
			for _, d := range dependencies(n) {
				p := producer[d]
				if p == nil {
					continue
				}
				switch state[p] {
				case waiting:
					path = append(path, p)
					continue descend
				case open:
					return nil, cycleError(path, p)
				}
			}
			state[n] = done
			order = append(order, n)
			path = path[:len(path)-1]
		}
	}
	return order, nil
}

// cycleError names the nodes of the cycle that closes at n.
func cycleError(path []*Node, n *Node) error {
	path = path[slices.Index(path, n):]
	const most = 4
	var names []string
	for _, p := range path[:min(len(path), most)] {
		names = append(names, p.String())
	}
	if len(path) > most {
		names = append(names, fmt.Sprintf("and %d more", len(path)-most))
	}
	return formatf("the graph has a cycle through %s: export the model again", strings.Join(names, ", "))
}
