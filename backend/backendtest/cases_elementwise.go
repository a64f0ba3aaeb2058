package backendtest

import (
	"math"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// pointwise is a case of an operator on one value.
func pointwise(op string, a attrs, lo, hi float64, f func(float64) float64) opCase {
	return opCase{
		name: op, opset: 17, sample: []int{4, 9}, lo: lo, hi: hi,
		build: func(g *graph, x string) string { return g.node(op, a, x) },
		ref:   func(x *array) *array { return x.apply(f) },
	}
}

func elementwiseCases() []opCase {
	cases := []opCase{
		pointwise("Relu", nil, -1, 1, func(x float64) float64 { return max(x, 0) }),
		pointwise("LeakyRelu", attrs{"alpha": float32(0.25)}, -1, 1, leaky(0.25)),
		pointwise("LeakyRelu", nil, -1, 1, leaky(float64(float32(0.01)))),
		pointwise("Elu", nil, -2, 2, elu(1)),
		pointwise("Elu", attrs{"alpha": float32(0.5)}, -2, 2, elu(0.5)),
		pointwise("Sigmoid", nil, -6, 6, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }),
		pointwise("Tanh", nil, -3, 3, math.Tanh),
		pointwise("Softplus", nil, -5, 5, func(x float64) float64 { return math.Log1p(math.Exp(x)) }),
		pointwise("Exp", nil, -3, 3, math.Exp),
		pointwise("Log", nil, 0.2, 3, math.Log),
		pointwise("Sqrt", nil, 0.2, 3, math.Sqrt),
		pointwise("Reciprocal", nil, 0.5, 3, func(x float64) float64 { return 1 / x }),
		pointwise("Neg", nil, -1, 1, func(x float64) float64 { return -x }),
		pointwise("Abs", nil, -1, 1, math.Abs),
		pointwise("Identity", nil, -1, 1, func(x float64) float64 { return x }),
		pointwise("Cast", attrs{"to": int64(onnx.Float32)}, -1, 1, func(x float64) float64 { return x }),
	}
	clip := func(opset int64, build func(g *graph, x string) string, lo, hi float64) opCase {
		return opCase{
			name: "Clip", opset: opset, sample: []int{20}, lo: -1, hi: 1, build: build,
			ref: func(x *array) *array {
				return x.apply(func(v float64) float64 { return min(max(v, lo), hi) })
			},
		}
	}
	return append(cases,
		clip(9, func(g *graph, x string) string {
			return g.node("Clip", attrs{"min": float32(-0.5), "max": float32(0.25)}, x)
		}, -0.5, 0.25),
		clip(13, func(g *graph, x string) string { return g.node("Clip", nil, x, g.scalar(-0.5), g.scalar(0.25)) }, -0.5, 0.25),
		clip(13, func(g *graph, x string) string { return g.node("Clip", nil, x, "", g.scalar(0.25)) }, math.Inf(-1), 0.25),
		clip(13, func(g *graph, x string) string { return g.node("Clip", nil, x, g.scalar(-0.5)) }, -0.5, math.Inf(1)),
		opCase{ // inference does not drop
			name: "Dropout", opset: 12, sample: []int{5}, lo: -1, hi: 1,
			build: func(g *graph, x string) string { return g.node("Dropout", nil, x) },
			ref:   func(x *array) *array { return x },
		},
	)
}

func leaky(alpha float64) func(float64) float64 {
	return func(x float64) float64 {
		if x < 0 {
			return alpha * x
		}
		return x
	}
}

func elu(alpha float64) func(float64) float64 {
	return func(x float64) float64 {
		if x < 0 {
			return alpha * math.Expm1(x)
		}
		return x
	}
}

// operandShapes are those of a constant combined with x of shape N×3×4×5.
var operandShapes = [][]int{{}, {1}, {5}, {4, 1}, {3, 1, 1}, {1, 3, 4, 5}, {3, 4, 5}, {1, 3, 1, 5}}

