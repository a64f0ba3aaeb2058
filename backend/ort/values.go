package ort

import (
	"github.com/lcfv-go/lcfv/backend/onnx"
	"gorgonia.org/tensor"
)

// elements returns n elements of a tensor, as a slice.
func elements(d *tensor.Dense, from, n int) any {
	switch d.Dtype() {
	case tensor.Float32:
		return d.Float32s()[from : from+n]
	case tensor.Float64:
		return d.Float64s()[from : from+n]
	case tensor.Int64:
		return d.Int64s()[from : from+n]
	case tensor.Int32:
		return d.Int32s()[from : from+n]
	default:
		return d.Bools()[from : from+n]
	}
}

// newElements allocates n elements.
func newElements(t onnx.DataType, n int) any {
	return onnx.NewTensor(t, []int{n}, nil).Data
}

// copyElements copies src to dst, slices of one type.
func copyElements(dst, src any) {
	switch d := dst.(type) {
	case []float32:
		copy(d, src.([]float32))
	case []float64:
		copy(d, src.([]float64))
	case []int64:
		copy(d, src.([]int64))
	case []int32:
		copy(d, src.([]int32))
	case []bool:
		copy(d, src.([]bool))
	}
}

// lend makes a value of a caller's tensor for the length of a call.
func (b *binding) lend(d *tensor.Dense, sample int) (*value, error) {
	return newValue(b.shape, elements(d, sample*b.step, b.n))
}

// destroyAll destroys the values that are there.
func destroyAll(values []*value) {
	for _, v := range values {
		if v != nil {
			v.destroy()
		}
	}
}
