package backendtest

import (
	"cmp"
	"math"
	"slices"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// sorted returns the positions along an axis in the order of their elements,
// those of the largest first.
func (a *array) sorted(axis int) *array {
	return build(a.shape, func(idx []int) float64 {
		at := func(k int) float64 {
			src := slices.Clone(idx)
			src[axis] = k
			return a.at(src...)
		}
		order := make([]int, a.shape[axis])
		for k := range order {
			order[k] = k
		}
		slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(at(j), at(i)) })
		return float64(order[idx[axis]])
	})
}

// pick is GatherElements.
func (a *array) pick(places *array, axis int) *array {
	return build(places.shape, func(idx []int) float64 {
		src := slices.Clone(idx)
		src[axis] = int(places.at(idx...))
		return a.at(src...)
	})
}

// scatter is ScatterElements.
func (a *array) scatter(places, updates *array, axis int, combine func(old, update float64) float64) *array {
	out := zeros(a.shape...)
	copy(out.data, a.data)
	updates.index(func(at int, idx []int) {
		to := slices.Clone(idx)
		to[axis] = int(places.at(idx...))
		off := 0
		for d, i := range to {
			off = off*a.shape[d] + i
		}
		out.data[off] = combine(out.data[off], updates.data[at])
	})
	return out
}

// int64s adds a constant of indices.
func (g *graph) int64s(a *array) string {
	data := make([]int64, len(a.data))
	for i, v := range a.data {
		data[i] = int64(v)
	}
	return g.constant(&onnx.Tensor{Type: onnx.Int64, Shape: slices.Clone(a.shape), Data: data})
}

// places are constant indices into an extent; no two of them are the same along
// the axis.
func places(extent, axis int, shape ...int) *array {
	return random(31, 0, 1, append(slices.Clone(shape[:axis]), append([]int{extent}, shape[axis+1:]...)...)...).
		sorted(axis).take(axis, upTo(shape[axis])...)
}

func upTo(n int) []int {
	v := make([]int, n)
	for i := range v {
		v[i] = i
	}
	return v
}

func indexingCases() []opCase {
	x234 := func(name string, opset int64, build func(g *graph, x string) string, ref func(x *array) *array) opCase {
		return opCase{name: name, opset: opset, sample: []int{2, 3, 4}, lo: -1, hi: 1, build: build, ref: ref}
	}
	two := func(c opCase) opCase { c.batch = 2; return c }
	exp := func(x *array) *array { return x.apply(math.Exp) }
	fixed := places(4, 3, 2, 2, 3, 3)
	return []opCase{
		two(x234("GatherElements", 11, func(g *graph, x string) string {
			return g.node("GatherElements", attrs{"axis": int64(-1)}, x, g.int64s(fixed))
		}, func(x *array) *array { return x.pick(fixed, 3) })),
		x234("GatherElements/what x chooses", 13, func(g *graph, x string) string {
			order := g.nodes("TopK", attrs{"axis": int64(2)}, 2, x, g.ints(3))[1]
			return g.node("GatherElements", attrs{"axis": int64(2)}, g.node("Exp", nil, x), order)
		}, func(x *array) *array { return exp(x).pick(x.sorted(2), 2) }),
		two(x234("GatherND", 13, func(g *graph, x string) string {
			return g.node("GatherND", nil, x, g.int64s(&array{[]int{2, 3}, []float64{1, -1, 0, 0, 1, 2}}))
		}, func(x *array) *array {
			return join(0, x.take(0, 1).take(1, 1).take(2, 0), x.take(0, 0).take(1, 1).take(2, 2)).reshape(2, 4)
		})),
		two(x234("GatherND/batch dimension", 12, func(g *graph, x string) string {
			return g.node("GatherND", attrs{"batch_dims": int64(1)}, x, g.int64s(&array{[]int{2, 2}, []float64{1, 2, 0, 1}}))
		}, func(x *array) *array {
			return join(0, x.take(0, 0).take(1, 1).take(2, 2), x.take(0, 1).take(1, 0).take(2, 1)).reshape(2, 4)
		})),
		x234("TopK/attribute", 9, func(g *graph, x string) string {
			return g.nodes("TopK", attrs{"k": int64(2)}, 2, x)[0]
		}, func(x *array) *array { return x.pick(x.sorted(3).take(3, 0, 1), 3) }),
		x234("TopK/smallest", 11, func(g *graph, x string) string {
			return g.nodes("TopK", attrs{"axis": int64(2), "largest": int64(0)}, 2, x, g.ints(2))[0]
		}, func(x *array) *array {
			return x.pick(x.sorted(2).take(2, 2, 1), 2)
		}),
		x234("CumSum", 14, func(g *graph, x string) string {
			return g.node("CumSum", nil, x, g.constant(onnx.NewTensor(onnx.Int64, []int{}, []int64{-1})))
		}, running(3, false, false)),
		x234("CumSum/exclusive", 11, func(g *graph, x string) string {
			return g.node("CumSum", attrs{"exclusive": int64(1)}, x, g.ints(1))
		}, running(1, true, false)),
		x234("CumSum/backwards", 14, func(g *graph, x string) string {
			return g.node("CumSum", attrs{"exclusive": int64(1), "reverse": int64(1)}, x, g.ints(2))
		}, running(2, true, true)),
		x234("OneHot", 11, func(g *graph, x string) string {
			best := g.node("ArgMax", attrs{"axis": int64(3), "keepdims": int64(0)}, x)
			values := g.constant(onnx.NewTensor(onnx.Float32, []int{2}, []float32{-1, 3}))
			return g.node("Mul", nil, x, g.node("OneHot", nil, best, g.ints(4), values))
		}, func(x *array) *array {
			best := x.sorted(3).take(3, 0)
			return build(x.shape, func(idx []int) float64 {
				if float64(idx[3]) == best.at(idx...) {
					return 3 * x.at(idx...)
				}
				return -x.at(idx...)
			})
		}),
		x234("Compress", 11, func(g *graph, x string) string {
			return g.node("Compress", attrs{"axis": int64(3)}, x, g.constant(onnx.NewTensor(onnx.Bool, []int{4}, []bool{true, false, false, true})))
		}, func(x *array) *array { return x.take(3, 0, 3) }),
		x234("ReverseSequence", 10, func(g *graph, x string) string {
			y := g.node("Transpose", attrs{"perm": []int64{3, 1, 0, 2}}, x)
			y = g.node("ReverseSequence", nil, y, g.ints(4, 3))
			return g.node("Transpose", attrs{"perm": []int64{2, 1, 3, 0}}, y)
		}, func(x *array) *array {
			return join(1, x.take(1, 0).take(3, 3, 2, 1, 0), x.take(1, 1).take(3, 2, 1, 0, 3))
		}),
	}
}

