package native

import (
	"math"
	"slices"
	"testing"

	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/stretchr/testify/require"
)

// typed returns the numbers as a tensor of a type.
func typed(t onnx.DataType, shape []int, v ...float64) *onnx.Tensor {
	x := onnx.NewTensor(t, shape, nil)
	for i, f := range v {
		switch d := x.Data.(type) {
		case []float32:
			d[i] = float32(f)
		case []float64:
			d[i] = f
		case []int64:
			d[i] = int64(f)
		case []int32:
			d[i] = int32(f)
		case []bool:
			d[i] = f != 0
		}
	}
	return x
}

// evalOp is Eval with the types that shape inference finds.
func evalOp(op string, attrs map[string]any, outputs int, in ...*onnx.Tensor) ([]*onnx.Tensor, error) {
	n := &onnx.Node{Name: "n", Op: op, Attrs: attrs}
	var types []onnx.TensorType
	for _, x := range in {
		n.Inputs, types = append(n.Inputs, "x"), append(types, x.TensorType())
	}
	for range outputs {
		n.Outputs = append(n.Outputs, "y")
	}
	found, err := onnx.Infer(n, types, in)
	if err != nil {
		return nil, err
	}
	return Eval(n, in, found)
}

var numbers = []onnx.DataType{onnx.Float32, onnx.Float64, onnx.Int64, onnx.Int32}

func TestElements(t *testing.T) {
	shape, at := []int{2, 3}, onnx.NewTensor(onnx.Int64, []int{2, 2}, []int64{2, 0, -1, 1})
	for _, dt := range append(numbers, onnx.Bool) {
		x := typed(dt, shape, 1, 0, 3, 0, 5, 6)
		got, err := evalOp("GatherElements", map[string]any{"axis": int64(1)}, 1, x, at)
		require.NoError(t, err)
		require.Equal(t, typed(dt, []int{2, 2}, 3, 1, 6, 5), got[0])
		got, err = evalOp("ScatterElements", map[string]any{"axis": int64(1), "reduction": "none"}, 1, x, at, typed(dt, []int{2, 2}, 7, 0, 8, 0))
		require.NoError(t, err)
		require.Equal(t, typed(dt, shape, 0, 0, 7, 0, 0, 8), got[0])
	}
	twice := onnx.NewTensor(onnx.Int64, []int{2, 3}, []int64{1, 1, 0, 1, 0, 0})
	for reduction, want := range map[string][]float64{
		"add": {1, 7, 19, 13, 9, 6}, "mul": {1, 10, 180, 56, 20, 6}, "min": {1, 2, 3, 2, 4, 6}, "max": {1, 5, 10, 7, 5, 6},
	} {
		for _, dt := range numbers {
			got, err := evalOp("ScatterElements", map[string]any{"axis": int64(0), "reduction": reduction}, 1,
				typed(dt, shape, 1, 2, 3, 4, 5, 6), twice, typed(dt, shape, 2, 4, 10, 7, 5, 6))
			require.NoError(t, err)
			require.Equal(t, typed(dt, shape, want...), got[0], "%s of %v", reduction, dt)
		}
	}
	// Many small numbers at one place: the sum is kept in float64.
	n := 1 << 20
	often, small := onnx.NewTensor(onnx.Int64, []int{n}, nil), onnx.NewTensor(onnx.Float32, []int{n}, slices.Repeat([]float32{0.1}, n))
	got, err := evalOp("ScatterElements", map[string]any{"axis": int64(0), "reduction": "add"}, 1, typed(onnx.Float32, []int{2}, 1, 2), often, small)
	require.NoError(t, err)
	require.InEpsilonSlice(t, []float64{1 + float64(n)*float64(float32(0.1)), 2}, got[0].Floats(), math.Pow(2, -24))

	_, err = evalOp("ScatterElements", map[string]any{"axis": int64(0), "reduction": "add"}, 1, typed(onnx.Bool, shape), twice, typed(onnx.Bool, shape))
	require.ErrorIs(t, err, onnx.ErrUnsupported)
	far := onnx.NewTensor(onnx.Int64, []int{1, 1}, []int64{-4})
	_, err = evalOp("GatherElements", map[string]any{"axis": int64(1)}, 1, typed(onnx.Float32, shape), far)
	require.ErrorContains(t, err, "index -4 is out of range; there are 3")
}

func TestTopKOrder(t *testing.T) {
	attrs := func(largest int64) map[string]any {
		return map[string]any{"axis": int64(0), "largest": largest, "sorted": int64(1)}
	}
	for _, dt := range numbers {
		x := typed(dt, []int{4, 2}, 1, 4, 3, 4, 3, -1, 2, 0)
		got, err := evalOp("TopK", attrs(1), 2, x, ints(3))
		require.NoError(t, err)
		require.Equal(t, typed(dt, []int{3, 2}, 3, 4, 3, 4, 2, 0), got[0])
		require.Equal(t, typed(onnx.Int64, []int{3, 2}, 1, 0, 2, 1, 3, 3), got[1], "of equal ones the first")
		got, err = evalOp("TopK", attrs(0), 2, x, ints(2))
		require.NoError(t, err)
		require.Equal(t, typed(dt, []int{2, 2}, 1, -1, 2, 0), got[0])
		require.Equal(t, typed(onnx.Int64, []int{2, 2}, 0, 2, 3, 3), got[1])
	}
}

func TestCumSum(t *testing.T) {
	for _, c := range []struct {
		exclusive, reverse, axis int64
		want                     []float64
	}{
		{0, 0, 1, []float64{1, 3, 6, 4, 9, 15}},
		{1, 0, 1, []float64{0, 1, 3, 0, 4, 9}},
		{0, 1, 0, []float64{5, 7, 9, 4, 5, 6}},
		{1, 1, 1, []float64{5, 3, 0, 11, 6, 0}},
	} {
		for _, dt := range numbers {
			axis := onnx.NewTensor(onnx.Int64, []int{}, []int64{c.axis})
			got, err := evalOp("CumSum", map[string]any{"exclusive": c.exclusive, "reverse": c.reverse}, 1, typed(dt, []int{2, 3}, 1, 2, 3, 4, 5, 6), axis)
			require.NoError(t, err)
			require.Equal(t, typed(dt, []int{2, 3}, c.want...), got[0])
		}
	}
	// Many small numbers: the sum is kept in float64.
	n := 1 << 20
	small := onnx.NewTensor(onnx.Float32, []int{n}, slices.Repeat([]float32{0.1}, n))
	got, err := evalOp("CumSum", map[string]any{"exclusive": int64(0), "reverse": int64(0)}, 1, small, onnx.NewTensor(onnx.Int64, []int{}, nil))
	require.NoError(t, err)
	require.InEpsilon(t, float64(n)*float64(float32(0.1)), got[0].Floats()[n-1], math.Pow(2, -24))
}
