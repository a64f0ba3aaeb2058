package backendtest

import (
	"fmt"
	"slices"
)

// convShape is a setting of a convolution over two axes; for one axis the first
// number of a pair is ignored.
type convShape struct {
	channels, filters, group int
	size, kernel             [2]int
	stride, dilation         [2]int
	pads                     [4]int // top, left, bottom, right
	outPad                   [2]int
}

func (s convShape) attrs(transposed bool) attrs {
	two := func(v [2]int) []int64 { return []int64{int64(v[0]), int64(v[1])} }
	a := attrs{
		"kernel_shape": two(s.kernel), "strides": two(s.stride), "dilations": two(s.dilation), "group": int64(s.group),
		"pads": []int64{int64(s.pads[0]), int64(s.pads[1]), int64(s.pads[2]), int64(s.pads[3])},
	}
	if transposed {
		a["output_padding"] = two(s.outPad)
	}
	return a
}

// plain returns a setting with square kernels, stride 1 and no padding.
func plain(channels, filters, size, kernel int) convShape {
	return convShape{
		channels: channels, filters: filters, group: 1, size: [2]int{size, size + 1}, kernel: [2]int{kernel, kernel},
		stride: [2]int{1, 1}, dilation: [2]int{1, 1},
	}
}

func (s convShape) strided(y, x int) convShape { s.stride = [2]int{y, x}; return s }
func (s convShape) dilated(y, x int) convShape { s.dilation = [2]int{y, x}; return s }
func (s convShape) grouped(n int) convShape    { s.group = n; return s }
func (s convShape) padded(p ...int) convShape  { s.pads = [4]int(p); return s }
func (s convShape) outPadded(y, x int) convShape {
	s.outPad = [2]int{y, x}
	return s
}

func convCases() []opCase {
	var cases []opCase
	for _, s := range []convShape{
		plain(3, 4, 5, 3),
		plain(3, 4, 5, 1),
		plain(1, 1, 6, 3).padded(1, 1, 1, 1),
		plain(2, 5, 6, 3).padded(1, 0, 2, 1),
		plain(2, 3, 8, 4).strided(2, 2).padded(1, 1, 1, 1),
		plain(2, 3, 9, 3).strided(2, 3).padded(1, 2, 0, 1), // striding rounds positions away
		plain(2, 3, 9, 3).dilated(2, 3).padded(2, 1, 2, 1),
		plain(4, 6, 5, 3).grouped(2).padded(1, 1, 1, 1),
		plain(4, 4, 5, 3).grouped(4).strided(2, 1).padded(1, 1, 1, 1), // depthwise
		plain(3, 2, 4, 4),
	} {
		cases = append(cases, s.conv("Conv", convolve))
	}
	for _, s := range []convShape{
		plain(3, 4, 4, 3),
		plain(3, 4, 4, 1),
		plain(2, 3, 4, 4).strided(2, 2).padded(1, 1, 1, 1),
		plain(2, 1, 4, 4).strided(2, 2).padded(1, 1, 1, 1),
		plain(2, 3, 4, 3).strided(2, 2).padded(1, 1, 1, 1).outPadded(1, 1),
		plain(2, 3, 4, 3).strided(3, 2).padded(0, 1, 2, 0).outPadded(2, 1),
		plain(2, 3, 4, 2).strided(3, 3), // some outputs get nothing
		plain(2, 3, 4, 3).dilated(2, 1).strided(1, 2).padded(1, 1, 1, 0),
		plain(4, 6, 4, 3).grouped(2).strided(2, 2).padded(1, 1, 1, 1),
		plain(4, 4, 4, 4).grouped(4).strided(2, 2).padded(1, 1, 1, 1),
		plain(5, 3, 0, 4), // one row: a projection to an image
	} {
		if s.size[0] == 0 {
			s.size = [2]int{1, 1}
		}
		cases = append(cases, s.conv("ConvTranspose", convolveTransposed))
	}
	return append(cases, autoPadCases()...)
}

// conv makes a case of a setting, with bias and Relu behind it every other
// time.
func (s convShape) conv(op string, ref func(s convShape, x, w, b *array) *array) opCase {
	rows, cols := s.filters, s.channels/s.group
	if op == "ConvTranspose" {
		rows, cols = s.channels, s.filters/s.group
	}
	w, b := random(40, -1, 1, rows, cols, s.kernel[0], s.kernel[1]), random(41, -1, 1, s.filters)
	activated := s.kernel[0] == 3
	return opCase{
		name:  fmt.Sprintf("%s/%d to %d, %v by %v, stride %v, pads %v", op, s.channels, s.filters, s.size, s.kernel, s.stride, s.pads),
		opset: 11, sample: []int{s.channels, s.size[0], s.size[1]}, lo: -1, hi: 1,
		build: func(g *graph, x string) string {
			if !activated {
				return g.node(op, s.attrs(op == "ConvTranspose"), x, g.floats(w))
			}
			return g.node("Relu", nil, g.node(op, s.attrs(op == "ConvTranspose"), x, g.floats(w), g.floats(b)))
		},
		ref: func(x *array) *array {
			if !activated {
				return ref(s, x, w, zeros(s.filters))
			}
			return ref(s, x, w, b).apply(func(v float64) float64 { return max(v, 0) })
		},
	}
}

