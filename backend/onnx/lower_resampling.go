package onnx

import (
	"math"
	"slices"

	"github.com/lcfv-go/lcfv/backend/internal/interp"
)

// lowerResampling holds Resize, what it replaced, and sampling on a grid.
var lowerResampling = map[string]lowerRule{
	"Resize":     lowerResize,
	"Upsample":   lowerUpsample,
	"GridSample": lowerGridSample,
	"AffineGrid": lowerAffineGrid,
}

// resampling is a Resize whose attributes and inputs have been read.
type resampling struct {
	interp.Settings
	extrapolation float32
	axes          []interp.Axis // of all axes
	scales        []float32     // of all axes, nil where the extents were stated
}

// newResampling changes nothing yet. Upsample, and Resize before opset 11, divide
// coordinates by the scale and do nothing else.
func (l *lowering) newResampling(x string) *resampling {
	r := &resampling{Settings: interp.Settings{
		Mode: l.attrStr("mode", "nearest"), Coordinates: "asymmetric", Nearest: "floor", CubicA: -0.75,
	}}
	for _, n := range l.shape(x) {
		r.axes = append(r.axes, interp.Axis{In: n, Out: n, Scale: 1, End: 1})
	}
	return r
}

// lowerUpsample: the scales became an input in opset 9.
func lowerUpsample(l *lowering) []string {
	x := l.arg(0)
	r := l.newResampling(x)
	if l.opset < 9 {
		l.arity(1, 1)
		r.by(l.attrFloats("scales", nil), from(0, len(r.axes)))
	} else {
		l.arity(2, 2)
		r.by(l.constFloats(1), from(0, len(r.axes)))
	}
	return l.resample(x, r)
}

