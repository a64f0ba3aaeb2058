package native

import (
	"fmt"
	"math"

	"github.com/lcfv-go/lcfv/backend/native/internal/nd"
	"github.com/lcfv-go/lcfv/backend/onnx"
)

// resize resamples along every axis on its own.
func resize(c *compiler, n *onnx.Node) (step, error) {
	in, out := c.types[n.Inputs[0]], c.types[n.Outputs[0]]
	scales := make([]float64, len(in.Shape))
	for i, d := range in.Shape {
		scales[i] = float64(out.Shape[i]) / float64(d)
	}
	if t := c.constant(n.Input(2)); t != nil && t.Len() == len(scales) {
		copy(scales, t.Floats())
	}
	if n.Str("mode") == "nearest" {
		return resizeNearest(c, n, scales)
	}
	taps := make([][][]nd.Tap, len(in.Shape))
	for axis, d := range in.Shape {
		if d == out.Shape[axis] && scales[axis] == 1 {
			continue
		}
		for i := range out.Shape[axis] {
			x, err := resizeCoordinate(n, i, d, out.Shape[axis], scales[axis])
			if err != nil {
				return nil, err
			}
			terms, err := interpolation(n, x, d)
			if err != nil {
				return nil, err
			}
			taps[axis] = append(taps[axis], terms)
		}
	}
	r := nd.NewResample(in.Shape, taps)
	x, y := c.id(n.Inputs[0]), c.id(n.Outputs[0])
	size := r.Scratch()
	switch in.Type {
	case onnx.Float32:
		c.scratch(size, 0)
		return func(m *frame) error {
			nd.Interpolate(r, at[float32](m, y), at[float32](m, x), m.scratch32[:size])
			return nil
		}, nil
	case onnx.Float64:
		c.scratch(0, size)
		return func(m *frame) error {
			nd.Interpolate(r, at[float64](m, y), at[float64](m, x), m.scratch64[:size])
			return nil
		}, nil
	}
	return nil, typeError(in)
}

// resizeCoordinate returns the position in the input, of extent in, that
// corresponds to position i of the output, of extent out (ONNX, Resize-19,
// coordinate_transformation_mode).
func resizeCoordinate(n *onnx.Node, i, in, out int, scale float64) (float64, error) {
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

func resizeNearest(c *compiler, n *onnx.Node, scales []float64) (step, error) {
	shape, out := c.shape(n.Inputs[0]), c.shape(n.Outputs[0])
	strides := nd.Strides(shape)
	axes := make([]nd.Axis, len(shape))
	for axis, d := range shape {
		table := make([]int, out[axis])
		for i := range table {
			x, err := resizeCoordinate(n, i, d, out[axis], scales[axis])
			if err != nil {
				return nil, err
			}
			at, err := nearest(n.Str("nearest_mode"), x)
			if err != nil {
				return nil, err
			}
			table[i] = min(max(at, 0), d-1) * strides[axis]
		}
		axes[axis] = nd.Axis{N: out[axis], Table: table}
	}
	return c.whole(n, axes)
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

// interpolation returns the weights of the positions around x along an axis of
// the given extent. Positions outside stand for the nearest one inside, unless
// exclude_outside drops them.
func interpolation(n *onnx.Node, x float64, extent int) ([]nd.Tap, error) {
	base := math.Floor(x)
	t := x - base
	var weights []float64
	first := int(base)
	switch mode := n.Str("mode"); mode {
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
	var taps []nd.Tap
	for i, w := range weights {
		at := first + i
		if exclude && (at < 0 || at >= extent) {
			continue
		}
		sum += w
		taps = append(taps, nd.Tap{Index: min(max(at, 0), extent-1), Weight: w})
	}
	if exclude {
		for i := range taps {
			taps[i].Weight /= sum
		}
	}
	return taps, nil
}

// cubic is the cubic convolution kernel at distance d (Keys, "Cubic convolution
// interpolation for digital image processing", 1981, with parameter a).
func cubic(d, a float64) float64 {
	if d <= 1 {
		return ((a+2)*d-(a+3))*d*d + 1
	}
	return ((a*d-5*a)*d+8*a)*d - 4*a
}
