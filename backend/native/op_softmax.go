package native

import (
	"math"

	"github.com/lcfv-go/lcfv/backend/native/internal/nd"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/internal/f32"
)

// softmax normalises along an axis.
func softmax(c *compiler, n *onnx.Node) (step, error) {
	t := c.types[n.Outputs[0]]
	axis := n.Int("axis")
	outer, inner := aroundAxis(t.Shape, axis)
	x, y := c.id(n.Inputs[0]), c.id(n.Outputs[0])
	count := t.Shape[axis]
	switch t.Type {
	case onnx.Float32:
		if inner == 1 {
			return func(m *frame) error { softmaxRows(at[float32](m, y), at[float32](m, x), count); return nil }, nil
		}
		return softmaxStep[float32](outer, count, inner, x, y), nil
	case onnx.Float64:
		return softmaxStep[float64](outer, count, inner, x, y), nil
	}
	return nil, typeError(t)
}

// softmaxRows normalises rows of n numbers. Negligible ones become zero: where
// attention is sharp, they are most.
func softmaxRows(dst, src []float32, n int) {
	for at := 0; at < len(src); at += n {
		x, y := src[at:at+n], dst[at:at+n]
		top := x[0]
		for _, v := range x {
			top = max(top, v)
		}
		f32.AddScalar(y, x, -top)
		f32.Exp(y, y)
		f32.Flush(y, y, negligible)
		f32.MulScalar(y, y, float32(1/f32.Sum(y)))
	}
}

func softmaxStep[T nd.Float](outer, n, inner, x, y int) step {
	return func(m *frame) error {
		src, dst := at[T](m, x), at[T](m, y)
		for o := range outer {
			for k := range inner {
				first := o*n*inner + k
				top := math.Inf(-1)
				for i := range n {
					top = max(top, float64(src[first+i*inner]))
				}
				var sum float64
				for i := range n {
					e := math.Exp(float64(src[first+i*inner]) - top)
					sum += e
					dst[first+i*inner] = T(e)
				}
				for i := range n {
					dst[first+i*inner] = T(float64(dst[first+i*inner]) / sum)
				}
			}
		}
		return nil
	}
}

// logSoftmax computes the logarithm of softmax along an axis.
func logSoftmax(c *compiler, n *onnx.Node) (step, error) {
	t := c.types[n.Outputs[0]]
	axis := n.Int("axis")
	outer, inner := aroundAxis(t.Shape, axis)
	x, y := c.id(n.Inputs[0]), c.id(n.Outputs[0])
	count := t.Shape[axis]
	switch t.Type {
	case onnx.Float32:
		if inner == 1 {
			c.scratch(count, 0)
			return func(m *frame) error {
				logSoftmaxRows(at[float32](m, y), at[float32](m, x), m.scratch32[:count])
				return nil
			}, nil
		}
		return logSoftmaxStep[float32](outer, count, inner, x, y), nil
	case onnx.Float64:
		return logSoftmaxStep[float64](outer, count, inner, x, y), nil
	}
	return nil, typeError(t)
}

// logSoftmaxRows treats rows as long as the scratch space it is given.
func logSoftmaxRows(dst, src, scratch []float32) {
	n := len(scratch)
	for at := 0; at < len(src); at += n {
		x, y := src[at:at+n], dst[at:at+n]
		top := x[0]
		for _, v := range x {
			top = max(top, v)
		}
		f32.AddScalar(y, x, -top)
		f32.Exp(scratch, y)
		f32.AddScalar(y, y, -float32(math.Log(f32.Sum(scratch))))
	}
}

func logSoftmaxStep[T nd.Float](outer, n, inner, x, y int) step {
	return func(m *frame) error {
		src, dst := at[T](m, x), at[T](m, y)
		for o := range outer {
			for k := range inner {
				first := o*n*inner + k
				top := math.Inf(-1)
				for i := range n {
					top = max(top, float64(src[first+i*inner]))
				}
				var sum float64
				for i := range n {
					sum += math.Exp(float64(src[first+i*inner]) - top)
				}
				log := math.Log(sum)
				for i := range n {
					dst[first+i*inner] = T(float64(src[first+i*inner]) - top - log)
				}
			}
		}
		return nil
	}
}

// logSumExp computes log Σ exp over constant axes. The largest exponent is
// taken out of the sum, which overflows otherwise.
func logSumExp(c *compiler, n *onnx.Node) (step, error) {
	loop, err := reductionLoop(c, n)
	if err != nil {
		return nil, err
	}
	c.scratch(0, c.len(n.Outputs[0]))
	x, y := c.id(n.Inputs[0]), c.id(n.Outputs[0])
	switch t := c.types[n.Inputs[0]]; t.Type {
	case onnx.Float32:
		return logSumExpStep[float32](loop, x, y), nil
	case onnx.Float64:
		return logSumExpStep[float64](loop, x, y), nil
	default:
		return nil, typeError(t)
	}
}

func logSumExpStep[T nd.Float](loop *nd.Loop, x, y int) step {
	top := extreme(T(math.Inf(-1)), maximum[T])
	return func(m *frame) error {
		src, dst := at[T](m, x), at[T](m, y)
		sum := m.scratch64[:len(dst)]
		for i := range dst {
			dst[i] = top.start
		}
		nd.Fold(loop, dst, src, top.run, top.add)
		for i, v := range dst {
			sum[i] = 0
			if math.IsInf(float64(v), 0) {
				dst[i] = 0 // exponents decide by themselves: ∞ − ∞ would not
			}
		}
		loop.Pairs(func(at, to, _ int) { sum[to] += math.Exp(float64(src[at]) - float64(dst[to])) })
		for i, s := range sum {
			dst[i] = T(float64(dst[i]) + math.Log(s))
		}
		return nil
	}
}

// argument finds the position of an extreme along an axis. NaN counts as
// extreme, as in numpy.
func argument(sign int) rule {
	return func(c *compiler, n *onnx.Node) (step, error) {
		in, axis := c.types[n.Inputs[0]], n.Int("axis")
		a := along{n: in.Shape[axis], last: n.Int("select_last_index") != 0, sign: sign}
		a.outer, a.inner = aroundAxis(in.Shape, axis)
		x, y := c.id(n.Inputs[0]), c.id(n.Outputs[0])
		switch in.Type {
		case onnx.Float32:
			return argumentStep[float32](a, x, y), nil
		case onnx.Float64:
			return argumentStep[float64](a, x, y), nil
		case onnx.Int64:
			return argumentStep[int64](a, x, y), nil
		case onnx.Int32:
			return argumentStep[int32](a, x, y), nil
		}
		return nil, typeError(in)
	}
}

// along says what argument looks for: the largest element for a positive sign,
// the first or last of equal ones, among n that are inner apart.
type along struct {
	outer, n, inner, sign int
	last                  bool
}

func argumentStep[T nd.Number](a along, x, y int) step {
	return func(m *frame) error {
		src, dst := at[T](m, x), at[int64](m, y)
		for o := range a.outer {
			for k := range a.inner {
				first, best := o*a.n*a.inner+k, 0
				for i := 1; i < a.n; i++ {
					if beats(src[first+i*a.inner], src[first+best*a.inner], a.sign, a.last) {
						best = i
					}
				}
				dst[o*a.inner+k] = int64(best)
			}
		}
		return nil
	}
}

// beats reports whether v, which comes later, replaces best.
func beats[T nd.Number](v, best T, sign int, last bool) bool {
	switch {
	case best != best:
		return last && v != v
	case v != v:
		return true
	case v == best:
		return last
	}
	return v > best == (sign > 0)
}
