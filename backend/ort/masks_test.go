package ort

import (
	"slices"
	"testing"

	"github.com/lcfv-go/lcfv/backend/diff"
	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// compute runs a graph in Go on values by name, and adds the outputs to them.
func compute(t *testing.T, s *onnx.Static, values map[string]*tensor.Dense) {
	t.Helper()
	m, err := native.New(s.Model("test"), nil)
	require.NoError(t, err)
	defer m.Close()
	in, out := map[string]*tensor.Dense{}, map[string]*tensor.Dense{}
	for _, name := range s.Inputs {
		in[name] = values[name]
	}
	for _, name := range s.Outputs {
		of := tensor.Float32
		if s.Types[name].Type == onnx.Bool {
			of = tensor.Bool
		}
		out[name] = tensor.New(tensor.Of(of), tensor.WithShape(s.Types[name].Shape...))
		values[name] = out[name]
	}
	require.NoError(t, m.Run(t.Context(), out, in))
}

// products returns Jᵀv and J dx of a split computation.
func products(t *testing.T, l *diff.Linear) (pulled, pushed []float32) {
	t.Helper()
	values := map[string]*tensor.Dense{}
	give := func(s *onnx.Static, name string, phase float64) {
		shape := s.Types[name].Shape
		values[name] = tensor.New(tensor.WithShape(shape...), tensor.WithBacking(wave(phase, shape...).Data))
	}
	give(l.Forward, l.Wrt, 0.5)
	give(l.Pullback, l.Cotangent, 1)
	give(l.Pushforward, l.Tangent, 2)
	compute(t, l.Forward, values)
	compute(t, l.Pullback, values)
	compute(t, l.Pushforward, values)
	return values[l.Pullback.Outputs[0]].Float32s(), values[l.Pushforward.Outputs[0]].Float32s()
}

// Residuals that only matter by their sign become masks, and the derivative stays
// what it is.
func TestKeepMasks(t *testing.T) {
	weights := map[string]*onnx.Tensor{"w": wave(1, 16, 16, 4, 4), "u": wave(2, 16, 1, 4, 4), "s": wave(3, 16, 1, 1), "t": wave(4, 16, 1, 1), "a": wave(5, 1)}
	up := func(out, in, w string) *onnx.Node {
		return node("ConvTranspose", out, map[string]any{"kernel_shape": []int64{4, 4}, "strides": []int64{2, 2}, "pads": []int64{1, 1, 1, 1}}, in, w)
	}
	for name, c := range map[string]struct {
		size  int
		nodes []*onnx.Node
		want  map[string][]int // shapes of masks
	}{
		"an image made of phases": {8, []*onnx.Node{up("h", "x", "w"), node("Relu", "r", nil, "h"), up("y", "r", "u")},
			map[string][]int{"r > 0": {2, 16, 16, 16}}},
		"behind a normalisation": {9, []*onnx.Node{up("h", "x", "w"), node("Mul", "m", nil, "h", "s"), node("Add", "b", nil, "m", "t"), node("Relu", "r", nil, "b"), up("y", "r", "u")},
			map[string][]int{"r > 0": {2, 18, 18, 16}}},
		"before one": {9, []*onnx.Node{up("h", "x", "w"), node("Relu", "r", nil, "h"), node("Mul", "m", nil, "r", "s"), node("Add", "b", nil, "m", "t"), up("y", "b", "u")},
			map[string][]int{"r > 0": {2, 18, 18, 16}}},
		"an image made otherwise": {3, []*onnx.Node{up("h", "x", "w"), node("Relu", "r", nil, "h"), up("y", "r", "u")},
			map[string][]int{"r > 0": {2, 16, 6, 6}}},
		"not multiplied where a convolution writes": {8, []*onnx.Node{up("h", "x", "w"), node("Relu", "r", nil, "h"), node("Exp", "e", nil, "r"), node("ReduceSum", "y", nil, "e")},
			map[string][]int{"r > 0": {2, 16, 16, 16}}},
		"a leaky one": {8, []*onnx.Node{up("h", "x", "w"), node("LeakyRelu", "r", map[string]any{"alpha": float32(0.2)}, "h"), up("y", "r", "u")},
			map[string][]int{"r > 0": {2, 16, 16, 16}}},
		"a value that is read otherwise too": {8, []*onnx.Node{up("h", "x", "w"), node("Relu", "r", nil, "h"), node("Mul", "y", nil, "r", "r")}, nil},
		"the output":                         {8, []*onnx.Node{up("h", "x", "w"), node("Relu", "y", nil, "h")}, nil},
		"no rectifier":                       {8, []*onnx.Node{up("h", "x", "w"), node("Tanh", "r", nil, "h"), up("y", "r", "u")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := static(t, []int{2, 16, c.size, c.size}, weights, c.nodes...)
			l, err := diff.Linearize(s, "y", "x")
			require.NoError(t, err)
			before := slices.Clone(l.Residuals)
			pulled, pushed := products(t, l)
			keepMasks(l, CPU)
			masks := map[string][]int{}
			for _, r := range l.Residuals {
				if l.Forward.Types[r].Type == onnx.Bool {
					masks[r] = l.Forward.Types[r].Shape
				} else {
					require.Contains(t, before, r)
				}
			}
			require.Equal(t, len(c.want), len(masks))
			for r, shape := range c.want {
				require.Equal(t, shape, masks[r])
			}
			againPulled, againPushed := products(t, l)
			require.InDeltaSlice(t, pulled, againPulled, 1e-4)
			require.InDeltaSlice(t, pushed, againPushed, 1e-4)
		})
	}
}
