package backendtest

import "math"

func resizeCases() []opCase {
	x := func(name string, opset int64, build func(g *graph, x string) string, ref func(x *array) *array) opCase {
		return opCase{name: name, opset: opset, sample: []int{2, 3, 4}, lo: -1, hi: 1, build: build, ref: ref}
	}
	scales := func(g *graph, y, x float64) string {
		a := full(1, 4)
		a.data[2], a.data[3] = y, x
		return g.floats(a)
	}
	// repeat takes positions of both spatial axes.
	repeat := func(y, x int) func(a *array) *array {
		return func(a *array) *array {
			return a.take(2, repeated(a.shape[2], y)...).take(3, repeated(a.shape[3], x)...)
		}
	}
	nearest := attrs{"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
	return []opCase{
		x("Upsample", 9, func(g *graph, x string) string {
			return g.node("Upsample", attrs{"mode": "nearest"}, x, scales(g, 2, 3))
		}, repeat(2, 3)),
		x("Resize/nearest", 10, func(g *graph, x string) string {
			return g.node("Resize", attrs{"mode": "nearest"}, x, scales(g, 2, 2))
		}, repeat(2, 2)),
		x("Resize/nearest", 13, func(g *graph, x string) string {
			return g.node("Resize", nearest, x, "", scales(g, 2, 2))
		}, repeat(2, 2)),
		x("Resize/nearest to sizes", 13, func(g *graph, x string) string {
			shape := g.node("Shape", nil, x)
			head := g.node("Slice", nil, shape, g.ints(0), g.ints(2))
			return g.node("Resize", nearest, x, "", "", g.node("Concat", attrs{"axis": int64(0)}, head, g.ints(6, 4)))
		}, repeat(2, 1)),
		x("Resize/nearest, smaller", 13, func(g *graph, x string) string {
			return g.node("Resize", nearest, x, "", scales(g, 1, 0.5))
		}, func(a *array) *array { return a.take(3, 0, 2) }),
		x("Resize/nearest, half pixel", 13, func(g *graph, x string) string {
			return g.node("Resize", attrs{"mode": "nearest"}, x, "", scales(g, 1, 2))
		}, repeat(1, 2)),
		x("Resize/linear", 13, func(g *graph, x string) string {
			return g.node("Resize", attrs{"mode": "linear"}, x, "", scales(g, 1, 2))
		}, func(a *array) *array {
			return linear(a, 8, func(i int) float64 { return (float64(i)+0.5)/2 - 0.5 })
		}),
		x("Resize/linear, corners", 13, func(g *graph, x string) string {
			return g.node("Resize", attrs{"mode": "linear", "coordinate_transformation_mode": "align_corners"}, x, "", scales(g, 1, 2))
		}, func(a *array) *array { return linear(a, 8, func(i int) float64 { return float64(i) * 3 / 7 }) }),
	}
}

func repeated(n, times int) []int {
	var out []int
	for i := range n {
		for range times {
			out = append(out, i)
		}
	}
	return out
}

// linear interpolates axis 3 at n positions.
func linear(a *array, n int, position func(i int) float64) *array {
	shape := append([]int(nil), a.shape...)
	shape[3] = n
	last := a.shape[3] - 1
	return build(shape, func(idx []int) float64 {
		p := position(idx[3])
		low := math.Floor(p)
		at := func(i int) float64 { return a.at(idx[0], idx[1], idx[2], min(max(i, 0), last)) }
		return (1-(p-low))*at(int(low)) + (p-low)*at(int(low)+1)
	})
}
