package ort

import (
	"fmt"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// legalize rewrites what ONNX Runtime refuses or does slowly in other operators
// with the same result. Inputs and outputs stay in order; what is a scalar
// among them gets one extent of 1, because values have at least one. nonNegative
// names inputs that are known to hold no negative number. For another device than
// the processor, nothing is written for the processor's kernels.
func legalize(s *onnx.Static, nonNegative map[string]bool, device Provider) *onnx.Static {
	l := &legalizer{s: s.Clone(), nonNegative: nonNegative, device: device, names: map[string]string{}, done: map[*onnx.Node]bool{}}
	joinAffine(l.s)
	nodes := l.s.Nodes
	l.uses, l.readers = l.s.Uses(), map[string]*onnx.Node{}
	for _, n := range nodes {
		for _, in := range n.Inputs {
			l.readers[in] = n
		}
	}
	l.s.Nodes = nil
	l.scalarInputs()
	for _, n := range nodes {
		if l.done[n] {
			continue
		}
		for i, in := range n.Inputs {
			if name, ok := l.names[in]; ok {
				n.Inputs[i] = name
			}
		}
		if rule, ok := legalizations[n.Op]; !ok || !rule(l, n) {
			l.s.Nodes = append(l.s.Nodes, n)
		}
	}
	l.boundary()
	l.nameNodes()
	l.dropConstants()
	return l.s
}

// A legalization emits what stands for a node, or returns false for one that can
// stay.
var legalizations = map[string]func(l *legalizer, n *onnx.Node) bool{
	"ConvTranspose": legalizeConvTranspose,
	"MaxPool":       legalizeMaxPool,
	"Sign":          legalizeSign,
}

// legalizer is a graph under construction.
type legalizer struct {
	s           *onnx.Static
	nonNegative map[string]bool
	device      Provider
	names       map[string]string // other names of values that nodes read
	uses        map[string]int    // of values in the graph that is rewritten
	readers     map[string]*onnx.Node
	done        map[*onnx.Node]bool // nodes that a rule for an earlier one has seen to
	count       int
}

// reader returns the only node that reads a value, nil where others do.
func (l *legalizer) reader(value string) *onnx.Node {
	if l.uses[value] != 1 {
		return nil
	}
	return l.readers[value] // nil where the value is an output
}

// dropConstants forgets what rewritten nodes no longer read.
func (l *legalizer) dropConstants() {
	uses := l.s.Uses()
	for name := range l.s.Consts {
		if uses[name] == 0 {
			delete(l.s.Consts, name)
		}
	}
}

// fresh returns a name that no value has.
func (l *legalizer) fresh() string {
	for {
		l.count++
		name := fmt.Sprintf("ort/%d", l.count)
		if _, taken := l.s.Types[name]; !taken {
			return name
		}
	}
}

// emit appends a node with one output of type t and returns the output.
func (l *legalizer) emit(op string, attrs map[string]any, t onnx.TensorType, inputs ...string) string {
	name := l.fresh()
	l.emitAs(name, op, attrs, t, inputs...)
	return name
}

// emitAs is emit for an output that has a name.
func (l *legalizer) emitAs(output, op string, attrs map[string]any, t onnx.TensorType, inputs ...string) {
	if attrs == nil {
		attrs = map[string]any{}
	}
	l.s.Types[output] = t
	l.s.Nodes = append(l.s.Nodes, &onnx.Node{Name: output, Op: op, Inputs: inputs, Outputs: []string{output}, Attrs: attrs})
}

// constant adds a constant and returns its name.
func (l *legalizer) constant(t *onnx.Tensor) string {
	name := l.fresh()
	l.s.Consts[name], l.s.Types[name] = t, t.TensorType()
	return name
}

func (l *legalizer) ints(v ...int64) string {
	return l.constant(onnx.NewTensor(onnx.Int64, []int{len(v)}, v))
}

// scalarInputs gives scalar inputs an extent.
func (l *legalizer) scalarInputs() {
	for _, in := range l.s.Inputs {
		t := l.s.Types[in]
		if len(t.Shape) > 0 {
			continue
		}
		l.s.Types[in] = onnx.TensorType{Type: t.Type, Shape: []int{1}}
		l.names[in] = l.emit("Reshape", nil, t, in, l.ints())
	}
}

// nameNodes makes the names of nodes differ.
func (l *legalizer) nameNodes() {
	taken := map[string]bool{}
	for _, n := range l.s.Nodes {
		for n.Name == "" || taken[n.Name] {
			n.Name += "/" + n.Outputs[0]
		}
		taken[n.Name] = true
	}
}

// boundary makes every output the result of a node, with at least one extent,
// and makes sure that there is an input.
func (l *legalizer) boundary() {
	computed := map[string]bool{}
	for _, n := range l.s.Nodes {
		for _, o := range n.Outputs {
			computed[o] = true
		}
	}
	for i, o := range l.s.Outputs {
		t := l.s.Types[o]
		if len(t.Shape) > 0 && computed[o] {
			continue
		}
		if len(t.Shape) == 0 {
			t.Shape = []int{1}
		}
		l.s.Outputs[i] = l.emit("Reshape", nil, t, o, l.shape(t))
	}
	if len(l.s.Inputs) == 0 {
		name := l.fresh()
		l.s.Inputs = []string{name}
		l.s.Types[name] = onnx.TensorType{Type: onnx.Float32, Shape: []int{1}}
	}
}
