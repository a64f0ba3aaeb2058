package onnx

import (
	"fmt"
	"math"
)

// typeNames holds the name and the size in bytes of every known element type.
var typeNames = map[DataType]struct {
	name string
	size int
}{
	Undefined: {"undefined", 0},
	Float32:   {"float32", 4},
	Uint8:     {"uint8", 1},
	Int8:      {"int8", 1},
	Uint16:    {"uint16", 2},
	Int16:     {"int16", 2},
	Int32:     {"int32", 4},
	Int64:     {"int64", 8},
	String:    {"string", 0},
	Bool:      {"bool", 1},
	Float16:   {"float16", 2},
	Float64:   {"float64", 8},
	Uint32:    {"uint32", 4},
	Uint64:    {"uint64", 8},
	BFloat16:  {"bfloat16", 2},
}

// String returns Go's name of the type, or "type 17" for one that has none here.
func (t DataType) String() string {
	if n, ok := typeNames[t]; ok {
		return n.name
	}
	return fmt.Sprintf("type %d", int32(t))
}

// Size is the number of bytes of one element; 0 for String and unknown types.
func (t DataType) Size() int { return typeNames[t].size }

// IsFloat reports whether t is a floating-point type of any width.
func (t DataType) IsFloat() bool {
	return t == Float32 || t == Float64 || t == Float16 || t == BFloat16
}

// IsInt reports whether t is an integer type of any width, signed or not.
func (t DataType) IsInt() bool {
	switch t {
	case Uint8, Int8, Uint16, Int16, Int32, Int64, Uint32, Uint64:
		return true
	}
	return false
}

// known reports whether tensors of type t can be read.
func (t DataType) known() bool {
	_, ok := typeNames[t]
	return ok && t != Undefined
}

// maxElements bounds the extents and the number of elements of any value: far
// beyond what a generator has, and low enough that products of it and of
// element sizes fit an int, of 32 bits too.
const maxElements = math.MaxInt32 >> (3 * (1 - ^uint(0)>>63))

// elements multiplies extents; false where one is negative, or the product of
// those that are not 0 exceeds maxElements.
func elements(shape []int) (int, bool) {
	n, empty := 1, false
	for _, d := range shape {
		switch {
		case d < 0 || d > maxElements:
			return 0, false
		case d == 0:
			empty = true
		case n > maxElements/d:
			return 0, false
		default:
			n *= d
		}
	}
	if empty {
		return 0, true
	}
	return n, true
}
