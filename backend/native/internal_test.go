package native

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/internal/f32"
	"github.com/stretchr/testify/require"
)

// Buffers in use at the same time do not overlap, and memory is used again.
func TestAssignOffsets(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 50 {
		var buffers []*buffer
		sum := 0
		for i := range 40 {
			n := 1 + rng.IntN(5000)
			buffers = append(buffers, &buffer{id: i, typ: onnx.Float32, n: n, first: i, last: i + rng.IntN(4)})
			sum += n
		}
		size := assignOffsets(buffers)
		for i, a := range buffers {
			require.Zero(t, a.offset*4%cacheLine)
			require.LessOrEqual(t, a.offset+a.n, size.f32)
			for _, b := range buffers[:i] {
				if a.first <= b.last && b.first <= a.last {
					require.True(t, a.offset+a.n <= b.offset || b.offset+b.n <= a.offset, "%+v and %+v overlap", a, b)
				}
			}
		}
		require.Less(t, size.f32, sum/2)
	}
}

// static builds a graph of float32 nodes from an input x.
func static(x []int, consts map[string]*onnx.Tensor, outputs []string, types map[string][]int, nodes ...*onnx.Node) *onnx.Static {
	s := &onnx.Static{Nodes: nodes, Inputs: []string{"x"}, Outputs: outputs, Consts: consts, Types: map[string]onnx.TensorType{}}
	s.Types["x"] = onnx.TensorType{Type: onnx.Float32, Shape: x}
	for name, c := range consts {
		s.Types[name] = c.TensorType()
	}
	for name, shape := range types {
		s.Types[name] = onnx.TensorType{Type: onnx.Float32, Shape: shape}
	}
	return s
}

func op(name, out string, attrs map[string]any, inputs ...string) *onnx.Node {
	return &onnx.Node{Name: out, Op: name, Inputs: inputs, Outputs: []string{out}, Attrs: attrs}
}

func floats(shape []int, data ...float32) *onnx.Tensor {
	return onnx.NewTensor(onnx.Float32, shape, data)
}

func ops(s *onnx.Static) (names []string) {
	for _, n := range s.Nodes {
		names = append(names, n.Op)
	}
	return names
}

var gemmAttrs = map[string]any{"alpha": float32(1), "beta": float32(1), "transA": int64(0), "transB": int64(0)}

func TestFuse(t *testing.T) {
	consts := map[string]*onnx.Tensor{
		"w": floats([]int{2, 2}, 1, 2, 3, 4), "a": floats([]int{2}, 2, -3), "b": floats([]int{1, 2}, 1, 10),
		"one": floats([]int{}, 1),
	}
	x := []int{3, 2}
	all := map[string][]int{"h": x, "i": x, "j": x, "y": x}
	for _, c := range []struct {
		name    string
		outputs []string
		nodes   []*onnx.Node
		want    []string
	}{
		{"scale, shift and activation", []string{"y"}, []*onnx.Node{
			op("MatMul", "h", nil, "x", "w"), op("Mul", "i", nil, "h", "a"), op("Add", "j", nil, "b", "i"), op("Relu", "y", nil, "j"),
		}, []string{"Gemm"}},
		{"a value that is wanted stays", []string{"y", "h"}, []*onnx.Node{
			op("Gemm", "h", gemmAttrs, "x", "w"), op("Relu", "y", nil, "h"),
		}, []string{"Gemm", "Relu"}},
		{"a value read twice stays", []string{"y"}, []*onnx.Node{
			op("Gemm", "h", gemmAttrs, "x", "w"), op("Relu", "i", nil, "h"), op("Add", "y", nil, "h", "i"),
		}, []string{"Gemm", "Relu", "Add"}},
		{"no bias behind an activation", []string{"y"}, []*onnx.Node{
			op("Gemm", "h", gemmAttrs, "x", "w"), op("Relu", "i", nil, "h"), op("Add", "y", nil, "i", "a"),
		}, []string{"Gemm", "Add"}},
		{"normalisation", []string{"y"}, []*onnx.Node{
			op("Relu", "h", nil, "x"), op("Mul", "i", nil, "h", "a"), op("Add", "y", nil, "i", "b"),
		}, []string{"Relu", "ScaleShift"}},
		{"derivative of Relu", []string{"y"}, []*onnx.Node{
			op("Relu", "h", nil, "x"), op("Sign", "i", nil, "h"), op("Mul", "y", nil, "x", "i"),
		}, []string{"Relu", "ReluGrad"}},
		{"derivative of Abs", []string{"y"}, []*onnx.Node{
			op("Sign", "i", nil, "x"), op("Mul", "y", nil, "x", "i"),
		}, []string{"Sign", "Mul"}},
		{"derivative of Sigmoid", []string{"y"}, []*onnx.Node{
			op("Sub", "h", nil, "one", "x"), op("Mul", "i", nil, "x", "h"), op("Mul", "y", nil, "x", "i"),
		}, []string{"SigmoidGrad"}},
		{"derivative of Tanh", []string{"y"}, []*onnx.Node{
			op("Mul", "h", nil, "x", "x"), op("Sub", "i", nil, "one", "h"), op("Mul", "y", nil, "x", "i"),
		}, []string{"TanhGrad"}},
	} {
		g := static(x, consts, c.outputs, all, c.nodes...)
		fusedGraph := fuse(g, newWeights(), nil)
		require.Equal(t, c.want, ops(fusedGraph), c.name)
		require.Len(t, g.Nodes, len(c.nodes), "the graph itself is unchanged")
		fused, plain := evaluate(t, fusedGraph), evaluateUnfused(t, g)
		require.InDeltaSlice(t, plain, fused, 1e-5, c.name)
	}
}

