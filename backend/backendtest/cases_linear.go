package backendtest

import "math"

func reduceCases() []opCase {
	x := func(name string, opset int64, build func(g *graph, x string) string, ref func(x *array) *array) opCase {
		return opCase{name: name, opset: opset, sample: []int{3, 4, 5}, lo: -1, hi: 1, build: build, ref: ref}
	}
	sum := func(axes ...int) func(x *array) *array {
		return func(x *array) *array { return x.fold(0, plus, axes...) }
	}
	return []opCase{
		x("ReduceSum/attribute", 11, func(g *graph, x string) string { return g.node("ReduceSum", attrs{"axes": []int64{2, -1}}, x) }, sum(2, 3)),
		x("ReduceSum", 13, func(g *graph, x string) string { return g.node("ReduceSum", nil, x, g.ints(1, 3)) }, sum(1, 3)),
		x("ReduceSum/inner axis kept", 13, func(g *graph, x string) string {
			return g.node("ReduceSum", attrs{"keepdims": int64(0)}, x, g.ints(1))
		}, func(x *array) *array { return x.fold(0, plus, 1).reshape(x.shape[0], 4, 5) }),
		x("ReduceMean", 13, func(g *graph, x string) string {
			return g.node("ReduceMean", attrs{"axes": []int64{2, 3}, "keepdims": int64(0)}, x)
		}, func(x *array) *array {
			return x.fold(0, plus, 2, 3).apply(func(v float64) float64 { return v / 20 }).reshape(x.shape[0], 3)
		}),
		x("ReduceMean/axes as input", 18, func(g *graph, x string) string { return g.node("ReduceMean", nil, x, g.ints(-1)) },
			func(x *array) *array {
				return x.fold(0, plus, 3).apply(func(v float64) float64 { return v / 5 })
			}),
		x("ReduceMax", 13, func(g *graph, x string) string { return g.node("ReduceMax", attrs{"axes": []int64{1, 3}}, x) },
			func(x *array) *array { return x.fold(math.Inf(-1), math.Max, 1, 3) }),
		x("ReduceMin", 18, func(g *graph, x string) string {
			return g.node("ReduceMin", attrs{"keepdims": int64(0)}, x, g.ints(2))
		}, func(x *array) *array { return x.fold(math.Inf(1), math.Min, 2).reshape(x.shape[0], 3, 5) }),
		x("Softmax", 13, func(g *graph, x string) string { return g.node("Softmax", nil, x) },
			func(x *array) *array { return softmax(x, 3) }),
		x("Softmax/axis 1", 13, func(g *graph, x string) string { return g.node("Softmax", attrs{"axis": int64(1)}, x) },
			func(x *array) *array { return softmax(x, 1) }),
		x("Softmax/flattened", 11, func(g *graph, x string) string { return g.node("Softmax", attrs{"axis": int64(2)}, x) },
			func(x *array) *array { return softmax(x, 2, 3) }),
	}
}

func softmax(x *array, axes ...int) *array {
	e := x.apply(math.Exp)
	return zip(e, e.fold(0, plus, axes...), over)
}

func linearCases() []opCase {
	w, wt, bias := random(20, -1, 1, 6, 4), random(21, -1, 1, 4, 6), random(22, -1, 1, 4)
	x6 := func(name string, opset int64, build func(g *graph, x string) string, ref func(x *array) *array) opCase {
		return opCase{name: name, opset: opset, sample: []int{6}, lo: -1, hi: 1, build: build, ref: ref}
	}
	scaled := func(a *array, s float64) *array { return a.apply(func(v float64) float64 { return s * v }) }
	stack := random(23, -1, 1, 2, 5, 3)
	return []opCase{
		x6("Gemm", 13, func(g *graph, x string) string { return g.node("Gemm", nil, x, g.floats(w), g.floats(bias)) },
			func(x *array) *array { return zip(matmul(x, w), bias, plus) }),
		x6("Gemm/transposed", 13, func(g *graph, x string) string {
			return g.node("Gemm", attrs{"transB": int64(1), "alpha": float32(0.5), "beta": float32(2)}, x, g.floats(wt), g.floats(bias))
		}, func(x *array) *array {
			return zip(scaled(matmul(x, wt.transpose(1, 0)), 0.5), scaled(bias, 2), plus)
		}),
		x6("Gemm/without C", 13, func(g *graph, x string) string { return g.node("Gemm", nil, x, g.floats(w)) },
			func(x *array) *array { return matmul(x, w) }),
		x6("Gemm/constant left", 13, func(g *graph, x string) string {
			// (Wᵀ xᵀ)ᵀ: x enters as the transposed right operand.
			y := g.node("Gemm", attrs{"transA": int64(1), "transB": int64(1)}, g.floats(w), x)
			return g.node("Transpose", attrs{"perm": []int64{1, 0}}, y)
		}, func(x *array) *array { return matmul(x, w) }),
		x6("Gemm/Relu", 13, func(g *graph, x string) string {
			return g.node("Relu", nil, g.node("Gemm", nil, x, g.floats(w), g.floats(bias)))
		}, func(x *array) *array {
			return zip(matmul(x, w), bias, plus).apply(func(v float64) float64 { return max(v, 0) })
		}),
		x6("MatMul", 13, func(g *graph, x string) string { return g.node("MatMul", nil, x, g.floats(w)) },
			func(x *array) *array { return matmul(x, w) }),
		x6("MatMul/vector right", 13, func(g *graph, x string) string { return g.node("MatMul", nil, x, g.floats(w.take(1, 0).reshape(6))) },
			func(x *array) *array { return matmul(x, w.take(1, 0)).reshape(x.shape[0]) }),
		x6("MatMul/Add/LeakyRelu", 13, func(g *graph, x string) string {
			y := g.node("Add", nil, g.node("MatMul", nil, x, g.floats(w)), g.floats(bias))
			return g.node("LeakyRelu", attrs{"alpha": float32(0.25)}, y)
		}, func(x *array) *array { return zip(matmul(x, w), bias, plus).apply(leaky(0.25)) }),
		{
			name: "MatMul/stack of rows", opset: 13, sample: []int{2, 3, 6}, lo: -1, hi: 1,
			build: func(g *graph, x string) string { return g.node("MatMul", nil, x, g.floats(w)) },
			ref:   func(x *array) *array { return matmul(x, w) },
		},
		{
			name: "MatMul/stacks", opset: 13, sample: []int{2, 4, 5}, lo: -1, hi: 1,
			build: func(g *graph, x string) string { return g.node("MatMul", nil, x, g.floats(stack)) },
			ref:   func(x *array) *array { return matmul(x, stack) },
		},
		{
			name: "MatMul/broadcast stack", opset: 13, sample: []int{1, 3, 4}, lo: -1, hi: 1,
			build: func(g *graph, x string) string { return g.node("MatMul", nil, g.floats(stack), x) },
			ref:   func(x *array) *array { return matmul(stack, x) },
		},
		{
			name: "MatMul/x by itself", opset: 13, sample: []int{3, 4}, lo: -1, hi: 1,
			build: func(g *graph, x string) string {
				return g.node("MatMul", nil, x, g.node("Transpose", attrs{"perm": []int64{0, 2, 1}}, x))
			},
			ref: func(x *array) *array { return matmul(x, x.transpose(0, 2, 1)) },
		},
	}
}
