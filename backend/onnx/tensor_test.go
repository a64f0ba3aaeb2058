package onnx

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHalfPrecision(t *testing.T) {
	for bits, want := range map[uint16]float32{
		0x0000: 0, 0x3c00: 1, 0xc000: -2, 0x7bff: 65504, 0x0001: 0x1p-24, 0x03ff: 1023 * 0x1p-24, 0x0400: 0x1p-14,
		0x3555: 1365. / 4096, 0x7c00: float32(math.Inf(1)), 0xfc00: float32(math.Inf(-1)),
	} {
		require.Equal(t, want, float16Float32(bits), "%#04x", bits)
	}
	require.True(t, math.Signbit(float64(float16Float32(0x8000))))
	require.True(t, math.IsNaN(float64(float16Float32(0x7e00))))
	require.Equal(t, float32(-1.5), bfloat16Float32(0xbfc0))

	x := NewTensor(Float16, []int{2}, []uint16{0x3c00, 0xc000})
	require.Equal(t, []float64{1, -2}, x.Floats())
	require.Equal(t, floats([]int{2}, 1, -2), x.widen())
}

func TestTensorConversions(t *testing.T) {
	require.Equal(t, []int64{1, 0}, NewTensor(Bool, []int{2}, []bool{true, false}).Ints())
	require.Equal(t, []int64{-1}, NewTensor(Int8, []int{1}, []int8{-1}).Ints())
	require.Equal(t, []int64{65535}, NewTensor(Uint16, []int{1}, []uint16{65535}).Ints())
	require.Equal(t, []float64{65535}, NewTensor(Uint16, []int{1}, []uint16{65535}).Floats())
	require.Equal(t, []float64{.5}, scalar(.5).Floats())
	require.Panics(t, func() { scalar(.5).Ints() })
	require.Panics(t, func() { NewTensor(Float16, []int{1}, nil).Ints() })

	x := floats([]int{2, 3}, upTo(6)...)
	require.Equal(t, 6, x.Len())
}

func TestNewTensorChecks(t *testing.T) {
	for typ := range typeNames {
		if typ != Undefined {
			require.Equal(t, 6, NewTensor(typ, []int{2, 3}, nil).Len(), typ)
		}
	}
	require.Panics(t, func() { NewTensor(Float32, []int{2}, []float32{1}) }, "too short")
	require.Panics(t, func() { NewTensor(Float32, []int{1}, []float64{1}) }, "wrong Go type")
	require.Panics(t, func() { NewTensor(Undefined, []int{0}, nil) })
	require.Panics(t, func() { NewTensor(Float32, []int{-1, -1}, []float32{1}) })
	require.Panics(t, func() { NewTensor(Float32, []int{math.MaxInt32, math.MaxInt32}, nil) })
}

func TestDataType(t *testing.T) {
	require.Equal(t, "float32[1 3]", TensorType{Float32, []int{1, 3}}.String())
	require.Equal(t, "type 99", DataType(99).String())
	require.Equal(t, 2, BFloat16.Size())
	require.True(t, BFloat16.IsFloat() && !BFloat16.IsInt() && Uint8.IsInt() && !Bool.IsInt())
}

func TestNodeAttributes(t *testing.T) {
	n := node("Conv", names("x"), names("y"), attrs{"i": int64(1), "f": float32(2), "s": "t", "is": []int64{3}})
	require.Equal(t, int64(1), n.Int("i"))
	require.Equal(t, float32(2), n.Float("f"))
	require.Equal(t, "t", n.Str("s"))
	require.Equal(t, []int64{3}, n.Ints("is"))
	require.PanicsWithValue(t, `onnx: Conv node with output "y": attribute "group" is <nil>, not int64`, func() { n.Int("group") })
	require.Equal(t, "x", n.Input(0))
	require.Equal(t, "", n.Input(1))
	require.Equal(t, `"a\nb" node without a name`, (&Node{Op: "a\nb"}).String())
}
