package onnx

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// attrs is short for the attributes of a node.
type attrs = map[string]any

// input declares a float32 input; -1 is an open dimension named after its axis.
func input(name string, shape ...int) ValueInfo {
	return typedInput(name, Float32, shape...)
}

func typedInput(name string, t DataType, shape ...int) ValueInfo {
	v := declaration(name, TensorType{t, shape})
	for d := range v.Shape {
		if v.Shape[d].Value < 0 {
			v.Shape[d].Param = string(rune('a' + d))
		}
	}
	return v
}

// node makes a node of ONNX's own domain.
func node(op string, inputs, outputs []string, a attrs) *Node {
	if a == nil {
		a = attrs{}
	}
	return &Node{Op: op, Inputs: inputs, Outputs: outputs, Attrs: a}
}

func names(s ...string) []string { return s }

func floats(shape []int, v ...float32) *Tensor { return NewTensor(Float32, shape, v) }

func ints(v ...int64) *Tensor { return NewTensor(Int64, []int{len(v)}, v) }

// model makes a model whose output is "y", of open shape.
func model(opset int64, inputs []ValueInfo, consts map[string]*Tensor, nodes ...*Node) *Model {
	if consts == nil {
		consts = map[string]*Tensor{}
	}
	return &Model{
		IRVersion: 8,
		Opsets:    map[string]int64{"": opset},
		Metadata:  map[string]string{},
		Graph: &Graph{
			Name: "test", Nodes: nodes, Inputs: inputs, Initializers: consts,
			Outputs: []ValueInfo{{Name: "y", Type: Float32}},
		},
	}
}

// run executes a static graph with the reference evaluator.
func run(t testing.TB, s *Static, inputs map[string]*Tensor) map[string]*Tensor {
	t.Helper()
	values := map[string]*Tensor{}
	for name, c := range s.Consts {
		values[name] = c
	}
	for _, name := range s.Inputs {
		require.Contains(t, inputs, name)
		require.Equal(t, s.Type(name), inputs[name].TensorType())
		values[name] = inputs[name]
	}
	for _, n := range s.Nodes {
		in := make([]*Tensor, len(n.Inputs))
		for k, name := range n.Inputs {
			if name != "" {
				require.Contains(t, values, name, "%v comes before its input", n)
				in[k] = values[name]
			}
		}
		types := make([]TensorType, len(n.Outputs))
		for k, o := range n.Outputs {
			types[k] = s.Type(o)
		}
		out, err := evalReference(n, in, types)
		require.NoError(t, err)
		for k, o := range n.Outputs {
			values[o] = out[k]
		}
	}
	return values
}

// specialize fails the test where the model cannot be specialised.
func specialize(t testing.TB, m *Model, batch int) *Static {
	t.Helper()
	s, err := m.Specialize(batch, nil, evalReference)
	require.NoError(t, err)
	requireCanonical(t, s)
	return s
}

// requireCanonical checks a static graph against what the package promises.
func requireCanonical(t testing.TB, s *Static) {
	t.Helper()
	defined := map[string]bool{}
	for name, c := range s.Consts {
		require.NoError(t, c.check(), name)
		require.Equal(t, c.TensorType(), s.Type(name), name)
		defined[name] = true
	}
	for _, name := range s.Inputs {
		require.False(t, defined[name], "%s is defined twice", name)
		defined[name] = true
	}
	uses := s.Uses()
	for _, n := range s.Nodes {
		types := make([]TensorType, len(n.Inputs))
		consts := make([]*Tensor, len(n.Inputs))
		variable := false
		for k, name := range n.Inputs {
			if name != "" {
				require.True(t, defined[name], "%v reads %q before it is defined", n, name)
				types[k], consts[k] = s.Type(name), s.Consts[name]
				variable = variable || consts[k] == nil
			}
		}
		require.True(t, variable, "%v is constant", n)
		got, err := Infer(n, types, consts)
		require.NoError(t, err, n)
		used := 0
		for k, o := range n.Outputs {
			require.False(t, defined[o], "%q is defined twice", o)
			require.True(t, got[k].Equal(s.Type(o)), "%v: %v is not %v", n, s.Type(o), got[k])
			require.NotZero(t, s.Type(o).Len(), "%q is empty", o)
			defined[o] = true
			used += uses[o]
		}
		require.NotZero(t, used, "%v is dead", n)
	}
	for _, o := range s.Outputs {
		require.True(t, defined[o], "output %q is not computed", o)
	}
	for name := range s.Types {
		require.True(t, defined[name], "%q has a type and no definition", name)
	}
}

// ops lists the operators of a graph in order.
func ops(s *Static) []string {
	list := []string{}
	for _, n := range s.Nodes {
		list = append(list, n.Op)
	}
	return list
}
