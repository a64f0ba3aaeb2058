package native

import (
	"fmt"

	"github.com/lcfv-go/lcfv/backend/native/internal/nd"
	"github.com/lcfv-go/lcfv/backend/onnx"
)

// gatherElements picks single elements along an axis.
func gatherElements(c *compiler, n *onnx.Node) (step, error) {
	e := newElements(c, n)
	dst := c.id(n.Outputs[0])
	switch t := c.types[n.Outputs[0]]; t.Type {
	case onnx.Float32:
		return gatherElementsStep[float32](e, dst), nil
	case onnx.Float64:
		return gatherElementsStep[float64](e, dst), nil
	case onnx.Int64:
		return gatherElementsStep[int64](e, dst), nil
	case onnx.Int32:
		return gatherElementsStep[int32](e, dst), nil
	default:
		return gatherElementsStep[bool](e, dst), nil
	}
}

func gatherElementsStep[T nd.Elem](e *elementIndices, dst int) step {
	return func(f *frame) error {
		to, data := at[T](f, dst), at[T](f, e.data)
		return e.each(at[int64](f, e.indices), func(i, place int) { to[i] = data[place] })
	}
}

// scatterElements puts single elements in places along an axis, in the order of
// the indices.
func scatterElements(c *compiler, n *onnx.Node) (step, error) {
	e := newElements(c, n)
	updates, dst := c.id(n.Inputs[2]), c.id(n.Outputs[0])
	reduction := n.Str("reduction")
	switch t := c.types[n.Outputs[0]]; t.Type {
	case onnx.Float32:
		if places := c.len(n.Outputs[0]); reduction == "add" && places < c.len(n.Inputs[2]) {
			c.scratch(0, places)
			return scatterSums(e, updates, dst), nil
		}
		return scatterNumbers[float32](e, updates, dst, reduction)
	case onnx.Float64:
		return scatterNumbers[float64](e, updates, dst, reduction)
	case onnx.Int64:
		return scatterNumbers[int64](e, updates, dst, reduction)
	case onnx.Int32:
		return scatterNumbers[int32](e, updates, dst, reduction)
	default:
		if reduction != "none" {
			return nil, typeError(t)
		}
		return scatterStep(e, updates, dst, func(_, update bool) bool { return update }), nil
	}
}

func scatterNumbers[T nd.Number](e *elementIndices, updates, dst int, reduction string) (step, error) {
	combine, ok := map[string]func(old, update T) T{
		"none": func(_, update T) T { return update },
		"add":  add[T], "mul": multiply[T], "min": minimum[T], "max": maximum[T],
	}[reduction]
	if !ok {
		return nil, fmt.Errorf("reduction %q is not supported", reduction)
	}
	return scatterStep(e, updates, dst, combine), nil
}

func scatterStep[T nd.Elem](e *elementIndices, updates, dst int, combine func(old, update T) T) step {
	return func(f *frame) error {
		to, from := at[T](f, dst), at[T](f, updates)
		copy(to, at[T](f, e.data))
		return e.each(at[int64](f, e.indices), func(i, place int) { to[place] = combine(to[place], from[i]) })
	}
}

// scatterSums adds up in float64 where many updates meet in few places, as in the
// transpose of picking a few elements very often.
func scatterSums(e *elementIndices, updates, dst int) step {
	return func(f *frame) error {
		to, from, data := at[float32](f, dst), at[float32](f, updates), at[float32](f, e.data)
		sums := f.scratch64[:len(to)]
		for i, v := range data {
			sums[i] = float64(v)
		}
		err := e.each(at[int64](f, e.indices), func(i, place int) { sums[place] += float64(from[i]) })
		for i, v := range sums {
			to[i] = float32(v)
		}
		return err
	}
}

// elementIndices says where indices along one axis of data point to.
type elementIndices struct {
	data, indices int // buffers
	extent, step  int // of data along the axis
	shape         []int
	strides       []int // of data, 0 along the axis
}

func newElements(c *compiler, n *onnx.Node) *elementIndices {
	axis, shape := n.Int("axis"), c.shape(n.Inputs[0])
	e := &elementIndices{
		data: c.id(n.Inputs[0]), indices: c.id(n.Inputs[1]),
		extent: shape[axis], shape: c.shape(n.Inputs[1]), strides: nd.Strides(shape),
	}
	e.step, e.strides[axis] = e.strides[axis], 0
	return e
}

// each calls f for all indices in order with the position in data that each
// points to. An index out of range is an error.
func (e *elementIndices) each(indices []int64, f func(i, place int)) error {
	last := len(e.shape) - 1
	rest, run := e.shape[:last], e.shape[last]
	const maxRank = 32 // of onnx
	var count [maxRank]int
	from := 0
	for i := 0; i < len(indices); {
		for k := range run {
			index := indices[i]
			if index < 0 {
				index += int64(e.extent)
			}
			if index < 0 || index >= int64(e.extent) {
				return fmt.Errorf("index %d is out of range; there are %d", indices[i], e.extent)
			}
			f(i, from+k*e.strides[last]+int(index)*e.step)
			i++
		}
		for axis := last - 1; axis >= 0; axis-- {
			count[axis]++
			from += e.strides[axis]
			if count[axis] < rest[axis] {
				break
			}
			from -= rest[axis] * e.strides[axis]
			count[axis] = 0
		}
	}
	return nil
}
