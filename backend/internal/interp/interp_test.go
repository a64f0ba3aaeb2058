package interp_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/backend/internal/interp"
	"github.com/lcfv-go/lcfv/backend/onnx"
)

// resize is a node with ONNX's defaults but for some attributes.
func resize(attrs map[string]any) *onnx.Node {
	all := map[string]any{
		"mode": "linear", "coordinate_transformation_mode": "half_pixel", "nearest_mode": "round_prefer_floor",
		"cubic_coeff_a": float32(-0.75), "exclude_outside": int64(0),
	}
	for name, v := range attrs {
		all[name] = v
	}
	return &onnx.Node{Op: "Resize", Attrs: all}
}

func TestAxes(t *testing.T) {
	type taps = [][]interp.Tap
	one := func(index ...int) (out taps) {
		for _, i := range index {
			out = append(out, []interp.Tap{{Index: i, Weight: 1}})
		}
		return out
	}
	two := func(i int, w float64) []interp.Tap {
		return []interp.Tap{{Index: i, Weight: 1 - w}, {Index: i + 1, Weight: w}}
	}
	for name, c := range map[string]struct {
		attrs   map[string]any
		in, out int
		want    taps
	}{
		"linear":           {nil, 2, 4, taps{one(0)[0], two(0, 0.25), two(0, 0.75), one(1)[0]}},
		"corners":          {map[string]any{"coordinate_transformation_mode": "align_corners"}, 3, 5, taps{one(0)[0], two(0, 0.5), one(1)[0], two(1, 0.5), one(2)[0]}},
		"asymmetric":       {map[string]any{"coordinate_transformation_mode": "asymmetric"}, 2, 4, taps{one(0)[0], two(0, 0.5), one(1)[0], one(1)[0]}},
		"nearest":          {map[string]any{"mode": "nearest"}, 2, 5, one(0, 0, 0, 1, 1)},
		"nearest, ceiling": {map[string]any{"mode": "nearest", "nearest_mode": "ceil", "coordinate_transformation_mode": "asymmetric"}, 2, 5, one(0, 1, 1, 1, 1)},
		"one position":     {map[string]any{"coordinate_transformation_mode": "pytorch_half_pixel"}, 4, 1, one(0)},
		"exclude outside":  {map[string]any{"exclude_outside": int64(1)}, 2, 4, taps{one(0)[0], two(0, 0.25), two(0, 0.75), one(1)[0]}},
	} {
		all, err := interp.Axes(resize(c.attrs), []int{3, c.in}, []int{3, c.out}, nil)
		require.NoError(t, err, name)
		require.Nil(t, all[0], "an axis that stays")
		require.Equal(t, c.want, all[1], name)
	}
}

// Weights sum to one, and cubic ones reproduce a straight line away from the
// border.
func TestCubic(t *testing.T) {
	for _, exclude := range []int64{0, 1} {
		all, err := interp.Axes(resize(map[string]any{"mode": "cubic", "exclude_outside": exclude}), []int{8}, []int{20}, nil)
		require.NoError(t, err)
		for i, taps := range all[0] {
			sum, line := 0.0, 0.0
			for _, tap := range taps {
				sum += tap.Weight
				line += tap.Weight * float64(tap.Index)
			}
			require.InDelta(t, 1, sum, 1e-12)
			if x := (float64(i)+0.5)*8/20 - 0.5; x >= 1 && x <= 6 {
				require.Len(t, taps, 4)
				require.InDelta(t, x, line, 0.08)
			}
		}
	}
	// With a = -1/2 the line is exact (Keys 1981).
	all, err := interp.Axes(resize(map[string]any{"mode": "cubic", "cubic_coeff_a": float32(-0.5)}), []int{8}, []int{20}, nil)
	require.NoError(t, err)
	line := 0.0
	for _, tap := range all[0][9] {
		line += tap.Weight * float64(tap.Index)
	}
	require.InDelta(t, 9.5*8/20-0.5, line, 1e-12)
}

