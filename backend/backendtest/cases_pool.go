package backendtest

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// pooling is a set of windows over the axes behind the channels. Padding that
// ceil_mode or auto_pad would add is stated in after.
type pooling struct {
	kernel                          []int
	stride, dilation, before, after []int // as in geometry
	added                           []int // of after, what the node does not state
}

func (p pooling) completed() pooling {
	g := geometry{size: p.kernel, stride: p.stride, dilation: p.dilation, before: p.before, after: p.after, outPad: p.added}.completed()
	p.stride, p.dilation, p.before, p.after, p.added = g.stride, g.dilation, g.before, g.after, g.outPad
	return p
}

// attrs states the windows, besides others given.
func (p pooling) attrs(with attrs) attrs {
	a := attrs{"kernel_shape": int64s(p.kernel), "strides": int64s(p.stride)}
	if slices.Max(p.dilation) > 1 {
		a["dilations"] = int64s(p.dilation)
	}
	stated := slices.Clone(p.after)
	for k := range stated {
		stated[k] -= p.added[k]
	}
	if pads := slices.Concat(p.before, stated); slices.Max(pads) > 0 && with["auto_pad"] == nil {
		a["pads"] = int64s(pads)
	}
	maps.Copy(a, with)
	return a
}

// ref computes each window from the elements it holds and the number of its
// positions in the padding that the node states.
func (p pooling) ref(x *array, f func(elements []float64, padding int) float64) *array {
	shape := slices.Clone(x.shape)
	for k := range p.kernel {
		shape[2+k] = (shape[2+k]+p.before[k]+p.after[k]-(p.kernel[k]-1)*p.dilation[k]-1)/p.stride[k] + 1
	}
	taps := zeros(p.kernel...)
	return build(shape, func(idx []int) float64 {
		var elements []float64
		padding := 0
		taps.index(func(_ int, tap []int) {
			at := slices.Clone(idx)
			inside, stated := true, true
			for k := range tap {
				i := idx[2+k]*p.stride[k] + tap[k]*p.dilation[k] - p.before[k]
				inside = inside && i >= 0 && i < x.shape[2+k]
				stated = stated && i < x.shape[2+k]+p.after[k]-p.added[k]
				at[2+k] = i
			}
			switch {
			case inside:
				elements = append(elements, x.at(at...))
			case stated:
				padding++
			}
		})
		return f(elements, padding)
	})
}

// reduction makes the reference of an operator of windows.
func (p pooling) reduction(op string, a attrs) func(elements []float64, padding int) float64 {
	return func(v []float64, padding int) float64 {
		sum := 0.0
		switch op {
		case "MaxPool":
			return slices.Max(v)
		case "AveragePool":
			for _, x := range v {
				sum += x
			}
			if a["count_include_pad"] == nil {
				padding = 0
			}
			return sum / float64(len(v)+padding)
		default:
			e := 2.0
			if p, ok := a["p"].(int64); ok {
				e = float64(p)
			}
			for _, x := range v {
				sum += math.Pow(math.Abs(x), e)
			}
			return math.Pow(sum, 1/e)
		}
	}
}

func (p pooling) test(op string, opset int64, size []int, with attrs) opCase {
	p = p.completed()
	return opCase{
		name:  fmt.Sprintf("%s/%v of %v, %v", op, p.kernel, size, p.attrs(with)),
		opset: opset, sample: append([]int{2}, size...), lo: -1, hi: 1,
		build: func(g *graph, x string) string { return g.node(op, p.attrs(with), x) },
		ref:   func(x *array) *array { return p.ref(x, p.reduction(op, with)) },
	}
}

