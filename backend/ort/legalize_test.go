package ort

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// static makes a graph of nodes over an input x.
func static(t *testing.T, x []int, consts map[string]*onnx.Tensor, nodes ...*onnx.Node) *onnx.Static {
	t.Helper()
	in := onnx.ValueInfo{Name: "x", Type: onnx.Float32, Shape: []onnx.Dim{}}
	for _, d := range x {
		in.Shape = append(in.Shape, onnx.Dim{Value: d})
	}
	m := &onnx.Model{IRVersion: 10, Opsets: map[string]int64{"": 21}, Graph: &onnx.Graph{
		Nodes: nodes, Initializers: consts, Inputs: []onnx.ValueInfo{in}, Outputs: []onnx.ValueInfo{{Name: "y", Type: onnx.Float32}}}}
	batch := 1
	if len(x) > 0 {
		batch = x[0]
	}
	s, err := m.Specialize(batch, nil, native.Eval)
	require.NoError(t, err)
	return s
}

func node(op, out string, attrs map[string]any, inputs ...string) *onnx.Node {
	if attrs == nil {
		attrs = map[string]any{}
	}
	return &onnx.Node{Name: out, Op: op, Inputs: inputs, Outputs: []string{out}, Attrs: attrs}
}

func wave(phase float64, shape ...int) *onnx.Tensor {
	v := make([]float32, tensor.Shape(shape).TotalSize())
	for i := range v {
		v[i] = float32(math.Sin(phase + 1.3*float64(i)))
	}
	return onnx.NewTensor(onnx.Float32, shape, v)
}

// outputOf runs a graph of one input and one output in Go.
func outputOf(t *testing.T, s *onnx.Static) []float32 {
	t.Helper()
	m, err := native.New(s.Model("test"), nil)
	require.NoError(t, err)
	defer m.Close()
	dense := func(name string, data []float32) *tensor.Dense {
		return tensor.New(tensor.WithShape(s.Types[name].Shape...), tensor.WithBacking(data))
	}
	x, y := s.Inputs[0], s.Outputs[0]
	out := dense(y, make([]float32, s.Types[y].Len()))
	in := map[string]*tensor.Dense{x: dense(x, wave(0.5, s.Types[x].Len()).Data.([]float32))}
	require.NoError(t, m.Run(context.Background(), map[string]*tensor.Dense{y: out}, in))
	return out.Float32s()
}

func ops(s *onnx.Static) (list []string) {
	for _, n := range s.Nodes {
		list = append(list, n.Op)
	}
	return list
}

// phased lists what phases makes, after its first operators.
func phased(first ...string) []string {
	return append(first, "Transpose", "Reshape", "Transpose", "Reshape", "Slice", "Transpose")
}

