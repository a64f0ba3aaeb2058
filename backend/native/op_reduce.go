package native

import (
	"fmt"

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
	runs  func(dst, src []T, n int) // run for all short runs of n at once; may be nil
}

var sum32 = reduction[float32]{
	runs: f32.SumRuns,
	run:  func(acc float32, src []float32) float32 { return float32(float64(acc) + f32.Sum(src)) },
	add:  func(dst, src []float32) { f32.Add(dst, dst, src) },
}

func sumOf[T nd.Number]() reduction[T] { return reductionBy(0, add[T]) }

func productOf[T nd.Number]() reduction[T] { return reductionBy(1, multiply[T]) }

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

// reductionLoop visits the input of a reduction over constant axes together with
// the elements of the output that it is combined into.
func reductionLoop(c *compiler, n *onnx.Node) (*nd.Loop, error) {
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
	return nd.NewLoop(in.Shape, kept)
}

// reduce is the rule of a reduction over constant axes.
func reduce(f reduction[float32], f64 reduction[float64], i64 reduction[int64], i32 reduction[int32]) rule {
	return func(c *compiler, n *onnx.Node) (step, error) {
		loop, err := reductionLoop(c, n)
		if err != nil {
			return nil, err
		}
		in := c.types[n.Inputs[0]]
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

// shortRuns is the length below which the overhead of a run counts.
const shortRuns = 32

func reduceStep[T nd.Elem](loop *nd.Loop, x, y int, r reduction[T]) step {
	if n := loop.Runs(); n > 0 && n < shortRuns && r.runs != nil {
		return func(m *frame) error { r.runs(at[T](m, y), at[T](m, x), n); return nil }
	}
	return func(m *frame) error {
		dst := at[T](m, y)
		for i := range dst {
			dst[i] = r.start
		}
		nd.Fold(loop, dst, at[T](m, x), r.run, r.add)
		return nil
	}
}
