package onnx

import "math"

// float16Float32 widens an IEEE 754 binary16 number; exact.
func float16Float32(h uint16) float32 {
	sign := uint32(h>>15) << 31
	exp := uint32(h>>10) & 0x1f
	frac := uint32(h) & 0x3ff
	switch exp {
	case 0: // zero and subnormals: frac·2⁻²⁴
		f := float32(frac) * 0x1p-24
		return math.Float32frombits(math.Float32bits(f) | sign)
	case 0x1f: // infinities and NaNs
		return math.Float32frombits(sign | 0xff<<23 | frac<<13)
	}
	return math.Float32frombits(sign | (exp+127-15)<<23 | frac<<13)
}

// bfloat16Float32 widens a bfloat16 number; exact.
func bfloat16Float32(h uint16) float32 { return math.Float32frombits(uint32(h) << 16) }

// widen returns x itself, or its Float32 copy where x is Float16 or BFloat16.
func (x *Tensor) widen() *Tensor {
	f := float16Float32
	switch x.Type {
	case Float16:
	case BFloat16:
		f = bfloat16Float32
	default:
		return x
	}
	src := x.Data.([]uint16)
	dst := make([]float32, len(src))
	for i, h := range src {
		dst[i] = f(h)
	}
	return &Tensor{Type: Float32, Shape: x.Shape, Data: dst}
}

// widened is the type that values of type t have in a [Static].
func (t DataType) widened() DataType {
	if t == Float16 || t == BFloat16 {
		return Float32
	}
	return t
}
