package diff

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// ErrNotDifferentiable says that a graph has no derivative that lcfv knows.
var ErrNotDifferentiable = errors.New("not differentiable")

// Linear is a computation y = f(x) split for differentiation at a point. The
// three graphs share the constants of the one they were made of, and name
// residuals alike.
type Linear struct {
	// Forward computes Outputs[0], y, and then the residuals that are neither y
	// nor inputs of the graph.
	Forward *onnx.Static

	// Pullback computes its only output Jᵀv from Cotangent and the residuals it
	// lists as its further inputs.
	Pullback *onnx.Static

	// Pushforward computes its only output J dx from Tangent and the residuals
	// it lists as its further inputs.
	Pushforward *onnx.Static

	Output    string   // name of y in Forward
	Wrt       string   // name of x in Forward
	Cotangent string   // name of v in Pullback
	Tangent   string   // name of dx in Pushforward
	Residuals []string // every value of Forward that the other two read, y and inputs included
}

// Linearize splits s for the derivative of its value output with respect to its
// input wrt. The error names every operator in the way that has no rule.
func Linearize(s *onnx.Static, output, wrt string) (*Linear, error) {
	if !slices.Contains(s.Inputs, wrt) {
		return nil, fmt.Errorf("diff: the graph has no input %q to differentiate for (inputs: %s)", wrt, strings.Join(s.Inputs, ", "))
	}
	if _, ok := s.Types[output]; !ok {
		return nil, fmt.Errorf("diff: the graph has no value %q to differentiate", output)
	}
	for _, name := range []string{wrt, output} {
		if !floating(s.Types[name].Type) {
			return nil, fmt.Errorf("diff: %q is of type %v: only float32 and float64 can be differentiated: %w", name, s.Types[name], ErrNotDifferentiable)
		}
	}
	nodes, active, err := activeNodes(s, output, wrt)
	if err != nil {
		return nil, err
	}
	l := &Linear{
		Output: output, Wrt: wrt,
		Cotangent: fresh(s, "cotangent"), Tangent: fresh(s, "tangent"),
	}
	var refused refusals
	if l.Pullback, err = pullback(s, nodes, active, l, &refused); err != nil {
		return nil, err
	}
	if l.Pushforward, err = pushforward(s, nodes, active, l, &refused); err != nil {
		return nil, err
	}
	if err := refused.err(); err != nil {
		return nil, err
	}
	for _, name := range valueOrder(s) {
		if slices.Contains(l.Pullback.Inputs[1:], name) || slices.Contains(l.Pushforward.Inputs[1:], name) {
			l.Residuals = append(l.Residuals, name)
		}
	}
	outputs := []string{output}
	for _, name := range l.Residuals {
		if name != output && !slices.Contains(s.Inputs, name) {
			outputs = append(outputs, name)
		}
	}
	l.Forward, err = s.Prune(outputs...)
	return l, err
}

// activeNodes returns the nodes through which output depends on wrt, in order,
// and the set of values on the way.
func activeNodes(s *onnx.Static, output, wrt string) ([]*onnx.Node, map[string]bool, error) {
	needed := map[string]bool{output: true}
	for _, n := range slices.Backward(s.Nodes) {
		if slices.ContainsFunc(n.Outputs, func(o string) bool { return needed[o] }) {
			for _, in := range n.Inputs {
				needed[in] = true
			}
		}
	}
	active := map[string]bool{wrt: true}
	var nodes []*onnx.Node
	var missing []string
	for _, n := range s.Nodes {
		reaches := slices.ContainsFunc(n.Inputs, func(in string) bool { return active[in] })
		if !reaches || !slices.ContainsFunc(n.Outputs, func(o string) bool { return needed[o] }) {
			continue
		}
		if flat(s, n) {
			continue
		}
		if _, ok := rules[n.Op]; !ok {
			missing = append(missing, n.String())
		}
		nodes = append(nodes, n)
		for _, o := range n.Outputs {
			if o != "" && needed[o] && floating(s.Types[o].Type) {
				active[o] = true
			}
		}
	}
	if missing != nil {
		return nil, nil, fmt.Errorf("diff: no derivative rule for %s at opset %d: %w", strings.Join(missing, ", "), onnx.StaticOpset, ErrNotDifferentiable)
	}
	if !active[output] {
		return nil, nil, fmt.Errorf("diff: %q does not depend on %q: %w", output, wrt, ErrNotDifferentiable)
	}
	return nodes, active, nil
}

