package onnx

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func bools(v ...bool) *Tensor { return NewTensor(Bool, []int{len(v)}, v) }

// intsOf makes an int64 constant.
func intsOf(shape []int, v ...int64) *Tensor { return NewTensor(Int64, shape, v) }

func TestLowerIndexing(t *testing.T) {
	six := upTo(6)
	for _, c := range []lowerCase{
		{name: "Gather from the end", op: "Gather", consts: []*Tensor{intsOf([]int{}, -1)}, attrs: attrs{"axis": int64(1)}, want: []float32{2, 5}, to: []int{2}, ops: names("Gather")},
		{name: "GatherElements", op: "GatherElements", consts: []*Tensor{intsOf([]int{1, 2}, 1, -2)}, want: []float32{3, 1}, to: []int{1, 2}, ops: names("GatherElements")},
		{name: "GatherElements of a list", op: "GatherElements", consts: []*Tensor{intsOf([]int{2, 2}, 2, 0, 2, 0)}, attrs: attrs{"axis": int64(-1)}, want: []float32{2, 0, 5, 3}, to: []int{2, 2}, ops: names("Gather")},
		{name: "GatherND", op: "GatherND", consts: []*Tensor{intsOf([]int{3, 2}, 0, -1, 1, 0, -1, 1)}, want: []float32{2, 3, 4}, to: []int{3}, ops: names("Reshape", "Gather")},
		{name: "GatherND of slices", op: "GatherND", consts: []*Tensor{intsOf([]int{2, 1, 1}, 1, 0)}, want: []float32{3, 4, 5, 0, 1, 2}, to: []int{2, 1, 3}, ops: names("Gather")},
		{name: "GatherND in batches", op: "GatherND", consts: []*Tensor{intsOf([]int{2, 1}, 2, 1)}, attrs: attrs{"batch_dims": int64(1)}, want: []float32{2, 4}, to: []int{2}, ops: names("Reshape", "Gather")},
		{name: "Compress", op: "Compress", consts: []*Tensor{bools(true, false, true)}, attrs: attrs{"axis": int64(1)}, want: []float32{0, 2, 3, 5}, to: []int{2, 2}, ops: names("Gather")},
		{name: "Compress flattened", op: "Compress", consts: []*Tensor{bools(false, true, false, true)}, want: []float32{1, 3}, to: []int{2}, ops: names("Reshape", "Gather")},
		{name: "ReverseSequence", op: "ReverseSequence", consts: []*Tensor{ints(2, 3)}, attrs: attrs{"time_axis": int64(1), "batch_axis": int64(0)}, want: []float32{1, 0, 2, 5, 4, 3}, to: []int{2, 3}, ops: names("Reshape", "Gather")},
		{name: "ScatterElements", op: "ScatterElements", consts: []*Tensor{intsOf([]int{1, 2}, -1, 0), floats([]int{1, 2}, 7, 8)}, attrs: attrs{"axis": int64(1), "reduction": "add"}, want: []float32{8, 1, 9, 3, 4, 5}, to: []int{2, 3}, ops: names("ScatterElements")},
		{name: "Scatter", opset: 10, op: "Scatter", consts: []*Tensor{intsOf([]int{1, 2}, 1, 0), floats([]int{1, 2}, 7, 8)}, want: []float32{0, 8, 2, 7, 4, 5}, to: []int{2, 3}, ops: names("ScatterElements")},
		{name: "ScatterND of elements", op: "ScatterND", consts: []*Tensor{intsOf([]int{2, 2}, 1, -1, 0, 0), floats([]int{2}, 7, 8)}, want: []float32{8, 1, 2, 3, 4, 7}, to: []int{2, 3}, ops: names("Reshape", "ScatterElements", "Reshape")},
		{name: "ScatterND of slices", op: "ScatterND", consts: []*Tensor{intsOf([]int{1, 1}, -1), floats([]int{1, 3}, 7, 8, 9)}, attrs: attrs{"reduction": "max"}, want: []float32{0, 1, 2, 7, 8, 9}, to: []int{2, 3}, ops: names("ScatterElements")},
		{name: "ScatterND of nothing", op: "ScatterND", consts: []*Tensor{intsOf([]int{0, 1}), floats([]int{0, 3})}, want: six, to: []int{2, 3}, ops: names("Reshape")},
		{name: "TopK attribute", opset: 9, op: "TopK", attrs: attrs{"k": int64(1)}, want: []float32{2, 5}, to: []int{2, 1}, ops: names("TopK")},
		{name: "TopK input", op: "TopK", consts: []*Tensor{ints(1)}, attrs: attrs{"axis": int64(0), "largest": int64(0)}, want: []float32{0, 1, 2}, to: []int{1, 3}, ops: names("TopK")},
		{name: "CumSum", op: "CumSum", consts: []*Tensor{NewTensor(Int32, []int{}, []int32{-1})}, attrs: attrs{"reverse": int64(1)}, want: []float32{3, 3, 2, 12, 9, 5}, to: []int{2, 3}, ops: names("CumSum")},
		{name: "EyeLike", op: "EyeLike", attrs: attrs{"k": int64(1)}, want: []float32{0, 1, 0, 0, 0, 1}, to: []int{2, 3}, ops: names()},
		{name: "Trilu", op: "Trilu", consts: []*Tensor{intsOf([]int{}, 1)}, want: []float32{0, 1, 2, 0, 0, 5}, to: []int{2, 3}, ops: names("Where")},
		{name: "CenterCropPad", op: "CenterCropPad", consts: []*Tensor{ints(3, 2)}, want: []float32{0, 1, 3, 4, 0, 0}, to: []int{3, 2}, ops: names("Slice", "Pad")},
		{name: "Pad again", op: "Pad", consts: []*Tensor{ints(0, 4, 0, 0)}, attrs: attrs{"mode": "reflect"}, want: []float32{0, 1, 2, 1, 0, 1, 2, 3, 4, 5, 4, 3, 4, 5}, to: []int{2, 7}, ops: names("Gather")},
		{name: "Einsum diagonal", op: "Einsum", inputs: names("x", "c1"), consts: []*Tensor{floats([]int{2, 2}, 1, 2, 3, 4)}, attrs: attrs{"equation": "ab, cc -> b"}, want: []float32{15, 25, 35}, to: []int{3}},
		{name: "Einsum product", op: "Einsum", consts: []*Tensor{floats([]int{3, 1}, 1, 2, 3)}, attrs: attrs{"equation": "...i,ij"}, want: []float32{8, 26}, to: []int{2, 1}, ops: names("MatMul")},
	} {
		if c.opset == 0 {
			c.opset = 18
		}
		c.shape, c.x = []int{2, 3}, six
		t.Run(c.name, c.run)
	}
}

