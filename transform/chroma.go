package transform

import (
	"fmt"
	"math"

	"github.com/lcfv-go/lcfv/generator"
)

// Saturation moves every pixel away from the grey of its own luma
// L = 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601) by the factor exp(t):
//
//	T_t(x) = L + min(exp(t), g)·(x − L)
//
// where g is the gain at which the first channel of the pixel reaches 0 or 1;
// there it stops, which keeps luma and hue. t is the change of the logarithm of
// the saturation, as far as no pixel stops. A pixel that lies on such a limit
// and is drawn back from it by a negative t is undefined. Three channels.
type Saturation struct{}

// Name returns "saturation".
func (Saturation) Name() string { return "saturation" }

// Unit returns "log saturation".
func (Saturation) Unit() string { return "log saturation" }

// Measures returns "log-saturation".
func (Saturation) Measures() string { return "log-saturation" }

// Pointwise implements [Pointwise].
func (Saturation) Pointwise() {}

// Apply implements [Transform].
func (s Saturation) Apply(dst, mask, src *generator.Images, t float64) error {
	if err := prepareColour(s.Name(), dst, mask, src, t); err != nil {
		return err
	}
	g, err := gain(s.Name(), t)
	if err != nil {
		return err
	}
	eachPixel(dst, mask, src, func(p [3]float32) ([3]float32, bool) { return saturate(p, g) })
	if t == 0 {
		identity(dst, mask, src)
	}
	return nil
}

// saturate returns one pixel under Saturation with gain g and whether it is
// defined.
func saturate(p [3]float32, g float32) ([3]float32, bool) {
	if p[0] == p[1] && p[1] == p[2] {
		return p, true // grey stays, whatever rounding makes of its luma
	}
	luma := 0.299*p[0] + 0.587*p[1] + 0.114*p[2]
	limited, limit := -1, float32(0)
	defined := true
	for c, v := range p {
		if v == luma {
			continue
		}
		if g < 1 && (v <= 0 || v >= 1) {
			defined = false
		}
		end := float32(0)
		if v > luma {
			end = 1
		}
		if most := (end - luma) / (v - luma); most < g {
			g, limited, limit = most, c, end
		}
	}
	for c, v := range p {
		p[c] = min(1, max(0, luma+g*(v-luma)))
	}
	if limited >= 0 {
		p[limited] = limit // exactly, so that a step back knows that it was limited
	}
	return p, defined
}

// Hue turns the colour of every pixel by t radians about the grey axis R = G =
// B, from red towards green: a third of a turn makes red green, green blue and
// blue red. The mean of the three channels and the distance from grey are kept.
// A turn can lead out of [0, 1]; such a pixel is clipped and undefined. Three
// channels.
type Hue struct{}

// Name returns "hue".
func (Hue) Name() string { return "hue" }

// Unit returns "radians".
func (Hue) Unit() string { return "radians" }

// Measures returns "hue".
func (Hue) Measures() string { return "hue" }

// Pointwise implements [Pointwise].
func (Hue) Pointwise() {}

// hueTolerance is how far rounding may carry a pixel beyond [0, 1].
const hueTolerance = 1e-6

// Apply implements [Transform].
func (h Hue) Apply(dst, mask, src *generator.Images, t float64) error {
	if err := prepareColour(h.Name(), dst, mask, src, t); err != nil {
		return err
	}
	// Rodrigues' formula about (1, 1, 1)/√3 is a circulant matrix.
	sin, cos := math.Sincos(t)
	own := float32((1 + 2*cos) / 3)
	before := float32((1-cos)/3 + sin/math.Sqrt(3))
	after := float32((1-cos)/3 - sin/math.Sqrt(3))
	eachPixel(dst, mask, src, func(p [3]float32) ([3]float32, bool) {
		q := [3]float32{
			own*p[0] + before*p[2] + after*p[1],
			own*p[1] + before*p[0] + after*p[2],
			own*p[2] + before*p[1] + after*p[0],
		}
		defined := true
		for c, v := range q {
			defined = defined && v >= -hueTolerance && v <= 1+hueTolerance
			q[c] = min(1, max(0, v))
		}
		return q, defined
	})
	if t == 0 {
		identity(dst, mask, src)
	}
	return nil
}

// prepareColour is prepare for transforms that need red, green and blue.
func prepareColour(name string, dst, mask, src *generator.Images, t float64) error {
	if src != nil && src.C != 3 {
		return fmt.Errorf("transform: %s: %w: %d channels, need 3 (red, green, blue): a grey image has no colour to change", name, ErrImages, src.C)
	}
	return prepare(name, dst, mask, src, t)
}

// eachPixel applies f to every pixel of a three-channel batch. f returns the new
// pixel and whether it is defined.
func eachPixel(dst, mask, src *generator.Images, f func(p [3]float32) ([3]float32, bool)) {
	size := src.H * src.W
	for n := range src.N {
		from, to := src.Sample(n), dst.Sample(n)
		r, g, b := from[:size], from[size:2*size], from[2*size:3*size]
		rr, gg, bb := to[:size], to[size:2*size], to[2*size:3*size]
		for i := range size {
			q, defined := f([3]float32{r[i], g[i], b[i]})
			rr[i], gg[i], bb[i] = q[0], q[1], q[2]
			if mask != nil {
				m := float32(0)
				if defined {
					m = 1
				}
				mask.Pix[n*size+i] = m
			}
		}
	}
}
