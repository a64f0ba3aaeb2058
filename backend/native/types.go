package native

import (
	"unsafe"

	"github.com/lcfv-go/lcfv/backend/native/internal/nd"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"gorgonia.org/tensor"
)

// supported reports whether values of this element type can be computed with.
func supported(t onnx.DataType) bool {
	switch t {
	case onnx.Float32, onnx.Float64, onnx.Int64, onnx.Int32, onnx.Bool:
		return true
	}
	return false
}

// A slot holds the elements of one value: a *[]T, so that what it points at can
// be exchanged without allocating.
type slot any

func newSlot(t onnx.DataType) slot {
	switch t {
	case onnx.Float32:
		return new([]float32)
	case onnx.Float64:
		return new([]float64)
	case onnx.Int64:
		return new([]int64)
	case onnx.Int32:
		return new([]int32)
	default:
		return new([]bool)
	}
}

// constantSlot returns a slot over the elements of a constant.
func constantSlot(t *onnx.Tensor) slot {
	switch data := t.Data.(type) {
	case []float32:
		return &data
	case []float64:
		return &data
	case []int64:
		return &data
	case []int32:
		return &data
	case []bool:
		return &data
	}
	return nil // of a type that only compile-time rules read, such as float16
}

// pointAt lets a slot show n elements of a tensor, or nothing.
func pointAt(s slot, d *tensor.Dense, from, n int) {
	switch p := s.(type) {
	case *[]float32:
		*p = nil
		if d != nil {
			*p = d.Float32s()[from : from+n]
		}
	case *[]float64:
		*p = nil
		if d != nil {
			*p = d.Float64s()[from : from+n]
		}
	case *[]int64:
		*p = nil
		if d != nil {
			*p = d.Int64s()[from : from+n]
		}
	case *[]int32:
		*p = nil
		if d != nil {
			*p = d.Int32s()[from : from+n]
		}
	case *[]bool:
		*p = nil
		if d != nil {
			*p = d.Bools()[from : from+n]
		}
	}
}

// share lets dst show the elements of src, a slot of the same type.
func share(dst, src slot) {
	switch p := dst.(type) {
	case *[]float32:
		*p = *src.(*[]float32)
	case *[]float64:
		*p = *src.(*[]float64)
	case *[]int64:
		*p = *src.(*[]int64)
	case *[]int32:
		*p = *src.(*[]int32)
	case *[]bool:
		*p = *src.(*[]bool)
	}
}

// copyInto copies the elements of src into those of dst, slots of one type.
func copyInto(dst, src slot) {
	switch p := dst.(type) {
	case *[]float32:
		copy(*p, *src.(*[]float32))
	case *[]float64:
		copy(*p, *src.(*[]float64))
	case *[]int64:
		copy(*p, *src.(*[]int64))
	case *[]int32:
		copy(*p, *src.(*[]int32))
	case *[]bool:
		copy(*p, *src.(*[]bool))
	}
}

// allocate gives a slot n elements of its own.
func allocate(s slot, n int) {
	switch p := s.(type) {
	case *[]float32:
		*p = aligned[float32](n)
	case *[]float64:
		*p = aligned[float64](n)
	case *[]int64:
		*p = aligned[int64](n)
	case *[]int32:
		*p = aligned[int32](n)
	case *[]bool:
		*p = aligned[bool](n)
	}
}

// cacheLine is the alignment of buffers in bytes.
const cacheLine = 64

// aligned allocates n elements that begin on a cache line.
func aligned[T nd.Elem](n int) []T {
	size := int(unsafe.Sizeof(*new(T)))
	raw := make([]T, n+cacheLine/size)
	skip := 0
	if rest := int(uintptr(unsafe.Pointer(unsafe.SliceData(raw))) % cacheLine); rest != 0 {
		skip = (cacheLine - rest) / size
	}
	return raw[skip : skip+n : skip+n]
}

// elements returns the data of a tensor whose type is known to be T's.
func elements[T any](t *onnx.Tensor) []T {
	data, _ := t.Data.([]T)
	return data
}