// Indices that are known only when the graph runs.
func TestLowerVariableIndices(t *testing.T) {
	in := []ValueInfo{input("x", 2, 3), typedInput("i", Int32, 2, 2)}
	x, i := floats([]int{2, 3}, upTo(6)...), NewTensor(Int32, []int{2, 2}, []int32{-1, 1, 0, -2})
	for _, c := range []struct {
		name string
		m    *Model
		want []float32
	}{
		{"GatherElements", model(13, in, nil, node("GatherElements", names("x", "i"), names("y"), attrs{"axis": int64(1)})), []float32{2, 1, 3, 4}},
		{"GatherND", model(13, in, nil, node("GatherND", names("x", "i"), names("y"), nil)), []float32{4, 1}},
		{"ScatterND", model(13, in, map[string]*Tensor{"u": floats([]int{2}, 8, 9)}, node("ScatterND", names("x", "i", "u"), names("y"), nil)), []float32{0, 9, 2, 3, 8, 5}},
		{"OneHot", model(11, in, map[string]*Tensor{"d": ints(2), "v": floats([]int{2}, 0, 1)},
			node("OneHot", names("i", "d", "v"), names("h"), attrs{"axis": int64(0)}),
			node("ReduceSum", names("x"), names("s"), attrs{"axes": []int64{0, 1}, "keepdims": int64(0)}),
			node("Mul", names("h", "s"), names("y"), nil)), []float32{0, 0, 15, 15, 15, 15, 0, 0}},
		{"OneHot before wrapping", model(9, in, map[string]*Tensor{"d": ints(2), "v": floats([]int{2}, 0, 1)},
			node("OneHot", names("i", "d", "v"), names("h"), nil),
			node("ReduceSum", names("x"), names("s"), attrs{"axes": []int64{0, 1}, "keepdims": int64(0)}),
			node("Mul", names("h", "s"), names("y"), nil)), []float32{0, 0, 0, 15, 15, 0, 0, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			y := run(t, specialize(t, c.m, 2), map[string]*Tensor{"x": x, "i": i})["y"]
			require.Equal(t, c.want, y.Data)
		})
	}
}

