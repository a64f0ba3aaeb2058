// Package interp computes the weights of ONNX's Resize operator: how each
// output element along an axis is made of input elements. Rewriting the
// operator, executing it and differentiating it all start from them.
package interp

import (
	"fmt"
	"math"
)

// Tap is one term of an output element: Weight times input element Index.
type Tap struct {
	Index  int
	Weight float64
}

// Settings are the operator's attributes, in ONNX's terms.
type Settings struct {
	Mode           string // nearest, linear or cubic
	Coordinates    string // coordinate_transformation_mode
	Nearest        string // nearest_mode
	CubicA         float64
	ExcludeOutside bool
	Antialias      bool
}

// Node is a Resize node of a static graph.
type Node interface {
	Str(name string) string
	Int(name string) int64
	Float(name string) float32
}

// Of reads the settings of a node of a static graph, which filters nothing.
func Of(n Node) Settings {
	return Settings{
		Mode: n.Str("mode"), Coordinates: n.Str("coordinate_transformation_mode"), Nearest: n.Str("nearest_mode"),
		CubicA: float64(n.Float("cubic_coeff_a")), ExcludeOutside: n.Int("exclude_outside") != 0,
	}
}

// Axes returns the terms of each output element along each axis of a node from
// shape in to shape out, and nil for an axis that stays as it is. scales are the
// operator's, which need not be the quotients of the rounded extents; nil where
// it states sizes.
func Axes(n Node, in, out []int, scales []float64) ([][][]Tap, error) {
	s, all := Of(n), make([][][]Tap, len(in))
	for axis, d := range in {
		a := Axis{In: d, Out: out[axis], Scale: float64(out[axis]) / float64(d)}
		if scales != nil {
			a.Scale = scales[axis]
		}
		if a.In == a.Out && a.Scale == 1 {
			continue
		}
		var err error
		if all[axis], err = s.Taps(a); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Axis is what happens along one axis. Start and End are the part of the input
// that tf_crop_and_resize takes, 0 and 1 for all of it.
type Axis struct {
	In, Out    int
	Scale      float64
	Start, End float64
}

// Taps returns the terms of each output element: none for those that
// tf_crop_and_resize finds outside the input.
func (s Settings) Taps(a Axis) ([][]Tap, error) {
	taps := make([][]Tap, a.Out)
	for i := range taps {
		x, err := s.source(i, a)
		if err != nil {
			return nil, err
		}
		if s.Coordinates == "tf_crop_and_resize" && (x < 0 || x > float64(a.In-1)) {
			continue
		}
		if taps[i], err = s.terms(x, a); err != nil {
			return nil, err
		}
	}
	return taps, nil
}

// source returns the position in the input that corresponds to position i of the
// output (ONNX, Resize-19 and before, coordinate_transformation_mode).
func (s Settings) source(i int, a Axis) (float64, error) {
	x, in, out := float64(i), float64(a.In), float64(a.Out)
	switch s.Coordinates {
	case "half_pixel":
		return (x+0.5)/a.Scale - 0.5, nil
	case "half_pixel_symmetric":
		adjust := out / (in * a.Scale)
		return in/2*(1-adjust) + (x+0.5)/a.Scale - 0.5, nil
	case "pytorch_half_pixel":
		if a.Out == 1 {
			return 0, nil
		}
		return (x+0.5)/a.Scale - 0.5, nil
	case "tf_half_pixel_for_nn":
		return (x + 0.5) / a.Scale, nil
	case "align_corners":
		if a.Out == 1 {
			return 0, nil
		}
		return x * (in - 1) / (out - 1), nil
	case "asymmetric":
		return x / a.Scale, nil
	case "tf_crop_and_resize":
		if a.Out == 1 {
			return (a.Start + a.End) * (in - 1) / 2, nil
		}
		return a.Start*(in-1) + x*(a.End-a.Start)*(in-1)/(out-1), nil
	default:
		return 0, fmt.Errorf("coordinate_transformation_mode %q is not supported", s.Coordinates)
	}
}

// terms returns the weights of the positions around x. Positions outside stand
// for the nearest one inside, unless ExcludeOutside drops them.
func (s Settings) terms(x float64, a Axis) ([]Tap, error) {
	var kernel func(distance float64) float64
	reach := 1.0 // of the kernel
	switch s.Mode {
	case "nearest":
		at, err := nearest(s.Nearest, x)
		return []Tap{{min(max(at, 0), a.In-1), 1}}, err
	case "linear":
		kernel = func(d float64) float64 { return 1 - d }
	case "cubic":
		reach = 2
		kernel = func(d float64) float64 { return cubic(d, s.CubicA) }
	default:
		return nil, fmt.Errorf("mode %q is not supported", s.Mode)
	}
	stretch := 1.0
	if s.Antialias {
		stretch = max(1, 1/a.Scale)
	}
	var taps []Tap
	sum := 0.0
	for at := int(math.Floor(x-reach*stretch)) + 1; float64(at) < x+reach*stretch; at++ {
		w := kernel(math.Abs(float64(at)-x) / stretch)
		if w == 0 || s.ExcludeOutside && (at < 0 || at >= a.In) {
			continue
		}
		sum += w
		index := min(max(at, 0), a.In-1)
		if last := len(taps) - 1; last >= 0 && taps[last].Index == index {
			taps[last].Weight += w
		} else {
			taps = append(taps, Tap{index, w})
		}
	}
	if s.ExcludeOutside || s.Antialias {
		for i := range taps {
			taps[i].Weight /= sum
		}
	}
	return taps, nil
}

// nearest rounds a position.
func nearest(mode string, x float64) (int, error) {
	switch mode {
	case "round_prefer_floor":
		return int(math.Ceil(x - 0.5)), nil
	case "round_prefer_ceil":
		return int(math.Floor(x + 0.5)), nil
	case "floor":
		return int(math.Floor(x)), nil
	case "ceil":
		return int(math.Ceil(x)), nil
	}
	return 0, fmt.Errorf("nearest_mode %q is not supported", mode)
}

// cubic is the cubic convolution kernel at distance d < 2 (Keys, "Cubic
// convolution interpolation for digital image processing", 1981, with parameter
// a).
func cubic(d, a float64) float64 {
	if d <= 1 {
		return ((a+2)*d-(a+3))*d*d + 1
	}
	return ((a*d-5*a)*d+8*a)*d - 4*a
}

// Repeat reports whether the terms repeat each input element out/in times in
// place, and how often.
func Repeat(taps [][]Tap, in int) (times int, ok bool) {
	if in == 0 || len(taps)%in != 0 {
		return 0, false
	}
	times = len(taps) / in
	for i, t := range taps {
		if len(t) != 1 || t[0].Index != i/times || t[0].Weight != 1 {
			return 0, false
		}
	}
	return times, true
}