// convolve is the reference of Conv, by its definition.
func convolve(s convShape, x, w, b *array) *array {
	shape := []int{x.shape[0], s.filters, 0, 0}
	for k := range 2 {
		shape[2+k] = (x.shape[2+k]+s.pads[k]+s.pads[2+k]-(s.kernel[k]-1)*s.dilation[k]-1)/s.stride[k] + 1
	}
	in, out := s.channels/s.group, s.filters/s.group
	return build(shape, func(idx []int) float64 {
		n, m := idx[0], idx[1]
		sum := b.data[m]
		for c := range in {
			for ky := range s.kernel[0] {
				for kx := range s.kernel[1] {
					y := idx[2]*s.stride[0] + ky*s.dilation[0] - s.pads[0]
					z := idx[3]*s.stride[1] + kx*s.dilation[1] - s.pads[1]
					if y >= 0 && y < x.shape[2] && z >= 0 && z < x.shape[3] {
						sum += x.at(n, m/out*in+c, y, z) * w.at(m, c, ky, kx)
					}
				}
			}
		}
		return sum
	})
}

// convolveTransposed is the reference of ConvTranspose: every input pixel adds
// the kernel to the output.
func convolveTransposed(s convShape, x, w, b *array) *array {
	shape := []int{x.shape[0], s.filters, 0, 0}
	for k := range 2 {
		shape[2+k] = (x.shape[2+k]-1)*s.stride[k] + (s.kernel[k]-1)*s.dilation[k] + 1 + s.outPad[k] - s.pads[k] - s.pads[2+k]
	}
	y := build(shape, func(idx []int) float64 { return b.data[idx[1]] })
	in, out := s.channels/s.group, s.filters/s.group
	spread := zeros(append(slices.Clone(x.shape), out, s.kernel[0], s.kernel[1])...)
	spread.index(func(_ int, idx []int) {
		n, c, m := idx[0], idx[1], idx[1]/in*out+idx[4]
		oy := idx[2]*s.stride[0] + idx[5]*s.dilation[0] - s.pads[0]
		ox := idx[3]*s.stride[1] + idx[6]*s.dilation[1] - s.pads[1]
		if oy >= 0 && oy < shape[2] && ox >= 0 && ox < shape[3] {
			y.data[((n*s.filters+m)*shape[2]+oy)*shape[3]+ox] += x.at(idx[:4]...) * w.at(c, idx[4], idx[5], idx[6])
		}
	})
	return y
}

// autoPadCases leave the padding to the operator.
func autoPadCases() []opCase {
	same := plain(2, 3, 7, 3).strided(2, 2).padded(1, 0, 1, 1) // 7×8: SAME_UPPER puts the odd pixel behind
	grow := plain(2, 3, 4, 3).strided(2, 2).padded(0, 0, 1, 1) // SAME_UPPER doubles
	one := plain(2, 3, 1, 3).padded(0, 1, 0, 1)                // one axis
	one.size, one.kernel = [2]int{1, 9}, [2]int{1, 3}
	w, wt, b := random(42, -1, 1, 3, 2, 3, 3), random(43, -1, 1, 2, 3, 3, 3), zeros(3)
	w1 := random(44, -1, 1, 3, 2, 3)
	return []opCase{
		{
			name: "Conv/auto_pad", opset: 11, sample: []int{2, 7, 8}, lo: -1, hi: 1,
			build: func(g *graph, x string) string {
				return g.node("Conv", attrs{"auto_pad": "SAME_UPPER", "strides": []int64{2, 2}}, x, g.floats(w))
			},
			ref: func(x *array) *array { return convolve(same, x, w, b) },
		},
		{
			name: "ConvTranspose/auto_pad", opset: 11, sample: []int{2, 4, 5}, lo: -1, hi: 1,
			build: func(g *graph, x string) string {
				return g.node("ConvTranspose", attrs{"auto_pad": "SAME_UPPER", "strides": []int64{2, 2}}, x, g.floats(wt))
			},
			ref: func(x *array) *array { return convolveTransposed(grow, x, wt, b) },
		},
		{
			name: "Conv/one axis", opset: 11, sample: []int{2, 9}, lo: -1, hi: 1,
			build: func(g *graph, x string) string {
				return g.node("Conv", attrs{"pads": []int64{1, 1}}, x, g.floats(w1))
			},
			ref: func(x *array) *array {
				y := convolve(one, x.reshape(x.shape[0], 2, 1, 9), w1.reshape(3, 2, 1, 3), b)
				return y.reshape(x.shape[0], 3, 9)
			},
		},
		{
			name: "Pad and Conv", opset: 13, sample: []int{2, 5, 6}, lo: -1, hi: 1,
			build: func(g *graph, x string) string {
				y := g.node("Pad", nil, x, g.ints(0, 0, 1, 1, 0, 0, 1, 1))
				return g.node("Conv", nil, y, g.floats(w))
			},
			ref: func(x *array) *array { return convolve(plain(2, 3, 5, 3).padded(1, 1, 1, 1), x, w, b) },
		},
		{
			name: "ConvTranspose and Slice", opset: 13, sample: []int{2, 4, 5}, lo: -1, hi: 1,
			build: func(g *graph, x string) string {
				y := g.node("ConvTranspose", nil, x, g.floats(wt))
				return g.node("Slice", nil, y, g.ints(0, 1), g.ints(5, 6), g.ints(2, 3))
			},
			ref: func(x *array) *array { return convolveTransposed(plain(2, 3, 4, 3).padded(0, 1, 1, 1), x, wt, b) },
		},
	}
}
