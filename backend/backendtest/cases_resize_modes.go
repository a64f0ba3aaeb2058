package backendtest

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// resizing is a Resize of one axis, as ONNX describes it.
type resizing struct {
	mode, coordinates, nearest string
	scale                      float64
	in, out                    int
	start, end                 float64 // of the region of tf_crop_and_resize
	exclude, antialias         bool
}

// source is where the operator looks for output i.
func (r resizing) source(i int) float64 {
	x, last, size := float64(i), float64(r.in-1), float64(r.out)
	switch r.coordinates {
	case "asymmetric":
		return x / r.scale
	case "align_corners":
		return x * last / (size - 1)
	case "half_pixel_symmetric":
		return float64(r.in)/2*(1-size/(r.scale*float64(r.in))) + (x+0.5)/r.scale - 0.5
	case "tf_half_pixel_for_nn":
		return (x + 0.5) / r.scale
	case "tf_crop_and_resize":
		return r.start*last + x*(r.end-r.start)*last/(size-1)
	default: // half_pixel, and pytorch_half_pixel of more than one element
		return (x+0.5)/r.scale - 0.5
	}
}

// weight is that of an input at a distance from the source.
func (r resizing) weight(distance float64) float64 {
	if r.antialias {
		distance *= min(r.scale, 1)
	}
	d := math.Abs(distance)
	switch {
	case r.mode == "linear":
		return max(1-d, 0)
	case d < 1:
		return 1.25*d*d*d - 2.25*d*d + 1
	case d < 2:
		return -0.75 * (d - 1) * (d - 2) * (d - 2)
	}
	return 0
}

// apply resizes an axis; outputs whose source is outside are NaN where that
// matters.
func (r resizing) apply(a *array, axis int) *array {
	shape := slices.Clone(a.shape)
	shape[axis] = r.out
	return build(shape, func(idx []int) float64 {
		x := r.source(idx[axis])
		if r.coordinates == "tf_crop_and_resize" && (x < 0 || x > float64(r.in-1)) {
			return math.NaN()
		}
		at := slices.Clone(idx)
		value := func(i int) float64 {
			at[axis] = min(max(i, 0), r.in-1)
			return a.at(at...)
		}
		if r.mode == "nearest" {
			i := map[string]float64{
				"floor": math.Floor(x), "ceil": math.Ceil(x),
				"round_prefer_ceil": math.Floor(x + 0.5), "round_prefer_floor": math.Ceil(x - 0.5),
			}[r.nearest]
			return value(int(i))
		}
		sum, norm := 0.0, 0.0
		for i := -10 * r.in; i < 10*r.in; i++ { // more than any filter reaches
			w := r.weight(float64(i) - x)
			if r.exclude && (i < 0 || i >= r.in) {
				w = 0
			}
			sum += w * value(i)
			norm += w
		}
		return sum / norm
	})
}

// resizeModeCases go through the operator's settings.
func resizeModeCases() []opCase {
	var cases []opCase
	twice, mixed := []float64{2, 2}, []float64{1.5, 0.75}
	for _, coordinates := range []string{"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric"} {
		for _, mode := range []string{"linear", "cubic"} {
			cases = append(cases,
				resizeCase(attrs{"mode": mode, "coordinate_transformation_mode": coordinates}, []int{2, 4, 5}, 2, mixed, nil),
				resizeCase(attrs{"mode": mode, "coordinate_transformation_mode": coordinates}, []int{2, 4, 5}, 2, nil, []int{7, 3}))
		}
		for _, nearest := range []string{"floor", "ceil", "round_prefer_floor", "round_prefer_ceil"} {
			a := attrs{"mode": "nearest", "coordinate_transformation_mode": coordinates, "nearest_mode": nearest}
			cases = append(cases, resizeCase(a, []int{2, 4, 5}, 2, twice, nil), resizeCase(a, []int{2, 4, 8}, 2, []float64{1, 0.5}, nil))
		}
	}
	linear, cubic := attrs{"mode": "linear"}, attrs{"mode": "cubic"}
	with := func(a attrs, more attrs) attrs {
		a = maps.Clone(a)
		maps.Copy(a, more)
		return a
	}
	filter, exclude := attrs{"antialias": int64(1)}, attrs{"exclude_outside": int64(1)}
	crop := attrs{"coordinate_transformation_mode": "tf_crop_and_resize", "extrapolation_value": float32(0.25)}
	return append(cases,
		resizeCase(linear, []int{2, 6}, 2, []float64{2}, nil),             // one axis
		resizeCase(cubic, []int{2, 6}, 2, []float64{1.5}, nil),            //
		resizeCase(linear, []int{2, 3, 2, 4}, 2, []float64{2, 3, 1}, nil), // three axes
		resizeCase(cubic, []int{2, 3, 2, 4}, 2, []float64{1, 2, 1.5}, nil),
		resizeCase(linear, []int{3, 2, 4}, 1, []float64{2, 1, 2}, nil), // channels too
		resizeCase(with(linear, exclude), []int{2, 4, 5}, 2, mixed, nil),
		resizeCase(with(cubic, exclude), []int{2, 4, 5}, 2, mixed, nil),
		resizeCase(with(linear, filter), []int{2, 9, 8}, 2, []float64{0.4, 2}, nil),
		resizeCase(with(cubic, filter), []int{2, 9, 8}, 2, nil, []int{4, 3}),
		resizeCase(with(with(cubic, filter), exclude), []int{2, 9, 8}, 2, nil, []int{4, 3}),
		resizeCase(with(linear, crop), []int{2, 6, 5}, 2, nil, []int{4, 7}),
		resizeCase(with(attrs{"mode": "nearest", "nearest_mode": "floor"}, crop), []int{2, 6, 5}, 2, nil, []int{4, 7}),
		resizeCase(attrs{"mode": "nearest", "nearest_mode": "floor", "coordinate_transformation_mode": "tf_half_pixel_for_nn"}, []int{2, 4, 6}, 2, nil, []int{5, 3}),
		resizeCase(with(linear, attrs{"keep_aspect_ratio_policy": "not_larger"}), []int{2, 4, 6}, 2, nil, []int{7, 8}),
		resizeCase(with(cubic, attrs{"keep_aspect_ratio_policy": "not_smaller"}), []int{2, 4, 6}, 2, nil, []int{7, 8}),
	)
}