// What legalize makes of a graph computes the same, in the operators expected.
func TestLegalize(t *testing.T) {
	square := func(k int64, more map[string]any) map[string]any {
		a := map[string]any{"kernel_shape": []int64{k, k}}
		for name, v := range more {
			a[name] = v
		}
		return a
	}
	for name, c := range map[string]struct {
		x      []int
		consts map[string]*onnx.Tensor
		nodes  []*onnx.Node
		want   []string
	}{
		"pooling with wide padding": {[]int{1, 2, 5, 5}, nil,
			[]*onnx.Node{node("MaxPool", "y", square(2, map[string]any{"pads": []int64{2, 0, 1, 3}}), "x")},
			[]string{"Pad", "MaxPool"}},
		"pooling": {[]int{1, 2, 5, 5}, nil,
			[]*onnx.Node{node("MaxPool", "y", square(3, map[string]any{"pads": []int64{1, 1, 1, 1}}), "x")},
			[]string{"MaxPool"}},
		"output padding": {[]int{1, 2, 3, 3}, map[string]*onnx.Tensor{"w": wave(1, 2, 3, 3, 3)},
			[]*onnx.Node{node("ConvTranspose", "y", square(3, map[string]any{"strides": []int64{2, 2}, "pads": []int64{1, 1, 1, 1}, "output_padding": []int64{1, 1}}), "x", "w")},
			[]string{"ConvTranspose"}},
		"output padding beyond the kernel": {[]int{1, 2, 3, 3}, map[string]*onnx.Tensor{"w": wave(1, 2, 3, 3, 3), "b": wave(2, 3)},
			[]*onnx.Node{node("ConvTranspose", "y", square(3, map[string]any{"strides": []int64{2, 2}, "output_shape": []int64{10, 9}, "pads": []int64{0, 0, 0, 0}}), "x", "w", "b")},
			nil},
		"a transposed convolution without stride": {[]int{2, 16, 6, 6}, map[string]*onnx.Tensor{"w": wave(1, 16, 16, 4, 4), "b": wave(2, 16)},
			[]*onnx.Node{node("ConvTranspose", "y", square(4, map[string]any{"pads": []int64{1, 2, 2, 1}}), "x", "w", "b")},
			[]string{"Conv"}},
		"a dilated one": {[]int{1, 16, 8, 8}, map[string]*onnx.Tensor{"w": wave(1, 16, 32, 3, 3)},
			[]*onnx.Node{node("ConvTranspose", "y", square(3, map[string]any{"pads": []int64{2, 2, 2, 2}, "dilations": []int64{2, 2}}), "x", "w")},
			[]string{"Conv"}},
		"one that makes an image of a point": {[]int{1, 16, 1, 1}, map[string]*onnx.Tensor{"w": wave(1, 16, 16, 4, 4)},
			[]*onnx.Node{node("ConvTranspose", "y", square(4, nil), "x", "w")},
			[]string{"ConvTranspose"}},
		"one with strides": {[]int{2, 16, 8, 9}, map[string]*onnx.Tensor{"w": wave(1, 16, 32, 4, 4), "b": wave(2, 32)},
			[]*onnx.Node{node("ConvTranspose", "y", square(4, map[string]any{"strides": []int64{2, 2}, "pads": []int64{1, 1, 1, 1}}), "x", "w", "b")},
			phased("Conv")},
		"one with strides and an activation": {[]int{1, 16, 8, 8}, map[string]*onnx.Tensor{"w": wave(1, 16, 16, 4, 4)},
			[]*onnx.Node{node("ConvTranspose", "h", square(4, map[string]any{"strides": []int64{2, 2}, "pads": []int64{0, 1, 2, 1}}), "x", "w"), node("LeakyRelu", "y", map[string]any{"alpha": float32(0.2)}, "h")},
			phased("Conv", "LeakyRelu")},
		"one with strides whose result two read": {[]int{1, 16, 8, 8}, map[string]*onnx.Tensor{"w": wave(1, 16, 16, 4, 4)},
			[]*onnx.Node{node("ConvTranspose", "h", square(4, map[string]any{"strides": []int64{2, 2}}), "x", "w"), node("Relu", "r", nil, "h"), node("Add", "y", nil, "r", "h")},
			append(phased("Conv"), "Relu", "Add")},
		"strides that differ": {[]int{1, 16, 8, 8}, map[string]*onnx.Tensor{"w": wave(1, 16, 16, 4, 2)},
			[]*onnx.Node{node("ConvTranspose", "y", map[string]any{"kernel_shape": []int64{4, 2}, "strides": []int64{2, 1}, "pads": []int64{1, 0, 1, 1}}, "x", "w")},
			phased("Conv")},
		"a stride that the kernel is no multiple of": {[]int{1, 16, 30, 30}, map[string]*onnx.Tensor{"w": wave(1, 16, 16, 15, 15)},
			[]*onnx.Node{node("ConvTranspose", "y", square(15, map[string]any{"strides": []int64{8, 8}, "pads": []int64{2, 3, 4, 5}, "output_padding": []int64{1, 0}}), "x", "w")},
			phased("Conv")},
		"one with strides on a small image": {[]int{1, 16, 4, 4}, map[string]*onnx.Tensor{"w": wave(1, 16, 16, 4, 4)},
			[]*onnx.Node{node("ConvTranspose", "y", square(4, map[string]any{"strides": []int64{2, 2}}), "x", "w")},
			[]string{"ConvTranspose"}},
		"normalisation after a transposed convolution": {[]int{1, 3, 4, 4}, map[string]*onnx.Tensor{"w": wave(1, 3, 2, 4, 4), "b": wave(2, 2), "s": wave(3, 2, 1, 1), "t": wave(4, 1, 2, 1, 1)},
			[]*onnx.Node{node("ConvTranspose", "h", square(4, map[string]any{"strides": []int64{2, 2}, "pads": []int64{1, 1, 1, 1}}), "x", "w", "b"), node("Mul", "m", nil, "s", "h"), node("Add", "y", nil, "m", "t")},
			[]string{"ConvTranspose"}},
		"normalisation after an activation": {[]int{2, 3, 4, 4}, map[string]*onnx.Tensor{"s": wave(3, 3, 1, 1), "t": wave(4, 3, 1, 1)},
			[]*onnx.Node{node("Relu", "h", nil, "x"), node("Mul", "m", nil, "h", "s"), node("Add", "y", nil, "m", "t")},
			[]string{"Relu", "BatchNormalization"}},
		"a scale that somebody else reads": {[]int{2, 3, 4, 4}, map[string]*onnx.Tensor{"s": wave(3, 3, 1, 1), "t": wave(4, 3, 1, 1)},
			[]*onnx.Node{node("Mul", "m", nil, "x", "s"), node("Add", "a", nil, "m", "t"), node("Mul", "y", nil, "a", "m")},
			[]string{"Mul", "Add", "Mul"}},
		"a scale of columns": {[]int{2, 3, 4, 3}, map[string]*onnx.Tensor{"s": wave(3, 3), "t": wave(4, 3)},
			[]*onnx.Node{node("Mul", "m", nil, "x", "s"), node("Add", "y", nil, "m", "t")},
			[]string{"Mul", "Add"}},
		"a sign": {[]int{2, 3}, nil, []*onnx.Node{node("Sign", "y", nil, "x")},
			[]string{"Greater", "Less", "Cast", "Cast", "Sub"}},
		"an input that is the output": {[]int{2, 3}, nil, []*onnx.Node{node("Identity", "y", nil, "x")},
			nil},
	} {
		t.Run(name, func(t *testing.T) {
			before := static(t, c.x, c.consts, c.nodes...)
			want := outputOf(t, before)
			after := legalize(before, nil, CPU)
			require.InDeltaSlice(t, want, outputOf(t, after), 1e-5)
			if c.want != nil {
				require.Equal(t, c.want, ops(after))
			}
			require.InDeltaSlice(t, want, outputOf(t, before), 0, "the graph itself is unchanged")
		})
	}
}

