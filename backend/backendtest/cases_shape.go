package backendtest

import "math"

func shapeCases() []opCase {
	x234 := func(name string, opset int64, build func(g *graph, x string) string, ref func(x *array) *array) opCase {
		return opCase{name: name, opset: opset, sample: []int{2, 3, 4}, lo: -1, hi: 1, build: build, ref: ref}
	}
	return []opCase{
		x234("Reshape", 13, func(g *graph, x string) string { return g.node("Reshape", nil, x, g.ints(0, -1, 2)) },
			func(x *array) *array { return x.reshape(x.shape[0], 12, 2) }),
		x234("Flatten", 13, func(g *graph, x string) string { return g.node("Flatten", nil, x) },
			func(x *array) *array { return x.reshape(x.shape[0], 24) }),
		x234("Transpose", 13, func(g *graph, x string) string {
			return g.node("Transpose", attrs{"perm": []int64{0, 3, 1, 2}}, x)
		}, func(x *array) *array { return x.transpose(0, 3, 1, 2) }),
		x234("Concat", 13, func(g *graph, x string) string {
			return g.node("Concat", attrs{"axis": int64(-2)}, x, g.node("Neg", nil, x), x)
		}, func(x *array) *array {
			return join(2, x, x.apply(func(v float64) float64 { return -v }), x)
		}),
		x234("Concat/constant", 13, func(g *graph, x string) string {
			first := g.node("Slice", nil, x, g.ints(0), g.ints(1), g.ints(3))
			return g.node("Concat", attrs{"axis": int64(3)}, first, x)
		}, func(x *array) *array { return join(3, x.take(3, 0), x) }),
		x234("Split/attribute", 11, func(g *graph, x string) string {
			parts := g.nodes("Split", attrs{"axis": int64(3), "split": []int64{1, 3}}, 2, x)
			return g.node("Mul", nil, parts[0], parts[1])
		}, func(x *array) *array { return zip(x.take(3, 0), x.take(3, 1, 2, 3), times) }),
		x234("Split/equal", 13, func(g *graph, x string) string {
			parts := g.nodes("Split", attrs{"axis": int64(1)}, 2, x)
			return g.node("Concat", attrs{"axis": int64(1)}, parts[1], parts[0])
		}, func(x *array) *array { return x.take(1, 1, 0) }),
		x234("Split/one part used", 13, func(g *graph, x string) string {
			return g.nodes("Split", attrs{"axis": int64(2)}, 3, x)[1]
		}, func(x *array) *array { return x.take(2, 1) }),
		x234("Slice/attributes", 9, func(g *graph, x string) string {
			return g.node("Slice", attrs{"starts": []int64{1, 0}, "ends": []int64{3, math.MaxInt64}, "axes": []int64{2, 3}}, x)
		}, func(x *array) *array { return x.take(2, 1, 2) }),
		x234("Slice/steps", 13, func(g *graph, x string) string {
			return g.node("Slice", nil, x, g.ints(0, 1), g.ints(4, 3), g.ints(3, 2), g.ints(2, 1))
		}, func(x *array) *array { return x.take(3, 0, 2).take(2, 1, 2) }),
		x234("Slice/backwards", 13, func(g *graph, x string) string {
			return g.node("Slice", nil, x, g.ints(-1), g.ints(math.MinInt64), g.ints(-1), g.ints(-1))
		}, func(x *array) *array { return x.take(3, 3, 2, 1, 0) }),
		x234("Slice/backwards by two", 13, func(g *graph, x string) string {
			return g.node("Slice", nil, x, g.ints(3), g.ints(0), g.ints(3), g.ints(-2))
		}, func(x *array) *array { return x.take(3, 3, 1) }),
		{
			name: "Squeeze/attribute", opset: 11, sample: []int{1, 3, 1}, lo: -1, hi: 1,
			build: func(g *graph, x string) string { return g.node("Squeeze", attrs{"axes": []int64{1, 3}}, x) },
			ref:   func(x *array) *array { return x.reshape(x.shape[0], 3) },
		},
		{
			name: "Squeeze", opset: 13, sample: []int{1, 3, 1}, lo: -1, hi: 1,
			build: func(g *graph, x string) string { return g.node("Squeeze", nil, x, g.ints(-1)) },
			ref:   func(x *array) *array { return x.reshape(x.shape[0], 1, 3) },
		},
		x234("Unsqueeze/attribute", 11, func(g *graph, x string) string { return g.node("Unsqueeze", attrs{"axes": []int64{1, 5}}, x) },
			func(x *array) *array { return x.reshape(x.shape[0], 1, 2, 3, 4, 1) }),
		x234("Unsqueeze", 13, func(g *graph, x string) string { return g.node("Unsqueeze", nil, x, g.ints(2)) },
			func(x *array) *array { return x.reshape(x.shape[0], 2, 1, 3, 4) }),
		{
			name: "Expand", opset: 13, sample: []int{3, 1, 2}, lo: -1, hi: 1,
			build: func(g *graph, x string) string { return g.node("Expand", nil, x, g.ints(1, 1, 4, 1)) },
			ref:   func(x *array) *array { return x.take(2, 0, 0, 0, 0) },
		},
		x234("Gather/axis 2", 13, func(g *graph, x string) string {
			return g.node("Gather", attrs{"axis": int64(2)}, x, g.ints(2, 0, -1, 2))
		}, func(x *array) *array { return x.take(2, 2, 0, 2, 2) }),
		x234("Pad/attribute", 9, func(g *graph, x string) string {
			return g.node("Pad", attrs{"mode": "constant", "pads": []int64{0, 0, 1, 2, 0, 0, 0, 1}, "value": float32(0.5)}, x)
		}, padded([2]int{1, 2}, [2]int{0, 1}, func(i, n int) int { return -1 }, 0.5)),
		x234("Pad/constant", 13, func(g *graph, x string) string {
			return g.node("Pad", attrs{"mode": "constant"}, x, g.ints(0, 0, 1, 2, 0, 0, 0, 1))
		}, padded([2]int{1, 2}, [2]int{0, 1}, func(i, n int) int { return -1 }, 0)),
	}
}

// padded is the reference of padding axes 2 and 3. source says which position of
// an axis of extent n an outside one repeats, -1 for value.
func padded(before, after [2]int, source func(i, n int) int, value float64) func(x *array) *array {
	return func(x *array) *array {
		shape := append([]int(nil), x.shape...)
		for k := range before {
			shape[2+k] += before[k] + after[k]
		}
		return build(shape, func(idx []int) float64 {
			src := append([]int(nil), idx...)
			for k := range before {
				i, n := idx[2+k]-before[k], x.shape[2+k]
				if i < 0 || i >= n {
					i = source(i, n)
				}
				if i < 0 {
					return value
				}
				src[2+k] = i
			}
			return x.at(src...)
		})
	}
}
