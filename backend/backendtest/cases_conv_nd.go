package backendtest

import (
	"fmt"
	"slices"
)

// geometry is a convolution over any number of axes.
type geometry struct {
	transposed               bool
	samples                  int
	channels, filters, group int
	size, kernel             []int
	stride, dilation         []int // ones if nil
	before, after, outPad    []int // zeros if nil
}

// completed fills in what is nil.
func (g geometry) completed() geometry {
	fill := func(v *[]int, with int) {
		if *v == nil {
			*v = slices.Repeat([]int{with}, len(g.size))
		}
	}
	fill(&g.stride, 1)
	fill(&g.dilation, 1)
	fill(&g.before, 0)
	fill(&g.after, 0)
	fill(&g.outPad, 0)
	g.group = max(g.group, 1)
	g.samples = max(g.samples, 1)
	return g
}

func (g geometry) op() string {
	if g.transposed {
		return "ConvTranspose"
	}
	return "Conv"
}

func (g geometry) String() string {
	s := fmt.Sprintf("%d to %d in %d, %v by %v", g.channels, g.filters, g.group, g.size, g.kernel)
	if slices.Max(g.stride) > 1 {
		s += fmt.Sprintf(", stride %v", g.stride)
	}
	if slices.Max(g.dilation) > 1 {
		s += fmt.Sprintf(", dilation %v", g.dilation)
	}
	if slices.Max(g.before) > 0 || slices.Max(g.after) > 0 {
		s += fmt.Sprintf(", pads %v %v", g.before, g.after)
	}
	return s
}

func (g geometry) attrs() attrs {
	a := attrs{
		"kernel_shape": int64s(g.kernel), "strides": int64s(g.stride), "dilations": int64s(g.dilation),
		"pads": int64s(slices.Concat(g.before, g.after)), "group": int64(g.group),
	}
	if g.transposed {
		a["output_padding"] = int64s(g.outPad)
	}
	return a
}

func int64s(v []int) []int64 {
	out := make([]int64, len(v))
	for i, x := range v {
		out[i] = int64(x)
	}
	return out
}

// xShape, wShape and yShape are those of the operands and of the result.
func (g geometry) xShape() []int { return slices.Concat([]int{g.samples, g.channels}, g.size) }

func (g geometry) wShape() []int {
	if g.transposed {
		return slices.Concat([]int{g.channels, g.filters / g.group}, g.kernel)
	}
	return slices.Concat([]int{g.filters, g.channels / g.group}, g.kernel)
}

func (g geometry) yShape() []int {
	shape := []int{g.samples, g.filters}
	for k, n := range g.size {
		reach := (g.kernel[k] - 1) * g.dilation[k]
		if g.transposed {
			shape = append(shape, (n-1)*g.stride[k]+reach+1+g.outPad[k]-g.before[k]-g.after[k])
		} else {
			shape = append(shape, (n+g.before[k]+g.after[k]-reach-1)/g.stride[k]+1)
		}
	}
	return shape
}

// ref computes either kind by its definition: every pair of a position few of
// the strided side and a tap k meets position few·stride + k·dilation − before
// of the other.
func (g geometry) ref(x, w, b *array) *array {
	y := build(slices.Concat(x.shape[:1], g.yShape()[1:]), func(idx []int) float64 { return b.data[idx[1]] })
	few, many := y, x
	if g.transposed {
		few, many = x, y
	}
	in, out := g.channels/g.group, g.filters/g.group
	spatial := len(g.size)
	taps := zeros(g.kernel...)
	few.index(func(at int, idx []int) {
		taps.index(func(tap int, k []int) {
			to := 0
			for i := range spatial {
				p := idx[2+i]*g.stride[i] + k[i]*g.dilation[i] - g.before[i]
				if p < 0 || p >= many.shape[2+i] {
					return
				}
				to = to*many.shape[2+i] + p
			}
			plane := len(many.data) / many.shape[0] / many.shape[1]
			per := in
			if g.transposed {
				per = out
			}
			// Channel i of few's group meets all channels j of many's.
			group := idx[1] / (few.shape[1] / g.group)
			for j := range per {
				ch := group*per + j
				other := (idx[0]*many.shape[1]+ch)*plane + to
				weight := w.data[(idx[1]*per+j)*len(taps.data)+tap]
				if g.transposed {
					y.data[other] += weight * x.data[at]
				} else {
					y.data[at] += weight * x.data[other]
				}
			}
		})
	})
	return y
}

// constant makes a case of a convolution with constant weights.
func (g geometry) constant() opCase {
	g = g.completed()
	w, b := random(45, -1, 1, g.wShape()...), random(46, -1, 1, g.filters)
	return opCase{
		name: fmt.Sprintf("%s/%v", g.op(), g), opset: 13, sample: g.xShape()[1:], lo: -1, hi: 1,
		build: func(gr *graph, x string) string {
			return gr.node(g.op(), g.attrs(), x, gr.floats(w), gr.floats(b))
		},
		ref: func(x *array) *array { return g.ref(x, w, b) },
	}
}

