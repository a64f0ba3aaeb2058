package onnx

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/internal/testmodels"
)

func TestSpecializeGenerators(t *testing.T) {
	for _, name := range testmodels.Generators {
		t.Run(name, func(t *testing.T) {
			m, err := Read(testmodels.Path(t, name, "generator.onnx"))
			require.NoError(t, err)
			require.Len(t, m.SHA256, 64)
			ref := testmodels.Reference(t, name)
			for _, batch := range []int{1, ref["z"].Shape[0]} {
				s := specialize(t, m, batch)
				for value, a := range map[string]testmodels.Array{"z": ref["z"], "image": ref["image"], "class": ref["class"]} {
					if a.Shape != nil {
						require.Equal(t, append([]int{batch}, a.Shape[1:]...), s.Type(value).Shape, value)
					}
				}
				back, err := s.Model(name).Marshal()
				require.NoError(t, err)
				again, err := Parse(back, nil)
				require.NoError(t, err)
				require.Equal(t, ops(s), ops(specialize(t, again, batch)), "a canonical graph stays as it is")
			}
		})
	}
}

func TestSpecializeDecoderImage(t *testing.T) {
	if testing.Short() {
		t.Skip("the reference evaluator is slow")
	}
	for _, name := range []string{"jointvae_fashion", "disvae_btcvae_dsprites"} {
		m, err := Read(testmodels.Path(t, name, "generator.onnx"))
		require.NoError(t, err)
		ref := testmodels.Reference(t, name)
		s := specialize(t, m, 1)
		first := func(a testmodels.Array) *Tensor {
			shape := append([]int{1}, a.Shape[1:]...)
			return floats(shape, a.Float32()[:product(shape)]...)
		}
		in := map[string]*Tensor{"z": first(ref["z"])}
		if c, ok := ref["class"]; ok {
			in["class"] = first(c)
		}
		require.InDeltaSlice(t, first(ref["image"]).Data, run(t, s, in)["image"].Data, 1e-4, name)
	}
}

func TestSpecializeOtherNetworks(t *testing.T) {
	m, err := Read(testmodels.Path(t, "u2netp", "u2netp.onnx"))
	require.NoError(t, err)
	require.Equal(t, []int{2, 1, 320, 320}, specialize(t, m, 2).Type("mask").Shape)

	m, err = Read(testmodels.Path(t, "lpips_squeeze", "lpips.onnx"))
	require.NoError(t, err)
	_, err = m.Specialize(2, nil, evalReference)
	require.ErrorIs(t, err, ErrUnsupported)
	require.ErrorContains(t, err, `leaves its dimension 2 ("h") open`)
	m, err = m.WithDims(map[string]int{"h": 64, "w": 80})
	require.NoError(t, err)
	s := specialize(t, m, 2)
	require.Equal(t, []int{2}, s.Type("d").Shape)
	require.Equal(t, []int{2, 3, 64, 80}, s.Type("x1").Shape)
	_, err = m.WithDims(map[string]int{"h": 64})
	require.ErrorContains(t, err, `no open dimension "h"; it has "n"`)
}

func TestSpecializeBind(t *testing.T) {
	m, err := Read(testmodels.Path(t, "mnist_cwgan", "generator.onnx"))
	require.NoError(t, err)
	s, err := m.Specialize(3, map[string]*Tensor{"class": NewTensor(Int64, []int{1}, []int64{7})}, evalReference)
	require.NoError(t, err)
	requireCanonical(t, s)
	require.Equal(t, names("z"), s.Inputs)
	require.NotContains(t, ops(s), "Gather", "the class embedding is folded")

	for says, bind := range map[string]map[string]*Tensor{
		`no input "label" to bind; it has "class", "z"`: {"label": ints(1)},
		"is int64[3], want int64[1]":                    {"class": ints(1, 2, 3)},
		"is float32[1], want int64[1]":                  {"class": floats([]int{1}, 1)},
		"is no tensor":                                  {"class": nil},
	} {
		_, err := m.Specialize(3, bind, evalReference)
		require.ErrorContains(t, err, says)
	}
	_, err = m.Specialize(0, nil, evalReference)
	require.ErrorContains(t, err, "batch of 0")
}

