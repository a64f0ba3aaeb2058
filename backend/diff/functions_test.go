package diff_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/backend/diff"
	"github.com/lcfv-go/lcfv/backend/onnx"
)

// x is drawn from (0.2, 1).
func TestElementaryFunctions(t *testing.T) {
	for _, op := range []string{"Erf", "Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Atanh"} {
		t.Run(op, func(t *testing.T) {
			b := newBuilder(2, 5)
			check(t, b, b.op(op, nil, b.op("Mul", nil, "x", b.constant(nil, []float64{-0.9}))))
		})
	}
	t.Run("Acosh", func(t *testing.T) {
		b := newBuilder(2, 5)
		check(t, b, b.op("Acosh", nil, b.op("Add", nil, "x", b.constant(nil, []float64{1}))))
	})
	for _, p := range []float64{0, 1, 2, 3, 0.5, -1} {
		t.Run("Pow", func(t *testing.T) {
			b := newBuilder(5)
			power := b.op("Pow", nil, "x", b.constant([]int{1, 1}, []float64{p}))
			check(t, b, b.op("Add", nil, power, "x"))
		})
	}
}

func TestRulesAlongAxes(t *testing.T) {
	over := func(op string, keep int64, axes ...int64) func(b *builder, x string) string {
		return func(b *builder, x string) string {
			return b.op(op, map[string]any{"keepdims": keep}, x, b.ints(axes...))
		}
	}
	fmod := map[string]any{"fmod": int64(1)}
	for name, build := range map[string]func(b *builder, x string) string{
		"product":                 over("ReduceProd", 1, 1),
		"product, axes not kept":  over("ReduceProd", 0, 0, 2),
		"log of a sum":            over("ReduceLogSumExp", 1, 2),
		"log of a sum, not kept":  over("ReduceLogSumExp", 0, 0, 1),
		"log-softmax":             func(b *builder, x string) string { return b.op("LogSoftmax", map[string]any{"axis": int64(1)}, x) },
		"log-softmax, last axis":  func(b *builder, x string) string { return b.op("LogSoftmax", map[string]any{"axis": int64(2)}, x) },
		"remainder":               func(b *builder, x string) string { return b.op("Mod", fmod, x, b.constant(nil, []float64{-0.3})) },
		"remainder by x":          func(b *builder, x string) string { return b.op("Mod", fmod, b.constant(nil, []float64{-7.3}), x) },
		"remainder of both sides": func(b *builder, x string) string { return b.op("Mod", fmod, b.op("Exp", nil, x), x) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBuilder(2, 3, 4)
			check(t, b, build(b, "x"))
		})
	}
}

// The derivative of a product at zero is the product of the other factors.
func TestProductOfZeros(t *testing.T) {
	for _, c := range []struct{ x, want []float64 }{
		{[]float64{2, 3, 4}, []float64{12, 8, 6}},
		{[]float64{2, 0, 4}, []float64{0, 8, 0}},
		{[]float64{0, 0, 4}, []float64{0, 0, 0}},
	} {
		b := newBuilder(3)
		y := b.op("ReduceProd", map[string]any{"keepdims": int64(0)}, "x", b.ints(0))
		l, err := diff.Linearize(&b.Static, y, "x")
		require.NoError(t, err)
		values := evaluate(t, l.Forward, map[string]*onnx.Tensor{"x": double([]int{3}, c.x)})
		values[l.Cotangent] = double([]int{}, []float64{1})
		require.Equal(t, c.want, evaluate(t, l.Pullback, values)[l.Pullback.Outputs[0]].Floats())
	}
}

// What rounds carries no derivative, and a graph is differentiated around it.
func TestFlat(t *testing.T) {
	position := map[string]any{"axis": int64(0), "keepdims": int64(1), "select_last_index": int64(0)}
	for _, op := range []string{"Sign", "Floor", "Ceil", "Round", "ArgMax"} {
		b := newBuilder(4)
		flat := ""
		if op == "ArgMax" {
			flat = b.op("Cast", map[string]any{"to": int64(onnx.Float64)}, b.op(op, position, "x"))
		} else {
			flat = b.op(op, nil, b.op("Mul", nil, "x", b.constant(nil, []float64{3.1})))
		}
		check(t, b, b.op("Mul", nil, "x", flat))

		_, err := diff.Linearize(&b.Static, flat, "x")
		require.ErrorIs(t, err, diff.ErrNotDifferentiable)
	}
}
