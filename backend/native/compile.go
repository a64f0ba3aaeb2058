package native

import (
	"fmt"
	"strings"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// compiler turns a graph into a program. Rules ask it about the values of the
// node they compile.
type compiler struct {
	graph   *onnx.Static
	weights *weights
	nodes   []*onnx.Node // after fusion
	types   map[string]onnx.TensorType
	values  map[string]*buffer
	buffers []*buffer
	size    arenaSize
}

// compile makes a program of a graph. nonNegative names inputs that are known
// to hold no negative number. The error names every operator that cannot be
// executed.
func compile(g *onnx.Static, w *weights, nonNegative map[string]bool) (*program, error) {
	g = fuse(g, nonNegative)
	c := &compiler{graph: g, weights: w, nodes: g.Nodes, types: g.Types, values: map[string]*buffer{}}
	if err := c.checkTypes(); err != nil {
		return nil, err
	}
	outputs := c.assignBuffers()
	p := &program{graph: g}
	var problems []string
	for _, n := range c.nodes {
		op, ok := operators[n.Op]
		if !ok {
			problems = append(problems, fmt.Sprintf("operator %s (node %q) is not supported", n.Op, n.Name))
			continue
		}
		s, err := op.compile(c, n)
		if err != nil {
			problems = append(problems, fmt.Sprintf("node %q (%s): %v", n.Name, n.Op, err))
			continue
		}
		if s != nil {
			p.steps = append(p.steps, s)
			p.nodes = append(p.nodes, n)
		}
	}
	if problems != nil {
		return nil, fmt.Errorf("native: %s: %w", strings.Join(problems, "; "), onnx.ErrUnsupported)
	}
	p.buffers, p.outputs = c.buffers, outputs
	for _, name := range g.Inputs {
		p.inputs = append(p.inputs, c.values[name].id)
	}
	var planned []*buffer
	for _, b := range c.buffers {
		if b.kind == inArena {
			planned = append(planned, b)
		}
	}
	p.size = assignOffsets(planned)
	p.size.scratch32, p.size.scratch64 = c.size.scratch32, c.size.scratch64
	return p, nil
}

// checkTypes refuses values that cannot be computed with. Constants of other
// types may be there for rules that read them when compiling.
func (c *compiler) checkTypes() error {
	check := func(name string) error {
		if t := c.types[name]; name != "" && !supported(t.Type) {
			return fmt.Errorf("native: value %q is of type %v, which is not supported: %w", name, t, onnx.ErrUnsupported)
		}
		return nil
	}
	for _, name := range c.graph.Inputs {
		if err := check(name); err != nil {
			return err
		}
	}
	for _, n := range c.nodes {
		for _, name := range n.Outputs {
			if err := check(name); err != nil {
				return err
			}
		}
	}
	return nil
}

// id returns the buffer of a value.
func (c *compiler) id(name string) int { return c.values[name].id }

func (c *compiler) shape(name string) []int { return c.types[name].Shape }

func (c *compiler) len(name string) int { return c.types[name].Len() }

// constant returns the value of a constant, nil for other values.
func (c *compiler) constant(name string) *onnx.Tensor { return c.graph.Consts[name] }

// scratch asks for room that a step may use while it runs.
func (c *compiler) scratch(n32, n64 int) {
	c.size.scratch32 = max(c.size.scratch32, n32)
	c.size.scratch64 = max(c.size.scratch64, n64)
}
