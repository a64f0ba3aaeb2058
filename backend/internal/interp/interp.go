// Package interp computes the weights of ONNX's Resize operator: how each
// output element along an axis is made of input elements. Executing the
// operator and differentiating it both start from them.
package interp

import (
	"fmt"
	"math"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// Tap is one term of an output element: Weight times input element Index.
type Tap struct {
	Index  int
	Weight float64
}

// Axes returns the terms of each output element along each axis of a Resize
// from shape in to shape out, and nil for an axis that stays as it is. scales
// are the operator's, which need not be the quotients of the rounded extents;
// nil where it states sizes.
func Axes(n *onnx.Node, in, out []int, scales *onnx.Tensor) ([][][]Tap, error) {
	all := make([][][]Tap, len(in))
	for axis, d := range in {
		scale := float64(out[axis]) / float64(d)
		if scales != nil {
			scale = scales.Floats()[axis]
		}
		if d == out[axis] && scale == 1 {
			continue
		}
		taps := make([][]Tap, out[axis])
		for i := range taps {
			x, err := source(n, i, d, out[axis], scale)
			if err != nil {
				return nil, err
			}
			if taps[i], err = terms(n, x, d); err != nil {
				return nil, err
			}
		}
		all[axis] = taps
	}
	return all, nil
}

// source returns the position in the input, of extent in, that corresponds to
// position i of the output, of extent out (ONNX, Resize-19,
// coordinate_transformation_mode).
func source(n *onnx.Node, i, in, out int, scale float64) (float64, error) {
	x := float64(i)
	switch mode := n.Str("coordinate_transformation_mode"); mode {
	case "half_pixel":
		return (x+0.5)/scale - 0.5, nil
	case "half_pixel_symmetric":
		adjust := float64(out) / (float64(in) * scale)
		center := float64(in) / 2
		return center*(1-adjust) + (x+0.5)/scale - 0.5, nil
	case "pytorch_half_pixel":
		if out == 1 {
			return 0, nil
		}
		return (x+0.5)/scale - 0.5, nil
	case "align_corners":
		if out == 1 {
			return 0, nil
		}
		return x * float64(in-1) / float64(out-1), nil
	case "asymmetric":
		return x / scale, nil
	default:
		return 0, fmt.Errorf("coordinate_transformation_mode %q is not supported", mode)
	}
}

// terms returns the weights of the positions around x along an axis of the
// given extent. Positions outside stand for the nearest one inside, unless
// exclude_outside drops them.
func terms(n *onnx.Node, x float64, extent int) ([]Tap, error) {
	var weights []float64
	base := math.Floor(x)
	first, t := int(base), x-base
	switch mode := n.Str("mode"); mode {
	case "nearest":
		at, err := nearest(n.Str("nearest_mode"), x)
		return []Tap{{min(max(at, 0), extent-1), 1}}, err
	case "linear":
		weights = []float64{1 - t, t}
	case "cubic":
		first--
		a := float64(n.Float("cubic_coeff_a"))
		weights = []float64{cubic(1+t, a), cubic(t, a), cubic(1-t, a), cubic(2-t, a)}
	default:
		return nil, fmt.Errorf("mode %q is not supported", mode)
	}
	exclude := n.Int("exclude_outside") != 0
	sum := 0.0
	var taps []Tap
	for i, w := range weights {
		at := first + i
		if w == 0 || exclude && (at < 0 || at >= extent) {
			continue
		}
		sum += w
		at = min(max(at, 0), extent-1)
		if last := len(taps) - 1; last >= 0 && taps[last].Index == at {
			taps[last].Weight += w
		} else {
			taps = append(taps, Tap{at, w})
		}
	}
	if exclude {
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

// cubic is the cubic convolution kernel at distance d (Keys, "Cubic convolution
// interpolation for digital image processing", 1981, with parameter a).
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
