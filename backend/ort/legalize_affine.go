package ort

import (
	"maps"
	"slices"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// joinAffine finds the scale and shift of channels that a batch normalisation
// has become, a Mul and an Add of constants. After a transposed convolution they
// are made part of its weights, elsewhere one BatchNormalization, which passes over
// memory once. ONNX Runtime does the former by itself, but for convolutions only.
func joinAffine(s *onnx.Static) {
	uses := s.Uses()
	maker := map[string]*onnx.Node{}
	for _, n := range s.Nodes {
		for _, o := range n.Outputs {
			maker[o] = n
		}
	}
	// only reports whether a value is made by op for one node alone.
	only := func(value, op string) *onnx.Node {
		if n := maker[value]; n != nil && n.Op == op && uses[value] == 1 {
			return n
		}
		return nil
	}
	gone := map[*onnx.Node]bool{}
	for _, add := range s.Nodes {
		shifted, shift := perChannel(s, add, "Add")
		mul := only(shifted, "Mul")
		if shift == nil || mul == nil {
			continue
		}
		x, scale := perChannel(s, mul, "Mul")
		if scale == nil {
			continue
		}
		gone[mul] = true
		if conv := only(x, "ConvTranspose"); conv != nil && scaleOutput(s, conv, scale, shift) {
			gone[add] = true
			conv.Outputs[0] = add.Outputs[0]
			maker[add.Outputs[0]] = conv
			continue
		}
		add.Op = "BatchNormalization"
		add.Inputs = []string{x, constantOf(s, add, "scale", scale), constantOf(s, add, "shift", shift),
			constantOf(s, add, "mean", make([]float32, len(scale))), constantOf(s, add, "variance", slices.Repeat([]float32{1}, len(scale)))}
		add.Attrs = map[string]any{"epsilon": float32(0)}
	}
	s.Nodes = slices.DeleteFunc(s.Nodes, func(n *onnx.Node) bool { return gone[n] })
}

// perChannel returns what a node of two inputs does to which value: the
// constant, one number a channel, that it adds or multiplies by; nil if it does
// something else.
func perChannel(s *onnx.Static, n *onnx.Node, op string) (x string, c []float32) {
	if n.Op != op {
		return "", nil
	}
	for i, name := range n.Inputs {
		x, t := n.Inputs[1-i], s.Consts[name]
		shape := s.Types[x].Shape
		if t == nil || t.Type != onnx.Float32 || len(shape) < 3 || !slices.Equal(shape, s.Types[n.Outputs[0]].Shape) {
			continue
		}
		want := slices.Repeat([]int{1}, len(shape)-1)
		want[0] = shape[1]
		got := t.Shape
		if len(got) == len(shape) && got[0] == 1 {
			got = got[1:]
		}
		if slices.Equal(got, want) {
			return x, t.Data.([]float32)
		}
	}
	return "", nil
}

// scaleOutput changes a transposed convolution with constant weights so that it
// computes scale·y + shift, if it can.
func scaleOutput(s *onnx.Static, n *onnx.Node, scale, shift []float32) bool {
	w := s.Consts[n.Inputs[1]]
	if w == nil || w.Type != onnx.Float32 || n.Int("group") != 1 {
		return false
	}
	bias := make([]float32, len(scale))
	if len(n.Inputs) > 2 && n.Inputs[2] != "" {
		b := s.Consts[n.Inputs[2]]
		if b == nil {
			return false
		}
		copy(bias, b.Data.([]float32))
	}
	for c := range bias {
		bias[c] = scale[c]*bias[c] + shift[c]
	}
	scaled := slices.Clone(w.Data.([]float32))
	area := w.Len() / (w.Shape[0] * w.Shape[1])
	for i := range scaled {
		scaled[i] *= scale[i/area%len(scale)]
	}
	name := constantOf(s, n, "bias", bias)
	weights := constantOf(s, n, "weights", scaled)
	s.Consts[weights] = onnx.NewTensor(w.Type, w.Shape, scaled)
	s.Types[weights] = w.TensorType()
	n.Inputs = []string{n.Inputs[0], weights, name}
	n.Attrs = maps.Clone(n.Attrs)
	return true
}

// constantOf adds a constant vector that belongs to a node.
func constantOf(s *onnx.Static, n *onnx.Node, what string, data []float32) string {
	name := "ort/" + what + " of " + n.Outputs[0]
	s.Consts[name] = onnx.NewTensor(onnx.Float32, []int{len(data)}, data)
	s.Types[name] = s.Consts[name].TensorType()
	return name
}