// Whose results' shapes depend on values: of constants they are constants.
func TestLowerSets(t *testing.T) {
	x := intsOf([]int{2, 3}, 3, 0, 3, 7, -1, 0)
	for _, c := range []struct {
		op    string
		attrs attrs
		want  []*Tensor
	}{
		{"NonZero", nil, []*Tensor{intsOf([]int{2, 4}, 0, 0, 1, 1, 0, 2, 0, 1)}},
		{"Unique", nil, []*Tensor{ints(-1, 0, 3, 7), ints(4, 1, 0, 3), ints(2, 1, 2, 3, 0, 1), ints(1, 2, 2, 1)}},
		{"Unique", attrs{"sorted": int64(0)}, []*Tensor{ints(3, 0, 7, -1), ints(0, 1, 3, 4), ints(0, 1, 0, 2, 3, 1), ints(2, 2, 1, 1)}},
		{"Unique", attrs{"axis": int64(1)}, []*Tensor{intsOf([]int{2, 3}, 0, 3, 3, -1, 0, 7), ints(1, 2, 0), ints(2, 0, 1), ints(1, 1, 1)}},
	} {
		outs := names("o0", "o1", "o2", "o3")[:len(c.want)]
		m := model(13, []ValueInfo{input("z", 1)}, map[string]*Tensor{"x": x}, node(c.op, names("x"), outs, c.attrs))
		m.Graph.Outputs = nil
		for _, o := range outs {
			m.Graph.Outputs = append(m.Graph.Outputs, ValueInfo{Name: o})
		}
		s := specialize(t, m, 1)
		for k, o := range outs {
			require.Equal(t, c.want[k], s.Consts[o], "%s %v: %s", c.op, c.attrs, o)
		}
	}
}

func TestLowerIndexingRefuses(t *testing.T) {
	in := []ValueInfo{input("x", 2, 3), typedInput("i", Int64, 2, 2)}
	for says, n := range map[string]*Node{
		"index 3 is outside an extent of 2":        node("Gather", names("x", "three"), names("y"), nil),
		"index -4 is outside an extent of 3":       node("GatherElements", names("x", "far"), names("y"), attrs{"axis": int64(1)}),
		"do not fit data of shape [2 3] with 2":    node("GatherND", names("x", "i"), names("y"), attrs{"batch_dims": int64(2)}),
		"cannot put float32[2 3] in places":        node("ScatterElements", names("x", "i", "x"), names("y"), nil),
		"updates of shape [2 3] do not fit":        node("ScatterND", names("x", "i", "x"), names("y"), nil),
		`reduction "mean" is unknown`:              node("ScatterND", names("x", "i", "x"), names("y"), attrs{"reduction": "mean"}),
		"cannot find the first 4 of axis 1":        node("TopK", names("x", "four"), names("y"), nil),
		"depends on the model's inputs \"x\"":      node("NonZero", names("x"), names("y"), nil),
		"for 2 inputs, it has 1":                   node("Einsum", names("x"), names("y"), attrs{"equation": "ij,jk->ik"}),
		"asks for an axis 'k'":                     node("Einsum", names("x"), names("y"), attrs{"equation": "ij->ik"}),
		"axes 'i' have extents 2 and 3":            node("Einsum", names("x", "x"), names("y"), attrs{"equation": "ij,ki->jk"}),
		"subscripts \"ijk\" do not fit 2":          node("Einsum", names("x"), names("y"), attrs{"equation": "ijk->i"}),
		"where a letter is expected":               node("Einsum", names("x"), names("y"), attrs{"equation": "i2->i"}),
		"cannot reverse axis 0":                    node("ReverseSequence", names("x", "four"), names("y"), nil),
		"cannot continue shape [2 0] in mode edge": node("Pad", names("x", "cut"), names("y"), attrs{"mode": "edge"}),
		"its mode \"mirror\" is unknown":           node("Pad", names("x", "wide"), names("y"), attrs{"mode": "mirror"}),
		"its 7 rows are not blocks":                node("Col2Im", names("seven", "block", "block"), names("y"), nil),
	} {
		m := model(18, in, map[string]*Tensor{
			"three": ints(3), "far": intsOf([]int{1, 1}, -4), "four": ints(4), "block": ints(2, 2),
			"cut": ints(0, -3, 0, 1), "wide": ints(0, 1, 0, 1), "seven": floats([]int{1, 7, 3}, upTo(21)...),
		}, n)
		_, err := m.Specialize(2, nil, evalReference)
		require.ErrorContains(t, err, says)
	}
}
