package onnx

import (
	"slices"
)

// inferSpatial holds pooling and resampling.
var inferSpatial = map[string]inferRule{
	"MaxPool": inferMaxPool,
	"Resize":  inferResize,
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
	types := one(x.Type, toInts(shape))
	if len(i.n.Outputs) > 1 { // where the maxima were, in the whole of x
		types = append(types, TensorType{Int64, types[0].Shape})
	}
	return types
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
