package onnx

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func diamond(t *testing.T) *Static {
	return specialize(t, model(13, []ValueInfo{input("x", -1, 2), input("unused", -1)}, map[string]*Tensor{"w": scalar(2), "v": scalar(3)},
		node("Mul", names("x", "w"), names("a"), nil),
		node("Add", names("a", "v"), names("b"), nil),
		node("Neg", names("a"), names("c"), nil),
		node("Add", names("b", "c"), names("y"), nil)), 1)
}

func TestPrune(t *testing.T) {
	s := diamond(t)
	require.Equal(t, names("x", "unused"), s.Inputs)
	p, err := s.Prune("c", "a")
	require.NoError(t, err)
	requireCanonical(t, p)
	require.Equal(t, names("Mul", "Neg"), ops(p))
	require.Equal(t, names("c", "a"), p.Outputs)
	require.NotContains(t, p.Consts, "v")
	require.Equal(t, names("x", "unused"), p.Inputs, "the signature stays")
	require.Equal(t, map[string]int{"x": 1, "w": 1, "a": 2, "c": 1}, p.Uses())
	require.Len(t, s.Nodes, 4, "the receiver is unchanged")
	_, err = s.Prune("nothing")
	require.ErrorContains(t, err, `"nothing"`)
}

func TestClone(t *testing.T) {
	s := diamond(t)
	c := s.Clone()
	require.Equal(t, s, c)
	c.Nodes[0].Inputs[0] = "changed"
	c.Nodes[0].Attrs["new"] = int64(1)
	c.Outputs[0] = "changed"
	delete(c.Types, "y")
	delete(c.Consts, "w")
	require.Equal(t, diamond(t), s)
	require.Panics(t, func() { c.Type("y") })
}

func TestStaticModel(t *testing.T) {
	s := diamond(t)
	m := s.Model("diamond")
	require.Equal(t, int64(StaticOpset), m.Opsets[""])
	require.Equal(t, []Dim{{Value: 1}, {Value: 2}}, m.Graph.Outputs[0].Shape)
	data, err := m.Marshal()
	require.NoError(t, err)
	back, err := Parse(data, nil)
	require.NoError(t, err)
	require.Equal(t, s, specialize(t, back, 1), "canonical graphs survive the file")
}

func TestInferErrors(t *testing.T) {
	x := TensorType{Float32, []int{2, 3}}
	_, err := Infer(&Node{Op: "Foo"}, nil, nil)
	require.ErrorIs(t, err, ErrUnsupported)
	_, err = Infer(&Node{Op: "Identity", Inputs: names("x")}, []TensorType{x}, nil)
	require.ErrorIs(t, err, ErrUnsupported, "not in a static graph")
	_, err = Infer(node("Elu", names("x"), names("y"), nil), []TensorType{x}, nil)
	require.ErrorContains(t, err, `"alpha" is missing`)
	_, err = Infer(node("Add", names("x"), names("y"), nil), []TensorType{x}, nil)
	require.ErrorContains(t, err, "input 1 is missing")
	_, err = Infer(node("Reshape", names("x", "s"), names("y"), nil), []TensorType{x, {Int64, []int{1}}}, nil)
	require.ErrorContains(t, err, "must be a constant")
	huge := TensorType{Float32, []int{1 << 20, 1}}
	_, err = Infer(node("Add", names("x", "y"), names("z"), nil), []TensorType{huge, {Float32, []int{1, 1 << 20}}}, nil)
	require.ErrorContains(t, err, "too large")
}
