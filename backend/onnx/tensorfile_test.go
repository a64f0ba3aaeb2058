package onnx

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseTensor(t *testing.T) {
	var w wire
	w.packed(1, 2, 1)
	w.int(2, int64(Float32))
	w.fixed32(4, 1.5)
	w.fixed32(4, float32(math.NaN())) // weights may not be, results may
	w.text(8, "anything")
	x, err := ParseTensor(w.b)
	require.NoError(t, err)
	require.Equal(t, Float32, x.Type)
	require.Equal(t, []int{2, 1}, x.Shape)
	require.Equal(t, 1.5, x.Floats()[0])
	require.True(t, math.IsNaN(x.Floats()[1]))

	w = wire{}
	w.int(2, int64(Uint8))
	w.bytes(9, []byte{200})
	x, err = ParseTensor(w.b)
	require.NoError(t, err)
	require.Equal(t, NewTensor(Uint8, []int{}, []uint8{200}), x)

	w = wire{}
	w.packed(1, 3)
	w.int(2, int64(Float32))
	w.fixed32(4, 1)
	_, err = ParseTensor(w.b)
	require.ErrorIs(t, err, ErrFormat)
	require.ErrorContains(t, err, "1 elements where its shape asks for 3")

	_, err = ParseTensor(nil)
	require.ErrorIs(t, err, ErrUnsupported)
	require.ErrorContains(t, err, "undefined")

	w = wire{}
	w.packed(1, 1)
	w.int(2, int64(Float32))
	w.int(14, 1)
	w.pair(13, "location", "weights.bin")
	_, err = ParseTensor(w.b)
	require.ErrorIs(t, err, ErrUnsupported, "a lone tensor has no folder beside it")
}

// FuzzParseTensor: whatever the bytes, the result is whole or an error.
func FuzzParseTensor(f *testing.F) {
	var w wire
	w.packed(1, 2)
	w.int(2, int64(Int64))
	w.packed(7, 1, 2)
	f.Add(w.b)
	f.Fuzz(func(t *testing.T, data []byte) {
		if x, err := ParseTensor(data); err == nil {
			require.NoError(t, x.check())
		}
	})
}
