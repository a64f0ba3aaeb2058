package native

import (
	"fmt"
	"math"

	"github.com/lcfv-go/lcfv/backend/native/internal/nd"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/internal/f32"
)

// reduction combines numbers, beginning with start: a run into one, or one run
// into another element by element.
type reduction[T nd.Elem] struct {
	start T
	run   func(acc T, src []T) T
	add   func(dst, src []T)
}

var sum32 = reduction[float32]{
	run: func(acc float32, src []float32) float32 { return float32(float64(acc) + f32.Sum(src)) },
	add: func(dst, src []float32) { f32.Add(dst, dst, src) },
}

func sumOf[T nd.Number]() reduction[T] { return reductionBy(0, add[T]) }

// extreme is the reduction to the largest or smallest number.
func extreme[T nd.Number](start T, pick func(a, b T) T) reduction[T] { return reductionBy(start, pick) }

func reductionBy[T nd.Number](start T, f func(a, b T) T) reduction[T] {
	return reduction[T]{
		start: start,
		run: func(acc T, src []T) T {
			for _, v := range src {
				acc = f(acc, v)
			}
			return acc
		},
		add: func(dst, src []T) {
			for i, v := range src {
				dst[i] = f(dst[i], v)
			}
		},
	}
}

// reduce is the rule of a reduction over constant axes.
func reduce(f reduction[float32], f64 reduction[float64], i64 reduction[int64], i32 reduction[int32]) rule {
	return func(c *compiler, n *onnx.Node) (step, error) {
		in := c.types[n.Inputs[0]]
		axes := c.constant(n.Input(1))
		if axes == nil {
			return nil, fmt.Errorf("the axes must be constant")
		}
		kept := append([]int(nil), in.Shape...)
		for _, axis := range axes.Ints() {
			kept[axis] = 1
		}
		if nd.Len(kept) != c.len(n.Outputs[0]) {
			return nil, fmt.Errorf("reducing %v gives %v, not %v", in, kept, c.types[n.Outputs[0]])
		}
		loop, err := nd.NewLoop(in.Shape, kept)
		if err != nil {
			return nil, err
		}
		x, y := c.id(n.Inputs[0]), c.id(n.Outputs[0])
		switch in.Type {
		case onnx.Float32:
			return reduceStep(loop, x, y, f), nil
		case onnx.Float64:
			return reduceStep(loop, x, y, f64), nil
		case onnx.Int64:
			return reduceStep(loop, x, y, i64), nil
		case onnx.Int32:
			return reduceStep(loop, x, y, i32), nil
		}
		return nil, typeError(in)
	}
}

func reduceStep[T nd.Elem](loop *nd.Loop, x, y int, r reduction[T]) step {
	return func(m *frame) error {
		dst := at[T](m, y)
		for i := range dst {
			dst[i] = r.start
		}
		nd.Fold(loop, dst, at[T](m, x), r.run, r.add)
		return nil
	}
}

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

// softmaxRows normalises rows of n numbers.
func softmaxRows(dst, src []float32, n int) {
	for at := 0; at < len(src); at += n {
		x, y := src[at:at+n], dst[at:at+n]
		top := x[0]
		for _, v := range x {
			top = max(top, v)
		}
		f32.AddScalar(y, x, -top)
		f32.Exp(y, y)
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

// maxPool takes sliding maxima over one or two axes.
func maxPool(c *compiler, n *onnx.Node) (step, error) {
	in, out := c.types[n.Inputs[0]], c.types[n.Outputs[0]]
	spatial := len(in.Shape) - 2
	if spatial < 1 || spatial > 2 {
		return nil, fmt.Errorf("pooling over %d axes; only 1 and 2 are supported", spatial)
	}
	if len(n.Outputs) > 1 && n.Outputs[1] != "" {
		return nil, fmt.Errorf("the second output, the positions of the maxima, is not supported")
	}
	kernel, strides, dilations, pads := n.Ints("kernel_shape"), n.Ints("strides"), n.Ints("dilations"), n.Ints("pads")
	axes := make([]nd.PoolAxis, spatial)
	for i := range axes {
		if err := checkTable(out.Shape[2+i]); err != nil {
			return nil, err
		}
		axes[i] = nd.PoolAxis{
			In: in.Shape[2+i], Out: out.Shape[2+i], Kernel: int(kernel[i]), Stride: int(strides[i]),
			Dilation: int(dilations[i]), Pad: int(pads[i]),
		}
	}
	pool := nd.NewPool(in.Shape[0]*in.Shape[1], axes...)
	x, y := c.id(n.Inputs[0]), c.id(n.Outputs[0])
	switch in.Type {
	case onnx.Float32:
		lowest := float32(math.Inf(-1))
		return func(m *frame) error { nd.Max(pool, at[float32](m, y), at[float32](m, x), lowest); return nil }, nil
	case onnx.Float64:
		return func(m *frame) error { nd.Max(pool, at[float64](m, y), at[float64](m, x), math.Inf(-1)); return nil }, nil
	}
	return nil, typeError(in)
}
