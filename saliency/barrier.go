package saliency

import (
	"context"
	"fmt"
	"math"

	"github.com/lcfv-go/lcfv/generator"
)

// Barrier finds what cannot be reached from the border of the image without
// crossing an edge, and whose colour the border does not have (Zhang, Sclaroff,
// Lin, Shen, Price and Mech, Minimum Barrier Salient Object Detection at 80 FPS,
// ICCV 2015): the minimum barrier distance to the border of every channel,
// computed by three raster scans, plus the backgroundness of section 3.3, the
// distance of a pixel's colour to those of the four border strips.
//
// The paper's prior for the middle of the frame is left out, as it would bias the
// very position that is to be measured; so are its steps for looks. Instead the
// one region that stands out is marked, with a soft edge. An object that touches
// the border has only its colour to be found by, and something else that touches
// it may be taken for the object if its colour is as rare there.
type Barrier struct {
	// Border is the width of the border strips as a fraction of the image's
	// side, below ½. Zero stands for 0.1, as in the paper.
	Border float64

	// Blur is the standard deviation of a Gaussian that images are smoothed with
	// against noise, as a fraction of their longer side. Zero stands for 1/64.
	Blur float64
}

const (
	defaultBarrierBorder = 0.1
	defaultBarrierBlur   = 1.0 / 64
)

// Name returns "barrier", followed by the settings if one is not zero.
func (d Barrier) Name() string {
	if d == (Barrier{}) {
		return "barrier"
	}
	d = d.withDefaults()
	return fmt.Sprintf("barrier(%g,%g)", d.Border, d.Blur)
}

func (d Barrier) withDefaults() Barrier {
	if d.Border == 0 {
		d.Border = defaultBarrierBorder
	}
	if d.Blur == 0 {
		d.Blur = defaultBarrierBlur
	}
	return d
}

// Detect implements [Detector].
func (d Barrier) Detect(ctx context.Context, dst, src *generator.Images) error {
	d = d.withDefaults()
	if !(d.Border > 0 && d.Border < 0.5 && d.Blur > 0 && d.Blur < 1) {
		return fmt.Errorf("saliency: %s: %w: the border must be in (0, ½), the blur in (0, 1)", d.Name(), ErrSetting)
	}
	if err := prepare(ctx, d.Name(), dst, src); err != nil {
		return err
	}
	h, w, plane := src.H, src.W, src.H*src.W
	blur := newBlurrer(h, w, d.Blur*float64(max(h, w)))
	barrier := newBarrierDistance(h, w)
	border := newBorder(d.Border, src.C, h, w)
	pix, label := make([]float32, src.C*plane), make([]int32, plane)
	for n := range src.N {
		if err := ctx.Err(); err != nil {
			return err
		}
		copy(pix, src.Sample(n))
		m := dst.Sample(n)
		clear(m)
		var contrast float32
		for c := range src.C {
			channel := pix[c*plane : (c+1)*plane]
			blur.apply(channel)
			low, high := span(channel)
			contrast = max(contrast, high-low)
			barrier.add(m, channel)
		}
		if !(contrast >= minContrast) {
			clear(m)
			continue
		}
		normalize(m)
		border.add(m, pix)
		outline(m, label, h, w)
	}
	return nil
}

// normalize divides by the largest value, if that is positive.
func normalize(x []float32) {
	if _, high := span(x); high > 0 {
		for i := range x {
			x[i] /= high
		}
	}
}

// barrierDistance computes minimum barrier distances of h×w planes: over all
// paths from the border, the least difference between the largest and the
// smallest value on the path. It is its own scratch memory.
type barrierDistance struct {
	h, w                     int
	distance, highest, least []float32 // of the best path found so far
}

func newBarrierDistance(h, w int) *barrierDistance {
	return &barrierDistance{h: h, w: w, distance: make([]float32, h*w), highest: make([]float32, h*w), least: make([]float32, h*w)}
}

// add adds the distances of plane to dst. Three scans over all pixels, of which
// each looks at two neighbours, get close to the exact distance (algorithm 1).
func (b *barrierDistance) add(dst, plane []float32) {
	copy(b.highest, plane)
	copy(b.least, plane)
	for i := range b.h {
		for j := range b.w {
			at := i*b.w + j
			b.distance[at] = 0
			if i > 0 && j > 0 && i < b.h-1 && j < b.w-1 {
				b.distance[at] = math.MaxFloat32
			}
		}
	}
	b.forward(plane)
	b.backward(plane)
	b.forward(plane)
	for i, v := range b.distance {
		dst[i] += v
	}
}

func (b *barrierDistance) forward(plane []float32) {
	for i := 1; i < b.h-1; i++ {
		for at := i*b.w + 1; at < (i+1)*b.w-1; at++ {
			b.relax(at, at-1, plane[at])
			b.relax(at, at-b.w, plane[at])
		}
	}
}

func (b *barrierDistance) backward(plane []float32) {
	for i := b.h - 2; i > 0; i-- {
		for at := (i+1)*b.w - 2; at > i*b.w; at-- {
			b.relax(at, at+1, plane[at])
			b.relax(at, at+b.w, plane[at])
		}
	}
}

// relax reaches a pixel of the given value by way of its neighbour from, if that
// is better.
func (b *barrierDistance) relax(at, from int, value float32) {
	highest, least := max(b.highest[from], value), min(b.least[from], value)
	if d := highest - least; d < b.distance[at] {
		b.distance[at], b.highest[at], b.least[at] = d, highest, least
	}
}
