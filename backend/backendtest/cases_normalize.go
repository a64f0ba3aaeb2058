package backendtest

import "math"

// alongCases reduce, and compare, along axes.
func alongCases() []opCase {
	x := func(name string, opset int64, build func(g *graph, x string) string, ref func(x *array) *array) opCase {
		return opCase{name: name, opset: opset, sample: []int{3, 4, 5}, lo: -1, hi: 1, build: build, ref: ref}
	}
	logSumExp := func(x *array, axes ...int) *array {
		return x.apply(math.Exp).fold(0, plus, axes...).apply(math.Log)
	}
	square := func(v float64) float64 { return v * v }
	prod := func(axes ...int) func(x *array) *array {
		return func(x *array) *array { return x.fold(1, times, axes...) }
	}
	return []opCase{
		x("ReduceProd", 13, func(g *graph, x string) string { return g.node("ReduceProd", attrs{"axes": []int64{2}}, x) }, prod(2)),
		x("ReduceProd/axes as input", 18, func(g *graph, x string) string { return g.node("ReduceProd", nil, x, g.ints(1, -1)) }, prod(1, 3)),
		x("ReduceProd/one zero", 18, func(g *graph, x string) string {
			zeroed := g.node("Mul", nil, x, g.floats(&array{[]int{5}, []float64{1, 1, 0, 1, 1}}))
			sum := g.node("Add", nil, zeroed, g.node("ReduceProd", nil, zeroed, g.ints(3)))
			return sum
		}, func(x *array) *array { return zip(x, &array{[]int{5}, []float64{1, 1, 0, 1, 1}}, times) }),
		x("ReduceLogSumExp", 13, func(g *graph, x string) string { return g.node("ReduceLogSumExp", attrs{"axes": []int64{1, 3}}, x) },
			func(x *array) *array { return logSumExp(x, 1, 3) }),
		x("ReduceLogSumExp/large", 18, func(g *graph, x string) string {
			large := g.node("Mul", nil, x, g.scalar(200))
			return g.node("ReduceLogSumExp", attrs{"keepdims": int64(0)}, large, g.ints(3))
		}, func(x *array) *array {
			top := x.fold(math.Inf(-1), math.Max, 3)
			rest := logSumExp(zip(x, top, func(a, b float64) float64 { return 200 * (a - b) }), 3)
			return zip(rest, top, func(a, b float64) float64 { return a + 200*b }).reshape(x.shape[0], 3, 4)
		}),
		x("ReduceLogSum", 18, func(g *graph, x string) string {
			return g.node("ReduceLogSum", nil, g.node("Exp", nil, x), g.ints(2))
		}, func(x *array) *array { return logSumExp(x, 2) }),
		x("ReduceL1", 18, func(g *graph, x string) string { return g.node("ReduceL1", nil, x, g.ints(1, 2)) },
			func(x *array) *array { return x.apply(math.Abs).fold(0, plus, 1, 2) }),
		x("ReduceL2", 18, func(g *graph, x string) string { return g.node("ReduceL2", nil, x, g.ints(3)) },
			func(x *array) *array { return x.apply(square).fold(0, plus, 3).apply(math.Sqrt) }),
		x("ReduceL2/of zeros", 13, func(g *graph, x string) string {
			return g.node("Add", nil, x, g.node("ReduceL2", nil, g.node("Mul", nil, x, g.scalar(0))))
		}, func(x *array) *array { return x }),
		x("ReduceSumSquare", 13, func(g *graph, x string) string {
			return g.node("ReduceSumSquare", attrs{"axes": []int64{-1}}, x)
		}, func(x *array) *array { return x.apply(square).fold(0, plus, 3) }),
		x("ReduceSumSquare/of each", 18, func(g *graph, x string) string {
			return g.node("ReduceSumSquare", attrs{"noop_with_empty_axes": int64(1)}, x)
		}, func(x *array) *array { return x.apply(square) }),
		x("LogSoftmax", 13, func(g *graph, x string) string { return g.node("LogSoftmax", nil, x) },
			func(x *array) *array { return zip(x, logSumExp(x, 3), minus) }),
		x("LogSoftmax/axis 1", 13, func(g *graph, x string) string { return g.node("LogSoftmax", attrs{"axis": int64(1)}, x) },
			func(x *array) *array { return zip(x, logSumExp(x, 1), minus) }),
		x("LogSoftmax/flattened", 11, func(g *graph, x string) string { return g.node("LogSoftmax", attrs{"axis": int64(2)}, x) },
			func(x *array) *array { return zip(x, logSumExp(x, 2, 3), minus) }),
	}
}

// standardised is (x − mean)/√(variance + ε) over axes, written out.
func standardised(x *array, axes ...int) *array {
	n := 1.0
	for _, a := range axes {
		n *= float64(x.shape[a])
	}
	mean := func(x *array) *array {
		return x.fold(0, plus, axes...).apply(func(v float64) float64 { return v / n })
	}
	centred := zip(x, mean(x), minus)
	variance := mean(zip(centred, centred, times))
	return zip(centred, variance.apply(func(v float64) float64 { return math.Sqrt(v + epsilon) }), over)
}

