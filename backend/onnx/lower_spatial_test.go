package onnx

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Settings that every engine has stay a Resize; others become gathers and
// products, also where an engine would limit the axes.
func TestResizeForms(t *testing.T) {
	by := func(s ...float32) []*Tensor { return []*Tensor{nil, floats([]int{len(s)}, s...)} }
	to := func(n ...int64) []*Tensor { return []*Tensor{nil, nil, ints(n...)} }
	image := []int{1, 2, 4, 4}
	for _, c := range []lowerCase{
		{name: "linear", consts: by(1, 1, 2, 2), attrs: attrs{"mode": "linear"}, shape: image, ops: names("Resize")},
		{name: "cubic", consts: by(1, 1, 2, 2), attrs: attrs{"mode": "cubic", "exclude_outside": int64(1)}, shape: image, ops: names("Resize")},
		{name: "of channels", consts: by(1, 2, 2, 2), attrs: attrs{"mode": "linear"}, shape: image, ops: names("Reshape", "MatMul", "Reshape", "Reshape", "MatMul", "Reshape", "Reshape", "MatMul", "Reshape")},
		{name: "filtered", consts: by(1, 1, 1, .5), attrs: attrs{"mode": "linear", "antialias": int64(1)}, shape: image, ops: names("Reshape", "MatMul", "Reshape")},
		{name: "nearest filters nothing", consts: by(1, 1, 1, .5), attrs: attrs{"antialias": int64(1)}, shape: image, ops: names("Resize")},
		{name: "nothing to do", consts: by(1, 1, 1, 1), attrs: attrs{"mode": "cubic"}, shape: image, ops: names("Reshape")},
		{name: "policy", consts: to(4, 4), attrs: attrs{"keep_aspect_ratio_policy": "not_smaller", "axes": []int64{2, 3}}, shape: []int{1, 2, 3, 4}, ops: names("Gather", "Gather")},
		{name: "policy, square", consts: to(8, 8), attrs: attrs{"keep_aspect_ratio_policy": "not_larger", "axes": []int64{2, 3}}, shape: image, ops: names("Resize")},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.opset, c.op = 18, "Resize"
			require.Equal(t, c.ops, ops(specialize(t, c.model(), 1)))
		})
	}
}

func TestSpatialRefusals(t *testing.T) {
	roi := func(v ...float32) *Tensor { return floats([]int{len(v)}, v...) }
	crop := attrs{"coordinate_transformation_mode": "tf_crop_and_resize", "mode": "linear"}
	two := attrs{"kernel_shape": []int64{2}}
	for message, c := range map[string]lowerCase{
		"region of interest of 2 numbers":            {op: "Resize", consts: []*Tensor{roi(0, 1), nil, ints(1, 1, 2)}, attrs: crop, shape: []int{1, 1, 4}},
		`keep_aspect_ratio_policy "shrink"`:          {op: "Resize", consts: []*Tensor{nil, nil, ints(1, 1, 2)}, attrs: attrs{"keep_aspect_ratio_policy": "shrink"}, shape: []int{1, 1, 4}},
		`mode "area" is not supported`:               {op: "Resize", consts: []*Tensor{nil, nil, ints(1, 1, 2)}, attrs: attrs{"mode": "area"}, shape: []int{1, 1, 4}},
		"cannot resize an extent of 4 to 0":          {op: "Resize", consts: []*Tensor{nil, nil, ints(1, 1, 0)}, shape: []int{1, 1, 4}},
		"at most 1048576":                            {op: "Resize", consts: []*Tensor{nil, nil, ints(1, 1, 1<<20+1)}, attrs: attrs{"mode": "cubic"}, shape: []int{1, 1, 4}},
		"it cannot sample float32[1 1 4]":            {op: "GridSample", consts: []*Tensor{floats([]int{2, 3, 1}, 0, 0, 0, 0, 0, 0)}, shape: []int{1, 1, 4}},
		`padding_mode "wrap"`:                        {op: "GridSample", consts: []*Tensor{floats([]int{1, 1, 1}, 0)}, attrs: attrs{"padding_mode": "wrap"}, shape: []int{1, 1, 4}},
		"do not fit images of shape [1 1 2 2]":       {op: "AffineGrid", consts: []*Tensor{ints(1, 1, 2, 2)}, shape: []int{1, 3, 2}},
		"its indices":                                {op: "MaxUnpool", consts: []*Tensor{ints(0, 1)}, attrs: two, shape: []int{1, 1, 2}},
		"its p is 0":                                 {op: "LpPool", attrs: attrs{"kernel_shape": []int64{2}, "p": int64(0)}, shape: []int{1, 1, 2}},
		"storage_order=1":                            {op: "MaxPool", attrs: attrs{"kernel_shape": []int64{1, 1, 1}, "storage_order": int64(1)}, shape: []int{1, 1, 2, 2, 2}},
		"does not hold the images of shape [1 1 4] ": {op: "MaxUnpool", inputs: names("x", "i", "s"), attrs: attrs{"kernel_shape": []int64{2}, "strides": []int64{2}}, shape: []int{1, 1, 2}},
	} {
		c.opset = 20
		m := c.model()
		switch c.op {
		case "MaxPool":
			m.Graph.Nodes[0].Outputs = names("y", "positions")
		case "MaxUnpool":
			m.Graph.Initializers["i"] = NewTensor(Int64, []int{1, 1, 2}, []int64{0, 3})
			m.Graph.Initializers["s"] = ints(1, 1, 3)
		}
		_, err := m.Specialize(1, nil, evalReference)
		require.ErrorContains(t, err, message)
	}
}
