package native

import (
	"fmt"

	"github.com/lcfv-go/lcfv/backend/native/internal/nd"
	"github.com/lcfv-go/lcfv/backend/onnx"
)

// move compiles a rearrangement of values of one type.
func move(t onnx.DataType, m *nd.Move, dst, src int) step {
	switch t {
	case onnx.Float32:
		return moveStep[float32](m, dst, src)
	case onnx.Float64:
		return moveStep[float64](m, dst, src)
	case onnx.Int64:
		return moveStep[int64](m, dst, src)
	case onnx.Int32:
		return moveStep[int32](m, dst, src)
	default:
		return moveStep[bool](m, dst, src)
	}
}

func moveStep[T nd.Elem](m *nd.Move, dst, src int) step {
	return func(f *frame) error {
		nd.Rearrange(m, at[T](f, dst), at[T](f, src))
		return nil
	}
}

// whole compiles a rearrangement that fills the node's first output.
func (c *compiler) whole(n *onnx.Node, axes []nd.Axis) (step, error) {
	out := c.types[n.Outputs[0]]
	if len(axes) != len(out.Shape) {
		return nil, fmt.Errorf("%d axes for an output %v", len(axes), out)
	}
	for i, a := range axes {
		if a.N != out.Shape[i] {
			return nil, fmt.Errorf("extent %d along axis %d of an output %v", a.N, i, out)
		}
	}
	return move(out.Type, nd.NewMove(axes, nd.Strides(out.Shape), 0), c.id(n.Outputs[0]), c.id(n.Inputs[0])), nil
}

// copyWhole copies the first input, unless it is the output's own memory.
func copyWhole(c *compiler, n *onnx.Node) (step, error) {
	src, dst := c.id(n.Inputs[0]), c.id(n.Outputs[0])
	if src == dst {
		return nil, nil
	}
	return func(f *frame) error { copyInto(f.slots[dst], f.slots[src]); return nil }, nil
}

func transpose(c *compiler, n *onnx.Node) (step, error) {
	shape := c.shape(n.Inputs[0])
	strides := nd.Strides(shape)
	var axes []nd.Axis
	for _, p := range n.Ints("perm") {
		axes = append(axes, nd.Axis{N: shape[p], Step: strides[p]})
	}
	return c.whole(n, axes)
}

func expand(c *compiler, n *onnx.Node) (step, error) {
	shape, out := c.shape(n.Inputs[0]), c.shape(n.Outputs[0])
	strides := nd.Strides(shape)
	lead := len(out) - len(shape)
	axes := make([]nd.Axis, len(out))
	for i, d := range out {
		axes[i].N = d
		if i >= lead && shape[i-lead] != 1 {
			axes[i].Step = strides[i-lead]
		}
	}
	return c.whole(n, axes)
}

// sliceRange is what a Slice takes along one axis: n elements, step apart.
type sliceRange struct{ start, step, n int }

// sliceRanges returns what a Slice takes of a value of the given shape.
func sliceRanges(n *onnx.Node, shape []int, consts map[string]*onnx.Tensor) ([]sliceRange, error) {
	var params [4][]int64
	for i := range params {
		t := consts[n.Input(i+1)]
		if t == nil {
			return nil, fmt.Errorf("starts, ends, axes and steps must be constants")
		}
		params[i] = t.Ints()
	}
	ranges := make([]sliceRange, len(shape))
	for i, d := range shape {
		ranges[i] = sliceRange{0, 1, d}
	}
	for i, axis := range params[2] {
		start, end, step := params[0][i], params[1][i], params[3][i]
		count := int64(0)
		switch {
		case step > 0:
			count = (end - start + step - 1) / step
		case step < 0:
			count = (start - max(end, -1) - step - 1) / -step
		}
		ranges[axis] = sliceRange{int(start), int(step), int(max(count, 0))}
	}
	return ranges, nil
}

func slice(c *compiler, n *onnx.Node) (step, error) {
	shape := c.shape(n.Inputs[0])
	ranges, err := sliceRanges(n, shape, c.graph.Consts)
	if err != nil {
		return nil, err
	}
	strides := nd.Strides(shape)
	axes := make([]nd.Axis, len(shape))
	for i, r := range ranges {
		axes[i] = nd.Axis{N: r.n, Offset: r.start * strides[i], Step: r.step * strides[i]}
	}
	return c.whole(n, axes)
}

// aroundAxis returns the number of elements before and after an axis.
func aroundAxis(shape []int, axis int64) (outer, inner int) {
	return nd.Len(shape[:axis]), nd.Len(shape[axis+1:])
}

func concat(c *compiler, n *onnx.Node) (step, error) {
	axis, out := n.Int("axis"), c.types[n.Outputs[0]]
	outer, inner := aroundAxis(out.Shape, axis)
	width := out.Shape[axis] * inner
	var steps []step
	at := 0
	for _, name := range n.Inputs {
		run := c.shape(name)[axis] * inner
		if run == 0 {
			continue
		}
		m := nd.NewMove([]nd.Axis{{N: outer, Step: run}, {N: run, Step: 1}}, []int{width, 1}, at)
		steps = append(steps, move(out.Type, m, c.id(n.Outputs[0]), c.id(name)))
		at += run
	}
	return sequence(steps), nil
}

func split(c *compiler, n *onnx.Node) (step, error) {
	axis, in := n.Int("axis"), c.types[n.Inputs[0]]
	outer, inner := aroundAxis(in.Shape, axis)
	width := in.Shape[axis] * inner
	sizes := c.constant(n.Input(1))
	if sizes == nil || sizes.Len() != len(n.Outputs) {
		return nil, fmt.Errorf("the sizes of the parts must be constant, one for each output")
	}
	var steps []step
	at := 0
	for i, size := range sizes.Ints() {
		run := int(size) * inner
		if n.Outputs[i] != "" && run > 0 {
			m := nd.NewMove([]nd.Axis{{N: outer, Offset: at, Step: width}, {N: run, Step: 1}}, []int{run, 1}, 0)
			steps = append(steps, move(in.Type, m, c.id(n.Outputs[i]), c.id(n.Inputs[0])))
		}
		at += run
	}
	return sequence(steps), nil
}

// sequence executes steps one after another.
func sequence(steps []step) step {
	if len(steps) == 1 {
		return steps[0]
	}
	return func(f *frame) error {
		for _, s := range steps {
			if err := s(f); err != nil {
				return err
			}
		}
		return nil
	}
}
