package ort

import (
	"maps"
	"math"
	"slices"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// legalizeMaxPool moves padding out of a pooling whose padding is as wide as its
// kernel, which ONNX Runtime refuses.
func legalizeMaxPool(l *legalizer, n *onnx.Node) bool {
	kernel, pads := n.Ints("kernel_shape"), n.Ints("pads")
	wide := false
	for i, p := range pads {
		wide = wide || p >= kernel[i%len(kernel)]
	}
	x := l.s.Types[n.Inputs[0]]
	if !wide || !x.Type.IsFloat() {
		return false
	}
	low := onnx.NewTensor(onnx.Float32, []int{}, []float32{float32(math.Inf(-1))})
	if x.Type == onnx.Float64 {
		low = onnx.NewTensor(onnx.Float64, []int{}, []float64{math.Inf(-1)})
	}
	n.Inputs[0] = l.pad(n.Inputs[0], x, pads, l.constant(low))
	attrs := maps.Clone(n.Attrs)
	attrs["pads"] = make([]int64, len(pads))
	l.emitAs(n.Outputs[0], n.Op, attrs, l.s.Types[n.Outputs[0]], n.Inputs...)
	return true
}

// pad pads the spatial axes of x, of type t, with a constant.
func (l *legalizer) pad(x string, t onnx.TensorType, pads []int64, value string) string {
	axes := len(pads) / 2
	all := make([]int64, 2*(2+axes))
	shape := slices.Clone(t.Shape)
	for i := range axes {
		all[2+i], all[2+axes+2+i] = pads[i], pads[axes+i]
		shape[2+i] += int(pads[i] + pads[axes+i])
	}
	return l.emit("Pad", map[string]any{"mode": "constant"}, onnx.TensorType{Type: t.Type, Shape: shape}, x, l.ints(all...), value)
}

// legalizeSign replaces Sign, which ONNX Runtime computes one element at a time,
// where it is the derivative of Relu and elsewhere: the difference of two
// comparisons is three times as fast.
func legalizeSign(l *legalizer, n *onnx.Node) bool {
	x := l.s.Types[n.Inputs[0]]
	var zero string
	switch x.Type {
	case onnx.Float32:
		zero = l.constant(onnx.NewTensor(x.Type, []int{}, []float32{0}))
	case onnx.Float64:
		zero = l.constant(onnx.NewTensor(x.Type, []int{}, []float64{0}))
	default:
		return false
	}
	flag := onnx.TensorType{Type: onnx.Bool, Shape: x.Shape}
	to := map[string]any{"to": int64(x.Type)}
	positive := l.emit("Greater", nil, flag, n.Inputs[0], zero)
	if l.nonNegative[n.Inputs[0]] {
		l.emitAs(n.Outputs[0], "Cast", to, x, positive)
		return true
	}
	negative := l.emit("Less", nil, flag, n.Inputs[0], zero)
	l.emitAs(n.Outputs[0], "Sub", nil, x, l.emit("Cast", to, x, positive), l.emit("Cast", to, x, negative))
	return true
}

// legalizeConvTranspose puts output padding in the place of padding, of which
// it is the opposite, as far as that goes, for ONNX Runtime allows little of
// it; and writes a transposed convolution without strides as the convolution that
// it is, for ONNX Runtime has a faster kernel for those.
func legalizeConvTranspose(l *legalizer, n *onnx.Node) bool {
	extra, pads := slices.Clone(n.Ints("output_padding")), slices.Clone(n.Ints("pads"))
	axes := len(extra)
	changed, rest := false, make([]int64, 2*axes)
	for i, e := range extra {
		if e == 0 {
			continue
		}
		changed = true
		moved := min(e, pads[axes+i])
		pads[axes+i] -= moved
		rest[axes+i] = e - moved
		extra[i] = 0
	}
	attrs := maps.Clone(n.Attrs)
	attrs["pads"], attrs["output_padding"] = pads, extra
	y := l.s.Types[n.Outputs[0]]
	if slices.Max(rest) == 0 {
		if l.device == CPU && (l.convolution(n, attrs) || l.phases(n, pads)) {
			return true
		}
		if changed {
			l.emitAs(n.Outputs[0], n.Op, attrs, y, n.Inputs...)
		}
		return changed
	}
	// The bias reaches where no input does.
	inner := onnx.TensorType{Type: y.Type, Shape: slices.Clone(y.Shape)}
	for i := range axes {
		inner.Shape[2+i] -= int(rest[axes+i])
	}
	sum := l.pad(l.emit(n.Op, attrs, inner, n.Inputs[:2]...), inner, rest, "")
	if len(n.Inputs) < 3 {
		l.emitAs(n.Outputs[0], "Reshape", nil, y, sum, l.shape(y))
		return true
	}
	column := onnx.TensorType{Type: y.Type, Shape: slices.Repeat([]int{1}, len(y.Shape)-1)}
	column.Shape[0] = y.Shape[1]
	bias := l.emit("Reshape", nil, column, n.Inputs[2], l.shape(column))
	l.emitAs(n.Outputs[0], "Add", nil, y, sum, bias)
	return true
}

func (l *legalizer) shape(t onnx.TensorType) string {
	v := make([]int64, len(t.Shape))
	for i, d := range t.Shape {
		v[i] = int64(d)
	}
	return l.ints(v...)
}

// convolution writes a transposed convolution with stride 1 and constant weights
// as a convolution, if that is worth it.
func (l *legalizer) convolution(n *onnx.Node, attrs map[string]any) bool {
	w := l.s.Consts[n.Inputs[1]]
	x, y := l.s.Types[n.Inputs[0]], l.s.Types[n.Outputs[0]]
	if w == nil || w.Type != onnx.Float32 || n.Int("group") != 1 || slices.Max(n.Ints("strides")) > 1 {
		return false
	}
	const block = 16 // channels that the fast kernel computes at a time
	if len(x.Shape) != 4 || y.Shape[1] < block || x.Shape[1]%block != 0 || 2*y.Len()/y.Shape[1] > 3*x.Len()/x.Shape[1] {
		return false
	}
	kernel, dilations := n.Ints("kernel_shape"), n.Ints("dilations")
	pads := slices.Clone(attrs["pads"].([]int64))
	for i := range pads {
		k := i % len(kernel)
		if pads[i] = (kernel[k]-1)*dilations[k] - pads[i]; pads[i] < 0 {
			return false
		}
	}
	attrs = maps.Clone(attrs)
	delete(attrs, "output_padding")
	attrs["pads"] = pads
	inputs := slices.Clone(n.Inputs)
	inputs[1] = l.constant(transposed(w))
	l.emitAs(n.Outputs[0], "Conv", attrs, y, inputs...)
	return true
}

// transposed exchanges the channels of weights in×out×h×w and turns each kernel by
// half a circle.
func transposed(w *onnx.Tensor) *onnx.Tensor {
	src := w.Data.([]float32)
	in, out, area := w.Shape[0], w.Shape[1], w.Shape[2]*w.Shape[3]
	dst := make([]float32, len(src))
	for i := range in {
		for o := range out {
			from, to := src[(i*out+o)*area:][:area], dst[(o*in+i)*area:][:area]
			for k, v := range from {
				to[area-1-k] = v
			}
		}
	}
	return onnx.NewTensor(w.Type, []int{out, in, w.Shape[2], w.Shape[3]}, dst)
}
