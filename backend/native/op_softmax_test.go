package native

import (
	"math"
	"testing"

	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/stretchr/testify/require"
)

// eval1 computes one node with one output.
func eval1(t *testing.T, op string, attrs map[string]any, to onnx.TensorType, in ...*onnx.Tensor) *onnx.Tensor {
	t.Helper()
	out, err := Eval(&onnx.Node{Op: op, Outputs: []string{"y"}, Attrs: attrs}, in, []onnx.TensorType{to})
	require.NoError(t, err, op)
	return out[0]
}

func f64(shape []int, v ...float64) *onnx.Tensor { return onnx.NewTensor(onnx.Float64, shape, v) }

func TestEvalIntegers(t *testing.T) {
	fmod := func(v int64) map[string]any { return map[string]any{"fmod": v} }
	all := onnx.TensorType{Type: onnx.Int64, Shape: []int{6}}
	a, b := ints(7, -7, 7, -7, math.MinInt64, 5), ints(3, 3, -3, -3, -1, 0)
	require.Equal(t, []int64{1, -1, 1, -1, 0, 0}, eval1(t, "Mod", fmod(1), all, a, b).Data)
	require.Equal(t, []int64{1, 2, -2, -1, 0, 0}, eval1(t, "Mod", fmod(0), all, a, b).Data)

	base, power := ints(3, -2, -1, 2, 0, 10), ints(39, 3, -3, -1, -2, 0)
	require.Equal(t, []int64{4052555153018976267, -8, -1, 0, 0, 1}, eval1(t, "Pow", nil, all, base, power).Data)

	three := onnx.NewTensor(onnx.Int32, []int{3}, []int32{-3, 4, 5})
	one := onnx.TensorType{Type: onnx.Int32, Shape: []int{}}
	require.Equal(t, []int32{-60}, eval1(t, "ReduceProd", map[string]any{"keepdims": int64(0)}, one, three, ints(0)).Data)
}

func TestRemainderOfFloats(t *testing.T) {
	fmod := map[string]any{"fmod": int64(1)}
	x, y := floats([]int{4}, 5.5, -5.5, 1e20, 1), floats([]int{4}, 2, 2, 3, float32(math.Inf(1)))
	got := eval1(t, "Mod", fmod, x.TensorType(), x, y).Data.([]float32)
	require.Equal(t, []float32{1.5, -1.5, float32(math.Mod(float64(float32(1e20)), 3)), 1}, got)
	zero := eval1(t, "Mod", fmod, x.TensorType(), x, floats([]int{1}, 0)).Data.([]float32)
	require.True(t, zero[0] != zero[0])
}

func TestRoundHalfToEven(t *testing.T) {
	x := floats([]int{6}, 0.5, 1.5, 2.5, -0.5, -2.5, 0.75)
	require.Equal(t, []float32{0, 2, 2, 0, -2, 1}, eval1(t, "Round", nil, x.TensorType(), x).Data)
}

// Sums of exponentials neither overflow nor vanish.
func TestLogSumExp(t *testing.T) {
	inf := math.Inf(1)
	keep := map[string]any{"keepdims": int64(0)}
	x := []float64{1000, 1000, -1000, -1001, -inf, -inf, inf, 3, -inf, 2}
	want := []float64{1000 + math.Ln2, -1000 + math.Log1p(math.Exp(-1)), -inf, inf, 2}
	to := onnx.TensorType{Type: onnx.Float64, Shape: []int{5}}
	got := eval1(t, "ReduceLogSumExp", keep, to, f64([]int{5, 2}, x...), ints(1)).Floats()
	for i := range want {
		if math.IsInf(want[i], 0) {
			require.Equal(t, want[i], got[i])
		} else {
			require.InDelta(t, want[i], got[i], 1e-12)
		}
	}
	// The other way round: along columns, in float32.
	x32 := floats([]int{2, 2}, 200, -200, 200, -201)
	to = onnx.TensorType{Type: onnx.Float32, Shape: []int{2}}
	y := eval1(t, "ReduceLogSumExp", keep, to, x32, ints(0)).Data.([]float32)
	require.InDeltaSlice(t, []float64{200 + math.Ln2, -200 + math.Log1p(math.Exp(-1))}, y, 1e-4)
	nan := eval1(t, "ReduceLogSumExp", keep, onnx.TensorType{Type: onnx.Float32, Shape: []int{}}, floats([]int{2}, float32(math.NaN()), 1), ints(0))
	require.True(t, math.IsNaN(nan.Floats()[0]))
}

func TestLogSoftmax(t *testing.T) {
	for axis, shape := range map[int64][]int{1: {2, 3}, 0: {3, 2}} {
		rows := [2][3]float64{{1e4, 1e4 + 1, 1e4 + 2}, {-3, 0, 50}}
		x, want := make([]float32, 6), make([]float64, 6)
		for r, row := range rows {
			sum := 0.
			for _, v := range row {
				sum += math.Exp(v - row[2])
			}
			for i, v := range row {
				at := r*3 + i
				if axis == 0 {
					at = i*2 + r
				}
				x[at], want[at] = float32(v), v-row[2]-math.Log(sum)
			}
		}
		attrs := map[string]any{"axis": axis}
		in := floats(shape, x...)
		require.InDeltaSlice(t, want, eval1(t, "LogSoftmax", attrs, in.TensorType(), in).Data, 1e-6)
		wide := f64(shape, in.Floats()...)
		require.InDeltaSlice(t, want, eval1(t, "LogSoftmax", attrs, wide.TensorType(), wide).Data, 1e-10)
	}
}

func TestArguments(t *testing.T) {
	nan := float32(math.NaN())
	x := floats([]int{3, 4},
		1, 5, 5, 2,
		nan, 7, nan, 1,
		-1, -1, -1, -1)
	for _, c := range []struct {
		op   string
		last int64
		want []int64
	}{
		{"ArgMax", 0, []int64{1, 0, 0}}, {"ArgMax", 1, []int64{2, 2, 3}},
		{"ArgMin", 0, []int64{0, 0, 0}}, {"ArgMin", 1, []int64{0, 2, 3}},
	} {
		attrs := map[string]any{"axis": int64(1), "keepdims": int64(0), "select_last_index": c.last}
		require.Equal(t, c.want, eval1(t, c.op, attrs, onnx.TensorType{Type: onnx.Int64, Shape: []int{3}}, x).Data, "%s %d", c.op, c.last)
	}
	attrs := map[string]any{"axis": int64(0), "keepdims": int64(1), "select_last_index": int64(0)}
	columns := onnx.NewTensor(onnx.Int32, []int{2, 3}, []int32{4, 1, 0, 3, 2, 0})
	require.Equal(t, []int64{0, 1, 0}, eval1(t, "ArgMax", attrs, onnx.TensorType{Type: onnx.Int64, Shape: []int{1, 3}}, columns).Data)
}
