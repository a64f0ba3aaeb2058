package onnx

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// inputs types the graph's inputs and returns the names of those that are not
// bound.
func (s *specializer) inputs(g *Graph, bind map[string]*Tensor) ([]string, error) {
	for _, in := range g.Inputs {
		if _, bound := bind[in.Name]; !bound && slices.ContainsFunc(in.Shape, func(d Dim) bool { return d.Value == 0 }) {
			return nil, &ConstantError{[]string{in.Name}, fmt.Sprintf(
				"input %q has no elements, an extent of its shape is 0: make it a constant with Model.WithConstant", in.Name)}
		}
	}
	if s.batch < 1 {
		return nil, fmt.Errorf("a batch of %d samples is impossible: ask for at least 1", s.batch)
	}
	names := make(map[string]bool)
	for _, in := range g.Inputs {
		names[in.Name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(bind)) {
		if !names[name] {
			return nil, fmt.Errorf("the model has no input %q to bind; it has %s", name, quoted(slices.Sorted(maps.Keys(names))))
		}
	}
	if err := s.checkBatch(g, bind); err != nil {
		return nil, err
	}
	var free []string
	for _, in := range g.Inputs {
		t, err := s.inputType(g, in)
		if err != nil {
			return nil, err
		}
		s.alias[in.Name] = in.Name
		s.types[in.Name] = t
		value, bound := bind[in.Name]
		if !bound {
			free = append(free, in.Name)
			continue
		}
		value, err = s.bound(in, t, value)
		if err != nil {
			return nil, fmt.Errorf("input %q: %w", in.Name, err)
		}
		s.consts[in.Name] = value
	}
	return free, nil
}

// checkBatch refuses a batch size that the file does not leave open.
func (s *specializer) checkBatch(g *Graph, bind map[string]*Tensor) error {
	var fixed *ValueInfo
	for _, in := range g.Inputs {
		if _, bound := bind[in.Name]; bound || len(in.Shape) == 0 {
			continue
		}
		if in.Shape[0].Value < 0 {
			return nil
		}
		if fixed == nil {
			fixed = &in
		}
	}
	if fixed != nil && fixed.Shape[0].Value != s.batch {
		return unsupportedf("the model was exported for batches of exactly %d (input %q), not %d: export it with an open first dimension (dynamic_axes or dynamic_shapes)",
			fixed.Shape[0].Value, fixed.Name, s.batch)
	}
	return nil
}

// inputType is the static type of a declared input.
func (s *specializer) inputType(g *Graph, in ValueInfo) (TensorType, error) {
	t := TensorType{Type: in.Type.widened(), Shape: make([]int, len(in.Shape))}
	if !computed(t.Type) {
		return t, unsupportedf("input %q is %v: lcfv computes in float32, float64, int64, int32 and bool", in.Name, in.Type)
	}
	if in.Shape == nil {
		return t, unsupportedf("input %q declares no shape: export the model with shapes", in.Name)
	}
	for k, d := range in.Shape {
		switch {
		case d.Value >= 0:
			t.Shape[k] = d.Value
		case k == 0 || d.Param != "" && isBatchName(g, d.Param):
			t.Shape[k] = s.batch
		default:
			return t, unsupportedf("input %q leaves its dimension %d (%q) open, and only the first may be: export the model for a fixed size, or give one to Model.WithDims",
				in.Name, k, d.Param)
		}
	}
	if n, ok := elements(t.Shape); !ok || n == 0 {
		return t, unsupportedf("input %q cannot have the shape %v", in.Name, t.Shape)
	}
	return t, nil
}

// isBatchName reports whether an input has the open first dimension param.
func isBatchName(g *Graph, param string) bool {
	return slices.ContainsFunc(g.Inputs, func(in ValueInfo) bool {
		return len(in.Shape) > 0 && in.Shape[0].Value < 0 && in.Shape[0].Param == param
	})
}

// bound is the value of a bound input for the whole batch.
func (s *specializer) bound(in ValueInfo, t TensorType, value *Tensor) (*Tensor, error) {
	if err := value.check(); err != nil {
		return nil, fmt.Errorf("the value to bind is no tensor: %w", err)
	}
	value = value.widen()
	want := slices.Clone(t.Shape)
	repeat := 1
	if len(in.Shape) > 0 && in.Shape[0].Value < 0 {
		want[0], repeat = 1, s.batch
	}
	if value.Type != t.Type || !slices.Equal(value.Shape, want) {
		return nil, fmt.Errorf("the value to bind is %v, want %v", value.TensorType(), TensorType{t.Type, want})
	}
	if repeat == 1 {
		return value, nil
	}
	if t.Len() > s.budget {
		return nil, fmt.Errorf("the value to bind is too large for %d samples: ask for fewer", s.batch)
	}
	s.budget -= t.Len()
	return &Tensor{Type: t.Type, Shape: t.Shape, Data: repeatData(value.Data, repeat)}, nil
}

func repeatData(data any, n int) any {
	switch d := data.(type) {
	case []float32:
		return slices.Repeat(d, n)
	case []float64:
		return slices.Repeat(d, n)
	case []int64:
		return slices.Repeat(d, n)
	case []int32:
		return slices.Repeat(d, n)
	}
	return slices.Repeat(data.([]bool), n)
}

func quoted(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	q := make([]string, len(names))
	for i, n := range names {
		q[i] = fmt.Sprintf("%q", n)
	}
	return strings.Join(q, ", ")
}
