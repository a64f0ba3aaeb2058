package f32

import (
	"bytes"
	"unsafe"
)

// Same reports whether a and b hold the same bits, many at a time: NaN is the same
// as itself, and −0 not as 0.
func Same(a, b []float32) bool {
	return len(a) == len(b) && bytes.Equal(raw(a), raw(b))
}

func raw(x []float32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), 4*len(x))
}
