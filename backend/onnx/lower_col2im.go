package onnx

import "slices"

// lowerCol2Im adds up overlapping blocks: a transposed convolution whose kernels
// each put one element of a block in its place.
func lowerCol2Im(l *lowering) []string {
	l.arity(3, 3)
	x, image, block := l.arg(0), toInts(l.constInts(1)), toInts(l.constInts(2))
	t := l.types[x]
	if len(t.Shape) != 3 || len(image) != len(block) || !t.Type.IsFloat() {
		failf("it cannot put %v in blocks %v of an image %v", t, block, image)
	}
	w, _ := l.window(len(block), toInt64s(block))
	w.check(len(block))
	size := product(block)
	if size == 0 || t.Shape[1]%size != 0 {
		failf("its %d rows are not blocks of shape %v", t.Shape[1], block)
	}
	counts := make([]int, len(image))
	extra := make([]int64, len(image))
	for k, n := range image {
		counts[k] = int(w.outputs(k, int64(n)))
		reach := int64(counts[k]-1)*w.strides[k] + w.extent(k) - w.pads[k] - w.pads[len(image)+k]
		extra[k] = int64(n) - reach
	}
	if product(counts) != t.Shape[2] {
		failf("its %d columns are not %v blocks", t.Shape[2], counts)
	}
	l.spend(t.Shape[1] * size)
	weights := make([]float64, t.Shape[1]*size)
	for row := range t.Shape[1] {
		weights[row*size+row%size] = 1
	}
	kernels := l.define(l.temp("kernels"), fromFloats(t.Type, slices.Concat([]int{t.Shape[1], 1}, block), weights))
	attrs := w.attrs()
	attrs["group"], attrs["output_padding"] = int64(t.Shape[1]/size), extra
	y := l.reshape(l.tmp("blocks"), x, slices.Concat(t.Shape[:2], counts))
	return l.result("ConvTranspose", attrs, y, kernels)
}
