package native

import (
	"fmt"

	"github.com/lcfv-go/lcfv/backend/native/internal/nd"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/internal/f32"
)

// cast converts between element types; a constant of a type that nothing else
// is computed in, such as float16, may be converted too.
func cast(c *compiler, n *onnx.Node) (step, error) {
	from, to := c.types[n.Inputs[0]], c.types[n.Outputs[0]]
	x, y := c.id(n.Inputs[0]), c.id(n.Outputs[0])
	if !supported(from.Type) {
		return castConstant(c, n)
	}
	switch from.Type {
	case to.Type:
		return copyWhole(c, n)
	case onnx.Float32:
		return castNumber[float32](x, y, to)
	case onnx.Float64:
		return castNumber[float64](x, y, to)
	case onnx.Int64:
		return castNumber[int64](x, y, to)
	case onnx.Int32:
		return castNumber[int32](x, y, to)
	}
	switch to.Type {
	case onnx.Float32:
		return convertStep(x, y, fromBool[float32]), nil
	case onnx.Float64:
		return convertStep(x, y, fromBool[float64]), nil
	case onnx.Int64:
		return convertStep(x, y, fromBool[int64]), nil
	case onnx.Int32:
		return convertStep(x, y, fromBool[int32]), nil
	}
	return nil, typeError(to)
}

func castNumber[T nd.Number](x, y int, to onnx.TensorType) (step, error) {
	switch to.Type {
	case onnx.Float32:
		return convertStep(x, y, func(v T) float32 { return float32(v) }), nil
	case onnx.Float64:
		return convertStep(x, y, func(v T) float64 { return float64(v) }), nil
	case onnx.Int64:
		return convertStep(x, y, func(v T) int64 { return int64(v) }), nil
	case onnx.Int32:
		return convertStep(x, y, func(v T) int32 { return int32(v) }), nil
	case onnx.Bool:
		return convertStep(x, y, func(v T) bool { return v != 0 }), nil
	}
	return nil, typeError(to)
}

func fromBool[T nd.Number](v bool) T {
	if v {
		return 1
	}
	return 0
}

func convertStep[T, U nd.Elem](x, y int, f func(T) U) step {
	return func(m *frame) error {
		dst := at[U](m, y)
		for i, v := range at[T](m, x) {
			dst[i] = f(v)
		}
		return nil
	}
}

func castConstant(c *compiler, n *onnx.Node) (step, error) {
	t, to, y := c.constant(n.Inputs[0]), c.types[n.Outputs[0]], c.id(n.Outputs[0])
	if t == nil || t.Type == onnx.String {
		return nil, typeError(c.types[n.Inputs[0]])
	}
	switch to.Type {
	case onnx.Float32:
		return fillStep(y, t.Floats(), func(v float64) float32 { return float32(v) }), nil
	case onnx.Float64:
		return fillStep(y, t.Floats(), func(v float64) float64 { return v }), nil
	case onnx.Bool:
		return fillStep(y, t.Floats(), func(v float64) bool { return v != 0 }), nil
	}
	if t.Type.IsFloat() {
		if to.Type == onnx.Int32 {
			return fillStep(y, t.Floats(), func(v float64) int32 { return int32(v) }), nil
		}
		return fillStep(y, t.Floats(), func(v float64) int64 { return int64(v) }), nil
	}
	if to.Type == onnx.Int32 {
		return fillStep(y, t.Ints(), func(v int64) int32 { return int32(v) }), nil
	}
	return fillStep(y, t.Ints(), func(v int64) int64 { return v }), nil
}

func fillStep[S int64 | float64, T nd.Elem](y int, data []S, f func(S) T) step {
	return func(m *frame) error {
		dst := at[T](m, y)
		for i, v := range data {
			dst[i] = f(v)
		}
		return nil
	}
}

// clip bounds by constants.
func clip(c *compiler, n *onnx.Node) (step, error) {
	var bounds [2]*onnx.Tensor
	for i := range bounds {
		if name := n.Input(1 + i); name != "" {
			bounds[i] = c.constant(name)
			if bounds[i] == nil || bounds[i].Len() != 1 {
				return nil, fmt.Errorf("the bound %q is not a constant number; only those are supported", name)
			}
		}
	}
	low, high := bounds[0], bounds[1]
	return unary(
		func(dst, x []float32) {
			if low != nil {
				f32.MaxScalar(dst, x, elements[float32](low)[0])
				x = dst
			}
			if high != nil {
				f32.MinScalar(dst, x, elements[float32](high)[0])
			} else if low == nil {
				copy(dst, x)
			}
		}, clamp[float64](low, high), clamp[int64](low, high), clamp[int32](low, high))(c, n)
}

func clamp[T nd.Number](low, high *onnx.Tensor) func(T) T {
	return func(v T) T {
		if low != nil {
			v = max(v, elements[T](low)[0])
		}
		if high != nil {
			v = min(v, elements[T](high)[0])
		}
		return v
	}
}
