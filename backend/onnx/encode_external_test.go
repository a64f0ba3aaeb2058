package onnx

import (
	"bytes"
	"errors"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// What is written outside the file is read from there.
func TestMarshalExternal(t *testing.T) {
	weights := make([]float32, 70000) // more than WriteTo encodes at a time
	for i := range weights {
		weights[i] = float32(i)
	}
	m := &Model{IRVersion: 8, Opsets: map[string]int64{"": 17}, Graph: &Graph{
		Nodes:        []*Node{{Op: "Add", Inputs: []string{"w", "b"}, Outputs: []string{"y"}}},
		Initializers: map[string]*Tensor{"w": floats([]int{70000}, weights...), "b": floats([]int{1}, 5)},
		Outputs:      []ValueInfo{{Name: "y", Type: Float32}},
	}}
	var file bytes.Buffer
	file.WriteString("before")
	data, err := m.MarshalExternal(func(x *Tensor) (*Place, error) {
		if x.Len() == 1 {
			return nil, nil
		}
		n, err := x.WriteTo(&file)
		require.Equal(t, int64(4*70000), n)
		return &Place{File: "weights", Offset: 6}, err
	})
	require.NoError(t, err)
	require.Less(t, len(data), 400)
	got, err := Parse(data, fstest.MapFS{"weights": {Data: file.Bytes()}})
	require.NoError(t, err)
	require.Equal(t, m.Graph.Initializers, got.Graph.Initializers)

	full := errors.New("full")
	_, err = m.MarshalExternal(func(*Tensor) (*Place, error) { return nil, full })
	require.ErrorIs(t, err, full)
}