// Scalars get an extent where values pass in and out, and a graph has an input.
func TestBoundary(t *testing.T) {
	s := legalize(static(t, []int{}, nil, node("Exp", "y", nil, "x")), nil, CPU)
	require.Equal(t, []int{1}, s.Types[s.Inputs[0]].Shape)
	require.Equal(t, []int{1}, s.Types[s.Outputs[0]].Shape)
	require.InDelta(t, math.Exp(math.Sin(0.5)), outputOf(t, s)[0], 1e-6)

	constant := &onnx.Static{Outputs: []string{"c"}, Consts: map[string]*onnx.Tensor{"c": wave(1, 2)}, Types: map[string]onnx.TensorType{"c": {Type: onnx.Float32, Shape: []int{2}}}}
	s = legalize(constant, nil, CPU)
	require.Len(t, s.Inputs, 1)
	require.Equal(t, wave(1, 2).Data, outputOf(t, s))

	twice := legalize(static(t, []int{2}, nil, node("Exp", "h", nil, "x"), &onnx.Node{Name: "h", Op: "Neg", Inputs: []string{"h"}, Outputs: []string{"y"}, Attrs: map[string]any{}}), nil, CPU)
	var names []string
	for _, n := range twice.Nodes {
		names = append(names, n.Name)
	}
	slices.Sort(names)
	require.Len(t, slices.Compact(names), len(twice.Nodes), "names of nodes differ")
}

// The derivative of a Relu needs one comparison.
func TestSignOfResidual(t *testing.T) {
	s := legalize(static(t, []int{4}, nil, node("Sign", "y", nil, "x")), map[string]bool{"x": true}, CPU)
	require.Equal(t, []string{"Greater", "Cast"}, ops(s))
}

func TestChunks(t *testing.T) {
	sized := func(n int, weights int) *onnx.Static {
		s := &onnx.Static{
			Nodes:  []*onnx.Node{{Op: "Exp", Inputs: []string{"x"}, Outputs: []string{"y"}}},
			Types:  map[string]onnx.TensorType{"y": {Type: onnx.Float32, Shape: []int{n}}},
			Consts: map[string]*onnx.Tensor{"w": onnx.NewTensor(onnx.Float32, []int{weights}, nil)},
		}
		return s
	}
	size, heavy := chunkSize(sized(1<<14, 1), 1)
	require.Equal(t, 16, size, "1 MiB of 64 KiB each")
	require.False(t, heavy)
	size, _ = chunkSize(sized(1<<14, 1), 2)
	require.Equal(t, 32, size, "for each thread")
	size, _ = chunkSize(sized(1<<20, 1), 1)
	require.Equal(t, 1, size)
	size, heavy = chunkSize(sized(1, 20<<20), 1)
	require.Equal(t, 1, size)
	require.True(t, heavy)

	m := &Model{chunk: 8}
	for batch, want := range map[int][2]int{3: {3, 0}, 8: {8, 0}, 16: {8, 0}, 19: {8, 3}} {
		size, rest := m.chunks(batch)
		require.Equal(t, want, [2]int{size, rest})
	}
}

func TestSource(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	t.Setenv("TMP", tmp)
	s := &source{}
	s.use()
	place, err := s.place(wave(1, 10))
	require.NoError(t, err)
	require.Nil(t, place, "small weights stay in the model")
	require.Empty(t, s.give())
	big := wave(1, 1<<18)
	first, err := s.place(big)
	require.NoError(t, err)
	second, err := s.place(wave(2, 1<<18))
	require.NoError(t, err)
	again, err := s.place(wave(1, 1<<18))
	require.NoError(t, err)
	require.Equal(t, first, again, "the same content is there once")
	require.NotEqual(t, first.Offset, second.Offset)
	require.Zero(t, second.Offset%weightAlignment)
	require.DirExists(t, s.give())
	s.use()
	s.release()
	require.DirExists(t, s.give())
	folder := s.give()
	s.release()
	require.NoDirExists(t, folder)
}
