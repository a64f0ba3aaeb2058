package onnx

// lowerControl holds operators with subgraphs.
var lowerControl = map[string]lowerRule{
	"If":   lowerIf,
	"Loop": lowerLoop,
	"Scan": lowerScan,
}

// lowerIf takes the branch that a constant condition selects: exporters write
// an If where a shape decides, and shapes are known here.
func lowerIf(l *lowering) []string {
	l.arity(1, 1)
	l.ignore("then_branch", "else_branch")
	c := l.constant(0)
	if c.Type != Bool || c.Len() != 1 {
		failf("its condition is %v, not one bool", c.TensorType())
	}
	branch := "else_branch"
	if c.Data.([]bool)[0] {
		branch = "then_branch"
	}
	g := lowerAttr[*Graph](l, branch, nil)
	if g == nil || len(g.Inputs) > 0 || len(g.Outputs) != len(l.n.Outputs) {
		failf("its %s is missing or does not compute its %d outputs", branch, len(l.n.Outputs))
	}
	return l.inline(g)
}

// inline lowers the nodes of a subgraph whose inputs have aliases and returns
// the values that stand for its outputs.
func (l *lowering) inline(g *Graph) []string {
	order, err := g.schedule(func(name string) bool { _, ok := l.alias[name]; return ok })
	if err == nil {
		err = l.walk(g, order)
	}
	if err != nil {
		panic(failure{err})
	}
	outs := make([]string, len(g.Outputs))
	for k, o := range g.Outputs {
		outs[k] = l.alias[o.Name]
	}
	return outs
}
