package diff

import (
	"maps"
	"slices"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// A convolution and a transposed convolution with the same weights are each
// other's transpose: ONNX lays the weights of both out as [channels of the
// convolution's output, channels of its input / group, kernel…].

func pullConv(c *context, n *onnx.Node, dy []string) ([]string, error) {
	dx := pullBias(c, n, dy[0])
	if in := n.Inputs[0]; c.active[in] {
		// The extent that striding rounded away has to be put back.
		x := c.source.Types[in]
		strides, reach := n.Ints("strides"), reaches(n)
		extra := make([]int64, len(strides))
		for i := range extra {
			extra[i] = int64(x.Shape[2+i]) + reach[i] - int64(c.shape(dy[0])[2+i]-1)*strides[i] - 1
		}
		attrs := maps.Clone(n.Attrs)
		attrs["output_padding"] = extra
		dx[0] = c.emit("ConvTranspose", attrs, x, dy[0], c.primal(n.Inputs[1]))
	}
	if c.active[n.Inputs[1]] {
		dx[1] = c.correlate(n, c.primal(n.Inputs[0]), dy[0])
	}
	return dx, nil
}

func pullConvTranspose(c *context, n *onnx.Node, dy []string) ([]string, error) {
	dx := pullBias(c, n, dy[0])
	if in := n.Inputs[0]; c.active[in] {
		attrs := maps.Clone(n.Attrs)
		delete(attrs, "output_padding")
		strides, x := n.Ints("strides"), c.source.Types[in]
		t := onnx.TensorType{Type: x.Type, Shape: slices.Clone(x.Shape)}
		for i, r := range reaches(n) {
			t.Shape[2+i] = (c.shape(dy[0])[2+i]+int(r)-1)/int(strides[i]) + 1
		}
		// Output padding of a stride or more makes places that no input reached.
		dx[0] = c.crop(c.emit("Conv", attrs, t, dy[0], c.primal(n.Inputs[1])), x.Shape)
	}
	if c.active[n.Inputs[1]] {
		dx[1] = c.correlate(n, dy[0], c.primal(n.Inputs[0]))
	}
	return dx, nil
}

// pullBias returns the cotangents of a convolution's inputs, of which only that
// of the bias is known yet.
func pullBias(c *context, n *onnx.Node, d string) []string {
	dx := make([]string, len(n.Inputs))
	if len(n.Inputs) > 2 && c.active[n.Inputs[2]] {
		dx[2] = c.sum(d, allBut(1, len(c.shape(d))), false)
	}
	return dx
}

// reaches returns, axis by axis, by how much padding exceeds what the dilated
// kernel spans beyond one element.
func reaches(n *onnx.Node) []int64 {
	kernel, dilations, pads := n.Ints("kernel_shape"), n.Ints("dilations"), n.Ints("pads")
	out := make([]int64, len(kernel))
	for i := range out {
		out[i] = pads[i] + pads[len(kernel)+i] - (kernel[i]-1)*dilations[i]
	}
	return out
}

// correlate is the cotangent of a convolution's weights, given its side of many
// positions (x, or dy where it is transposed) and that of few (dy, or x): weight
// k, between channel a of few and channel b of many, meets
//
//	Σ over samples and positions p of few[a, p] · many[b, p·stride + k·dilation − pad]
//
// which is a convolution again, with few for weights: samples take the place of
// channels, channels of a group that of samples, and strides and dilations
// change places.
func (c *context) correlate(n *onnx.Node, many, few string) string {
	group := int(n.Int("group"))
	kernel, strides, dilations := n.Ints("kernel_shape"), n.Ints("strides"), n.Ints("dilations")
	spatial := len(kernel)
	size, positions := c.shape(many), c.shape(few)
	samples, rows, cols := size[0], positions[1], size[1]/group

	x := c.permuted(c.reshape(many, slices.Concat([]int{samples, group, cols}, size[2:])), 2, 1, 0)
	x = c.reshape(x, slices.Concat([]int{cols, group * samples}, size[2:]))
	w := c.reshape(few, slices.Concat([]int{samples, rows}, positions[2:]))
	w = c.permuted(w, 1, 0)

	// What of the padding at the end only meets taps that the kernel lacks goes.
	pads := slices.Clone(n.Ints("pads"))
	t := onnx.TensorType{Type: c.types[many].Type, Shape: []int{cols, rows}}
	for i := range kernel {
		last := int64(positions[2+i]-1)*strides[i] + 1
		free := func() int64 { return int64(size[2+i]) + pads[i] + pads[spatial+i] - last }
		pads[spatial+i] -= min(pads[spatial+i], free()-(kernel[i]-1)*dilations[i])
		t.Shape = append(t.Shape, int(free()/dilations[i])+1)
	}
	dw := c.emit("Conv", map[string]any{
		"kernel_shape": int64s(positions[2:]), "strides": dilations, "dilations": strides, "pads": pads, "group": n.Int("group"),
	}, t, x, w)
	dw = c.crop(dw, slices.Concat([]int{cols, rows}, ints(kernel)))
	return c.permuted(dw, 1, 0)
}

// crop takes the beginning of every axis.
func (c *context) crop(a string, shape []int) string {
	for axis, size := range shape {
		a = c.slice(a, axis, 0, size, 1)
	}
	return a
}

// permuted transposes the first axes; it emits a change of shape where that does it.
func (c *context) permuted(a string, first ...int) string {
	shape := c.shape(a)
	perm := make([]int, len(shape))
	var moved, long []int // of the axes of more than one element, as they will be
	for i := range perm {
		perm[i] = i
		if i < len(first) {
			perm[i] = first[i]
		}
		if moved = append(moved, shape[perm[i]]); shape[perm[i]] > 1 {
			long = append(long, perm[i])
		}
	}
	if slices.IsSorted(long) {
		return c.reshape(a, moved)
	}
	return c.transpose(a, perm)
}

// pushConvolution differentiates a convolution of either kind, which is linear
// in its input, its weights and its bias.
func pushConvolution(c *context, n *onnx.Node, dx []string) ([]string, error) {
	t := c.source.Types[n.Outputs[0]]
	sum := ""
	for i, d := range dx[:2] {
		if d == "" {
			continue
		}
		operands := []string{d, d}
		operands[1-i] = c.primal(n.Inputs[1-i])
		term := c.emit(n.Op, n.Attrs, t, operands...)
		if sum != "" {
			term = c.add(sum, term)
		}
		sum = term
	}
	if len(dx) > 2 && dx[2] != "" {
		shape := make([]int, len(t.Shape)-1)
		for i := range shape {
			shape[i] = 1
		}
		shape[0] = t.Shape[1]
		bias := c.reshape(dx[2], shape)
		if sum == "" {
			sum = c.expand(bias, t.Shape)
		} else {
			sum = c.add(sum, bias)
		}
	}
	return []string{sum}, nil
}

func allBut(axis, rank int) []int {
	var axes []int
	for i := range rank {
		if i != axis {
			axes = append(axes, i)
		}
	}
	return axes
}