// normalizeCases are normalisations by the statistics of the sample itself.
func normalizeCases() []opCase {
	scale, bias := random(70, 0.5, 2, 4), random(71, -1, 1, 4)
	affine := func(y *array, s, b *array) *array { return zip(zip(y, s, times), b, plus) }
	x := func(name string, opset int64, build func(g *graph, x string) string, ref func(x *array) *array) opCase {
		return opCase{name: name, opset: opset, sample: []int{4, 3, 5}, lo: -1, hi: 1, build: build, ref: ref}
	}
	eps := func(a attrs) attrs {
		out := attrs{"epsilon": float32(epsilon)}
		for k, v := range a {
			out[k] = v
		}
		return out
	}
	row, rowBias := random(72, 0.5, 2, 5), random(73, -1, 1, 5)
	half := func(v float64) float64 { return v / 2 }
	groups := func(x *array) *array {
		return standardised(x.reshape(x.shape[0], 2, 30), 2).reshape(x.shape...)
	}
	return []opCase{
		x("InstanceNormalization", 17, func(g *graph, x string) string {
			return g.node("InstanceNormalization", eps(nil), x, g.floats(scale), g.floats(bias))
		}, func(x *array) *array {
			return affine(standardised(x, 2, 3), scale.reshape(4, 1, 1), bias.reshape(4, 1, 1))
		}),
		x("LayerNormalization", 17, func(g *graph, x string) string {
			return g.node("LayerNormalization", eps(nil), x, g.floats(row), g.floats(rowBias))
		}, func(x *array) *array { return affine(standardised(x, 3), row, rowBias) }),
		x("LayerNormalization/two axes, no bias", 17, func(g *graph, x string) string {
			return g.node("LayerNormalization", eps(attrs{"axis": int64(-2)}), x, g.floats(row))
		}, func(x *array) *array { return zip(standardised(x, 2, 3), row, times) }),
		x("LayerNormalization/statistics", 17, func(g *graph, x string) string {
			out := g.nodes("LayerNormalization", eps(nil), 3, x, g.floats(row))
			return g.node("Mul", nil, out[1], out[2])
		}, func(x *array) *array {
			mean := x.fold(0, plus, 3).apply(func(v float64) float64 { return v / 5 })
			centred := zip(x, mean, minus)
			variance := zip(centred, centred, times).fold(0, plus, 3)
			return zip(mean, variance.apply(func(v float64) float64 { return math.Sqrt(v/5 + epsilon) }), over)
		}),
		x("GroupNormalization", 21, func(g *graph, x string) string {
			return g.node("GroupNormalization", eps(attrs{"num_groups": int64(2)}), x, g.floats(scale), g.floats(bias))
		}, func(x *array) *array { return affine(groups(x), scale.reshape(4, 1, 1), bias.reshape(4, 1, 1)) }),
		x("GroupNormalization/by groups", 18, func(g *graph, x string) string {
			return g.node("GroupNormalization", eps(attrs{"num_groups": int64(2)}), x, g.floats(scale.take(0, 0, 1)), g.floats(bias.take(0, 0, 1)))
		}, func(x *array) *array {
			return affine(groups(x), scale.take(0, 0, 0, 1, 1).reshape(4, 1, 1), bias.take(0, 0, 0, 1, 1).reshape(4, 1, 1))
		}),
		x("RMSNormalization", 23, func(g *graph, x string) string {
			return g.node("RMSNormalization", eps(attrs{"axis": int64(3)}), x, g.floats(row))
		}, func(x *array) *array {
			moment := zip(x, x, times).fold(0, plus, 3)
			return zip(zip(x, moment.apply(func(v float64) float64 { return math.Sqrt(v/5 + epsilon) }), over), row, times)
		}),
		x("MeanVarianceNormalization", 13, func(g *graph, x string) string {
			return g.node("MeanVarianceNormalization", attrs{"axes": []int64{2, 3}}, x)
		}, func(x *array) *array {
			mean := x.fold(0, plus, 2, 3).apply(func(v float64) float64 { return v / 15 })
			centred := zip(x, mean, minus)
			variance := zip(centred, centred, times).fold(0, plus, 2, 3)
			return zip(centred, variance.apply(func(v float64) float64 { return math.Sqrt(v / 15) }), over)
		}),
		x("LpNormalization", 1, func(g *graph, x string) string { return g.node("LpNormalization", attrs{"axis": int64(1)}, x) },
			func(x *array) *array {
				return zip(x, zip(x, x, times).fold(0, plus, 1).apply(math.Sqrt), over)
			}),
		x("LpNormalization/sum of sizes", 22, func(g *graph, x string) string { return g.node("LpNormalization", attrs{"p": int64(1)}, x) },
			func(x *array) *array { return zip(x, x.apply(math.Abs).fold(0, plus, 3), over) }),
		x("LpNormalization/of zeros", 22, func(g *graph, x string) string {
			return g.node("LpNormalization", attrs{"axis": int64(2)}, g.node("Mul", nil, x, g.floats(&array{[]int{5}, []float64{1, 0, 1, 1, 0}})))
		}, func(x *array) *array {
			norm := zip(x, x, times).fold(0, plus, 2).apply(math.Sqrt)
			return zip(zip(x, norm, over), &array{[]int{5}, []float64{1, 0, 1, 1, 0}}, times)
		}),
		x("LRN", 13, func(g *graph, x string) string {
			return g.node("LRN", attrs{"size": int64(3), "alpha": float32(1.5), "beta": float32(0.5)}, x)
		}, func(x *array) *array {
			return build(x.shape, func(idx []int) float64 {
				sum := 0.0
				for c := max(idx[1]-1, 0); c <= min(idx[1]+1, 3); c++ {
					v := x.at(idx[0], c, idx[2], idx[3])
					sum += v * v
				}
				return x.at(idx...) / math.Sqrt(1+half(sum))
			})
		}),
	}
}