// dynamic makes a case in which input, weights and bias are all parts of one
// code: the modulated convolutions of StyleGAN2, which fold samples into groups
// and are exported for a fixed number of them.
func (g geometry) dynamic() opCase {
	g = g.completed()
	parts := [][]int{g.xShape(), g.wShape(), {g.filters}}
	ends := []int{0}
	for _, p := range parts {
		ends = append(ends, ends[len(ends)-1]+len(zeros(p...).data))
	}
	y := len(zeros(g.yShape()...).data)
	return opCase{
		name: fmt.Sprintf("%s/weights of the code, %d of %v", g.op(), g.samples, g), opset: 13, batch: 1,
		sample: []int{ends[3]}, lo: -1, hi: 1,
		build: func(gr *graph, x string) string {
			var operands []string
			for i, p := range parts {
				flat := gr.node("Slice", nil, x, gr.ints(int64(ends[i])), gr.ints(int64(ends[i+1])), gr.ints(1))
				operands = append(operands, gr.node("Reshape", nil, flat, gr.ints(int64s(p)...)))
			}
			return gr.node("Reshape", nil, gr.node(g.op(), g.attrs(), operands...), gr.ints(1, int64(y)))
		},
		ref: func(x *array) *array {
			var operands [3]*array
			for i, p := range parts {
				operands[i] = &array{p, x.data[ends[i]:ends[i+1]]}
			}
			return g.ref(operands[0], operands[1], operands[2]).reshape(1, y)
		},
	}
}

// convNDCases are convolutions over one and three axes, and convolutions whose
// weights are not constant.
func convNDCases() []opCase {
	var cases []opCase
	for _, g := range []geometry{
		{channels: 3, filters: 4, size: []int{9}, kernel: []int{3}, before: []int{1}, after: []int{2}},
		{channels: 4, filters: 6, group: 2, size: []int{11}, kernel: []int{3}, stride: []int{3}, dilation: []int{2}, before: []int{2}, after: []int{1}},
		{channels: 2, filters: 3, size: []int{4, 5, 6}, kernel: []int{3, 2, 3}, before: []int{1, 0, 1}, after: []int{1, 1, 0}},
		{channels: 4, filters: 2, group: 2, size: []int{5, 6, 5}, kernel: []int{2, 3, 1}, stride: []int{2, 1, 2}, dilation: []int{2, 1, 1}, before: []int{1, 1, 0}, after: []int{0, 1, 0}},
		{channels: 3, filters: 2, size: []int{2, 2, 2}, kernel: []int{2, 2, 2}},
		{transposed: true, channels: 3, filters: 2, size: []int{6}, kernel: []int{4}, stride: []int{2}, before: []int{1}, after: []int{1}},
		{transposed: true, channels: 4, filters: 6, group: 2, size: []int{5}, kernel: []int{3}, stride: []int{3}, dilation: []int{2}, after: []int{1}, outPad: []int{1}},
		{transposed: true, channels: 2, filters: 3, size: []int{2, 3, 4}, kernel: []int{4, 4, 4}, stride: []int{2, 2, 2}, before: []int{1, 1, 1}, after: []int{1, 1, 1}},
		{transposed: true, channels: 2, filters: 4, group: 2, size: []int{3, 2, 3}, kernel: []int{3, 1, 2}, stride: []int{2, 1, 3}, dilation: []int{1, 1, 2}, before: []int{1, 0, 1}, after: []int{0, 0, 0}, outPad: []int{1, 0, 2}},
		{transposed: true, channels: 3, filters: 2, size: []int{1, 1, 1}, kernel: []int{2, 3, 2}},
	} {
		cases = append(cases, g.constant())
	}
	for _, g := range []geometry{
		{channels: 9, filters: 6, group: 3, size: []int{4, 5}, kernel: []int{3, 3}, before: []int{1, 1}, after: []int{1, 1}},
		{samples: 2, channels: 3, filters: 4, size: []int{7, 6}, kernel: []int{3, 2}, stride: []int{2, 3}, dilation: []int{1, 2}, before: []int{1, 0}, after: []int{0, 2}},
		{samples: 3, channels: 2, filters: 4, group: 2, size: []int{6}, kernel: []int{3}, stride: []int{2}, before: []int{3}},
		{channels: 2, filters: 2, size: []int{4, 4}, kernel: []int{4, 4}},
		{samples: 2, channels: 2, filters: 2, size: []int{3, 4, 3}, kernel: []int{2, 2, 3}, stride: []int{1, 2, 1}, after: []int{1, 0, 1}},
		{transposed: true, channels: 6, filters: 9, group: 3, size: []int{3, 4}, kernel: []int{3, 3}, stride: []int{2, 2}},
		{transposed: true, samples: 2, channels: 4, filters: 2, group: 2, size: []int{3, 4}, kernel: []int{2, 3}, stride: []int{3, 2}, dilation: []int{1, 2}, before: []int{1, 1}, after: []int{0, 1}, outPad: []int{2, 1}},
		{transposed: true, samples: 2, channels: 2, filters: 3, size: []int{4}, kernel: []int{4}, stride: []int{2}, before: []int{1}, after: []int{1}},
		{transposed: true, channels: 3, filters: 4, size: []int{1, 1}, kernel: []int{4, 4}},
	} {
		cases = append(cases, g.dynamic())
	}
	return cases
}
