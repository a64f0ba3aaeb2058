package transformtest

import (
	"fmt"
	"math"

	"github.com/lcfv-go/lcfv/generator"
)

// pictures returns three smooth images: one in the middle of the range, where
// nothing clips, one that reaches both limits, and a bright spot on black.
func pictures(c, h, w int) *generator.Images {
	m := generator.NewImages(3, c, h, w)
	for at := range m.Pix {
		n, k := at/(c*h*w), at/(h*w)%c
		y, x := float64(at/w%h), float64(at%w)
		phase := 1.3 * float64(k)
		wave := math.Cos(2*math.Pi*x/64+phase)*math.Cos(2*math.Pi*y/72-phase/2) + 0.3*math.Sin(2*math.Pi*(x+y)/90+phase)
		var v float64
		switch n {
		case 0:
			v = 0.5 + 0.12*wave
		case 1:
			v = smoothstep(0.5 + 0.6*wave)
		case 2:
			d := math.Hypot(x-0.45*float64(w), y-0.55*float64(h)) / 16
			v = smoothstep(1.3-d) * (0.9 - 0.2*float64(k%3))
		}
		m.Pix[at] = float32(v)
	}
	return m
}

// smoothstep maps [0, 1] onto itself with flat ends, and what lies beyond to the
// limits, so that there are pixels exactly on them and yet no kinks.
func smoothstep(x float64) float64 {
	x = min(1, max(0, x))
	return x * x * (3 - 2*x)
}

// maskAt returns the mask of the pixel at index at of a batch like m.
func maskAt(mask, m *generator.Images, at int) float32 {
	return mask.Sample(at / (m.C * m.H * m.W))[at%(m.H*m.W)]
}

// spoil fills m with NaN.
func spoil(m *generator.Images) {
	for i := range m.Pix {
		m.Pix[i] = float32(math.NaN())
	}
}

// same compares two batches up to rounding.
func same(got, want *generator.Images, what string) error {
	if !got.SameSize(want) || len(got.Pix) != len(want.Pix) {
		return fmt.Errorf("%s of size %d×%d×%d×%d, want %d×%d×%d×%d", what,
			got.N, got.C, got.H, got.W, want.N, want.C, want.H, want.W)
	}
	for i, w := range want.Pix {
		if !(math.Abs(float64(got.Pix[i]-w)) <= 1e-6) {
			return fmt.Errorf("%s: %v, want %v at %d", what, got.Pix[i], w, i)
		}
	}
	return nil
}
