package diff

import (
	"fmt"
	"slices"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

func pullReshape(c *context, n *onnx.Node, dy []string) ([]string, error) {
	return []string{c.reshape(dy[0], c.source.Types[n.Inputs[0]].Shape)}, nil
}

func pushReshape(c *context, n *onnx.Node, dx []string) ([]string, error) {
	return []string{c.reshape(dx[0], c.source.Types[n.Outputs[0]].Shape)}, nil
}

func pullExpand(c *context, n *onnx.Node, dy []string) ([]string, error) {
	return []string{c.unbroadcast(dy[0], c.source.Types[n.Inputs[0]].Shape)}, nil
}

func pushExpand(c *context, n *onnx.Node, dx []string) ([]string, error) {
	return []string{c.expand(dx[0], c.source.Types[n.Outputs[0]].Shape)}, nil
}

func pullTranspose(c *context, n *onnx.Node, dy []string) ([]string, error) {
	perm := ints(n.Ints("perm"))
	inverse := make([]int, len(perm))
	for i, p := range perm {
		inverse[p] = i
	}
	return []string{c.transpose(dy[0], inverse)}, nil
}

func pushTranspose(c *context, n *onnx.Node, dx []string) ([]string, error) {
	return []string{c.transpose(dx[0], ints(n.Ints("perm")))}, nil
}

func pullConcat(c *context, n *onnx.Node, dy []string) ([]string, error) {
	axis := int(n.Int("axis"))
	dx := make([]string, len(n.Inputs))
	at := 0
	for i, in := range n.Inputs {
		end := at + c.source.Types[in].Shape[axis]
		if c.active[in] {
			dx[i] = c.slice(dy[0], axis, at, end, 1)
		}
		at = end
	}
	return dx, nil
}

func pushConcat(c *context, n *onnx.Node, dx []string) ([]string, error) {
	parts := slices.Clone(dx)
	for i, p := range parts {
		if p == "" {
			parts[i] = c.zeros(c.source.Types[n.Inputs[i]])
		}
	}
	return []string{c.concat(int(n.Int("axis")), parts...)}, nil
}

func pullSplit(c *context, n *onnx.Node, dy []string) ([]string, error) {
	axis := int(n.Int("axis"))
	sizes := c.source.Consts[n.Inputs[1]].Ints()
	t := c.source.Types[n.Inputs[0]]
	parts := slices.Clone(dy)
	for i, p := range parts {
		if p == "" {
			shape := slices.Clone(t.Shape)
			shape[axis] = int(sizes[i])
			parts[i] = c.zeros(onnx.TensorType{Type: t.Type, Shape: shape})
		}
	}
	return []string{c.concat(axis, parts...)}, nil
}

func pushSplit(c *context, n *onnx.Node, dx []string) ([]string, error) {
	axis := int(n.Int("axis"))
	dy := make([]string, len(n.Outputs))
	at := 0
	for i, size := range c.source.Consts[n.Inputs[1]].Ints() {
		if n.Outputs[i] != "" && c.active[n.Outputs[i]] {
			dy[i] = c.slice(dx[0], axis, at, at+int(size), 1)
		}
		at += int(size)
	}
	return dy, nil
}

// pullSlice puts the elements back where they came from, zeros between and
// around them.
func pullSlice(c *context, n *onnx.Node, dy []string) ([]string, error) {
	starts, axes, steps := c.sliceInput(n, 1), c.sliceInput(n, 3), c.sliceInput(n, 4)
	in := c.source.Types[n.Inputs[0]].Shape
	d := dy[0]
	before, after := make([]int, len(in)), make([]int, len(in))
	for i, a := range axes {
		axis, start, step := int(a), int(starts[i]), int(steps[i])
		count := c.shape(d)[axis]
		if count == 0 {
			after[axis] = in[axis]
			continue
		}
		if step < 0 {
			d = c.slice(d, axis, count-1, -1, -1)
			start, step = start+(count-1)*step, -step
		}
		d = c.spread(d, axis, step)
		before[axis] = start
		after[axis] = in[axis] - start - c.shape(d)[axis]
	}
	return []string{c.pad(d, before, after)}, nil
}

func pushSlice(c *context, n *onnx.Node, dx []string) ([]string, error) {
	inputs := []string{dx[0]}
	for _, in := range n.Inputs[1:] {
		inputs = append(inputs, c.primal(in))
	}
	return []string{c.emit("Slice", nil, c.source.Types[n.Outputs[0]], inputs...)}, nil
}

func (c *context) sliceInput(n *onnx.Node, i int) []int64 {
	return c.source.Consts[n.Inputs[i]].Ints()
}

// spread puts step-1 zeros between the elements along an axis.
func (c *context) spread(a string, axis, step int) string {
	if step == 1 {
		return a
	}
	shape := c.shape(a)
	split := slices.Insert(slices.Clone(shape), axis+1, 1)
	before, after := make([]int, len(split)), make([]int, len(split))
	after[axis+1] = step - 1
	merged := slices.Clone(shape)
	merged[axis] *= step
	wide := c.reshape(c.pad(c.reshape(a, split), before, after), merged)
	return c.slice(wide, axis, 0, merged[axis]-(step-1), 1)
}

// maxMatrix bounds the elements of a matrix that a rule makes.
const maxMatrix = 1 << 26

// matrix adds a constant matrix, zero but for the elements that fill sets, each
// once.
func (c *context) matrix(dt onnx.DataType, rows, cols int, fill func(set func(i, j int, v float64))) (string, error) {
	if rows > maxMatrix/cols {
		return "", fmt.Errorf("its derivative is a matrix of %d×%d: %w", rows, cols, ErrNotDifferentiable)
	}
	t := filled(dt, []int{rows, cols}, 0)
	switch data := t.Data.(type) {
	case []float64:
		fill(func(i, j int, v float64) { data[i*cols+j] = v })
	case []float32:
		fill(func(i, j int, v float64) { data[i*cols+j] = float32(v) })
	}
	return c.constant(t), nil
}
