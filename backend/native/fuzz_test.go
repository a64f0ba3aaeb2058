package native_test

import (
	"context"
	"testing"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// FuzzModel: whatever the file, opening it, running one sample and
// differentiating end with a result or an error, within the memory allowed.
func FuzzModel(f *testing.F) {
	for _, m := range fuzzSeeds() {
		_, err := native.New(m, nil)
		require.NoError(f, err)
		data, err := m.Marshal()
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := onnx.Parse(data, nil)
		if err != nil {
			return
		}
		m, err := native.New(file, &native.Options{Memory: 1 << 18})
		if err != nil {
			return
		}
		defer m.Close()
		ctx := context.Background()
		in, ok := fuzzTensors(m.Inputs())
		out, fits := fuzzTensors(m.Outputs())
		if !ok || !fits {
			return
		}
		_ = m.Run(ctx, out, in) // an index may be out of range, or the batch not open after all
		for output, y := range out {
			for wrt, x := range in {
				l, err := m.Linearize(ctx, output, wrt, in)
				if err != nil {
					continue
				}
				require.NoError(t, l.Pullback(ctx, zerosLike(x), l.Output()))
				require.NoError(t, l.Pushforward(ctx, zerosLike(y), x))
				require.NoError(t, l.Close())
			}
		}
	})
}

// fuzzTensors makes room for one sample; false where that is much.
func fuzzTensors(ports []backend.Port) (tensors, bool) {
	all := tensors{}
	for _, p := range ports {
		shape := make(tensor.Shape, len(p.Shape))
		for i, d := range p.Shape {
			shape[i] = max(d, 1)
		}
		if shape.TotalSize() > 1<<14 {
			return nil, false
		}
		all[p.Name] = tensor.New(tensor.Of(p.Dtype), tensor.WithShape(shape...))
	}
	return all, true
}

// fuzzSeeds are models that between them use most kernels.
func fuzzSeeds() []*onnx.Model {
	float := func(shape ...int) *onnx.Tensor { return onnx.NewTensor(onnx.Float32, shape, nil) }
	int64s := func(v ...int64) *onnx.Tensor { return onnx.NewTensor(onnx.Int64, []int{len(v)}, v) }
	two := []int64{2, 2}
	return []*onnx.Model{
		onnxModel(onnx.Float32, []int{4}, map[string]*onnx.Tensor{"w": float(4, 8), "b": float(8), "shape": int64s(0, 2, 2, 2), "k": float(2, 3, 4, 4), "s": float(3)},
			node("Gemm", "a", nil, "x", "w", "b"),
			node("Reshape", "c", nil, "a", "shape"),
			node("ConvTranspose", "d", map[string]any{"strides": two, "pads": []int64{1, 1, 1, 1}}, "c", "k", "s"),
			node("BatchNormalization", "e", nil, "d", "s", "s", "s", "s"),
			node("Sigmoid", "y", nil, "e")),
		onnxModel(onnx.Float32, []int{2, 6, 6}, map[string]*onnx.Tensor{"w": float(3, 2, 3, 3), "i": int64s(1, -1), "scales": onnx.NewTensor(onnx.Float32, []int{4}, []float32{1, 1, 2, 2})},
			node("Conv", "a", map[string]any{"group": int64(1), "auto_pad": "SAME_LOWER"}, "x", "w"),
			node("LeakyRelu", "b", nil, "a"),
			node("MaxPool", "c", map[string]any{"kernel_shape": two, "strides": two}, "b"),
			node("Resize", "d", map[string]any{"mode": "linear"}, "c", "", "scales"),
			node("Gather", "e", map[string]any{"axis": int64(2)}, "d", "i"),
			node("Softmax", "f", nil, "e"),
			node("ReduceMax", "y", map[string]any{"axes": []int64{1}, "keepdims": int64(0)}, "f")),
		onnxModel(onnx.Float64, []int{3, 4}, map[string]*onnx.Tensor{"one": int64s(1), "two": int64s(2), "three": int64s(3, 1), "pads": int64s(0, 1, 0, 0, 0, 2)},
			node("Slice", "a", nil, "x", "one", "two", "one"),
			node("Expand", "b", nil, "a", "three"),
			node("Sub", "z", nil, "x", "b"),
			node("Pad", "c", map[string]any{"mode": "reflect"}, "z", "pads"),
			node("Transpose", "d", map[string]any{"perm": []int64{0, 2, 1}}, "c"),
			node("MatMul", "e", nil, "d", "c"),
			node("Concat", "f", map[string]any{"axis": int64(-1)}, "e", "e"),
			node("Max", "g", nil, "f", "f"),
			node("ReduceSum", "y", map[string]any{"keepdims": int64(0)}, "g")),
		onnxModel(onnx.Int64, []int{2}, map[string]*onnx.Tensor{"table": int64s(5, 6, 7)},
			node("Gather", "a", nil, "table", "x"),
			node("Equal", "b", nil, "a", "x"),
			node("Cast", "c", map[string]any{"to": int64(onnx.Int64)}, "b"),
			node("Where", "y", nil, "b", "c", "a")),
		onnxModel(onnx.Float32, []int{2, 5}, map[string]*onnx.Tensor{
			"two": int64s(2), "four": int64s(4), "axis": onnx.NewTensor(onnx.Int64, []int{}, []int64{-1}), "places": onnx.NewTensor(onnx.Int64, []int{1, 2, 2}, []int64{0, 4, 1, 1}),
		},
			node("CumSum", "a", nil, "x", "axis"),
			node("ArgMax", "i", map[string]any{"axis": int64(2)}, "a"),
			node("GatherElements", "b", map[string]any{"axis": int64(2)}, "x", "i"),
			node("Slice", "c", nil, "a", "two", "four", "two"),
			node("ScatterElements", "d", map[string]any{"axis": int64(2), "reduction": "add"}, "x", "places", "c"),
			node("Einsum", "e", map[string]any{"equation": "nab,nac->nac"}, "d", "a"),
			node("Mul", "y", nil, "e", "b")),
	}
}