func TestSpecializeBatch(t *testing.T) {
	relu := node("Relu", names("x"), names("y"), nil)
	fixed := model(13, []ValueInfo{input("x", 4, 3)}, nil, relu)
	require.Equal(t, []int{4, 3}, specialize(t, fixed, 4).Type("y").Shape)
	_, err := fixed.Specialize(2, nil, evalReference)
	require.ErrorIs(t, err, ErrUnsupported)
	require.ErrorContains(t, err, "batches of exactly 4")

	// The batch's name elsewhere is the batch, too; another name is not.
	square := input("x", -1, -1)
	square.Shape[1].Param = square.Shape[0].Param
	require.Equal(t, []int{5, 5}, specialize(t, model(13, []ValueInfo{square}, nil, relu), 5).Type("y").Shape)

	for says, in := range map[string]ValueInfo{
		"declares no shape": {Name: "x", Type: Float32},
		"is uint8":          typedInput("x", Uint8, -1),
		"is undefined":      typedInput("x", Undefined, -1),
		"has no elements":   input("x", -1, 0),
		"leaves its":        input("x", -1, -1),
	} {
		_, err := model(13, []ValueInfo{in}, nil, relu).Specialize(1, nil, evalReference)
		require.ErrorIs(t, err, ErrUnsupported)
		require.ErrorContains(t, err, says)
	}
}

func TestSpecializeFoldsShapes(t *testing.T) {
	// Reshape(x, [Shape(x)[0], -1]), as exporters write it.
	m := model(13, []ValueInfo{input("x", -1, 2, 3)}, map[string]*Tensor{"zero": NewTensor(Int64, []int{}, []int64{0}), "axes": ints(0), "rest": ints(-1)},
		node("Shape", names("x"), names("s"), nil),
		node("Gather", names("s", "zero"), names("n"), nil),
		node("Unsqueeze", names("n", "axes"), names("n1"), nil),
		node("Concat", names("n1", "rest"), names("to"), attrs{"axis": int64(0)}),
		node("Reshape", names("x", "to"), names("y"), nil))
	s := specialize(t, m, 4)
	require.Equal(t, names("Reshape"), ops(s))
	require.Equal(t, []int{4, 6}, s.Type("y").Shape)

	_, err := m.Specialize(4, nil, nil)
	require.ErrorContains(t, err, "needs an Evaluator")
	broken := errors.New("broken")
	_, err = m.Specialize(4, nil, func(*Node, []*Tensor, []TensorType) ([]*Tensor, error) { return nil, broken })
	require.ErrorIs(t, err, broken)
	_, err = m.Specialize(4, nil, func(*Node, []*Tensor, []TensorType) ([]*Tensor, error) { return []*Tensor{scalar(1)}, nil })
	require.ErrorContains(t, err, "did not return int64")
}

func TestSpecializeConstants(t *testing.T) {
	m := model(13, []ValueInfo{input("x", -1, 3)}, map[string]*Tensor{"shape": ints(1, 3), "a": scalar(1), "b": scalar(7), "step": scalar(2)},
		node("ConstantOfShape", names("shape"), names("five"), attrs{"value": floats([]int{1}, 5)}),
		node("Range", names("a", "b", "step"), names("odd"), nil),
		node("Constant", nil, names("tenth"), attrs{"value_float": float32(.1)}),
		node("Size", names("x"), names("size"), nil),
		node("Cast", names("size"), names("sizef"), attrs{"to": int64(Float32)}),
		node("Sum", names("x", "five", "odd", "tenth", "sizef"), names("y"), nil))
	s := specialize(t, m, 1)
	y := run(t, s, map[string]*Tensor{"x": floats([]int{1, 3}, 0, 100, 200)})["y"]
	require.InDeltaSlice(t, []float32{9.1, 111.1, 213.1}, y.Data, 1e-4)

	// A few bytes must not ask for gigabytes.
	big := model(13, []ValueInfo{input("x", -1)}, map[string]*Tensor{"shape": ints(1<<20, 1<<10)},
		node("ConstantOfShape", names("shape"), names("c"), nil), node("Add", names("x", "c"), names("y"), nil))
	_, err := big.Specialize(1, nil, evalReference)
	require.ErrorIs(t, err, ErrUnsupported)
	endless := model(13, []ValueInfo{input("x", -1)}, map[string]*Tensor{"a": scalar(0), "b": scalar(1), "c": scalar(0)},
		node("Range", names("a", "b", "c"), names("r"), nil), node("Add", names("x", "r"), names("y"), nil))
	_, err = endless.Specialize(1, nil, evalReference)
	require.ErrorContains(t, err, "cannot count")
}