func pullback(s *onnx.Static, nodes []*onnx.Node, active map[string]bool, l *Linear, refused *refusals) (*onnx.Static, error) {
	c := newContext(s, active, "pullback")
	c.types[l.Cotangent] = s.Types[l.Output]
	cotangents := map[string]string{l.Output: l.Cotangent}
	for _, n := range slices.Backward(nodes) {
		dy := make([]string, len(n.Outputs))
		found := false
		for i, o := range n.Outputs {
			dy[i] = cotangents[o]
			found = found || dy[i] != ""
		}
		if !found {
			continue
		}
		dx, err := rules[n.Op].pull(c, n, dy)
		if err != nil {
			refused.add(n, err)
			dx = c.standIns(n.Inputs)
		}
		for i, in := range n.Inputs {
			if i >= len(dx) || dx[i] == "" || !active[in] {
				continue
			}
			if old := cotangents[in]; old != "" {
				dx[i] = c.add(old, dx[i])
			}
			cotangents[in] = dx[i]
		}
	}
	return c.graph(l.Cotangent, cotangents[l.Wrt])
}

func pushforward(s *onnx.Static, nodes []*onnx.Node, active map[string]bool, l *Linear, refused *refusals) (*onnx.Static, error) {
	c := newContext(s, active, "pushforward")
	c.types[l.Tangent] = s.Types[l.Wrt]
	tangents := map[string]string{l.Wrt: l.Tangent}
	for _, n := range nodes {
		dx := make([]string, len(n.Inputs))
		for i, in := range n.Inputs {
			dx[i] = tangents[in]
		}
		dy, err := rules[n.Op].push(c, n, dx)
		if err != nil {
			refused.add(n, err)
			dy = c.standIns(n.Outputs)
		}
		for i, o := range n.Outputs {
			if o != "" && dy[i] != "" {
				tangents[o] = dy[i]
			}
		}
	}
	return c.graph(l.Tangent, tangents[l.Output])
}

// standIns returns zeros for active values, so that the nodes behind one that
// has no derivative are looked at too.
func (c *context) standIns(names []string) []string {
	d := make([]string, len(names))
	for i, name := range names {
		if c.active[name] {
			d[i] = c.zeros(c.source.Types[name])
		}
	}
	return d
}

// refusals collects the nodes whose rules ended with an error, each once.
type refusals struct {
	nodes   []*onnx.Node
	reasons []error
}

func (r *refusals) add(n *onnx.Node, reason error) {
	if !slices.Contains(r.nodes, n) {
		r.nodes, r.reasons = append(r.nodes, n), append(r.reasons, reason)
	}
}

// err names all nodes and wraps the first reason.
func (r *refusals) err() error {
	if len(r.nodes) == 0 {
		return nil
	}
	others := ""
	for i, n := range r.nodes[1:] {
		others += fmt.Sprintf("; %v: %v", n, r.reasons[i+1])
	}
	return fmt.Errorf("diff: %v: %w%s", r.nodes[0], r.reasons[0], others)
}

// valueOrder lists the values of s in the order in which they are computed.
func valueOrder(s *onnx.Static) []string {
	names := slices.Clone(s.Inputs)
	for _, n := range s.Nodes {
		names = append(names, n.Outputs...)
	}
	return names
}

// fresh returns a name that no value of s has.
func fresh(s *onnx.Static, name string) string {
	for {
		if _, taken := s.Types[name]; !taken {
			return name
		}
		name += "_"
	}
}
