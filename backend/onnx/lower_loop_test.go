package onnx

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// doubling is a Loop that doubles its state and lists it, for as long as the
// value again says.
func doubling(again *Node) *Graph {
	return &Graph{
		Inputs:       []ValueInfo{{Name: "i"}, {Name: "going"}, {Name: "state"}},
		Outputs:      []ValueInfo{{Name: "again"}, {Name: "next"}, {Name: "row"}},
		Nodes:        []*Node{again, node("Mul", names("state", "two"), names("next"), nil), node("Identity", names("next"), names("row"), nil)},
		Initializers: map[string]*Tensor{"two": scalar(2)},
	}
}

func loopModel(body *Graph, inputs ...string) *Model {
	return model(13, []ValueInfo{input("x", -1, 2), typedInput("n", Int64)}, map[string]*Tensor{
		"three": intsOf([]int{}, 3), "zero": intsOf([]int{}, 0), "yes": NewTensor(Bool, []int{}, []bool{true}),
	}, node("Loop", inputs, names("last", "y"), attrs{"body": body}))
}

func TestLowerLoop(t *testing.T) {
	x := floats([]int{1, 2}, 1, 5)
	always := node("Identity", names("going"), names("again"), nil)
	s := specialize(t, loopModel(doubling(always), "three", "", "x"), 1)
	require.Equal(t, []int{3, 1, 2}, s.Type("y").Shape)
	require.Equal(t, []float32{2, 10, 4, 20, 8, 40}, run(t, s, map[string]*Tensor{"x": x, "n": intsOf([]int{}, 0)})["y"].Data)

	// Until a condition on the iteration's number fails.
	until := node("Less", names("i", "one"), names("again"), nil)
	body := doubling(until)
	body.Initializers["one"] = intsOf([]int{}, 1)
	s = specialize(t, loopModel(body, "", "yes", "x"), 1)
	require.Equal(t, []int{2, 1, 2}, s.Type("y").Shape)

	for says, m := range map[string]*Model{
		`depends on the model's inputs "n"`: loopModel(doubling(always), "n", "", "x"),
		"more than 16384 nodes":             loopModel(doubling(always), "", "yes", "x"),
		"it never runs":                     loopModel(doubling(always), "zero", "", "x"),
		"how often it runs depends on":      loopModel(doubling(node("Less", names("n", "i"), names("again"), nil)), "", "", "x"),
		"its body has 3 inputs":             loopModel(doubling(always), "three", "", "x", "x"),
	} {
		_, err := m.Specialize(1, nil, evalReference)
		require.ErrorIs(t, err, errOf(says))
		require.ErrorContains(t, err, says)
	}
}

// errOf tells unsupported loops from invalid ones.
func errOf(says string) error {
	if says == "its body has 3 inputs" {
		return ErrFormat
	}
	return ErrUnsupported
}

// Loops in loops and branches in loops: each iteration has values of its own.
func TestLowerNestedLoops(t *testing.T) {
	inner := &Graph{
		Inputs:  []ValueInfo{{Name: "j"}, {Name: "on"}, {Name: "sum"}},
		Outputs: []ValueInfo{{Name: "still"}, {Name: "grown"}},
		Nodes: []*Node{
			node("Identity", names("on"), names("still"), nil),
			node("If", names("odd"), names("term"), attrs{
				"then_branch": &Graph{Nodes: []*Node{node("Neg", names("x"), names("t"), nil)}, Outputs: []ValueInfo{{Name: "t"}}},
				"else_branch": &Graph{Nodes: []*Node{node("Identity", names("x"), names("e"), nil)}, Outputs: []ValueInfo{{Name: "e"}}},
			}),
			node("Add", names("sum", "term"), names("grown"), nil),
		},
	}
	outer := &Graph{
		Inputs:  []ValueInfo{{Name: "i"}, {Name: "going"}, {Name: "state"}},
		Outputs: []ValueInfo{{Name: "again"}, {Name: "next"}},
		Nodes: []*Node{
			node("Identity", names("going"), names("again"), nil),
			node("Equal", names("i", "one"), names("odd"), nil),
			node("Loop", names("i", "", "state"), names("next"), attrs{"body": inner}),
		},
		Initializers: map[string]*Tensor{"one": intsOf([]int{}, 1)},
	}
	m := model(13, []ValueInfo{input("x", -1, 2)}, map[string]*Tensor{"three": intsOf([]int{}, 3)},
		node("Loop", names("three", "", "x"), names("y"), attrs{"body": outer}))
	y := run(t, specialize(t, m, 1), map[string]*Tensor{"x": floats([]int{1, 2}, 1, 5)})["y"]
	require.Equal(t, []float32{2, 10}, y.Data) // x, −x once, +x twice
}

// Every node that is not supported is named, those of one kind once, but not
// what merely depends on them.
func TestSpecializeNamesAllThatIsMissing(t *testing.T) {
	pad := func(in, out, mode string) *Node {
		return node("Pad", names(in, "pads"), names(out), attrs{"mode": mode})
	}
	branch := &Graph{Nodes: []*Node{node("Mystery", names("x"), names("b"), nil)}, Outputs: []ValueInfo{{Name: "b"}}}
	m := model(13, []ValueInfo{input("x", -1, 2)}, map[string]*Tensor{"pads": ints(0, 1, 0, 1), "yes": NewTensor(Bool, []int{}, []bool{true})},
		pad("x", "a", "mirror"), pad("x", "b2", "mirror"), pad("x", "c", "cyclic"),
		node("Relu", names("a"), names("d"), nil),
		node("If", names("yes"), names("e"), attrs{"then_branch": branch}),
		node("Sum", names("d", "b2", "c", "e"), names("y"), nil))
	_, err := m.Specialize(1, nil, evalReference)
	require.ErrorIs(t, err, ErrUnsupported)
	require.EqualError(t, err, `onnx: Pad node with output "a" and 1 more (opset 13): its mode "mirror" is unknown to lcfv; `+
		`Pad node with output "c" (opset 13): its mode "cyclic" is unknown to lcfv; `+
		`If node with output "e" (opset 13): Mystery node with output "b" (opset 13): the operator is not supported`)
}
