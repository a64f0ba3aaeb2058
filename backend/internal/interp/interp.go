// Package interp computes the weights of ONNX's Resize operator: how each
// output element along an axis is made of input elements. Executing the
// operator and differentiating it both start from them.
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

// Settings are the attributes of Resize, in ONNX's words.
type Settings struct {
	Mode        string // nearest, linear
	Coordinate  string // half_pixel, asymmetric, align_corners, pytorch_half_pixel, half_pixel_symmetric
	NearestMode string // round_prefer_floor, round_prefer_ceil, floor, ceil
}

// Axis returns the terms of each of the out elements that in elements are
// resized to. scale is out/in as the operator states it, which need not be the
// quotient of the rounded extents.
func Axis(s Settings, in, out int, scale float64) ([][]Tap, error) {
	taps := make([][]Tap, out)
	for i := range taps {
		x, err := s.source(float64(i), in, out, scale)
		if err != nil {
			return nil, err
		}
		switch s.Mode {
		case "nearest":
			k, err := s.nearest(x)
			if err != nil {
				return nil, err
			}
			taps[i] = []Tap{{min(max(k, 0), in-1), 1}}
		case "linear":
			x = min(max(x, 0), float64(in-1))
			low := math.Floor(x)
			k := int(low)
			if x == low {
				taps[i] = []Tap{{k, 1}}
			} else {
				taps[i] = []Tap{{k, low + 1 - x}, {k + 1, x - low}}
			}
		default:
			return nil, fmt.Errorf("resizing of mode %q is not supported: nearest and linear are", s.Mode)
		}
	}
	return taps, nil
}

// source is the input coordinate of output element i.
func (s Settings) source(i float64, in, out int, scale float64) (float64, error) {
	switch s.Coordinate {
	case "half_pixel":
		return (i+0.5)/scale - 0.5, nil
	case "asymmetric":
		return i / scale, nil
	case "align_corners":
		if out == 1 {
			return 0, nil
		}
		return i * float64(in-1) / float64(out-1), nil
	case "pytorch_half_pixel":
		if out == 1 {
			return 0, nil
		}
		return (i+0.5)/scale - 0.5, nil
	case "half_pixel_symmetric":
		adjustment := float64(out) / (scale * float64(in))
		center := float64(in) / 2
		return center*(1-adjustment) + (i+0.5)/scale - 0.5, nil
	default:
		return 0, fmt.Errorf("the coordinate transformation %q of resizing is not supported", s.Coordinate)
	}
}

func (s Settings) nearest(x float64) (int, error) {
	switch s.NearestMode {
	case "round_prefer_floor":
		return int(math.Ceil(x - 0.5)), nil
	case "round_prefer_ceil":
		return int(math.Floor(x + 0.5)), nil
	case "floor":
		return int(math.Floor(x)), nil
	case "ceil":
		return int(math.Ceil(x)), nil
	default:
		return 0, fmt.Errorf("the nearest mode %q of resizing is not supported", s.NearestMode)
	}
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