func TestSpecializeIf(t *testing.T) {
	branch := func(op string) *Graph {
		return &Graph{
			Nodes:        []*Node{node(op, names("x", "w"), names("b"), nil)},
			Outputs:      []ValueInfo{{Name: "b"}},
			Initializers: map[string]*Tensor{"w": scalar(2)},
		}
	}
	m := model(13, []ValueInfo{input("x", -1, 3)}, map[string]*Tensor{"three": ints(3), "one": ints(1), "two": ints(2)},
		node("Shape", names("x"), names("s"), nil),
		node("Slice", names("s", "one", "two"), names("n"), nil),
		node("Equal", names("n", "three"), names("cond"), nil),
		node("If", names("cond"), names("y"), attrs{"then_branch": branch("Mul"), "else_branch": branch("Unknown")}))
	s := specialize(t, m, 2)
	require.Equal(t, names("Mul"), ops(s))
	require.Contains(t, s.Types, "y")

	m.Graph.Inputs[0] = input("x", -1, 4)
	_, err := m.Specialize(1, nil, evalReference)
	require.ErrorIs(t, err, ErrUnsupported)
	require.ErrorContains(t, err, "Unknown node")
	m.Graph.Inputs = append(m.Graph.Inputs, typedInput("cond2", Bool, 1))
	m.Graph.Nodes[3].Inputs[0] = "cond2"
	_, err = m.Specialize(1, nil, evalReference)
	require.ErrorContains(t, err, `its input 0 ("cond2") depends on the model's inputs "cond2"`)
}

// A name of a subgraph that the graph around it has too, before or after.
func TestSpecializeIfRefusesSharedNames(t *testing.T) {
	for _, shared := range []string{"x", "n", "late", "same"} {
		branch := &Graph{
			Nodes:        []*Node{node("Mul", names("x", "w"), names(shared), nil)},
			Outputs:      []ValueInfo{{Name: shared}},
			Initializers: map[string]*Tensor{"w": scalar(2)},
		}
		if shared == "x" {
			branch.Initializers["x"] = scalar(3)
			branch.Nodes[0].Outputs[0], branch.Outputs[0].Name = "b", "b"
		}
		m := model(13, []ValueInfo{input("x", -1, 3)}, map[string]*Tensor{"true": NewTensor(Bool, []int{}, []bool{true})},
			node("Neg", names("x"), names("n"), nil),
			node("Identity", names("n"), names("same"), nil),
			node("If", names("true"), names("chosen"), attrs{"then_branch": branch}),
			node("ReduceSum", names("chosen"), names("late"), nil),
			node("Mul", names("late", "same"), names("y"), nil))
		_, err := m.Specialize(1, nil, evalReference)
		require.ErrorIs(t, err, ErrFormat, shared)
		require.ErrorContains(t, err, "in a subgraph and outside it")
	}
}

func TestSpecializeHalfPrecision(t *testing.T) {
	m := model(13, []ValueInfo{typedInput("x", Float16, -1, 2)}, map[string]*Tensor{
		"w": NewTensor(Float16, []int{2}, []uint16{0x3c00, 0xc000}), "u8": NewTensor(Uint8, []int{2}, []uint8{3, 255})},
		node("Mul", names("x", "w"), names("a"), nil),
		node("Cast", names("u8"), names("u"), attrs{"to": int64(Float16)}),
		node("Add", names("a", "u"), names("b"), nil),
		node("Cast", names("b"), names("y"), attrs{"to": int64(Float32)}))
	s := specialize(t, m, 1)
	require.Equal(t, names("Mul", "Add"), ops(s), "casts between float widths are gone")
	require.Equal(t, Float32, s.Type("x").Type)
	y := run(t, s, map[string]*Tensor{"x": floats([]int{1, 2}, 10, 20)})["y"]
	require.Equal(t, []float32{13, 215}, y.Data)
}

func TestSpecializeOutputs(t *testing.T) {
	m := model(13, []ValueInfo{input("x", -1)}, map[string]*Tensor{"c": scalar(3)},
		node("Relu", names("x"), names("r"), nil),
		node("Identity", names("r"), names("y"), nil),
		node("Identity", names("r"), names("again"), nil),
		node("Identity", names("c"), names("three"), nil),
		node("Identity", names("x"), names("same"), nil),
		node("Neg", names("r"), names("n"), nil),
		node("Dropout", names("n"), names("r/2"), nil))
	for _, o := range names("again", "three", "same", "x", "n", "r/2") {
		m.Graph.Outputs = append(m.Graph.Outputs, ValueInfo{Name: o, Type: Float32})
	}
	s := specialize(t, m, 2)
	require.Equal(t, names("y", "again", "three", "same", "x", "n", "r/2"), s.Outputs)
	v := run(t, s, map[string]*Tensor{"x": floats([]int{2}, -1, 2)})
	for name, want := range map[string][]float32{"y": {0, 2}, "again": {0, 2}, "three": {3}, "same": {-1, 2}, "x": {-1, 2}, "r/2": {0, -2}} {
		require.EqualValues(t, floats([]int{len(want)}, want...).Floats(), v[name].Floats(), name)
	}

	m = model(9, []ValueInfo{input("x", -1, 1)}, map[string]*Tensor{"c": floats([]int{1}, 3)},
		node("BatchNormalization", names("x", "c", "c", "c", "c"), names("y", "saved"), nil))
	m.Graph.Outputs = append(m.Graph.Outputs, ValueInfo{Name: "saved"})
	_, err := m.Specialize(2, nil, evalReference)
	require.ErrorContains(t, err, `"saved" is an optional output`)
}

