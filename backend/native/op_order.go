package native

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/lcfv-go/lcfv/backend/native/internal/nd"
	"github.com/lcfv-go/lcfv/backend/onnx"
)

// topK finds the first elements along an axis in descending or ascending order,
// of equal ones those with the lowest index. It always sorts them.
func topK(c *compiler, n *onnx.Node) (step, error) {
	in, axis := c.types[n.Inputs[0]], n.Int("axis")
	t := selection{n: in.Shape[axis], largest: n.Int("largest") != 0, src: c.id(n.Inputs[0]), values: -1, indices: -1}
	t.outer, t.inner = aroundAxis(in.Shape, axis)
	for i, name := range n.Outputs {
		if name == "" {
			continue
		}
		t.k = c.shape(name)[axis]
		if i == 0 {
			t.values = c.id(name)
		} else {
			t.indices = c.id(name)
		}
	}
	c.scratch(0, t.n)
	switch in.Type {
	case onnx.Float32:
		return topKStep[float32](t), nil
	case onnx.Float64:
		return topKStep[float64](t), nil
	case onnx.Int64:
		return topKStep[int64](t), nil
	case onnx.Int32:
		return topKStep[int32](t), nil
	}
	return nil, typeError(in)
}

// selection holds the shape of a TopK's input as outer×n×inner and the buffers,
// -1 for outputs that nobody reads.
type selection struct {
	outer, n, inner, k   int
	largest              bool
	src, values, indices int
}

func topKStep[T nd.Number](t selection) step {
	return func(f *frame) error {
		src := at[T](f, t.src)
		order := f.scratch64[:t.n] // of integers
		for o := range t.outer {
			for i := range t.inner {
				row := src[o*t.n*t.inner+i:]
				for k := range order {
					order[k] = float64(k)
				}
				slices.SortFunc(order, func(a, b float64) int {
					d := cmp.Compare(row[int(a)*t.inner], row[int(b)*t.inner])
					if t.largest {
						d = -d
					}
					return cmp.Or(d, cmp.Compare(a, b))
				})
				for k, from := range order[:t.k] {
					to := (o*t.k+k)*t.inner + i
					if t.values >= 0 {
						at[T](f, t.values)[to] = row[int(from)*t.inner]
					}
					if t.indices >= 0 {
						at[int64](f, t.indices)[to] = int64(from)
					}
				}
			}
		}
		return nil
	}
}

// cumSum adds up along an axis.
func cumSum(c *compiler, n *onnx.Node) (step, error) {
	t := c.types[n.Outputs[0]]
	axis := c.constant(n.Inputs[1])
	if axis == nil {
		return nil, fmt.Errorf("the axis must be constant")
	}
	s := running{n: t.Shape[axis.Ints()[0]], exclusive: n.Int("exclusive") != 0, src: c.id(n.Inputs[0]), dst: c.id(n.Outputs[0])}
	s.outer, s.inner = aroundAxis(t.Shape, axis.Ints()[0])
	s.step = s.inner
	if n.Int("reverse") != 0 {
		s.first, s.step = (s.n-1)*s.inner, -s.inner
	}
	switch t.Type {
	case onnx.Float32:
		return cumSumStep[float32, float64](s), nil
	case onnx.Float64:
		return cumSumStep[float64, float64](s), nil
	case onnx.Int64:
		return cumSumStep[int64, int64](s), nil
	case onnx.Int32:
		return cumSumStep[int32, int32](s), nil
	}
	return nil, typeError(t)
}

// running holds the shape of a CumSum as outer×n×inner, and where along the axis
// it starts and goes.
type running struct {
	outer, n, inner, first, step int
	exclusive                    bool
	src, dst                     int
}

// cumSumStep adds up in the type S.
func cumSumStep[T, S nd.Number](s running) step {
	return func(f *frame) error {
		dst, src := at[T](f, s.dst), at[T](f, s.src)
		for o := range s.outer {
			for i := range s.inner {
				var sum S
				k := o*s.n*s.inner + i + s.first
				for range s.n {
					v := S(src[k])
					if s.exclusive {
						dst[k] = T(sum)
						sum += v
					} else {
						sum += v
						dst[k] = T(sum)
					}
					k += s.step
				}
			}
		}
		return nil
	}
}
