package native

import (
	"math"

	"github.com/lcfv-go/lcfv/backend/native/internal/nd"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/internal/f32"
)

// unary is the rule of a function of one element, given for each element type
// that has it; float32 as a function of slices, for vector code.
func unary(f func(dst, x []float32), f64 func(float64) float64, i64 func(int64) int64, i32 func(int32) int32) rule {
	return func(c *compiler, n *onnx.Node) (step, error) {
		x, y := c.id(n.Inputs[0]), c.id(n.Outputs[0])
		t := c.types[n.Inputs[0]]
		switch {
		case t.Type == onnx.Float32:
			return func(m *frame) error { f(at[float32](m, y), at[float32](m, x)); return nil }, nil
		case t.Type == onnx.Float64:
			return mapStep(x, y, f64), nil
		case t.Type == onnx.Int64 && i64 != nil:
			return mapStep(x, y, i64), nil
		case t.Type == onnx.Int32 && i32 != nil:
			return mapStep(x, y, i32), nil
		}
		return nil, typeError(t)
	}
}

func mapStep[T nd.Elem](x, y int, f func(T) T) step {
	return func(m *frame) error {
		dst, src := at[T](m, y), at[T](m, x)
		for i, v := range src {
			dst[i] = f(v)
		}
		return nil
	}
}

// each makes a function of slices of a function of an element.
func each(f func(float32) float32) func(dst, x []float32) {
	return func(dst, x []float32) {
		for i, v := range x {
			dst[i] = f(v)
		}
	}
}

// rounded makes a function of slices of a function in float64.
func rounded(f func(float64) float64) func(dst, x []float32) {
	return func(dst, x []float32) {
		for i, v := range x {
			dst[i] = float32(f(float64(v)))
		}
	}
}

func relu(x float64) float64 { return max(x, 0) }

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

func negate[T nd.Number](x T) T { return -x }

func negate32(dst, x []float32) { f32.MulScalar(dst, x, -1) }

func reciprocal[T nd.Float](x T) T { return 1 / x }

func absolute[T nd.Number](x T) T {
	if x <= 0 {
		return 0 - x // +0 for both zeros
	}
	return x
}

func sign[T nd.Number](x T) T {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	default:
		return x // a zero or NaN
	}
}

func not(c *compiler, n *onnx.Node) (step, error) {
	return mapStep(c.id(n.Inputs[0]), c.id(n.Outputs[0]), func(v bool) bool { return !v }), nil
}

func leakyRelu(c *compiler, n *onnx.Node) (step, error) {
	alpha := n.Float("alpha")
	return unary(
		func(dst, x []float32) { f32.LeakyRelu(dst, x, alpha) },
		func(x float64) float64 {
			if x < 0 {
				return float64(alpha) * x
			}
			return x
		}, nil, nil)(c, n)
}

func elu(c *compiler, n *onnx.Node) (step, error) {
	alpha := float64(n.Float("alpha"))
	f := func(x float64) float64 {
		if x < 0 {
			return alpha * math.Expm1(x)
		}
		return x
	}
	return unary(rounded(f), f, nil, nil)(c, n)
}

// gradient is the rule of the derivatives that fuse makes: v and y of one
// shape.
func gradient(kernel func(n *onnx.Node) func(dst, v, y []float32)) rule {
	return func(c *compiler, n *onnx.Node) (step, error) {
		f := kernel(n)
		v, y, dst := c.id(n.Inputs[0]), c.id(n.Inputs[1]), c.id(n.Outputs[0])
		return func(m *frame) error {
			f(at[float32](m, dst), at[float32](m, v), at[float32](m, y))
			return nil
		}, nil
	}
}

func leakyReluGradStep(n *onnx.Node) func(dst, v, y []float32) {
	alpha := n.Float("alpha")
	return func(dst, v, y []float32) { f32.LeakyReluGrad(dst, v, y, alpha) }
}

// negligible is the limit below which numbers that come in masses are made zero.
// The layers after them would shrink them below float32's normal range, where a
// processor may take a hundred times as long.
const negligible = 0x1p-100

// sigmoidGradFlushed computes v·y·(1−y) with negligible results made zero. A
// saturated Sigmoid, the background of an image, gives many: without this the
// pullback of a sprite decoder takes three to four times as long.
func sigmoidGradFlushed(dst, v, y []float32) {
	const block = 1024 // stays in the first-level cache between the two passes
	for len(dst) > 0 {
		n := min(block, len(dst))
		f32.SigmoidGrad(dst[:n], v[:n], y[:n])
		f32.Flush(dst[:n], dst[:n], negligible)
		dst, v, y = dst[n:], v[n:], y[n:]
	}
}
