package onnx

import (
	"slices"
)

// inferSpatial holds reductions, pooling and resampling.
var inferSpatial = map[string]inferRule{
	"ReduceSum": inferReduce,
	"ReduceMax": inferReduce,
	"ReduceMin": inferReduce,
	"Softmax":   inferSoftmax,
	"MaxPool":   inferMaxPool,
	"Resize":    inferResize,
}

func inferReduce(i *inference) []TensorType {
	x, axes := i.arg(0), i.ints(1)
	if !numeric(x.Type) {
		failf("it cannot reduce %v", x.Type)
	}
	gone := make([]bool, len(x.Shape))
	if len(axes) == 0 {
		failf("it names no axes")
	}
	for _, a := range axes {
		if a < 0 || a >= int64(len(gone)) || gone[a] {
			failf("its axes %v do not fit shape %v", axes, x.Shape)
		}
		if x.Shape[a] == 0 && i.n.Op != "ReduceSum" {
			failf("it has nothing to choose from along axis %d of shape %v", a, x.Shape)
		}
		gone[a] = true
	}
	keep := i.attrInt("keepdims") != 0
	shape := make([]int, 0, len(x.Shape))
	for d, n := range x.Shape {
		switch {
		case !gone[d]:
			shape = append(shape, n)
		case keep:
			shape = append(shape, 1)
		}
	}
	return one(x.Type, shape)
}

func inferSoftmax(i *inference) []TensorType {
	x := i.arg(0)
	if !x.Type.IsFloat() {
		failf("it cannot take %v", x.Type)
	}
	i.axis("axis", len(x.Shape))
	return one(x.Type, x.Shape)
}

func inferMaxPool(i *inference) []TensorType {
	x := i.arg(0)
	if len(x.Shape) < 3 || !numeric(x.Type) {
		failf("it cannot pool %v", x)
	}
	if i.attrInt("ceil_mode") != 0 {
		failf("its ceil_mode must have been turned into pads")
	}
	win := i.window(len(x.Shape) - 2)
	shape := []int64{int64(x.Shape[0]), int64(x.Shape[1])}
	for k, n := range x.Shape[2:] {
		shape = append(shape, win.outputs(k, int64(n)))
	}
	return one(x.Type, toInts(shape))
}

// resizeModes lists what each string attribute of Resize may be.
var resizeModes = map[string][]string{
	"mode": {"nearest", "linear", "cubic"},
	"coordinate_transformation_mode": {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel",
		"align_corners", "asymmetric"},
	"nearest_mode": {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"},
}

func inferResize(i *inference) []TensorType {
	x := i.arg(0)
	if !numeric(x.Type) {
		failf("it cannot resize %v", x.Type)
	}
	for name, allowed := range resizeModes {
		if v := i.attrStr(name); !slices.Contains(allowed, v) {
			unsupportedNode("its %s %q is unknown to lcfv", name, v)
		}
	}
	i.attrFloat("cubic_coeff_a")
	i.attrFloat("extrapolation_value")
	i.attrInt("exclude_outside")
	if i.has(3) {
		sizes := toInts(i.ints(3))
		if i.has(2) || len(sizes) != len(x.Shape) || slices.Contains(sizes, 0) != slices.Contains(x.Shape, 0) {
			failf("it cannot resize shape %v to %v", x.Shape, sizes)
		}
		return one(x.Type, sizes)
	}
	c := i.constant(2)
	scales, ok := c.Data.([]float32)
	if !ok || len(scales) != len(x.Shape) {
		failf("its scales %v do not fit shape %v", c.TensorType(), x.Shape)
	}
	shape := make([]int64, len(scales))
	for d, s := range scales {
		// In float32, as engines do: 10 elements times float32(0.7) are 7, not 6.
		n := s * float32(x.Shape[d])
		if !(s > 0) || !(n < maxElements) {
			failf("it cannot resize shape %v by %v", x.Shape, scales)
		}
		shape[d] = int64(n)
	}
	return one(x.Type, toInts(shape))
}
