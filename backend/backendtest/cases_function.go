package backendtest

import (
	"math"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// pointwiseIn is pointwise for an operator that an opset brought.
func pointwiseIn(opset int64, op string, a attrs, lo, hi float64, f func(float64) float64) opCase {
	c := pointwise(op, a, lo, hi, f)
	c.opset = opset
	return c
}

// functionCases are the elementary functions and the activations.
func functionCases() []opCase {
	gelu := func(x float64) float64 { return x * (1 + math.Erf(x/math.Sqrt2)) / 2 }
	geluTanh := func(x float64) float64 {
		return x * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x))) / 2
	}
	selu := func(x float64) float64 { return 1.0507009873554805 * elu(1.6732632423543772)(x) }
	mish := func(x float64) float64 { return x * math.Tanh(math.Log1p(math.Exp(x))) }
	return append([]opCase{
		pointwise("Erf", nil, -2, 2, math.Erf),
		pointwise("Sin", nil, -6, 6, math.Sin),
		pointwise("Cos", nil, -6, 6, math.Cos),
		pointwise("Tan", nil, -1, 1, math.Tan),
		pointwise("Asin", nil, -0.9, 0.9, math.Asin),
		pointwise("Acos", nil, -0.9, 0.9, math.Acos),
		pointwise("Atan", nil, -3, 3, math.Atan),
		pointwise("Sinh", nil, -3, 3, math.Sinh),
		pointwise("Cosh", nil, -3, 3, math.Cosh),
		pointwise("Asinh", nil, -3, 3, math.Asinh),
		pointwise("Acosh", nil, 1.2, 3, math.Acosh),
		pointwise("Atanh", nil, -0.9, 0.9, math.Atanh),
		pointwiseIn(20, "Gelu", nil, -3, 3, gelu),
		pointwiseIn(20, "Gelu", attrs{"approximate": "tanh"}, -3, 3, geluTanh),
		pointwise("Selu", nil, -2, 2, selu),
		pointwise("Celu", attrs{"alpha": float32(2)}, -2, 2, func(x float64) float64 {
			return max(x, 0) + min(0, 2*math.Expm1(x/2))
		}),
		pointwise("Mish", nil, -4, 4, mish),
		pointwise("HardSigmoid", nil, -4, 4, func(x float64) float64 { return min(max(float64(float32(0.2))*x+0.5, 0), 1) }),
		pointwise("HardSwish", nil, -4, 4, func(x float64) float64 { return x * min(max(x/6+0.5, 0), 1) }),
		pointwise("Softsign", nil, -4, 4, func(x float64) float64 { return x / (1 + math.Abs(x)) }),
		pointwise("ThresholdedRelu", attrs{"alpha": float32(0.5)}, -2, 2, func(x float64) float64 {
			if x > 0.5 {
				return x
			}
			return 0
		}),
		pointwise("Shrink", attrs{"lambd": float32(0.5), "bias": float32(0.25)}, -2, 2, func(x float64) float64 {
			if math.Abs(x) <= 0.5 {
				return 0
			}
			return x - math.Copysign(0.25, x)
		}),
		{
			name: "PRelu/channels", opset: 16, sample: []int{3, 4}, lo: -1, hi: 1,
			build: func(g *graph, x string) string { return g.node("PRelu", nil, x, g.floats(random(60, 0, 1, 3, 1))) },
			ref: func(x *array) *array {
				return zip(x, random(60, 0, 1, 3, 1), func(v, slope float64) float64 { return leaky(slope)(v) })
			},
		},
	}, flatCases()...)
}

func fractional(x float64) float64 { return x - math.Floor(x) }

// flatCases have functions in them whose derivative is zero, and which graphs
// are differentiated around.
func flatCases() []opCase {
	around := func(op string, opset int64, build func(g *graph, x string) string, f func(x float64) float64) opCase {
		return opCase{
			name: "around " + op, opset: opset, sample: []int{4, 9}, lo: -3, hi: 3, build: build,
			ref: func(x *array) *array { return x.apply(f) },
		}
	}
	minusFlat := func(op string, f func(float64) float64) opCase {
		return around(op, 13, func(g *graph, x string) string {
			return g.node("Sub", nil, g.node("Mul", nil, x, x), g.node(op, nil, x))
		}, func(x float64) float64 { return x*x - f(x) })
	}
	choice := func(op string, opset int64, a attrs, cond func(x float64) bool) opCase {
		return around(op, opset, func(g *graph, x string) string {
			return g.node("Where", nil, g.node(op, a, g.node("Log", nil, x)), g.node("Mul", nil, x, x), g.node("Neg", nil, x))
		}, func(x float64) float64 {
			if cond(x) {
				return x * x
			}
			return -x
		})
	}
	best := opCase{
		name: "around ArgMax", opset: 13, sample: []int{5}, lo: -1, hi: 1,
		build: func(g *graph, x string) string {
			at := g.node("ArgMax", attrs{"axis": int64(1)}, x)
			return g.node("Mul", nil, x, g.node("Cast", attrs{"to": int64(onnx.Float32)}, at))
		},
		ref: func(x *array) *array { return zip(x, position(x, 1), times) },
	}
	hard := opCase{
		name: "around Hardmax", opset: 13, sample: []int{2, 5}, lo: -1, hi: 1,
		build: func(g *graph, x string) string { return g.node("Mul", nil, x, g.node("Hardmax", nil, x)) },
		ref: func(x *array) *array {
			at := position(x, 2)
			return build(x.shape, func(idx []int) float64 {
				if float64(idx[2]) != at.at(idx...) {
					return 0
				}
				return x.at(idx...)
			})
		},
	}
	mod := func(a, b float64) float64 { return a - b*math.Trunc(a/b) }
	return []opCase{
		minusFlat("Floor", math.Floor), minusFlat("Ceil", math.Ceil), minusFlat("Round", math.RoundToEven),
		minusFlat("Sign", func(x float64) float64 { return math.Copysign(1, x) }),
		choice("IsNaN", 13, nil, func(x float64) bool { return x < 0 }),
		choice("IsInf", 20, nil, func(float64) bool { return false }),
		best, hard,
		around("Mod", 13, func(g *graph, x string) string {
			return g.node("Mod", attrs{"fmod": int64(1)}, g.node("Mul", nil, x, x), g.scalar(0.75))
		}, func(x float64) float64 { return mod(x*x, 0.75) }),
		around("Mod of x", 13, func(g *graph, x string) string {
			return g.node("Mod", attrs{"fmod": int64(1)}, g.scalar(-7.5), x)
		}, func(x float64) float64 { return mod(-7.5, x) }),
		around("Mod, floored", 28, func(g *graph, x string) string { return g.node("Mod", nil, x, g.scalar(1)) }, fractional),
	}
}

// position is where along an axis the first largest element is, the axis kept.
func position(x *array, axis int) *array {
	shape := append([]int(nil), x.shape...)
	n := shape[axis]
	shape[axis] = 1
	return build(shape, func(idx []int) float64 {
		src := append([]int(nil), idx...)
		best, at := math.Inf(-1), 0
		for i := range n {
			src[axis] = i
			if v := x.at(src...); v > best {
				best, at = v, i
			}
		}
		return float64(at)
	})
}
