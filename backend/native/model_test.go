package native_test

import (
	"context"
	"math"
	"testing"

	"github.com/lcfv-go/lcfv/backend/diff"
	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// onnxModel wraps nodes over an input x of a type and shape per sample and an
// output y.
func onnxModel(t onnx.DataType, sample []int, consts map[string]*onnx.Tensor, nodes ...*onnx.Node) *onnx.Model {
	shape := []onnx.Dim{{Value: -1, Param: "N"}}
	for _, d := range sample {
		shape = append(shape, onnx.Dim{Value: d})
	}
	return &onnx.Model{
		IRVersion: 8, Opsets: map[string]int64{"": 17},
		Graph: &onnx.Graph{
			Name: "test", Nodes: nodes, Initializers: consts,
			Inputs:  []onnx.ValueInfo{{Name: "x", Type: t, Shape: shape}},
			Outputs: []onnx.ValueInfo{{Name: "y", Type: t}},
		},
	}
}

func node(op, out string, attrs map[string]any, inputs ...string) *onnx.Node {
	return &onnx.Node{Name: "node " + out, Op: op, Inputs: inputs, Outputs: []string{out}, Attrs: attrs}
}

// wave returns numbers between -1 and 1.
func wave(n int, phase float64) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = math.Sin(phase + 1.7*float64(i))
	}
	return v
}

func constant64(phase float64, shape ...int) *onnx.Tensor {
	n := tensor.Shape(shape).TotalSize()
	return onnx.NewTensor(onnx.Float64, shape, wave(n, phase))
}

func dense64(data []float64, shape ...int) *tensor.Dense {
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
}

// A small decoder in float64: both products against central differences to
// nine digits.
func TestFloat64Derivatives(t *testing.T) {
	ctx := context.Background()
	m, err := native.New(onnxModel(onnx.Float64, []int{4},
		map[string]*onnx.Tensor{
			"w": constant64(1, 4, 8), "b": constant64(2, 8), "k": constant64(3, 2, 3, 4, 4), "kb": constant64(4, 3),
			"k2": constant64(5, 2, 3, 3, 3), "scale": constant64(6, 3, 1, 1),
			"shape":  onnx.NewTensor(onnx.Int64, []int{4}, []int64{0, 2, 2, 2}),
			"scales": onnx.NewTensor(onnx.Float32, []int{4}, []float32{1, 1, 2, 2}),
		},
		node("Gemm", "h", nil, "x", "w", "b"),
		node("Elu", "h1", nil, "h"),
		node("Reshape", "h2", nil, "h1", "shape"),
		node("ConvTranspose", "h3", map[string]any{"strides": []int64{2, 2}, "pads": []int64{1, 1, 1, 1}}, "h2", "k", "kb"),
		node("Mul", "h4", nil, "h3", "scale"),
		node("LeakyRelu", "h5", map[string]any{"alpha": float32(0.25)}, "h4"),
		node("Resize", "h6", map[string]any{"mode": "nearest"}, "h5", "", "scales"),
		node("Conv", "h7", map[string]any{"pads": []int64{1, 1, 1, 1}}, "h6", "k2"),
		node("Softplus", "h8", nil, "h7"),
		node("Sigmoid", "y", nil, "h8"),
	), nil)
	require.NoError(t, err)
	defer m.Close()
	const n = 3
	x, dx, v := wave(n*4, 0.1), wave(n*4, 0.2), wave(n*2*8*8, 0.3)
	l, err := m.Linearize(ctx, "y", "x", tensors{"x": dense64(x, n, 4)})
	require.NoError(t, err)
	defer l.Close()
	jdx, jtv := dense64(make([]float64, len(v)), n, 2, 8, 8), dense64(make([]float64, len(x)), n, 4)
	require.NoError(t, l.Pushforward(ctx, jdx, dense64(dx, n, 4)))
	require.NoError(t, l.Pullback(ctx, jtv, dense64(v, n, 2, 8, 8)))

	at := func(step float64) []float64 {
		moved := make([]float64, len(x))
		for i := range x {
			moved[i] = x[i] + step*dx[i]
		}
		y := dense64(make([]float64, len(v)), n, 2, 8, 8)
		require.NoError(t, m.Run(ctx, tensors{"y": y}, tensors{"x": dense64(moved, n, 4)}))
		return y.Float64s()
	}
	const h = 1e-5
	up, down := at(h), at(-h)
	var left, right float64
	for i := range v {
		numeric := (up[i] - down[i]) / (2 * h)
		require.InDelta(t, numeric, jdx.Float64s()[i], 1e-9)
		left += jdx.Float64s()[i] * v[i]
	}
	for i, g := range jtv.Float64s() {
		right += g * dx[i]
	}
	require.InDelta(t, left, right, 1e-12)
}

func TestUnsupportedOperatorsAreAllNamed(t *testing.T) {
	conv4 := map[string]any{"kernel_shape": []int64{1, 1, 1, 1}}
	_, err := native.New(onnxModel(onnx.Float32, []int{1, 2, 2, 2, 2},
		map[string]*onnx.Tensor{"w": onnx.NewTensor(onnx.Float32, []int{1, 1, 1, 1, 1, 1}, nil)},
		node("Conv", "a", conv4, "x", "w"),
		node("Relu", "b", nil, "a"),
		node("Conv", "y", conv4, "b", "w")), nil)
	require.ErrorIs(t, err, onnx.ErrUnsupported)
	require.ErrorContains(t, err, `"node a"`)
	require.ErrorContains(t, err, `"node y"`)
}

