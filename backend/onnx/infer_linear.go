package onnx

import "slices"

// inferLinear holds matrix products and convolutions.
var inferLinear = map[string]inferRule{
	"Gemm":          inferGemm,
	"MatMul":        inferMatMul,
	"Conv":          inferConv,
	"ConvTranspose": inferConvTranspose,
}

func inferGemm(i *inference) []TensorType {
	a, b := i.arg(0), i.arg(1)
	i.attrFloat("alpha")
	i.attrFloat("beta")
	if len(a.Shape) != 2 || len(b.Shape) != 2 || a.Type != b.Type || !a.Type.IsFloat() {
		failf("it cannot multiply %v and %v", a, b)
	}
	m, k := a.Shape[0], a.Shape[1]
	if i.attrInt("transA") != 0 {
		m, k = k, m
	}
	k2, n := b.Shape[0], b.Shape[1]
	if i.attrInt("transB") != 0 {
		k2, n = n, k2
	}
	if k != k2 {
		failf("it cannot multiply matrices of inner dimensions %d and %d (%v, %v)", k, k2, a, b)
	}
	shape := []int{m, n}
	if i.has(2) {
		c := i.arg(2)
		if c.Type != a.Type || len(c.Shape) > 2 || !slices.Equal(broadcastShapes(c.Shape, shape), shape) {
			failf("it cannot add %v to a product of shape %v", c, shape)
		}
	}
	return one(a.Type, shape)
}

func inferMatMul(i *inference) []TensorType {
	a, b := i.arg(0), i.arg(1)
	if len(a.Shape) == 0 || len(b.Shape) == 0 || a.Type != b.Type || !numeric(a.Type) {
		failf("it cannot multiply %v and %v", a, b)
	}
	as, bs := a.Shape, b.Shape
	if len(as) == 1 {
		as = []int{1, as[0]}
	}
	if len(bs) == 1 {
		bs = []int{bs[0], 1}
	}
	la, lb := len(as), len(bs)
	if as[la-1] != bs[lb-2] {
		failf("it cannot multiply matrices of inner dimensions %d and %d (%v, %v)", as[la-1], bs[lb-2], a, b)
	}
	shape := broadcastShapes(as[:la-2], bs[:lb-2])
	if len(a.Shape) > 1 {
		shape = append(shape, as[la-2])
	}
	if len(b.Shape) > 1 {
		shape = append(shape, bs[lb-1])
	}
	return one(a.Type, shape)
}

// maxWindow bounds the numbers of a window, so that products of two of them and
// an extent do not overflow.
const maxWindow = 1 << 24

// window is the geometry of a convolution or pooling, one entry per spatial
// axis; pads holds all beginnings, then all ends.
type window struct {
	kernel, strides, dilations, pads []int64
}

// window reads the geometry attributes for a given number of spatial axes.
func (i *inference) window(spatial int) window {
	w := window{
		kernel:    i.attrInts("kernel_shape"),
		strides:   i.attrInts("strides"),
		dilations: i.attrInts("dilations"),
		pads:      i.attrInts("pads"),
	}
	w.check(spatial)
	return w
}

// check ends the rule where the geometry does not fit or is absurd.
func (w window) check(spatial int) {
	if len(w.kernel) != spatial || len(w.strides) != spatial || len(w.dilations) != spatial || len(w.pads) != 2*spatial {
		failf("its kernel_shape %v, strides %v, dilations %v and pads %v do not fit %d spatial axes",
			w.kernel, w.strides, w.dilations, w.pads, spatial)
	}
	positive := slices.Concat(w.kernel, w.strides, w.dilations)
	if len(positive) > 0 && (slices.Min(positive) < 1 || slices.Max(positive) > maxWindow) ||
		len(w.pads) > 0 && (slices.Min(w.pads) < 0 || slices.Max(w.pads) > maxWindow) {
		failf("its kernel_shape %v, strides %v, dilations %v or pads %v are impossible",
			w.kernel, w.strides, w.dilations, w.pads)
	}
}

// extent is the number of input elements that the window spans along axis k.
func (w window) extent(k int) int64 { return (w.kernel[k]-1)*w.dilations[k] + 1 }

// outputs is the number of window positions along axis k of n elements.
func (w window) outputs(k int, n int64) int64 {
	free := n + w.pads[k] + w.pads[len(w.kernel)+k] - w.extent(k)
	if free < 0 {
		failf("its window of %d elements is larger than the padded extent %d of axis %d", w.extent(k), free+w.extent(k), k+2)
	}
	return free/w.strides[k] + 1
}

// convInputs checks what Conv and ConvTranspose have in common and returns the
// number of groups.
func (i *inference) convInputs() (x, w TensorType, group int) {
	x, w = i.arg(0), i.arg(1)
	if len(x.Shape) < 3 || len(w.Shape) != len(x.Shape) || x.Type != w.Type || !x.Type.IsFloat() {
		failf("it cannot convolve %v with %v", x, w)
	}
	g := i.attrInt("group")
	if g < 1 || g > int64(x.Shape[1]) || int64(x.Shape[1])%g != 0 || int64(w.Shape[0])%g != 0 {
		failf("its %d groups do not divide the channels of %v and %v", g, x, w)
	}
	if !slices.Equal(i.attrInts("kernel_shape"), toInt64s(w.Shape[2:])) {
		failf("its kernel_shape %v is not that of its weights %v", i.attrInts("kernel_shape"), w)
	}
	return x, w, int(g)
}

// convBias checks the optional third input against the output channels.
func (i *inference) convBias(x TensorType, channels int) {
	if i.has(2) {
		if b := i.arg(2); b.Type != x.Type || !slices.Equal(b.Shape, []int{channels}) {
			failf("its bias %v does not fit %d output channels", b, channels)
		}
	}
}

func inferConv(i *inference) []TensorType {
	x, w, group := i.convInputs()
	if w.Shape[1]*group != x.Shape[1] {
		failf("its weights %v take %d channels in %d groups, its input is %v", w, w.Shape[1], group, x)
	}
	i.convBias(x, w.Shape[0])
	win := i.window(len(x.Shape) - 2)
	shape := []int64{int64(x.Shape[0]), int64(w.Shape[0])}
	for k, n := range x.Shape[2:] {
		shape = append(shape, win.outputs(k, int64(n)))
	}
	return one(x.Type, toInts(shape))
}

func inferConvTranspose(i *inference) []TensorType {
	x, w, group := i.convInputs()
	if w.Shape[0] != x.Shape[1] {
		failf("its weights %v take %d channels, its input is %v", w, w.Shape[0], x)
	}
	channels := w.Shape[1] * group
	i.convBias(x, channels)
	spatial := len(x.Shape) - 2
	win, extra := i.window(spatial), i.attrInts("output_padding")
	if len(extra) != spatial || slices.Min(extra) < 0 || slices.Max(extra) > maxWindow {
		failf("its output_padding %v is impossible", extra)
	}
	shape := []int64{int64(x.Shape[0]), int64(channels)}
	for k, n := range x.Shape[2:] {
		d := (int64(n)-1)*win.strides[k] + win.extent(k) + extra[k] - win.pads[k] - win.pads[spatial+k]
		if n == 0 || d < 1 {
			failf("its pads %v leave nothing of axis %d", win.pads, k+2)
		}
		shape = append(shape, d)
	}
	return one(x.Type, toInts(shape))
}
