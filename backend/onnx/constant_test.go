package onnx

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

// reshaping is y = Reshape(x, Concat(s, t)) with inputs x, s and t, and u that
// shapes nothing.
func reshaping() *Model {
	m := model(13, []ValueInfo{input("x", 2, 6), typedInput("u", Int64, 1), typedInput("s", Int64, 1), typedInput("t", Int64, 1)}, nil,
		node("Concat", names("s", "t"), names("shape"), attrs{"axis": int64(0)}),
		node("Reshape", names("x", "shape"), names("r"), nil),
		node("Cast", names("u"), names("f"), attrs{"to": int64(Float32)}),
		node("Add", names("r", "f"), names("y"), nil))
	return m
}

func TestConstantError(t *testing.T) {
	_, err := reshaping().Specialize(2, nil, evalReference)
	var needed *ConstantError
	require.True(t, errors.As(err, &needed), "%v", err)
	require.Equal(t, []string{"s", "t"}, needed.Inputs, "u shapes nothing")
	require.ErrorIs(t, err, ErrUnsupported)
	require.ErrorContains(t, err, "WithConstant")

	m := model(13, []ValueInfo{input("x", 2, 3), input("e", 0, 3)}, nil,
		node("Concat", names("x", "e"), names("y"), attrs{"axis": int64(0)}))
	_, err = m.Specialize(2, nil, evalReference)
	require.True(t, errors.As(err, &needed), "%v", err)
	require.Equal(t, []string{"e"}, needed.Inputs)
	m, err = m.WithConstant("e", floats([]int{0, 3}))
	require.NoError(t, err)
	s, err := m.Specialize(2, nil, evalReference)
	require.NoError(t, err)
	require.Equal(t, []int{2, 3}, s.Type("y").Shape)
}

func TestWithConstant(t *testing.T) {
	m := reshaping()
	fixed, err := m.WithConstant("s", ints(3))
	require.NoError(t, err)
	fixed, err = fixed.WithConstant("t", ints(4))
	require.NoError(t, err)
	s, err := fixed.Specialize(2, nil, evalReference)
	require.NoError(t, err)
	require.Equal(t, []string{"x", "u"}, s.Inputs)
	require.Equal(t, []int{3, 4}, s.Type("y").Shape)
	require.Len(t, m.Graph.Inputs, 4, "the receiver is unchanged")
	require.Empty(t, m.Graph.Initializers)

	for _, c := range []struct {
		input string
		value *Tensor
		want  string
	}{
		{"nope", ints(1), `no input "nope"`},
		{"s", nil, "no tensor"},
		{"s", ints(1, 2), "cannot be int64[2]"},
		{"s", floats([]int{1}, 3), "cannot be float32[1]"},
		{"s", NewTensor(Int64, []int{}, []int64{3}), "cannot be int64[]"},
	} {
		_, err := m.WithConstant(c.input, c.value)
		require.ErrorContains(t, err, c.want)
	}
}
