package backendtest

import (
	"fmt"
	"math"
	"slices"
)

// sampling is a GridSample of images of some extents at places of others.
type sampling struct {
	mode, padding string
	align         bool
	size, places  []int
}

// along lists pixels and weights for a coordinate between −1 and 1 along an axis
// of n pixels; −1 stands for no pixel.
func (s sampling) along(v float64, n int) (pixels []int, weights []float64) {
	low, high := -0.5, float64(n)-0.5
	x := ((v+1)*float64(n) - 1) / 2
	if s.align {
		low, high = 0, float64(n-1)
		x = (v + 1) / 2 * float64(n-1)
	}
	if s.padding == "reflection" && s.mode != "cubic" {
		x = mirrored(x, low, high)
	}
	if s.padding != "zeros" && s.mode != "cubic" {
		x = min(max(x, 0), float64(n-1))
	}
	first, kernel := int(math.Floor(x)), func(d float64) float64 { return max(1-math.Abs(d), 0) }
	count := 2
	switch s.mode {
	case "nearest":
		first, count = int(math.RoundToEven(x)), 1
		kernel = func(float64) float64 { return 1 }
	case "cubic":
		first, count = first-1, 4
		kernel = resizing{mode: "cubic"}.weight
	}
	for i := first; i < first+count; i++ {
		weights = append(weights, kernel(float64(i)-x))
		at := i
		switch s.padding {
		case "border":
			at = min(max(i, 0), n-1)
		case "reflection":
			at = min(max(int(math.Round(mirrored(float64(i), low, high))), 0), n-1)
		}
		if at < 0 || at >= n {
			at = -1
		}
		pixels = append(pixels, at)
	}
	return pixels, weights
}

// mirrored reflects at low and high until it is between them.
func mirrored(x, low, high float64) float64 {
	for x < low || x > high {
		if x < low {
			x = 2*low - x
		} else {
			x = 2*high - x
		}
	}
	return x
}

// ref samples x at a grid whose last axis has the coordinates, those of the last
// axis of x first.
func (s sampling) ref(x, grid *array) *array {
	shape := append([]int{x.shape[0], x.shape[1]}, s.places...)
	rank := len(s.size)
	return build(shape, func(idx []int) float64 {
		place := slices.Concat(idx[:1], idx[2:], []int{0})
		sum := 0.0
		var visit func(k int, at []int, weight float64)
		visit = func(k int, at []int, weight float64) {
			if k == rank {
				sum += weight * x.at(at...)
				return
			}
			place[len(place)-1] = rank - 1 - k
			pixels, weights := s.along(grid.at(place...), s.size[k])
			for i, p := range pixels {
				if p >= 0 {
					visit(k+1, append(slices.Clone(at), p), weight*weights[i])
				}
			}
		}
		visit(0, slices.Clone(idx[:2]), 1)
		return sum
	})
}

// code makes a case in which image and grid are both parts of the code.
func (s sampling) code() opCase {
	const channels = 2
	image, grid := append([]int{channels}, s.size...), append(slices.Clone(s.places), len(s.size))
	n := len(zeros(image...).data)
	total := n + len(zeros(grid...).data)
	a := attrs{"mode": s.mode, "padding_mode": s.padding, "align_corners": int64(0)}
	if s.align {
		a["align_corners"] = int64(1)
	}
	return opCase{
		name:  fmt.Sprintf("GridSample/%s, %s, align %v, %v at %v", s.mode, s.padding, s.align, s.size, s.places),
		opset: 20, sample: []int{total}, lo: -1.7, hi: 1.7,
		build: func(g *graph, x string) string {
			part := func(from, to int, shape []int) string {
				flat := g.node("Slice", nil, x, g.ints(int64(from)), g.ints(int64(to)), g.ints(1))
				return g.node("Reshape", nil, flat, g.ints(append([]int64{-1}, int64s(shape)...)...))
			}
			return g.node("GridSample", a, part(0, n, image), part(n, total, grid))
		},
		ref: func(x *array) *array {
			part := func(from, to int, shape []int) *array {
				flat := build([]int{x.shape[0], to - from}, func(idx []int) float64 { return x.at(idx[0], from+idx[1]) })
				return flat.reshape(append([]int{x.shape[0]}, shape...)...)
			}
			return s.ref(part(0, n, image), part(n, total, grid))
		},
	}
}

// warped samples a picture at a grid that the code turns.
func (s sampling) warped() opCase {
	picture := random(60, -1, 1, append([]int{1, 2}, s.size...)...)
	rank := len(s.size)
	return opCase{
		name:  fmt.Sprintf("AffineGrid and GridSample/align %v, %v at %v", s.align, s.size, s.places),
		opset: 20, batch: 1, sample: []int{rank, rank + 1}, lo: -0.9, hi: 0.9,
		build: func(g *graph, x string) string {
			align := attrs{"align_corners": int64(0)}
			if s.align {
				align["align_corners"] = int64(1)
			}
			grid := g.node("AffineGrid", align, x, g.ints(append([]int64{1, 2}, int64s(s.places)...)...))
			return g.node("GridSample", align, g.floats(picture), grid)
		},
		ref: func(x *array) *array {
			grid := build(slices.Concat([]int{1}, s.places, []int{rank}), func(idx []int) float64 {
				at := x.at(0, idx[1+rank], rank)
				for k := range rank { // the last axis first
					i, n := float64(idx[rank-k]), float64(s.places[rank-1-k])
					v := (2*i+1)/n - 1
					if s.align {
						v = 2*i/(n-1) - 1
					}
					at += x.at(0, idx[1+rank], k) * v
				}
				return at
			})
			return s.ref(picture, grid)
		},
	}
}

func sampleCases() []opCase {
	var cases []opCase
	for _, mode := range []string{"linear", "nearest", "cubic"} {
		for _, padding := range []string{"zeros", "border", "reflection"} {
			for _, align := range []bool{false, true} {
				cases = append(cases, sampling{mode, padding, align, []int{4, 5}, []int{2, 3}}.code())
			}
		}
	}
	return append(cases,
		sampling{"linear", "zeros", false, []int{3, 2, 4}, []int{2, 2, 2}}.code(),
		sampling{"linear", "reflection", true, []int{6}, []int{4}}.code(),
		sampling{"linear", "zeros", false, []int{4, 5}, []int{3, 4}}.warped(),
		sampling{"linear", "zeros", true, []int{3, 2, 4}, []int{2, 3, 2}}.warped(),
	)
}