func TestSpecializeEmptyParts(t *testing.T) {
	m := model(13, []ValueInfo{input("x", -1, 4)}, map[string]*Tensor{"from": ints(4), "to": ints(math.MaxInt64), "axis": ints(1), "parts": ints(0, 3, 1)},
		node("Slice", names("x", "from", "to", "axis"), names("none"), nil),
		node("Concat", names("none", "x", "none"), names("all"), attrs{"axis": int64(1)}),
		node("Split", names("all", "parts"), names("p", "q", "r"), attrs{"axis": int64(1)}),
		node("Concat", names("r", "p", "q"), names("y"), attrs{"axis": int64(1)}))
	s := specialize(t, m, 1)
	require.Equal(t, names("Split", "Concat"), ops(s))
	require.Equal(t, []float32{3, 0, 1, 2}, run(t, s, map[string]*Tensor{"x": floats([]int{1, 4}, upTo(4)...)})["y"].Data)
}

func TestSpecializeNamesTheNode(t *testing.T) {
	x := []ValueInfo{input("x", -1, 3), typedInput("i", Int64, -1)}
	for says, n := range map[string]*Node{
		`attribute "new_setting"`:                   node("Relu", names("x"), names("y"), attrs{"new_setting": int64(1)}),
		`attribute "alpha" is int64, not float32`:   node("Elu", names("x"), names("y"), attrs{"alpha": int64(1)}),
		"it has 2 inputs, in opset 13 lcfv knows 1": node("Relu", names("x", "x"), names("y"), nil),
		"it has 1 inputs and needs 2":               node("Add", names("x"), names("y"), nil),
		"cannot be broadcast":                       node("Add", names("x", "w"), names("y"), nil),
		"cannot take float32 and int64":             node("Add", names("x", "i"), names("y"), nil),
		"depends on the model's inputs":             node("Reshape", names("x", "i"), names("y"), nil),
		"cannot reshape":                            node("Reshape", names("x", "shape"), names("y"), nil),
		"inner dimensions 3 and 2":                  node("MatMul", names("x", "w"), names("y"), nil),
		"axis 7 is outside":                         node("Concat", names("x", "x"), names("y"), attrs{"axis": int64(7)}),
		"training mode":                             node("BatchNormalization", names("x", "w", "w", "w", "w"), names("y"), attrs{"training_mode": int64(1)}),
		"cannot convolve":                           node("Conv", names("x", "w"), names("y"), nil),
		"it computes uint8":                         node("Cast", names("x"), names("y"), attrs{"to": int64(Uint8)}),
		`its auto_pad "NONE" is unknown`:            node("MaxPool", names("x4"), names("y"), attrs{"kernel_shape": []int64{1}, "auto_pad": "NONE"}),
		"larger than the padded extent":             node("MaxPool", names("x4"), names("y"), attrs{"kernel_shape": []int64{9}}),
		"its index 9 is outside an extent of 3":     node("Gather", names("x", "nine"), names("y"), attrs{"axis": int64(1)}),
	} {
		m := model(13, append(x, input("x4", -1, 1, 4)), map[string]*Tensor{"w": floats([]int{2, 2}, 1, 2, 3, 4), "shape": ints(5), "nine": ints(9)}, n)
		n.Name = "the node"
		_, err := m.Specialize(1, nil, evalReference)
		require.ErrorContains(t, err, says)
		require.ErrorContains(t, err, `node "the node" (opset 13)`)
		require.True(t, errors.Is(err, ErrFormat) || errors.Is(err, ErrUnsupported), says)
	}
}

func TestSpecializeLeavesTheModelAlone(t *testing.T) {
	build := func() *Model {
		return model(13, []ValueInfo{input("x", -1, 3)}, nil,
			node("Identity", names("x"), names("a"), nil),
			node("Relu", names("a"), names("b"), nil),
			node("Identity", names("b"), names("y"), nil))
	}
	m := build()
	specialize(t, m, 2)
	require.Equal(t, build(), m)
}