func TestScalesOfTheOperator(t *testing.T) {
	scales := []float64{2.5} // 3 × 2.5 is 7, rounded down
	all, err := interp.Axes(resize(map[string]any{"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}), []int{3}, []int{7}, scales)
	require.NoError(t, err)
	var index []int
	for _, taps := range all[0] {
		index = append(index, taps[0].Index)
	}
	require.Equal(t, []int{0, 0, 0, 1, 1, 2, 2}, index)
}

func TestRepeat(t *testing.T) {
	all, err := interp.Axes(resize(map[string]any{"mode": "nearest"}), []int{3, 3}, []int{6, 5}, nil)
	require.NoError(t, err)
	times, ok := interp.Repeat(all[0], 3)
	require.True(t, ok)
	require.Equal(t, 2, times)
	_, ok = interp.Repeat(all[1], 3)
	require.False(t, ok)
}

func TestUnknownSettings(t *testing.T) {
	for name, attrs := range map[string]map[string]any{
		`mode "area"`:                            {"mode": "area"},
		`nearest_mode "up"`:                      {"mode": "nearest", "nearest_mode": "up"},
		`coordinate_transformation_mode "other"`: {"coordinate_transformation_mode": "other"},
	} {
		_, err := interp.Axes(resize(attrs), []int{2}, []int{4}, nil)
		require.ErrorContains(t, err, name)
	}
}

// A filter for a smaller image averages: its weights sum to one, are symmetric
// in the middle, and reach as far as the kernel stretched by the scale.
func TestAntialias(t *testing.T) {
	for mode, reach := range map[string]float64{"linear": 1, "cubic": 2} {
		s := interp.Settings{Mode: mode, Coordinates: "half_pixel", CubicA: -0.5, Antialias: true}
		for _, s.ExcludeOutside = range []bool{false, true} {
			taps, err := s.Taps(interp.Axis{In: 20, Out: 5, Scale: 0.25})
			require.NoError(t, err)
			for _, terms := range taps {
				sum := 0.0
				for _, tap := range terms {
					sum += tap.Weight
				}
				require.InDelta(t, 1, sum, 1e-12)
			}
			middle := taps[2] // around 9.5
			for i, tap := range middle {
				require.Less(t, max(9.5-float64(tap.Index), float64(tap.Index)-9.5), 4*reach)
				require.InDelta(t, middle[len(middle)-1-i].Weight, tap.Weight, 1e-12)
			}
		}
		larger, err := s.Taps(interp.Axis{In: 5, Out: 10, Scale: 2})
		require.NoError(t, err)
		s.Antialias = false
		plain, err := s.Taps(interp.Axis{In: 5, Out: 10, Scale: 2})
		require.NoError(t, err)
		for i := range plain {
			require.Len(t, larger[i], len(plain[i]), "nothing to filter")
			for k, tap := range plain[i] {
				require.Equal(t, tap.Index, larger[i][k].Index)
				require.InDelta(t, tap.Weight, larger[i][k].Weight, 1e-12)
			}
		}
	}
}

func TestCrop(t *testing.T) {
	s := interp.Settings{Mode: "linear", Coordinates: "tf_crop_and_resize"}
	taps, err := s.Taps(interp.Axis{In: 5, Out: 3, Scale: 0.6, Start: 0.5, End: 1.5})
	require.NoError(t, err)
	require.Equal(t, [][]interp.Tap{{{Index: 2, Weight: 1}}, {{Index: 4, Weight: 1}}, nil}, taps)
	one, err := s.Taps(interp.Axis{In: 5, Out: 1, Scale: 0.2, Start: 0.5, End: 0.75})
	require.NoError(t, err)
	require.Equal(t, [][]interp.Tap{{{Index: 2, Weight: 0.5}, {Index: 3, Weight: 0.5}}}, one)
}
