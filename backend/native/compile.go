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
	copies  map[string]string // the copies of outputs that are not computed
	buffers []*buffer
	size    arenaSize
}

// compile makes a program of a graph that takes at most memory bytes to run.
// nonNegative names inputs that are known to hold no negative number. The error
// names every operator that cannot be executed.
func compile(g *onnx.Static, w *weights, memory int64, nonNegative map[string]bool) (*program, error) {
	g = fuse(g, w, nonNegative)
	c := &compiler{graph: g, weights: w, nodes: g.Nodes, types: g.Types, values: map[string]*buffer{}, copies: map[string]string{}}
	if err := c.checkTypes(); err != nil {
		return nil, err
	}
	outputs := c.assignBuffers()
	// Before the rules, some of which make tables as long as a value.
	results := c.plan()
	if err := checkMemory(c.size.bytes()+results, memory); err != nil {
		return nil, err
	}
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
	p.buffers, p.outputs, p.size = c.buffers, outputs, c.size
	for _, name := range g.Inputs {
		p.inputs = append(p.inputs, c.values[name].id)
	}
	return p, checkMemory(p.size.bytes()+results, memory)
}

// plan places the values that live in the arena and returns the bytes that
// those take which do not: the results.
func (c *compiler) plan() (results int64) {
	var planned []*buffer
	for _, b := range c.buffers {
		switch b.kind {
		case inArena:
			planned = append(planned, b)
		case result:
			results += int64(b.n) * int64(b.typ.Size())
		}
	}
	c.size = assignOffsets(planned)
	return results
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
