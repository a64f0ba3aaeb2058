package onnx

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestValidate(t *testing.T) {
	x := []ValueInfo{input("x", -1, 3)}
	relu := func(in, out string) *Node { return node("Relu", names(in), names(out), nil) }
	require.NoError(t, reluModel().Validate())
	for _, c := range []struct {
		name string
		m    *Model
		kind error
		says string
	}{
		{"no graph", &Model{}, ErrFormat, "no graph"},
		{"cycle", model(13, x, nil, node("Add", names("x", "b"), names("a"), nil), relu("a", "b"), relu("b", "y")),
			ErrFormat, `cycle through Add node with output "a", Relu node with output "b"`},
		{"self", model(13, x, nil, node("Add", names("x", "y"), names("y"), nil)), ErrFormat, `cycle through Add node with output "y"`},
		{"missing input", model(13, x, nil, relu("z", "y")), ErrFormat, `reads "z", which nothing defines`},
		{"missing output", model(13, x, nil, relu("x", "a")), ErrFormat, `output "y" is computed by no node`},
		{"duplicate", model(13, x, nil, relu("x", "y"), node("Neg", names("x"), names("y"), nil)),
			ErrFormat, `"y" is defined twice, by Relu node with output "y" and by Neg`},
		{"duplicate input", model(13, append(x, x...), nil, relu("x", "y")), ErrFormat, `"x" is defined twice`},
		{"overwritten input", model(13, x, nil, relu("x", "x"), relu("x", "y")), ErrFormat, "an input or initializer"},
		{"nameless input", model(13, []ValueInfo{input("", 1)}, nil, relu("x", "y")), ErrFormat, "has no name"},
		{"old", model(0, x, nil, relu("x", "y")), ErrUnsupported, "opset 0"},
		{"new", model(99, x, nil, relu("x", "y")), ErrUnsupported, "opset 99"},
		{"unknown operators", model(13, x, nil, node("Foo", names("x"), names("a"), nil),
			&Node{Name: "bar1", Op: "Bar", Domain: "com.microsoft", Inputs: names("a"), Outputs: names("y")}),
			ErrUnsupported, `Foo node with output "a" (opset 13), com.microsoft.Bar node "bar1" (opset 0)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.m.Validate()
			require.ErrorIs(t, err, c.kind)
			require.ErrorContains(t, err, c.says)
			_, err = c.m.Specialize(1, nil, evalReference)
			require.ErrorIs(t, err, c.kind)
		})
	}
}

func TestValidateOrdersNodes(t *testing.T) {
	const n = 10000 // long chains must not exhaust the stack
	nodes := make([]*Node, n)
	name := func(i int) string {
		if i == n {
			return "y"
		}
		return fmt.Sprint("v", i)
	}
	for i := range n {
		nodes[n-1-i] = node("Neg", names(name(i)), names(name(i+1)), nil)
	}
	s := specialize(t, model(13, []ValueInfo{input("v0", -1)}, nil, nodes...), 1)
	require.Len(t, s.Nodes, n)
}

func TestUnneededOperatorsMayBeUnknown(t *testing.T) {
	m := model(13, []ValueInfo{input("x", -1)}, nil,
		node("Foo", names("x"), names("unused"), nil), node("Relu", names("x"), names("y"), nil))
	require.Equal(t, names("Relu"), ops(specialize(t, m, 1)))
}
