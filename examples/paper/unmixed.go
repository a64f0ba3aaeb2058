package main

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/saliency"
)

// unmixed is a detector for images of one object of one colour on a ground that
// differs little from a single colour, as package generator/sprites draws them: what
// is c·object + (1−c)·ground in a pixel is solved for c, the share of the pixel that
// the object covers. It knows neither classes nor hues: the ground's colour is the
// median of the frame, and the object's that of the pixels which are more than half as
// far from it as the furthest one.
//
// What c is below a half counts only next to more: elsewhere it is the ground's
// texture. Of several objects the largest is taken. An image in which no colour is
// further than leastContrast from the ground's has none.
type unmixed struct{}

// leastContrast is a distance of colours, in [0, √3]. In 1800 scenes of sprites.Random
// all objects were further than 0.31 from the median of the frame, and no pixel of the
// ground further than 0.23.
const leastContrast = 0.25

// Name implements saliency.Detector.
func (unmixed) Name() string { return "unmixed colours" }

// Detect implements saliency.Detector.
func (unmixed) Detect(ctx context.Context, dst, src *generator.Images) error {
	if err := src.Validate(); err != nil {
		return fmt.Errorf("%w: %w", saliency.ErrImages, err)
	}
	dst.Resize(src.N, 1, src.H, src.W)
	for i := range src.N {
		if err := ctx.Err(); err != nil {
			return err
		}
		cover(dst.Sample(i), src.Sample(i), src.C)
		keepObject(dst.Sample(i), src.H, src.W)
	}
	return nil
}

// cover writes the object's share of each pixel to m.
func cover(m, pix []float32, channels int) {
	n := len(m)
	at := func(c, p int) float64 { return float64(pix[c*n+p]) }
	ground := make([]float64, channels)
	all := make([]float64, n)
	for c := range ground {
		for p := range all {
			all[p] = at(c, p)
		}
		ground[c] = medianOf(all)
	}
	furthest := 0.0
	for p := range all {
		all[p] = 0
		for c := range ground {
			all[p] += square(at(c, p) - ground[c])
		}
		furthest = max(furthest, all[p])
	}
	clear(m)
	if furthest < square(leastContrast) {
		return
	}
	// The object less the ground, and its length squared.
	object, length := make([]float64, channels), 0.0
	for c := range object {
		var of []float64
		for p := range all {
			if all[p] > furthest/4 {
				of = append(of, at(c, p)-ground[c])
			}
		}
		object[c] = medianOf(of)
		length += square(object[c])
	}
	if length == 0 {
		return
	}
	for p := range m {
		share := 0.0
		for c := range object {
			share += (at(c, p) - ground[c]) * object[c] / length
		}
		m[p] = float32(min(1, max(0, share)))
	}
}

// medianOf is the median, the upper one of two; it sorts values.
func medianOf(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// besides is how many pixels from one that is more than half covered an edge reaches.
const besides = 2

// keepObject leaves of an h×w map the largest region of pixels above a half, joined by
// sides or corners, and what is close to it.
func keepObject(m []float32, h, w int) {
	region := make([]int, len(m))
	best, object := 0.0, 0
	count := 0
	for first := range m {
		if m[first] <= 0.5 || region[first] != 0 {
			continue
		}
		count++
		region[first] = count
		sum := 0.0
		for open := []int{first}; len(open) > 0; {
			p := open[len(open)-1]
			open = open[:len(open)-1]
			sum += float64(m[p])
			near(p, 1, h, w, func(q int) {
				if m[q] > 0.5 && region[q] == 0 {
					region[q] = count
					open = append(open, q)
				}
			})
		}
		if sum > best {
			best, object = sum, count
		}
	}
	for p := range m {
		keep := region[p] == object && object != 0
		if m[p] <= 0.5 {
			near(p, besides, h, w, func(q int) { keep = keep || object != 0 && region[q] == object })
		}
		if !keep {
			m[p] = 0
		}
	}
}

// near calls visit with the pixels of an h×w map at most reach from p in each
// coordinate.
func near(p, reach, h, w int, visit func(q int)) {
	row, col := p/w, p%w
	for r := max(0, row-reach); r <= min(h-1, row+reach); r++ {
		for c := max(0, col-reach); c <= min(w-1, col+reach); c++ {
			visit(r*w + c)
		}
	}
}

// meterOf returns what reads the factor of a transform with a detector.
func meterOf(t measurable, d saliency.Detector) (saliency.Meter, error) {
	m, err := saliency.MeasureByName(t.Measures())
	return saliency.Meter{Detector: d, Measure: m}, err
}

// change is by how much a meter's measure has changed between two images, NaN without
// an object in both.
func change(m saliency.Meter, from, to float64) float64 {
	if math.IsNaN(from) || math.IsNaN(to) {
		return math.NaN()
	}
	return m.Measure.Change(from, to)
}
