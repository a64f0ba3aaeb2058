package onnx

import (
	"fmt"
	"maps"
	"slices"
)

// WithConstant returns a model in which the named input is fixed to value for
// every batch: what it was an input for, such as a shape, a number of
// repetitions or a scale, can then be known before the model runs. The receiver
// is unchanged and shares everything else, value included.
//
// Inputs that merely have a value of their own for each sample, such as a
// class, need not be constants: see bind of [Model.Specialize].
func (m *Model) WithConstant(input string, value *Tensor) (*Model, error) {
	at := slices.IndexFunc(m.Graph.Inputs, func(in ValueInfo) bool { return in.Name == input })
	if at < 0 {
		names := make([]string, len(m.Graph.Inputs))
		for i, in := range m.Graph.Inputs {
			names[i] = in.Name
		}
		return nil, fmt.Errorf("onnx: the model has no input %q; it has %s", input, quoted(names))
	}
	if err := value.check(); err != nil {
		return nil, fmt.Errorf("onnx: the value for input %q is no tensor: %w", input, err)
	}
	if in := m.Graph.Inputs[at]; !in.accepts(value) {
		return nil, fmt.Errorf("onnx: input %q cannot be %v: it declares %v of shape %v", input, value.TensorType(), in.Type, in.Shape)
	}
	c, g := *m, *m.Graph
	g.Inputs = slices.Delete(slices.Clone(g.Inputs), at, at+1)
	g.Initializers = map[string]*Tensor{input: value}
	maps.Copy(g.Initializers, m.Graph.Initializers)
	c.Graph = &g
	return &c, nil
}

// accepts reports whether the input may have the value.
func (v *ValueInfo) accepts(x *Tensor) bool {
	if x.Type != v.Type || v.Shape != nil && len(x.Shape) != len(v.Shape) {
		return false
	}
	for k, d := range v.Shape {
		if d.Value >= 0 && d.Value != x.Shape[k] {
			return false
		}
	}
	return true
}