// running is the reference of CumSum.
func running(axis int, exclusive, backwards bool) func(x *array) *array {
	return func(x *array) *array {
		return build(x.shape, func(idx []int) float64 {
			sum := 0.0
			for k := range x.shape[axis] {
				before := k < idx[axis]
				if backwards {
					before = k > idx[axis]
				}
				if before || k == idx[axis] && !exclusive {
					src := slices.Clone(idx)
					src[axis] = k
					sum += x.at(src...)
				}
			}
			return sum
		})
	}
}

// scatterCases put exp(x) in places of x, so that both sides have a derivative.
func scatterCases() []opCase {
	reductions := map[string]func(old, update float64) float64{
		"none": func(_, update float64) float64 { return update },
		"add":  plus, "mul": times, "min": math.Min, "max": math.Max,
	}
	at := places(4, 3, 2, 2, 3, 2)
	var cases []opCase
	add := func(name string, opset int64, build func(g *graph, x, updates string) string, ref func(x, updates *array) *array) {
		cases = append(cases, opCase{
			name: name, opset: opset, sample: []int{2, 3, 4}, batch: 2, lo: -1, hi: 1,
			build: func(g *graph, x string) string {
				halves := g.nodes("Split", attrs{"axis": int64(3)}, 2, g.node("Exp", nil, g.node("Neg", nil, x)))
				return build(g, x, halves[0])
			},
			ref: func(x *array) *array {
				return ref(x, x.take(3, 0, 1).apply(func(v float64) float64 { return math.Exp(-v) }))
			},
		})
	}
	for _, reduction := range []string{"none", "add", "mul", "min", "max"} {
		combine := reductions[reduction]
		opset, a := int64(18), attrs{"axis": int64(3), "reduction": reduction}
		places := at
		if reduction == "none" {
			opset, a = 13, attrs{"axis": int64(-1)}
		} else { // a place may be named twice
			places = at.apply(func(v float64) float64 { return math.Floor(v / 2) })
		}
		add("ScatterElements/"+reduction, opset, func(g *graph, x, updates string) string {
			return g.node("ScatterElements", a, x, g.int64s(places), updates)
		}, func(x, updates *array) *array { return x.scatter(places, updates, 3, combine) })
	}
	add("Scatter", 9, func(g *graph, x, updates string) string {
		return g.node("Scatter", attrs{"axis": int64(3)}, x, g.int64s(at), updates)
	}, func(x, updates *array) *array { return x.scatter(at, updates, 3, reductions["none"]) })
	// x[:, [1, 0]] = …, with both indices spelled out.
	tuples := &array{[]int{2, 2, 2}, []float64{0, 1, 0, 0, 1, 1, 1, 0}}
	add("ScatterND", 11, func(g *graph, x, updates string) string {
		row := g.node("Mul", nil, g.node("Slice", nil, updates, g.ints(0), g.ints(1), g.ints(3)), x)
		return g.node("ScatterND", nil, x, g.int64s(tuples), row)
	}, func(x, updates *array) *array { return zip(updates.take(3, 0), x, times).take(1, 1, 0) })
	add("ScatterND/add", 16, func(g *graph, x, updates string) string {
		return g.node("ScatterND", attrs{"reduction": "add"}, x, g.int64s(&array{[]int{3, 1}, []float64{1, 1, -2}}),
			g.node("Concat", attrs{"axis": int64(0)}, x, g.node("Slice", nil, x, g.ints(0), g.ints(1), g.ints(0))))
	}, func(x, updates *array) *array {
		first, second := x.take(0, 0), x.take(0, 1)
		return join(0, zip(first, first, plus), zip(zip(second, first, plus), second, plus))
	})
	return cases
}