func TestModelWithoutDerivativeRuns(t *testing.T) {
	m, err := native.New(onnxModel(onnx.Float32, []int{3}, nil, node("Floor", "y", nil, "x")), nil)
	require.NoError(t, err)
	defer m.Close()
	y := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(1, 3))
	x := tensor.New(tensor.WithShape(1, 3), tensor.WithBacking([]float32{-0.5, 0.5, 1.5}))
	require.NoError(t, m.Run(context.Background(), tensors{"y": y}, tensors{"x": x}))
	require.Equal(t, []float32{-1, 0, 1}, y.Float32s())
	require.ErrorIs(t, m.CheckLinearize("y", "x"), diff.ErrNotDifferentiable)
	_, err = m.Linearize(context.Background(), "y", "x", tensors{"x": x})
	require.ErrorIs(t, err, diff.ErrNotDifferentiable)
	require.ErrorContains(t, m.CheckLinearize("y", "z"), `no input "z" (it has: x)`)
}

func TestFixedBatch(t *testing.T) {
	file := onnxModel(onnx.Float32, []int{2}, nil, node("Exp", "y", nil, "x"))
	file.Graph.Inputs[0].Shape[0] = onnx.Dim{Value: 2}
	m, err := native.New(file, nil)
	require.NoError(t, err)
	defer m.Close()
	require.Equal(t, []int{2, 2}, m.Inputs()[0].Shape)
	require.Equal(t, []int{2, 2}, m.Outputs()[0].Shape)
	require.NoError(t, m.CheckLinearize("y", "x"))
	x, y := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float32{0, 1, 2, 3})), tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(2, 2))
	require.NoError(t, m.Run(context.Background(), tensors{"y": y}, tensors{"x": x}))
	require.InDelta(t, math.E, y.Float32s()[1], 1e-6)
	x = tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(3, 2))
	require.ErrorContains(t, m.Run(context.Background(), tensors{"y": y}, tensors{"x": x}), `input "x" has shape [3 2]`)
}

// A large batch is computed in chunks, with the same bytes as its samples alone.
func TestLargeBatch(t *testing.T) {
	ctx := context.Background()
	m := open(t, "jointvae_fashion")
	const n = 300
	in, v := benchInputs(t, m, n)
	all := gradientOf(t, ctx, m, in, n, 0, n)
	require.Len(t, v.Shape(), 4)
	per := len(all) / n
	for _, i := range []int{0, 150, n - 1} {
		require.Equal(t, all[i*per:(i+1)*per], gradientOf(t, ctx, m, in, n, i, i+1))
	}
}

func TestNaNPropagates(t *testing.T) {
	m := open(t, "disvae_btcvae_dsprites")
	in, image := benchInputs(t, m, 2)
	in["z"].Float32s()[0] = float32(math.NaN())
	require.NoError(t, m.Run(context.Background(), tensors{"image": image}, in))
	pixels := image.Float32s()
	require.True(t, math.IsNaN(float64(pixels[0])))
	require.False(t, math.IsNaN(float64(pixels[len(pixels)-1])), "the other sample is clean")
}

func TestClassIndex(t *testing.T) {
	ctx := context.Background()
	m := open(t, "mnist_cwgan")
	z := tensor.New(tensor.WithShape(1, 10), tensor.WithBacking(make([]float32, 10)))
	image := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(1, 1, 28, 28))
	class := func(k int64) *tensor.Dense { return tensor.New(tensor.WithShape(1), tensor.WithBacking([]int64{k})) }
	require.ErrorContains(t, m.Run(ctx, tensors{"image": image}, tensors{"z": z, "class": class(10)}), "index 10 is out of range")
	require.NoError(t, m.Run(ctx, tensors{"image": image}, tensors{"z": z, "class": class(7)}))
	bound, err := m.Bind("class", class(7))
	require.NoError(t, err)
	again := zerosLike(image)
	require.NoError(t, bound.Run(ctx, tensors{"image": again}, tensors{"z": z}))
	require.InDeltaSlice(t, image.Float32s(), again.Float32s(), 1e-6)
	_, err = m.Bind("class", class(11))
	require.ErrorContains(t, err, "index 11")
}

// A steady state allocates nothing but the handle of a linearization.
func TestAllocations(t *testing.T) {
	ctx := context.Background()
	for _, name := range benchModels {
		m := open(t, name)
		in, image := benchInputs(t, m, 4)
		out, dz, dx := tensors{"image": image}, zerosLike(in["z"]), zerosLike(image)
		require.Zero(t, testing.AllocsPerRun(3, func() {
			require.NoError(t, m.Run(ctx, out, in))
		}))
		require.LessOrEqual(t, testing.AllocsPerRun(3, func() {
			l, err := m.Linearize(ctx, "image", "z", in)
			require.NoError(t, err)
			require.NoError(t, l.Pullback(ctx, dz, image))
			require.NoError(t, l.Pushforward(ctx, dx, dz))
			require.NoError(t, l.Close())
		}), 1.0)
	}
}

func TestOptions(t *testing.T) {
	_, err := native.New(onnxModel(onnx.Float32, []int{3}, nil, node("Relu", "y", nil, "x")), &native.Options{Plans: -1})
	require.ErrorContains(t, err, "Options.Plans is -1")
}
