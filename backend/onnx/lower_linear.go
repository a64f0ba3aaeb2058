package onnx

import "slices"

// lowerLinear holds matrix products and convolutions.
var lowerLinear = map[string]lowerRule{
	"Gemm":          lowerGemm,
	"MatMul":        same(2),
	"Einsum":        lowerEinsum,
	"Col2Im":        lowerCol2Im,
	"Conv":          lowerConv,
	"ConvTranspose": lowerConvTranspose,
}

func lowerGemm(l *lowering) []string {
	l.arity(2, 3)
	return l.result("Gemm", map[string]any{
		"alpha":  l.attrFloat("alpha", 1),
		"beta":   l.attrFloat("beta", 1),
		"transA": l.attrInt("transA", 0),
		"transB": l.attrInt("transB", 0),
	}, l.in...)
}

// window reads the geometry attributes of a convolution or pooling over the
// spatial axes of an input; kernel is the default of kernel_shape, nil if
// there is none. auto is the auto_pad attribute, "" for explicit pads.
func (l *lowering) window(spatial int, kernel []int64) (w window, auto string) {
	if spatial < 1 {
		failf("it needs an input with spatial axes")
	}
	ones := slices.Repeat([]int64{1}, spatial)
	zeros := make([]int64, 2*spatial)
	w = window{
		kernel:    l.attrInts("kernel_shape", kernel),
		strides:   l.attrInts("strides", ones),
		dilations: l.attrInts("dilations", ones),
		pads:      l.attrInts("pads", zeros),
	}
	auto = l.attrStr("auto_pad", "NOTSET")
	switch auto {
	case "NOTSET":
		auto = ""
	case "VALID":
		auto, w.pads = "", zeros
	case "SAME_UPPER", "SAME_LOWER":
		w.pads = zeros
	default:
		unsupportedNode("its auto_pad %q is unknown to lcfv", auto)
	}
	w.check(spatial)
	return w, auto
}

// share puts padding that both ends of axis k have in common where auto wants
// the odd one.
func (w window) share(k int, total int64, upper bool) {
	before := total / 2
	if !upper {
		before = total - before
	}
	w.pads[k], w.pads[len(w.kernel)+k] = before, total-before
}

// padSame pads so that every stride of the input starts one window.
func (w window) padSame(shape []int, upper bool) {
	for k, n := range shape {
		out := (int64(n) + w.strides[k] - 1) / w.strides[k]
		w.share(k, max((out-1)*w.strides[k]+w.extent(k)-int64(n), 0), upper)
	}
}

func (w window) attrs() map[string]any {
	return map[string]any{"kernel_shape": w.kernel, "strides": w.strides, "dilations": w.dilations, "pads": w.pads}
}

func lowerConv(l *lowering) []string {
	l.arity(2, 3)
	x, weights := l.shape(l.arg(0)), l.shape(l.arg(1))
	if len(weights) != len(x) || len(x) < 3 {
		failf("it cannot convolve shape %v with %v", x, weights)
	}
	w, auto := l.window(len(x)-2, toInt64s(weights[2:]))
	if auto != "" {
		w.padSame(x[2:], auto == "SAME_UPPER")
	}
	attrs := w.attrs()
	attrs["group"] = l.attrInt("group", 1)
	return l.result("Conv", attrs, l.in...)
}

func lowerConvTranspose(l *lowering) []string {
	l.arity(2, 3)
	x, weights := l.shape(l.arg(0)), l.shape(l.arg(1))
	if len(weights) != len(x) || len(x) < 3 {
		failf("it cannot convolve shape %v with %v", x, weights)
	}
	spatial := len(x) - 2
	w, auto := l.window(spatial, toInt64s(weights[2:]))
	extra := slices.Clone(l.attrInts("output_padding", make([]int64, spatial)))
	if len(extra) != spatial {
		failf("its output_padding %v does not fit %d spatial axes", extra, spatial)
	}
	var want []int64
	switch {
	case l.hasAttr("output_shape"):
		want = l.attrInts("output_shape", nil)
		if len(want) == len(x) { // some exporters state the whole shape
			want = want[2:]
		}
		if len(want) != spatial {
			failf("its output_shape %v does not fit %d spatial axes", want, spatial)
		}
	case auto != "":
		for k, n := range x[2:] {
			want = append(want, int64(n)*w.strides[k])
		}
	}
	if want != nil {
		w.pads = make([]int64, 2*spatial)
	}
	for k, n := range want {
		if n < 1 || n > maxElements || extra[k] < 0 || extra[k] > maxWindow {
			failf("its output_shape %v or output_padding %v is impossible", want, extra)
		}
		total := (int64(x[2+k])-1)*w.strides[k] + w.extent(k) + extra[k] - n
		if total < 0 { // longer than the windows reach: zeros at the end
			extra[k] -= total
			total = 0
		}
		w.share(k, total, auto == "SAME_UPPER")
	}
	attrs := w.attrs()
	attrs["group"] = l.attrInt("group", 1)
	attrs["output_padding"] = extra
	return l.result("ConvTranspose", attrs, l.in...)
}