func poolCases() []opCase {
	two := pooling{kernel: []int{2, 2}, stride: []int{2, 2}}
	three := pooling{kernel: []int{3, 3}, before: []int{1, 1}, after: []int{1, 1}}
	line := pooling{kernel: []int{3}, stride: []int{2}, before: []int{1}, after: []int{1}}
	cube := pooling{kernel: []int{2, 3, 2}, stride: []int{2, 1, 3}, before: []int{1, 1, 0}, after: []int{0, 1, 1}}
	// A last window that begins at the last element but two.
	ceil := pooling{kernel: []int{3, 3}, stride: []int{2, 2}, before: []int{1, 0}, after: []int{1, 1}, added: []int{0, 1}}
	spread := pooling{kernel: []int{2}, stride: []int{3}, dilation: []int{3}, after: []int{2}, added: []int{2}}
	lower := pooling{kernel: []int{3, 2}, stride: []int{2, 2}, before: []int{1, 1}, after: []int{1, 0}}
	upper := pooling{kernel: []int{3, 2}, stride: []int{2, 2}, before: []int{1, 0}, after: []int{1, 1}}
	rounded, holes := attrs{"ceil_mode": int64(1)}, pooling{kernel: []int{2, 2}, dilation: []int{2, 3}}
	var cases []opCase
	for _, op := range []string{"MaxPool", "AveragePool", "LpPool"} {
		opset := int64(12)
		if op != "MaxPool" {
			opset = 19
		}
		cases = append(cases,
			two.test(op, opset, []int{6, 6}, nil),
			three.test(op, opset, []int{6, 6}, nil),
			line.test(op, opset, []int{9}, nil),
			cube.test(op, opset, []int{4, 3, 5}, nil),
			holes.test(op, opset, []int{5, 6}, nil),
			ceil.test(op, opset, []int{5, 6}, rounded),
			spread.test(op, opset, []int{8}, rounded),
			upper.test(op, opset, []int{5, 5}, attrs{"auto_pad": "SAME_UPPER"}),
			lower.test(op, opset, []int{5, 5}, attrs{"auto_pad": "SAME_LOWER"}),
		)
	}
	include := attrs{"count_include_pad": int64(1)}
	return append(cases,
		two.test("AveragePool", 7, []int{6, 6}, nil),
		three.test("AveragePool", 11, []int{6, 6}, include),
		ceil.test("AveragePool", 11, []int{5, 6}, attrs{"count_include_pad": int64(1), "ceil_mode": int64(1)}),
		cube.test("AveragePool", 11, []int{4, 3, 5}, include),
		two.test("LpPool", 11, []int{4, 4}, attrs{"p": int64(1)}),
		three.test("LpPool", 18, []int{4, 4}, attrs{"p": int64(3)}),
		global("GlobalMaxPool", nil, func(x *array) *array { return x.fold(math.Inf(-1), math.Max, 2, 3, 4) }),
		global("GlobalAveragePool", nil, func(x *array) *array {
			return x.fold(0, plus, 2, 3, 4).apply(func(v float64) float64 { return v / 24 })
		}),
		global("GlobalLpPool", attrs{"p": int64(3)}, func(x *array) *array {
			cubes := x.apply(func(v float64) float64 { return math.Abs(v * v * v) })
			return cubes.fold(0, plus, 2, 3, 4).apply(math.Cbrt)
		}),
		unpool(),
		positions(),
	)
}

func global(op string, a attrs, ref func(x *array) *array) opCase {
	return opCase{
		name: op, opset: 13, sample: []int{3, 2, 3, 4}, lo: -1, hi: 1,
		build: func(g *graph, x string) string { return g.node(op, a, x) }, ref: ref,
	}
}

// unpool keeps the maximum of each 2×2 pixels.
func unpool() opCase {
	a := attrs{"kernel_shape": []int64{2, 2}, "strides": []int64{2, 2}}
	return opCase{
		name: "MaxPool and MaxUnpool", opset: 12, sample: []int{2, 4, 6}, lo: -1, hi: 1,
		build: func(g *graph, x string) string {
			pooled := g.nodes("MaxPool", a, 2, x)
			return g.node("MaxUnpool", a, pooled...)
		},
		ref: func(x *array) *array {
			return build(x.shape, func(idx []int) float64 {
				best := math.Inf(-1)
				for y := idx[2] / 2 * 2; y < idx[2]/2*2+2; y++ {
					for z := idx[3] / 2 * 2; z < idx[3]/2*2+2; z++ {
						best = max(best, x.at(idx[0], idx[1], y, z))
					}
				}
				if v := x.at(idx...); v == best {
					return v
				}
				return 0
			})
		},
	}
}

// positions are those of maxima in images that are stored by columns.
func positions() opCase {
	const h, w = 4, 6
	a := attrs{"kernel_shape": []int64{2, 3}, "strides": []int64{2, 3}, "storage_order": int64(1)}
	return opCase{
		name: "MaxPool/positions by columns", opset: 12, batch: 1, sample: []int{2, h, w}, lo: -1, hi: 1, forwardOnly: true,
		build: func(g *graph, x string) string {
			return g.node("Cast", attrs{"to": int64(1)}, g.nodes("MaxPool", a, 2, x)[1])
		},
		ref: func(x *array) *array {
			return build([]int{1, 2, 2, 2}, func(idx []int) float64 {
				best, at := math.Inf(-1), 0
				for y := idx[2] * 2; y < idx[2]*2+2; y++ {
					for z := idx[3] * 3; z < idx[3]*3+3; z++ {
						if v := x.at(0, idx[1], y, z); v > best {
							best, at = v, (idx[1]*w+z)*h+y
						}
					}
				}
				return float64(at)
			})
		},
	}
}
