package onnx

import "slices"

// lowerResampling holds Resize and what it replaced.
var lowerResampling = map[string]lowerRule{
	"Resize":   lowerResize,
	"Upsample": lowerUpsample,
}

// resizeAttrs are the attributes of a Resize with their defaults of opset 19.
func resizeAttrs(mode string) map[string]any {
	return map[string]any{
		"mode":                           mode,
		"coordinate_transformation_mode": "half_pixel",
		"nearest_mode":                   "round_prefer_floor",
		"cubic_coeff_a":                  float32(-0.75),
		"exclude_outside":                int64(0),
		"extrapolation_value":            float32(0),
	}
}

// lowerUpsample: the scales became an input in opset 9. Coordinates of the
// result are divided by the scale, nothing else.
func lowerUpsample(l *lowering) []string {
	x := l.arg(0)
	attrs := resizeAttrs(l.attrStr("mode", "nearest"))
	attrs["coordinate_transformation_mode"] = "asymmetric"
	attrs["nearest_mode"] = "floor"
	var scales []float32
	if l.opset < 9 {
		l.arity(1, 1)
		scales = l.attrFloats("scales", nil)
	} else {
		l.arity(2, 2)
		scales = l.constFloats(1)
	}
	return l.resizeBy(x, scales, from(0, len(l.shape(x))), attrs)
}

// constFloats is the value of the k-th input, a constant list of floats.
func (l *lowering) constFloats(k int) []float32 {
	c := l.constant(k)
	if !c.Type.IsFloat() || len(c.Shape) != 1 {
		failf("its input %d must be a list of floats, not %v", k, c.TensorType())
	}
	if v, ok := c.Data.([]float32); ok {
		return v
	}
	return convert[float32](c.Floats())
}

// lowerResize: opset 10 had scales only and the coordinates of Upsample; 11
// brought sizes and modes, 18 axes.
func lowerResize(l *lowering) []string {
	x := l.arg(0)
	attrs := resizeAttrs(l.attrStr("mode", "nearest"))
	if l.opset < 11 {
		l.arity(2, 2)
		attrs["coordinate_transformation_mode"] = "asymmetric"
		attrs["nearest_mode"] = "floor"
		return l.resizeBy(x, l.constFloats(1), from(0, len(l.shape(x))), attrs)
	}
	l.arity(2, 4)
	for name, def := range attrs {
		switch def := def.(type) {
		case string:
			attrs[name] = l.attrStr(name, def)
		case float32:
			attrs[name] = l.attrFloat(name, def)
		case int64:
			attrs[name] = l.attrInt(name, def)
		}
	}
	if attrs["coordinate_transformation_mode"] == "tf_crop_and_resize" {
		unsupportedNode("it crops and resizes at once (tf_crop_and_resize): export with another coordinate_transformation_mode")
	}
	if l.attrInt("antialias", 0) != 0 {
		unsupportedNode("it filters while it shrinks (antialias=1): export with antialias=False")
	}
	along := from(0, len(l.shape(x)))
	if l.hasAttr("axes") {
		along = axes(l.attrInts("axes", nil), len(l.shape(x)))
	}
	policy := l.attrStr("keep_aspect_ratio_policy", "stretch")
	if l.has(2) && len(l.constFloats(2)) > 0 {
		return l.resizeBy(x, l.constFloats(2), along, attrs)
	}
	if policy != "stretch" {
		unsupportedNode("its keep_aspect_ratio_policy %q is unknown to lcfv: export with explicit sizes", policy)
	}
	return l.resizeTo(x, l.constInts(3), along, attrs)
}

// resizeBy emits the node's output by scales along some axes.
func (l *lowering) resizeBy(x string, scales []float32, along []int, attrs map[string]any) []string {
	all := slices.Repeat([]float32{1}, len(l.shape(x)))
	if len(scales) != len(along) {
		failf("its %d scales do not fit %d axes", len(scales), len(along))
	}
	for k, d := range along {
		all[d] = scales[k]
	}
	if !slices.ContainsFunc(all, func(s float32) bool { return s != 1 }) {
		return []string{x}
	}
	s := l.define(l.temp("scales"), NewTensor(Float32, []int{len(all)}, all))
	return l.result("Resize", attrs, x, "", s)
}

// resizeTo emits the node's output by extents along some axes.
func (l *lowering) resizeTo(x string, sizes []int64, along []int, attrs map[string]any) []string {
	all := toInt64s(l.shape(x))
	if len(sizes) != len(along) {
		failf("its %d sizes do not fit %d axes", len(sizes), len(along))
	}
	for k, d := range along {
		all[d] = sizes[k]
	}
	if slices.Equal(all, toInt64s(l.shape(x))) {
		return []string{x}
	}
	return l.result("Resize", attrs, x, "", "", l.ints("sizes", all))
}
