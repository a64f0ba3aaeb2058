package backendtest

import (
	"slices"

	"github.com/lcfv-go/lcfv/backend/internal/border"
)

func padCases() []opCase {
	pad := func(name, mode string, opset int64, pads ...int64) opCase {
		return opCase{
			name: "Pad/" + name, opset: opset, sample: []int{2, 3, 4}, lo: -1, hi: 1,
			build: func(g *graph, x string) string {
				return g.node("Pad", attrs{"mode": mode}, x, g.ints(pads...))
			},
			ref: bordered(mode, pads),
		}
	}
	return []opCase{
		pad("reflect", "reflect", 13, 0, 0, 1, 2, 0, 0, 2, 3),
		pad("reflect again", "reflect", 13, 0, 0, 5, 2, 0, 1, 2, 7),
		pad("reflect what is cut", "reflect", 13, 0, 0, -1, 1, 0, 0, 1, -1),
		pad("edge", "edge", 13, 0, 0, 1, 2, 0, 0, 2, 3),
		pad("edge far", "edge", 11, 0, 3, 0, 9, 0, 0, 0, 1),
		pad("wrap", "wrap", 19, 0, 1, 3, 0, 0, 0, 2, 4),
		pad("wrap again", "wrap", 19, 0, 0, 7, 0, 0, 0, 0, 6),
		pad("cut", "constant", 13, 0, 0, -1, 2, 0, -1, 0, -1),
		{
			name: "Pad/axes", opset: 18, sample: []int{2, 3, 4}, lo: -1, hi: 1,
			build: func(g *graph, x string) string {
				return g.node("Pad", attrs{"mode": "reflect"}, x, g.ints(2, 1, 0, 2), "", g.ints(-1, 2))
			},
			ref: bordered("reflect", []int64{0, 0, 1, 2, 0, 0, 2, 0}),
		},
		{
			name: "Pad/value from x", opset: 13, sample: []int{2, 3, 4}, batch: 1, lo: -1, hi: 1,
			build: func(g *graph, x string) string {
				value := g.node("ReduceMean", attrs{"keepdims": int64(0)}, x)
				return g.node("Pad", nil, x, g.ints(0, 0, 1, 2, 0, 0, 0, 1), value)
			},
			ref: func(x *array) *array {
				mean := x.fold(0, plus, 0, 1, 2, 3).data[0] / 24
				return padded([2]int{1, 2}, [2]int{0, 1}, func(i, n int) int { return -1 }, mean)(x)
			},
		},
	}
}

// bordered is the reference of Pad; negative numbers cut first.
func bordered(mode string, pads []int64) func(x *array) *array {
	return func(x *array) *array {
		rank := len(x.shape)
		shape := slices.Clone(x.shape)
		for d := range shape {
			before, after := int(pads[d]), int(pads[rank+d])
			keep := upTo(x.shape[d])[max(-before, 0) : x.shape[d]-max(-after, 0)]
			x = x.take(d, keep...)
			shape[d] = len(keep) + max(before, 0) + max(after, 0)
		}
		return build(shape, func(idx []int) float64 {
			src := slices.Clone(idx)
			for d := range src {
				src[d] -= max(int(pads[d]), 0)
				if src[d] >= 0 && src[d] < x.shape[d] {
					continue
				}
				at, ok := border.Source(mode, src[d], x.shape[d])
				if !ok {
					return 0
				}
				src[d] = at
			}
			return x.at(src...)
		})
	}
}
