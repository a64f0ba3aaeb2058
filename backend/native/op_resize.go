package native

import (
	"slices"

	"github.com/lcfv-go/lcfv/backend/internal/interp"
	"github.com/lcfv-go/lcfv/backend/native/internal/nd"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/internal/f32"
)

// resize resamples along every axis on its own.
func resize(c *compiler, n *onnx.Node) (step, error) {
	in, out := c.types[n.Inputs[0]], c.types[n.Outputs[0]]
	if err := checkTable(slices.Max(append(slices.Clone(out.Shape), 0))); err != nil {
		return nil, err
	}
	var scales []float64
	if t := c.constant(n.Input(2)); t != nil {
		scales = t.Floats()
	}
	taps, err := interp.Axes(n, in.Shape, out.Shape, scales)
	if err != nil {
		return nil, err
	}
	if n.Str("mode") == "nearest" {
		return resizeNearest(c, n, taps)
	}
	r := nd.NewResample(in.Shape, taps)
	x, y := c.id(n.Inputs[0]), c.id(n.Outputs[0])
	size := r.Scratch()
	switch in.Type {
	case onnx.Float32:
		c.scratch(size, 0)
		return func(m *frame) error {
			nd.Interpolate(r, at[float32](m, y), at[float32](m, x), m.scratch32[:size], f32.Axpy)
			return nil
		}, nil
	case onnx.Float64:
		c.scratch(0, size)
		return func(m *frame) error {
			nd.Interpolate(r, at[float64](m, y), at[float64](m, x), m.scratch64[:size], nd.Axpy[float64])
			return nil
		}, nil
	}
	return nil, typeError(in)
}

// resizeNearest picks elements, for any element type.
func resizeNearest(c *compiler, n *onnx.Node, taps [][][]interp.Tap) (step, error) {
	shape := c.shape(n.Inputs[0])
	axes := make([]nd.Axis, len(shape))
	for axis, stride := range nd.Strides(shape) {
		axes[axis] = nd.Axis{N: shape[axis], Step: stride}
		if taps[axis] == nil {
			continue
		}
		table := make([]int, len(taps[axis]))
		for i, t := range taps[axis] {
			table[i] = t[0].Index * stride
		}
		axes[axis] = nd.Axis{N: len(table), Table: table}
	}
	return c.whole(n, axes)
}