// lowerResize: opset 11 brought sizes and modes, 18 axes, filters and policies.
func lowerResize(l *lowering) []string {
	x := l.arg(0)
	r := l.newResampling(x)
	along := from(0, len(r.axes))
	if l.opset < 11 {
		l.arity(2, 2)
		r.by(l.constFloats(1), along)
		return l.resample(x, r)
	}
	l.arity(2, 4)
	r.Coordinates = l.attrStr("coordinate_transformation_mode", "half_pixel")
	r.Nearest = l.attrStr("nearest_mode", "round_prefer_floor")
	r.CubicA = float64(l.attrFloat("cubic_coeff_a", -0.75))
	r.ExcludeOutside = l.attrInt("exclude_outside", 0) != 0
	r.Antialias = l.attrInt("antialias", 0) != 0 && r.Mode != "nearest"
	r.extrapolation = l.attrFloat("extrapolation_value", 0)
	policy := l.attrStr("keep_aspect_ratio_policy", "stretch")
	if l.hasAttr("axes") {
		along = axes(l.attrInts("axes", nil), len(r.axes))
	}
	if r.Coordinates == "tf_crop_and_resize" {
		r.crop(l.constFloats(1), along)
	}
	if l.has(2) && len(l.constFloats(2)) > 0 {
		r.by(l.constFloats(2), along)
	} else {
		r.to(l.constInts(3), along, policy)
	}
	return l.resample(x, r)
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

// crop reads the part of the input that is resized, all starts and then all
// ends, in fractions of the extents.
func (r *resampling) crop(roi []float32, along []int) {
	if len(roi) != 2*len(along) {
		failf("its region of interest of %d numbers does not fit %d axes", len(roi), len(along))
	}
	for k, d := range along {
		start, end := float64(roi[k]), float64(roi[len(along)+k])
		if !(math.Abs(start) < maxElements) || !(math.Abs(end) < maxElements) {
			failf("its region of interest %v is impossible", roi)
		}
		r.axes[d].Start, r.axes[d].End = start, end
	}
}

// by takes scales along some axes.
func (r *resampling) by(scales []float32, along []int) {
	if len(scales) != len(along) {
		failf("its %d scales do not fit %d axes", len(scales), len(along))
	}
	r.scales = slices.Repeat([]float32{1}, len(r.axes))
	for k, d := range along {
		a, s := &r.axes[d], scales[k]
		// In float32, as engines do: 10 elements times float32(0.7) are 7, not 6.
		n := s * float32(a.In) * float32(a.End-a.Start)
		if !(s > 0) || !(n < maxElements) {
			failf("it cannot resize an extent of %d by %v", a.In, s)
		}
		r.scales[d], a.Scale, a.Out = s, float64(s), int(max(n, 0))
	}
}

// to takes extents along some axes, by a policy of keeping their ratio.
func (r *resampling) to(sizes []int64, along []int, policy string) {
	if len(sizes) != len(along) {
		failf("its %d sizes do not fit %d axes", len(sizes), len(along))
	}
	var ratios []float64
	for k, n := range toInts(sizes) {
		a := &r.axes[along[k]]
		if (n == 0) != (a.In == 0) {
			failf("it cannot resize an extent of %d to %d", a.In, n)
		}
		a.Out = n
		if a.In > 0 {
			a.Scale = float64(n) / float64(a.In)
			ratios = append(ratios, a.Scale)
		}
	}
	if len(ratios) == 0 {
		return
	}
	scale := slices.Min(ratios)
	switch policy {
	case "stretch":
		return
	case "not_larger":
	case "not_smaller":
		scale = slices.Max(ratios)
	default:
		unsupportedNode("its keep_aspect_ratio_policy %q is unknown to lcfv", policy)
	}
	for _, d := range along {
		a := &r.axes[d]
		a.Scale, a.Out = scale, toInts([]int64{int64(math.Floor(scale*float64(a.In) + 0.5))})[0]
	}
}

// maxResampled bounds extents for which terms are listed.
const maxResampled = 1 << 20

// changed reports whether anything happens along an axis.
func changed(a interp.Axis) bool {
	return a.In != a.Out || a.Scale != 1 || a.Start != 0 || a.End != 1
}

// resample emits the node's output: as a Resize where that is of a kind that
// every engine has, else axis by axis.
func (l *lowering) resample(x string, r *resampling) []string {
	out := make([]int, len(r.axes))
	var along []int
	for d, a := range r.axes {
		if out[d] = a.Out; changed(a) {
			along = append(along, d)
		}
	}
	total, ok := elements(out)
	switch {
	case !ok:
		failf("its result of shape %v is too large", out)
	case len(along) == 0:
		return []string{x}
	case total == 0:
		return []string{l.define(l.out(0), NewTensor(l.typeOf(x), out, nil))}
	case r.common(l.typeOf(x), along):
		return l.resize(x, r, out)
	}
	outside := map[int][]bool{}
	for _, d := range along {
		if a := r.axes[d]; max(a.In, a.Out) > maxResampled {
			unsupportedNode("it resizes an extent of %d to %d; at most %d are supported", a.In, a.Out, maxResampled)
		}
		taps, err := r.Taps(r.axes[d])
		if err != nil {
			unsupportedNode("%v", err)
		}
		if r.Mode == "nearest" {
			x = l.pick(x, d, taps)
		} else {
			x = l.interpolate(x, d, taps)
		}
		if missing := missing(taps); missing != nil {
			outside[d] = missing
		}
	}
	if len(outside) == 0 {
		return []string{x}
	}
	value := l.scalar("extrapolation value", l.typeOf(x), float64(r.extrapolation))
	return l.result("Where", nil, l.anyOf(outside, len(out)), value, x)
}

// common reports whether every engine has a Resize of these settings.
func (r *resampling) common(t DataType, along []int) bool {
	rank, first, last := len(r.axes), along[0], along[len(along)-1]
	for d, a := range r.axes {
		// A scale that belongs to another extent can only be stated as such.
		if r.scales == nil && slices.Contains(along, d) && a.Scale != float64(a.Out)/float64(a.In) {
			return false
		}
	}
	if r.Coordinates == "tf_half_pixel_for_nn" || r.Coordinates == "tf_crop_and_resize" || r.Antialias {
		return false
	}
	switch r.Mode {
	case "nearest":
		return t == Float32
	case "linear":
		return t.IsFloat() && !r.ExcludeOutside && (rank == 2 || rank == 3 || rank == 4 && (first > 1 || first > 0 && last < 3) || rank == 5 && first > 1)
	case "cubic":
		return t.IsFloat() && (rank == 2 || rank == 4 && first > 1)
	}
	return false
}

// resize emits a Resize node.
func (l *lowering) resize(x string, r *resampling, out []int) []string {
	attrs := map[string]any{
		"mode":                           r.Mode,
		"coordinate_transformation_mode": r.Coordinates,
		"nearest_mode":                   r.Nearest,
		"cubic_coeff_a":                  float32(r.CubicA),
		"exclude_outside":                int64(0),
		"extrapolation_value":            float32(0),
	}
	if r.ExcludeOutside {
		attrs["exclude_outside"] = int64(1)
	}
	if r.scales == nil {
		return l.result("Resize", attrs, x, "", "", l.ints("sizes", toInt64s(out)))
	}
	s := l.define(l.temp("scales"), NewTensor(Float32, []int{len(r.scales)}, r.scales))
	return l.result("Resize", attrs, x, "", s)
}
