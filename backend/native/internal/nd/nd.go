// Package nd iterates over n-dimensional arrays held in flat row-major slices:
// broadcasting, rearranging, reducing, resampling and pooling.
//
// Everything that depends on shapes alone is worked out once, when a program is
// compiled ([NewLoop], [NewMove], [NewResample], [NewPool]); the results are
// immutable, safe for concurrent use, and applied to slices without allocating.
package nd

// Elem is an element type of a tensor.
type Elem interface {
	float32 | float64 | int64 | int32 | bool
}

// Number is an element type with arithmetic.
type Number interface {
	float32 | float64 | int64 | int32
}

// Float is an element type with derivatives.
type Float interface {
	float32 | float64
}

// Len is the number of elements of an array of the given shape.
func Len(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// Strides returns the distances between neighbours along each axis of a
// row-major array.
func Strides(shape []int) []int {
	s := make([]int, len(shape))
	n := 1
	for i := len(shape) - 1; i >= 0; i-- {
		s[i] = n
		n *= shape[i]
	}
	return s
}