// withConstant are the cases of an operator on x and a constant, in both orders
// and with every way of broadcasting.
func withConstant(op string, lo, hi float64, f func(a, b float64) float64) []opCase {
	var cases []opCase
	for _, shape := range operandShapes {
		c := random(9, 0.5, 2, shape...)
		cases = append(cases, opCase{
			name: op + "/constant right", opset: 13, sample: []int{3, 4, 5}, lo: lo, hi: hi,
			build: func(g *graph, x string) string { return g.node(op, nil, x, g.floats(c)) },
			ref:   func(x *array) *array { return zip(x, c, f) },
		}, opCase{
			name: op + "/constant left", opset: 13, sample: []int{3, 4, 5}, lo: lo, hi: hi,
			build: func(g *graph, x string) string { return g.node(op, nil, g.floats(c), x) },
			ref:   func(x *array) *array { return zip(c, x, f) },
		})
	}
	// x itself repeats along axes of the constant.
	wide := random(10, 0.5, 2, 2, 1, 4, 5)
	return append(cases, opCase{
		name: op + "/broadcast x", opset: 13, sample: []int{1, 5}, lo: lo, hi: hi,
		build: func(g *graph, x string) string {
			return g.node("Transpose", attrs{"perm": []int64{1, 0, 2, 3}}, g.node(op, nil, x, g.floats(wide)))
		},
		ref: func(x *array) *array { return zip(x, wide, f).transpose(1, 0, 2, 3) },
	})
}

// withItself is the case of an operator on two functions of x, one of which is
// repeated.
func withItself(op string, f func(a, b float64) float64) opCase {
	return opCase{
		name: op + "/two parts of x", opset: 13, sample: []int{4, 3}, lo: 0.5, hi: 2,
		build: func(g *graph, x string) string {
			parts := g.nodes("Split", attrs{"axis": int64(1)}, 2, x, g.ints(1, 3))
			return g.node(op, nil, parts[0], parts[1])
		},
		ref: func(x *array) *array { return zip(x.take(1, 0), x.take(1, 1, 2, 3), f) },
	}
}

func binaryCases() []opCase {
	var cases []opCase
	for _, b := range []struct {
		op     string
		lo, hi float64
		f      func(a, b float64) float64
	}{
		{"Add", -1, 1, plus}, {"Sub", -1, 1, minus}, {"Mul", -1, 1, times}, {"Div", 0.5, 2, over},
		{"Pow", 0.5, 2, math.Pow}, {"Min", 0.5, 2, math.Min}, {"Max", 0.5, 2, math.Max},
	} {
		cases = append(cases, withConstant(b.op, b.lo, b.hi, b.f)...)
		cases = append(cases, withItself(b.op, b.f))
	}
	for _, p := range []float64{2, 0.5, 3, -1} {
		cases = append(cases, opCase{
			name: "Pow/number", opset: 13, sample: []int{7}, lo: 0.5, hi: 2,
			build: func(g *graph, x string) string { return g.node("Pow", nil, x, g.scalar(float32(p))) },
			ref:   func(x *array) *array { return x.apply(func(v float64) float64 { return math.Pow(v, p) }) },
		})
	}
	return append(cases, whereCases()...)
}

func whereCases() []opCase {
	mask := &onnx.Tensor{Type: onnx.Bool, Shape: []int{3}, Data: []bool{true, false, true}}
	pick := func(x *array, other float64) *array {
		return build(x.shape, func(idx []int) float64 {
			if mask.Data.([]bool)[idx[len(idx)-1]] {
				return x.at(idx...)
			}
			return other
		})
	}
	return []opCase{
		{
			name: "Where/constant condition", opset: 16, sample: []int{2, 3}, lo: -1, hi: 1,
			build: func(g *graph, x string) string { return g.node("Where", nil, g.constant(mask), x, g.scalar(0.5)) },
			ref:   func(x *array) *array { return pick(x, 0.5) },
		},
		{
			name: "Where/of comparison", opset: 16, sample: []int{9}, lo: -1, hi: 1,
			build: func(g *graph, x string) string {
				positive := g.node("Greater", nil, x, g.scalar(0))
				return g.node("Where", nil, positive, g.node("Mul", nil, x, x), g.node("Neg", nil, x))
			},
			ref: func(x *array) *array {
				return x.apply(func(v float64) float64 {
					if v > 0 {
						return v * v
					}
					return -v
				})
			},
		},
		{
			name: "Min/three operands", opset: 13, sample: []int{9}, lo: -1, hi: 1,
			build: func(g *graph, x string) string {
				return g.node("Min", nil, x, g.node("Neg", nil, x), g.scalar(-0.25))
			},
			ref: func(x *array) *array {
				return x.apply(func(v float64) float64 { return min(v, -v, -0.25) })
			},
		},
	}
}
