package onnx

import (
	"math"
	"testing"
)

// FuzzParse: whatever the bytes, reading, validating and specialising end with
// a result or an error, and what specialises keeps the package's promises.
func FuzzParse(f *testing.F) {
	for _, m := range seeds() {
		data, err := m.Marshal()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, 2)
	}
	f.Fuzz(func(t *testing.T, data []byte, batch int) {
		m, err := Parse(data, nil)
		if err != nil {
			return
		}
		if _, err := m.Marshal(); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		s, err := m.specialize(batch%8, nil, zeros, 1<<12)
		if err != nil {
			return
		}
		requireCanonical(t, s)
		if _, err := s.Model("fuzz").Marshal(); err != nil {
			t.Fatal(err)
		}
	})
}

// zeros is an evaluator that takes no time: integer constants, which decide
// shapes, are computed where they are small.
func zeros(n *Node, in []*Tensor, out []TensorType) ([]*Tensor, error) {
	small := out[0].Type.IsInt() && n.Op != "Conv" && n.Op != "ConvTranspose" && n.Op != "MaxPool"
	for _, x := range in {
		small = small && (x == nil || x.Len() <= 64)
	}
	if small && out[0].Len() <= 64 {
		return evalReference(n, in, out)
	}
	res := make([]*Tensor, len(out))
	for k, t := range out {
		res[k] = NewTensor(t.Type, t.Shape, nil)
	}
	return res, nil
}

// seeds are models that between them use most operators and forms.
func seeds() []*Model {
	x := []ValueInfo{input("x", -1, 4, 4, 4)}
	w := NewTensor(Float32, []int{4, 4, 3, 3}, nil)
	c := NewTensor(Float32, []int{4}, nil)
	k := func(v ...int64) []int64 { return v }
	list := []*Model{
		reluModel(),
		model(13, x, map[string]*Tensor{"w": w, "c": c},
			node("Conv", names("x", "w", "c"), names("a"), attrs{"auto_pad": "SAME_UPPER"}),
			node("BatchNormalization", names("a", "c", "c", "c", "c"), names("b"), nil),
			node("ConvTranspose", names("b", "w"), names("d"), attrs{"strides": k(2, 2), "output_shape": k(9, 9)}),
			node("AveragePool", names("d"), names("e"), attrs{"kernel_shape": k(2, 2), "ceil_mode": int64(1), "strides": k(2, 2)}),
			node("Softmax", names("e"), names("y"), nil)),
		model(13, x, map[string]*Tensor{"zero": ints(0), "one": ints(1), "rest": ints(-1), "pads": ints(0, 0, 1, -1, 0, 0, -1, 1), "scales": floats([]int{4}, 1, 1, 2, 2)},
			node("Shape", names("x"), names("s"), nil),
			node("Slice", names("s", "zero", "one"), names("n"), nil),
			node("Concat", names("n", "rest"), names("to"), attrs{"axis": int64(0)}),
			node("Pad", names("x", "pads"), names("p"), nil),
			node("Resize", names("p", "", "scales"), names("r"), nil),
			node("Split", names("r"), names("r1", "r2"), attrs{"axis": int64(1)}),
			node("Sub", names("r1", "r2"), names("d"), nil),
			node("Reshape", names("d", "to"), names("f"), nil),
			node("ReduceMean", names("f"), names("y"), attrs{"axes": k(1)})),
		model(9, x, nil,
			node("Slice", names("x"), names("a"), attrs{"starts": k(1), "ends": k(math.MaxInt64), "axes": k(1)}),
			node("Upsample", names("a"), names("b"), attrs{"scales": []float32{1, 1, 2, 2}}),
			node("Squeeze", names("b"), names("y"), nil)),
		model(18, x, map[string]*Tensor{"r": ints(1, 2, 1, 1)},
			node("Tile", names("x", "r"), names("a"), nil),
			node("DepthToSpace", names("a"), names("b"), attrs{"blocksize": int64(2)}),
			node("MaxPool", names("b"), names("c"), attrs{"kernel_shape": k(3, 3), "ceil_mode": int64(1), "strides": k(2, 2)}),
			node("Transpose", names("c"), names("d"), nil),
			node("Flatten", names("d"), names("y"), nil)),
		model(18, x, map[string]*Tensor{
			"i": NewTensor(Int64, []int{1, 2, 1, 4}, nil), "t": intsOf([]int{3, 2}, 0, 1, 0, -1, 0, 2), "u": floats([]int{3, 4, 4}, upTo(48)...),
			"axis": intsOf([]int{}, -1), "two": ints(2), "pads": ints(0, 0, 5, 0, 0, 0, 0, 2),
		},
			node("ScatterND", names("x", "t", "u"), names("a"), attrs{"reduction": "add"}),
			node("GatherND", names("a", "t"), names("b"), nil),
			node("TopK", names("b", "two"), names("c", "p"), nil),
			node("GatherElements", names("b", "p"), names("d"), attrs{"axis": int64(2)}),
			node("CumSum", names("d", "axis"), names("e"), attrs{"exclusive": int64(1)}),
			node("Einsum", names("e", "c", "x"), names("f"), attrs{"equation": "abc,abd,...ee->...cd"}),
			node("Trilu", names("f", "axis"), names("g"), nil),
			node("Pad", names("g", "pads"), names("y"), attrs{"mode": "reflect"})),
		loopModel(doubling(node("Identity", names("going"), names("again"), nil)), "three", "", "x"),
	}
	return list
}
