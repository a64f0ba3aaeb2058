package diff_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/backend/diff"
	"github.com/lcfv-go/lcfv/backend/onnx"
)

// order emits positions that depend on x: those that sort it along an axis.
func (b *builder) order(x string, axis int64) string {
	extent := b.Types[x].Shape[axis]
	return b.node("TopK", map[string]any{"axis": axis, "largest": int64(1), "sorted": int64(1)}, 2, x, b.ints(int64(extent)))[1]
}

func TestIndexingRules(t *testing.T) {
	axis := func(a int64) map[string]any { return map[string]any{"axis": a} }
	pad := func(mode string, pads ...int64) func(b *builder) string {
		return func(b *builder) string { return b.op("Pad", map[string]any{"mode": mode}, "x", b.ints(pads...)) }
	}
	for name, c := range map[string]struct {
		shape []int
		build func(b *builder) string
	}{
		"gather a permutation": {[]int{2, 4, 3}, func(b *builder) string { return b.op("Gather", axis(1), "x", b.ints(2, 0, 3, 1)) }},
		"gather a few":         {[]int{2, 7}, func(b *builder) string { return b.op("Gather", axis(1), "x", b.ints(5, 0)) }},
		"gather one":           {[]int{2, 7}, func(b *builder) string { return b.op("Gather", axis(0), "x", b.constant(nil, []int64{1})) }},
		"gather one very often": {[]int{2, 40}, func(b *builder) string {
			return b.op("Mul", nil, b.op("Gather", axis(1), "x", b.ints(make([]int64, 30)...)), b.random(30))
		}},
		"gather what x chooses": {[]int{4, 3, 2}, func(b *builder) string {
			places := b.order(b.op("ReduceSum", map[string]any{"keepdims": int64(0)}, "x", b.ints(0, 2)), 0)
			return b.op("Gather", axis(1), b.op("Mul", nil, "x", "x"), b.op("Cast", map[string]any{"to": int64(onnx.Int32), "saturate": int64(1)}, places))
		}},
		"gather from the end": {[]int{4, 3}, func(b *builder) string {
			places := b.order(b.op("ReduceSum", map[string]any{"keepdims": int64(0)}, "x", b.ints(1)), 0)
			return b.op("Gather", axis(0), "x", b.op("Sub", nil, places, b.constant(nil, []int64{4})))
		}},
		"elements, constant": {[]int{2, 4}, func(b *builder) string {
			return b.op("Mul", nil, b.op("GatherElements", axis(1), "x", b.constant([]int{2, 3}, []int64{3, 3, 0, -1, 2, 1})), b.random(2, 3))
		}},
		"elements that x chooses": {[]int{3, 4}, func(b *builder) string {
			return b.op("GatherElements", axis(0), b.op("Exp", nil, "x"), b.order("x", 0))
		}},
		"largest": {[]int{2, 5, 3}, func(b *builder) string {
			return b.node("TopK", map[string]any{"axis": int64(1), "largest": int64(1), "sorted": int64(1)}, 2, "x", b.ints(2))[0]
		}},
		"smallest of float positions": {[]int{6}, func(b *builder) string {
			top := b.node("TopK", map[string]any{"axis": int64(0), "largest": int64(0), "sorted": int64(1)}, 2, b.op("Mul", nil, "x", "x"), b.ints(4))
			return b.op("Mul", nil, top[0], b.op("Cast", map[string]any{"to": int64(onnx.Float64), "saturate": int64(1)}, top[1]))
		}},
		"pad, reflected":     {[]int{4, 5}, pad("reflect", 0, 2, 3, 4)},
		"pad, edges":         {[]int{3, 2}, pad("edge", 4, 1, 0, 2)},
		"pad, wrapped":       {[]int{3, 4}, pad("wrap", 3, 1, 1, 4)},
		"pad of one element": {[]int{1, 2}, pad("edge", 1, 0, 2, 1)},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBuilder(c.shape...)
			check(t, b, c.build(b))
		})
	}
	for _, exclusive := range []int64{0, 1} {
		for _, reverse := range []int64{0, 1} {
			t.Run(fmt.Sprint("running sum ", exclusive, reverse), func(t *testing.T) {
				b := newBuilder(2, 4, 3)
				check(t, b, b.op("CumSum", map[string]any{"exclusive": exclusive, "reverse": reverse}, "x", b.constant(nil, []int64{1})))
			})
		}
	}
}

// Every reduction, with either side or both depending on x, places constant or
// not, and one place named twice where that is allowed.
func TestScatterRules(t *testing.T) {
	for _, reduction := range []string{"none", "add", "mul", "min", "max"} {
		attrs := map[string]any{"axis": int64(1), "reduction": reduction}
		places := func(b *builder) string {
			if reduction == "none" {
				return b.constant([]int{2, 3}, []int64{0, 3, -1, 4, 1, 0})
			}
			return b.constant([]int{2, 3}, []int64{0, 3, 3, 1, 1, 1})
		}
		for side, build := range map[string]func(b *builder) string{
			"data": func(b *builder) string { return b.op("ScatterElements", attrs, "x", places(b), b.random(2, 3)) },
			"updates": func(b *builder) string {
				return b.op("ScatterElements", attrs, b.random(2, 5), places(b), b.op("Gather", map[string]any{"axis": int64(1)}, "x", b.ints(0, 2, 4)))
			},
			"both": func(b *builder) string {
				return b.op("ScatterElements", attrs, "x", b.order("x", 1), b.op("Exp", nil, b.op("Neg", nil, "x")))
			},
		} {
			t.Run(reduction+" "+side, func(t *testing.T) {
				b := newBuilder(2, 5)
				check(t, b, b.op("Mul", nil, build(b), b.random(2, 5)))
			})
		}
	}
}

// The derivative of a product is exact where a factor is 0.
func TestScatterOfZeros(t *testing.T) {
	b := newBuilder(4)
	y := b.op("ScatterElements", map[string]any{"axis": int64(0), "reduction": "mul"},
		b.constant([]int{2}, []float64{2, 0}), b.ints(0, 0, 1, 1), "x")
	l, err := diff.Linearize(&b.Static, y, "x")
	require.NoError(t, err)
	values := evaluate(t, l.Forward, map[string]*onnx.Tensor{"x": double([]int{4}, []float64{0, 3, 5, 7})})
	require.Equal(t, []float64{0, 0}, values[y].Floats())
	values[l.Cotangent] = double([]int{2}, []float64{1, 1})
	require.Equal(t, []float64{6, 0, 0, 0}, evaluate(t, l.Pullback, values)[l.Pullback.Outputs[0]].Floats())
}

// Nodes that a rule refuses are all named, and those behind them looked at.
func TestAllRefusals(t *testing.T) {
	b := newBuilder(9000)
	longer := map[string]any{
		"mode": "linear", "coordinate_transformation_mode": "half_pixel", "nearest_mode": "floor", "cubic_coeff_a": float32(-0.75),
		"exclude_outside": int64(0), "extrapolation_value": float32(0), "antialias": int64(0), "keep_aspect_ratio_policy": "stretch",
	}
	first := b.op("Resize", longer, b.op("Exp", nil, "x"), "", "", b.ints(9001))
	again := b.op("Resize", longer, b.op("Neg", nil, first), "", "", b.ints(9003))
	_, err := diff.Linearize(&b.Static, b.op("Tanh", nil, again), "x")
	require.ErrorIs(t, err, diff.ErrNotDifferentiable)
	require.ErrorContains(t, err, "Resize1")
	require.ErrorContains(t, err, "Resize3")
}