// resizeCase makes a case of the axes from first on, by scales or to sizes.
func resizeCase(a attrs, sample []int, first int, scales []float64, sizes []int) opCase {
	str := func(name, def string) string {
		if v, ok := a[name].(string); ok {
			return v
		}
		return def
	}
	base := resizing{
		mode: str("mode", "nearest"), coordinates: str("coordinate_transformation_mode", "half_pixel"), nearest: str("nearest_mode", "round_prefer_floor"),
		exclude: a["exclude_outside"] != nil, antialias: a["antialias"] != nil, start: 0.125, end: 1.25,
	}
	var all []resizing
	for k := range max(len(scales), len(sizes)) {
		r := base
		r.in = sample[first-1+k]
		if scales != nil {
			r.scale = float64(float32(scales[k]))
			r.out = int(r.scale * float64(r.in))
		} else {
			r.scale, r.out = float64(sizes[k])/float64(r.in), sizes[k]
		}
		all = append(all, r)
	}
	if policy := str("keep_aspect_ratio_policy", ""); policy != "" {
		pick := map[string]func(a, b float64) float64{"not_larger": math.Min, "not_smaller": math.Max}[policy]
		scale := pick(all[0].scale, all[1].scale)
		for k := range all {
			all[k].scale, all[k].out = scale, int(math.Round(scale*float64(all[k].in)))
		}
	}
	opset := int64(19)
	if base.coordinates == "tf_half_pixel_for_nn" {
		opset = 11
	}
	return opCase{
		name: fmt.Sprintf("Resize/%v, %v from axis %d by %v to %v", a, sample, first, scales, sizes), opset: opset,
		sample: sample, lo: -1, hi: 1,
		build: func(g *graph, x string) string { return g.resize(a, x, first, scales, sizes) },
		ref: func(x *array) *array {
			for k, r := range all {
				if r.in != r.out || r.scale != 1 || r.coordinates == "tf_crop_and_resize" {
					x = r.apply(x, first+k)
				}
			}
			return x.apply(func(v float64) float64 {
				if math.IsNaN(v) {
					return 0.25
				}
				return v
			})
		},
	}
}

// resize adds a Resize node, with the attribute axes where the opset has it.
func (g *graph) resize(a attrs, x string, first int, scales []float64, sizes []int) string {
	a = maps.Clone(a)
	axes := make([]int64, max(len(scales), len(sizes)))
	for k := range axes {
		axes[k] = int64(first + k)
	}
	lead := first // axes before those resized, which the inputs state too
	if g.model.Opsets[""] >= 18 {
		a["axes"], lead = axes, 0
	}
	roi := ""
	if a["coordinate_transformation_mode"] == "tf_crop_and_resize" {
		both := full(0.125, 2*len(axes))
		for k := range axes {
			both.data[len(axes)+k] = 1.25
		}
		roi = g.floats(both)
	}
	if scales != nil {
		all := full(1, lead+len(scales))
		copy(all.data[lead:], scales)
		return g.node("Resize", a, x, roi, g.floats(all))
	}
	to := int64s(sizes)
	if lead == 0 {
		return g.node("Resize", a, x, roi, "", g.ints(to...))
	}
	head := g.node("Slice", nil, g.node("Shape", nil, x), g.ints(0), g.ints(int64(lead)))
	return g.node("Resize", a, x, roi, "", g.node("Concat", attrs{"axis": int64(0)}, head, g.ints(to...)))
}
