package onnx

import "fmt"

// NewTensor returns a tensor of the given type and shape over data, which is
// not copied and must be a slice of the Go type that [Tensor] documents, with
// as many elements as the shape has. Nil data makes a tensor of zeros (of empty
// strings).
//
// It panics where the type is unknown or data does not fit: tensors from
// files go through [Parse], which returns errors.
func NewTensor(t DataType, shape []int, data any) *Tensor {
	n, ok := elements(shape)
	if !ok {
		panic(fmt.Sprintf("onnx: NewTensor: impossible shape %v", shape))
	}
	if data == nil {
		data = makeData(t, n)
	}
	x := &Tensor{Type: t, Shape: shape, Data: data}
	if err := x.check(); err != nil {
		panic("onnx: NewTensor: " + err.Error())
	}
	return x
}

// makeData allocates n zero elements of type t; nil for an unknown type.
func makeData(t DataType, n int) any {
	switch t {
	case Float32:
		return make([]float32, n)
	case Float64:
		return make([]float64, n)
	case Int8:
		return make([]int8, n)
	case Int16:
		return make([]int16, n)
	case Int32:
		return make([]int32, n)
	case Int64:
		return make([]int64, n)
	case Uint8:
		return make([]uint8, n)
	case Uint16, Float16, BFloat16:
		return make([]uint16, n)
	case Uint32:
		return make([]uint32, n)
	case Uint64:
		return make([]uint64, n)
	case Bool:
		return make([]bool, n)
	case String:
		return make([]string, n)
	}
	return nil
}

// dataLen is the length of a slice that tensors of type t may have as Data;
// -1 where data is something else.
func dataLen(t DataType, data any) int {
	n, ok := -1, false
	switch d := data.(type) {
	case []float32:
		n, ok = len(d), t == Float32
	case []float64:
		n, ok = len(d), t == Float64
	case []int8:
		n, ok = len(d), t == Int8
	case []int16:
		n, ok = len(d), t == Int16
	case []int32:
		n, ok = len(d), t == Int32
	case []int64:
		n, ok = len(d), t == Int64
	case []uint8:
		n, ok = len(d), t == Uint8
	case []uint16:
		n, ok = len(d), t == Uint16 || t == Float16 || t == BFloat16
	case []uint32:
		n, ok = len(d), t == Uint32
	case []uint64:
		n, ok = len(d), t == Uint64
	case []bool:
		n, ok = len(d), t == Bool
	case []string:
		n, ok = len(d), t == String
	}
	if !ok {
		return -1
	}
	return n
}

// check tells what is wrong with a tensor built by hand; nil if nothing.
func (x *Tensor) check() error {
	if x == nil {
		return fmt.Errorf("the tensor is nil")
	}
	n, ok := elements(x.Shape)
	if !ok {
		return fmt.Errorf("impossible shape %v", x.Shape)
	}
	switch got := dataLen(x.Type, x.Data); {
	case got < 0:
		return fmt.Errorf("a tensor of %v cannot hold %T", x.Type, x.Data)
	case got != n:
		return fmt.Errorf("%d elements for shape %v, want %d", got, x.Shape, n)
	}
	return nil
}

// Len is the number of elements.
func (x *Tensor) Len() int { return x.TensorType().Len() }

// TensorType is the type and shape of x; it shares x's Shape.
func (x *Tensor) TensorType() TensorType { return TensorType{x.Type, x.Shape} }

// Ints returns the elements of an integer or boolean tensor as int64; those of
// an Int64 tensor are not copied and must not be modified. It panics for other
// types.
func (x *Tensor) Ints() []int64 {
	switch d := x.Data.(type) {
	case []int64:
		return d
	case []int32:
		return convert[int64](d)
	case []int16:
		return convert[int64](d)
	case []int8:
		return convert[int64](d)
	case []uint8:
		return convert[int64](d)
	case []uint32:
		return convert[int64](d)
	case []uint64:
		return convert[int64](d)
	case []uint16:
		if x.Type == Uint16 {
			return convert[int64](d)
		}
	case []bool:
		v := make([]int64, len(d))
		for i, b := range d {
			if b {
				v[i] = 1
			}
		}
		return v
	}
	panic(fmt.Sprintf("onnx: Tensor.Ints: the tensor holds %v", x.Type))
}

// Floats returns the elements of a numeric or boolean tensor as float64; those
// of a Float64 tensor are not copied and must not be modified. It panics for
// strings.
func (x *Tensor) Floats() []float64 {
	switch d := x.Data.(type) {
	case []float64:
		return d
	case []float32:
		return convert[float64](d)
	case []uint16:
		if x.Type != Uint16 {
			return convert[float64](x.widen().Data.([]float32))
		}
	}
	return convert[float64](x.Ints())
}

// convert copies numbers to another type.
func convert[T, S int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32 | float64](src []S) []T {
	dst := make([]T, len(src))
	for i, v := range src {
		dst[i] = T(v)
	}
	return dst
}