// evaluate runs a graph on fixed numbers and returns its first output.
func evaluate(t *testing.T, g *onnx.Static) []float32 {
	p, err := compile(g, newWeights(), defaultMemory, nil)
	require.NoError(t, err)
	f := p.newFrame(newArena(p.size))
	in := make([]float32, g.Types["x"].Len())
	for i := range in {
		in[i] = float32(math.Sin(float64(i + 1)))
	}
	*f.slots[p.inputs[0]].(*[]float32) = in
	for _, out := range p.outputs {
		allocate(f.slots[out], p.buffers[out].n)
	}
	require.NoError(t, p.run(context.Background(), f))
	return *f.slots[p.outputs[0]].(*[]float32)
}

// evaluateUnfused runs every node of a graph alone.
func evaluateUnfused(t *testing.T, g *onnx.Static) []float32 {
	in := make([]float32, g.Types["x"].Len())
	for i := range in {
		in[i] = float32(math.Sin(float64(i + 1)))
	}
	values := map[string]*onnx.Tensor{"x": floats(g.Types["x"].Shape, in...)}
	for name, c := range g.Consts {
		values[name] = c
	}
	for _, n := range g.Nodes {
		var args []*onnx.Tensor
		for _, name := range n.Inputs {
			args = append(args, values[name])
		}
		out, err := Eval(n, args, []onnx.TensorType{g.Types[n.Outputs[0]]})
		require.NoError(t, err)
		values[n.Outputs[0]] = out[0]
	}
	return values[g.Outputs[0]].Data.([]float32)
}

// Outputs that are inputs, constants, or views of one another.
func TestOutputsThatAreNotComputed(t *testing.T) {
	shape := onnx.NewTensor(onnx.Int64, []int{1}, []int64{4})
	g := static([]int{2, 2}, map[string]*onnx.Tensor{"shape": shape, "c": floats([]int{1}, 5)},
		[]string{"r", "x", "c", "h", "v"}, map[string][]int{"r": {4}, "h": {2, 2}, "v": {4}},
		op("Reshape", "r", nil, "x", "shape"), op("Relu", "h", nil, "x"), op("Reshape", "v", nil, "h", "shape"))
	p, err := compile(g, newWeights(), defaultMemory, nil)
	require.NoError(t, err)
	f := p.newFrame(newArena(p.size))
	*f.slots[p.inputs[0]].(*[]float32) = []float32{1, -2, 3, -4}
	for _, out := range p.outputs {
		allocate(f.slots[out], p.buffers[out].n)
	}
	require.NoError(t, p.run(context.Background(), f))
	for i, want := range [][]float32{{1, -2, 3, -4}, {1, -2, 3, -4}, {5}, {1, 0, 3, 0}, {1, 0, 3, 0}} {
		require.Equal(t, want, *f.slots[p.outputs[i]].(*[]float32), "output %d", i)
	}
}

// Weights are packed once for all batch sizes and freed with the last user.
func TestWeightsAreShared(t *testing.T) {
	w := newWeights()
	g := func(n int) *onnx.Static {
		return static([]int{n, 2}, map[string]*onnx.Tensor{"w": matrix, "s": floats([]int{2}, 3, 5)}, []string{"y", "i"}, map[string][]int{"y": {n, 2}, "h": {n, 2}, "i": {n, 2}},
			op("Gemm", "y", gemmAttrs, "x", "w"), op("Gemm", "h", gemmAttrs, "x", "w"), op("Mul", "i", nil, "h", "s"))
	}
	var alive []*program
	for _, n := range []int{1, 4} {
		p, err := compile(g(n), w, defaultMemory, nil)
		require.NoError(t, err)
		alive = append(alive, p)
	}
	require.Len(t, w.matrix, 2, "plain and multiplied")
	require.Len(t, w.scaled, 1)
	runtime.KeepAlive(alive)
}

var matrix = floats([]int{2, 2}, 1, 2, 3, 4)

func TestChunks(t *testing.T) {
	m := &Model{chunk: 5}
	require.Equal(t, []int{5, 5, 2}, m.chunks(12))
	require.Equal(t, []int{5, 5}, m.chunks(10))
	require.Equal(t, []int{3}, m.chunks(3))
	m.chunk = 0
	require.Equal(t, []int{100}, m.chunks(100))
}

// The flushed derivative is the plain one but for tiny results.
func TestSigmoidGradFlushed(t *testing.T) {
	const n = 3000
	v, y := make([]float32, n), make([]float32, n)
	for i := range n {
		v[i] = float32(math.Sin(float64(i)))
		y[i] = float32(math.Exp(-float64(i) / 30))
	}
	got, want := make([]float32, n), make([]float32, n)
	sigmoidGradFlushed(got, v, y)
	f32.SigmoidGrad(want, v, y)
	flushed := 0
	for i := range n {
		if math.Abs(float64(want[i])) < 0x1p-100 {
			want[i] = 0
			flushed++
		}
	}
	require.Equal(t, want, got)
	require.Greater(t, flushed, 100)
	require.Less(t, flushed, n/2)
	nan := []float32{float32(math.NaN())}
	sigmoidGradFlushed(nan, nan, []float32{0.5})
	require.True(t, slices.ContainsFunc(nan, func(v float32) bool { return v != v }))
}
