package native

import (
	"math"
	"testing"

	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/stretchr/testify/require"
)

func ints(v ...int64) *onnx.Tensor { return onnx.NewTensor(onnx.Int64, []int{len(v)}, v) }

// What shape computations and class embeddings fold with.
func TestEval(t *testing.T) {
	f64 := onnx.NewTensor(onnx.Float64, []int{3}, []float64{-1.5, 0, 2})
	bools := onnx.NewTensor(onnx.Bool, []int{3}, []bool{true, false, true})
	i32 := onnx.NewTensor(onnx.Int32, []int{2, 2}, []int32{1, -2, 3, 4})
	half := onnx.NewTensor(onnx.Float16, []int{2}, []uint16{0x3c00, 0xc000}) // 1, -2
	bytes := onnx.NewTensor(onnx.Uint8, []int{2}, []uint8{0, 200})
	to := func(dt onnx.DataType) map[string]any {
		return map[string]any{"to": int64(dt), "saturate": int64(1)}
	}
	for _, c := range []struct {
		op    string
		attrs map[string]any
		in    []*onnx.Tensor
		want  *onnx.Tensor
	}{
		{"Add", nil, []*onnx.Tensor{ints(1, 2), ints(10)}, ints(11, 12)},
		{"Sub", nil, []*onnx.Tensor{ints(1, 2), ints(10)}, ints(-9, -8)},
		{"Mul", nil, []*onnx.Tensor{ints(3, -2), ints(10)}, ints(30, -20)},
		{"Div", nil, []*onnx.Tensor{ints(7, -7, 1), ints(2, 2, 0)}, ints(3, -3, 0)},
		{"Min", nil, []*onnx.Tensor{ints(3, -2), ints(1)}, ints(1, -2)},
		{"Max", nil, []*onnx.Tensor{ints(3, -2), ints(1)}, ints(3, 1)},
		{"Pow", nil, []*onnx.Tensor{ints(3, -2), ints(3)}, ints(27, -8)},
		{"Neg", nil, []*onnx.Tensor{ints(3, -2)}, ints(-3, 2)},
		{"Abs", nil, []*onnx.Tensor{ints(3, -2)}, ints(3, 2)},
		{"Sign", nil, []*onnx.Tensor{f64}, onnx.NewTensor(onnx.Float64, []int{3}, []float64{-1, 0, 1})},
		{"Floor", nil, []*onnx.Tensor{f64}, onnx.NewTensor(onnx.Float64, []int{3}, []float64{-2, 0, 2})},
		{"Clip", nil, []*onnx.Tensor{f64, onnx.NewTensor(onnx.Float64, []int{}, []float64{-1})}, onnx.NewTensor(onnx.Float64, []int{3}, []float64{-1, 0, 2})},
		{"Equal", nil, []*onnx.Tensor{ints(1, 2), ints(2)}, onnx.NewTensor(onnx.Bool, []int{2}, []bool{false, true})},
		{"Equal", nil, []*onnx.Tensor{bools, onnx.NewTensor(onnx.Bool, []int{}, []bool{true})}, bools},
		{"Less", nil, []*onnx.Tensor{ints(1, 2), ints(2)}, onnx.NewTensor(onnx.Bool, []int{2}, []bool{true, false})},
		{"GreaterOrEqual", nil, []*onnx.Tensor{ints(1, 2), ints(2)}, onnx.NewTensor(onnx.Bool, []int{2}, []bool{false, true})},
		{"Not", nil, []*onnx.Tensor{bools}, onnx.NewTensor(onnx.Bool, []int{3}, []bool{false, true, false})},
		{"And", nil, []*onnx.Tensor{bools, onnx.NewTensor(onnx.Bool, []int{}, []bool{true})}, bools},
		{"Or", nil, []*onnx.Tensor{bools, onnx.NewTensor(onnx.Bool, []int{}, []bool{true})}, onnx.NewTensor(onnx.Bool, []int{3}, []bool{true, true, true})},
		{"Where", nil, []*onnx.Tensor{bools, ints(1, 2, 3), ints(-1)}, ints(1, -1, 3)},
		{"Cast", to(onnx.Int64), []*onnx.Tensor{f64}, ints(-1, 0, 2)},
		{"Cast", to(onnx.Bool), []*onnx.Tensor{f64}, onnx.NewTensor(onnx.Bool, []int{3}, []bool{true, false, true})},
		{"Cast", to(onnx.Int64), []*onnx.Tensor{bools}, ints(1, 0, 1)},
		{"Cast", to(onnx.Float32), []*onnx.Tensor{half}, floats([]int{2}, 1, -2)},
		{"Cast", to(onnx.Int64), []*onnx.Tensor{half}, ints(1, -2)},
		{"Cast", to(onnx.Int32), []*onnx.Tensor{bytes}, onnx.NewTensor(onnx.Int32, []int{2}, []int32{0, 200})},
		{"Gather", map[string]any{"axis": int64(0)}, []*onnx.Tensor{ints(5, 6, 7), ints(-1, 0)}, ints(7, 5)},
		{"Concat", map[string]any{"axis": int64(0)}, []*onnx.Tensor{ints(5), ints(), ints(6, 7)}, ints(5, 6, 7)},
		{"Slice", nil, []*onnx.Tensor{ints(1, 2, 3, 4), ints(3), ints(math.MinInt64), ints(0), ints(-2)}, ints(4, 2)},
		{"Reshape", nil, []*onnx.Tensor{i32, ints(4)}, onnx.NewTensor(onnx.Int32, []int{4}, []int32{1, -2, 3, 4})},
		{"Transpose", map[string]any{"perm": []int64{1, 0}}, []*onnx.Tensor{i32}, onnx.NewTensor(onnx.Int32, []int{2, 2}, []int32{1, 3, -2, 4})},
		{"Expand", nil, []*onnx.Tensor{bools, ints(2, 3)}, onnx.NewTensor(onnx.Bool, []int{2, 3}, []bool{true, false, true, true, false, true})},
		{"ReduceSum", map[string]any{"keepdims": int64(0)}, []*onnx.Tensor{i32, ints(0)}, onnx.NewTensor(onnx.Int32, []int{2}, []int32{4, 2})},
		{"ReduceMax", map[string]any{"keepdims": int64(1)}, []*onnx.Tensor{i32, ints(1)}, onnx.NewTensor(onnx.Int32, []int{2, 1}, []int32{1, 4})},
		{"ReduceMin", map[string]any{"keepdims": int64(1)}, []*onnx.Tensor{i32, ints(1)}, onnx.NewTensor(onnx.Int32, []int{2, 1}, []int32{-2, 3})},
		{"MatMul", nil, []*onnx.Tensor{i32, i32}, onnx.NewTensor(onnx.Int32, []int{2, 2}, []int32{-5, -10, 15, 10})},
		{"Pad", map[string]any{"mode": "wrap"}, []*onnx.Tensor{ints(1, 2, 3), ints(2, 1)}, ints(2, 3, 1, 2, 3, 1)},
		{"Pad", map[string]any{"mode": "constant"}, []*onnx.Tensor{ints(1, 2, 3), ints(-1, 1), onnx.NewTensor(onnx.Int64, []int{}, []int64{9})}, ints(2, 3, 9)},
	} {
		got, err := Eval(&onnx.Node{Op: c.op, Inputs: make([]string, len(c.in)), Outputs: []string{"y"}, Attrs: c.attrs}, c.in, []onnx.TensorType{c.want.TensorType()})
		require.NoError(t, err, c.op)
		require.Equal(t, c.want.Data, got[0].Data, "%s of %v", c.op, c.in)
	}
}

func TestEvalRefuses(t *testing.T) {
	strings := onnx.NewTensor(onnx.String, []int{1}, []string{"a"})
	for _, c := range []struct {
		op   string
		in   *onnx.Tensor
		out  onnx.DataType
		what string
	}{
		{"Cast", strings, onnx.Float32, "not supported for"},
		{"Cast", ints(1), onnx.Uint8, "a result of type uint8"},
		{"Sigmoid", ints(1), onnx.Int64, "not supported for int64[1]"},
		{"Einsum", ints(1), onnx.Int64, "operator Einsum"},
	} {
		_, err := Eval(&onnx.Node{Op: c.op, Outputs: []string{"y"}}, []*onnx.Tensor{c.in}, []onnx.TensorType{{Type: c.out, Shape: []int{1}}})
		require.ErrorIs(t, err, onnx.ErrUnsupported)
		require.ErrorContains(t, err, c.what)
	}
}
