package onnx

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/internal/testmodels"
)

// normed is y = x·(w / Σw), the division left in the file, and a second path to
// the same sum.
func normed() *Model {
	return model(13, []ValueInfo{input("x", -1, 2)}, map[string]*Tensor{"w": floats([]int{2, 2}, 1, 2, 3, 2)},
		node("Constant", nil, names("one"), attrs{"value": floats([]int{}, 1)}),
		node("ReduceSum", names("w"), names("sum"), attrs{"keepdims": int64(0)}),
		node("Mul", names("sum", "one"), names("sigma"), nil),
		node("Div", names("w", "sigma"), names("wn"), nil),
		node("MatMul", names("x", "wn"), names("a"), nil),
		node("Mul", names("a", "one"), names("b"), nil),
		node("Add", names("b", "sigma"), names("y"), nil),
	)
}

func TestFold(t *testing.T) {
	m := normed()
	m.SHA256 = "digest"
	folded := m.Fold(evalReference)
	require.Len(t, m.Graph.Nodes, 7, "the receiver is unchanged")
	require.Equal(t, "digest", folded.SHA256)
	var ops []string
	for _, n := range folded.Graph.Nodes {
		ops = append(ops, n.Op)
	}
	require.Equal(t, []string{"Constant", "MatMul", "Mul", "Add"}, ops)
	require.Len(t, folded.Graph.Initializers, 2, "w itself is gone")
	require.Equal(t, []float32{0.125, 0.25, 0.375, 0.25}, folded.Graph.Initializers["wn"].Data)
	require.Equal(t, []float32{8}, folded.Graph.Initializers["sigma"].Data)
	x := map[string]*Tensor{"x": floats([]int{1, 2}, 8, 16)}
	want := run(t, specialize(t, m, 1), x)["y"]
	require.Equal(t, want, run(t, specialize(t, folded, 1), x)["y"])
	first, second := specialize(t, folded, 1), specialize(t, folded, 3)
	require.Same(t, first.Consts["wn"], second.Consts["wn"], "batch sizes share what was computed")
}

// Two chains that meet late are one group, in whatever order they are found.
func TestFoldMergesGroups(t *testing.T) {
	m := model(13, []ValueInfo{input("x", -1, 2)}, map[string]*Tensor{"u": floats([]int{2}, 1, 2), "v": floats([]int{2}, 3, 4)},
		node("Neg", names("u"), names("a"), nil),
		node("Abs", names("a"), names("a2"), nil),
		node("Neg", names("v"), names("b"), nil),
		node("Mul", names("a2", "b"), names("c"), nil),
		node("Add", names("x", "c"), names("d"), nil),
		node("Add", names("d", "a"), names("y"), nil),
	)
	folded := m.Fold(evalReference)
	require.Len(t, folded.Graph.Nodes, 2)
	require.Equal(t, map[string]*Tensor{"a": floats([]int{2}, -1, -2), "c": floats([]int{2}, -3, -8)}, folded.Graph.Initializers)
}

func TestFoldOutputsAndHalves(t *testing.T) {
	m := model(13, []ValueInfo{typedInput("x", Float16, -1)}, map[string]*Tensor{"h": NewTensor(Float16, []int{1}, []uint16{0x3c00})},
		node("Add", names("x", "h"), names("y"), nil),
		node("Neg", names("h"), names("c"), nil),
	)
	m.Graph.Outputs = append(m.Graph.Outputs, ValueInfo{Name: "c", Type: Float16})
	folded := m.Fold(evalReference)
	require.Equal(t, []float32{1}, folded.Graph.Initializers["h"].Data, "widened once")
	require.Equal(t, []float32{-1}, folded.Graph.Initializers["c"].Data)
	require.Len(t, folded.Graph.Nodes, 1)
	require.Equal(t, []string{"y", "c"}, specialize(t, folded, 2).Outputs)
}

func TestFoldLeavesWhatFails(t *testing.T) {
	refuse := func(n *Node, in []*Tensor, out []TensorType) ([]*Tensor, error) {
		if n.Op == "Div" {
			return nil, errors.New("refused")
		}
		return evalReference(n, in, out)
	}
	m := normed()
	folded := m.Fold(refuse)
	require.Equal(t, m.Graph.Nodes, folded.Graph.Nodes)
	_, err := folded.Specialize(1, nil, refuse)
	require.ErrorContains(t, err, "refused")

	broken := model(13, []ValueInfo{input("x", -1)}, nil, node("Frobnicate", names("x"), names("y"), nil))
	require.Same(t, broken, broken.Fold(evalReference), "Specialize tells what is wrong")
}

// A subgraph's constants are found through what it captures.
func TestFoldSubgraphs(t *testing.T) {
	branch := func(value string) *Graph {
		return &Graph{
			Nodes:   []*Node{node("Neg", names(value), names("r"+value), nil)},
			Outputs: []ValueInfo{{Name: "r" + value, Type: Float32}}, Initializers: map[string]*Tensor{},
		}
	}
	m := model(13, []ValueInfo{input("x", -1)}, map[string]*Tensor{"w": floats([]int{1}, 5), "yes": NewTensor(Bool, []int{}, []bool{true})},
		node("Abs", names("w"), names("u"), nil),
		node("If", names("yes"), names("c"), attrs{"then_branch": branch("u"), "else_branch": branch("w")}),
		node("If", names("yes"), names("d"), attrs{"then_branch": branch("x"), "else_branch": branch("u")}),
		node("Add", names("d", "c"), names("y"), nil),
	)
	folded := m.Fold(evalReference)
	require.Len(t, folded.Graph.Nodes, 2)
	require.Equal(t, []float32{-5}, folded.Graph.Initializers["c"].Data)
	require.Contains(t, folded.Graph.Initializers, "u", "the other If captures it")
	require.NotContains(t, folded.Graph.Initializers, "w")
	x := map[string]*Tensor{"x": floats([]int{1}, 2)}
	require.Equal(t, []float32{-7}, run(t, specialize(t, folded, 1), x)["y"].Data)
}

func TestFoldGenerators(t *testing.T) {
	for _, name := range testmodels.Generators {
		m, err := Read(testmodels.Path(t, name, "generator.onnx"))
		require.NoError(t, err)
		before, after := specialize(t, m, 2), specialize(t, m.Fold(evalReference), 2)
		require.Equal(t, ops(before), ops(after), name)
	}
}
