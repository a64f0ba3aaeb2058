package losstest

import (
	"fmt"
	"math"
	"slices"

	"github.com/lcfv-go/lcfv/generator"
)

func clone(m *generator.Images) *generator.Images {
	c := new(generator.Images)
	c.CopyFrom(m)
	return c
}

// direction returns an image of random signs.
func (s *subject) direction() *generator.Images {
	d := generator.NewImages(s.x.N, s.x.C, s.x.H, s.x.W)
	for i := range d.Pix {
		d.Pix[i] = float32(2*s.rand.IntN(2) - 1)
	}
	return d
}

// combine returns a + alpha·b.
func combine(a *generator.Images, alpha float64, b *generator.Images) *generator.Images {
	c := clone(a)
	for i, v := range b.Pix {
		c.Pix[i] = float32(float64(c.Pix[i]) + alpha*float64(v))
	}
	return c
}

// each calls f for every pixel and channel with the sample n, the index p into
// its mask and the index at into the batch.
func each(m *generator.Images, f func(n, p, at int)) {
	for at := range m.Pix {
		f(at/(m.C*m.H*m.W), at%(m.H*m.W), at)
	}
}

func dot(a, b *generator.Images) float64 {
	var sum float64
	for i, v := range a.Pix {
		sum += float64(v) * float64(b.Pix[i])
	}
	return sum
}

func norm(x []float32) float64 {
	var sum float64
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum)
}

// largest returns the largest absolute value, NaN if there is one.
func largest(x []float32) float64 {
	var most float64
	for _, v := range x {
		most = max(most, math.Abs(float64(v)))
	}
	return most
}

func equal(a, b *generator.Images) bool {
	return a.SameSize(b) && slices.Equal(a.Pix, b.Pix)
}

// sameValues compares values up to a tenth of the tolerance.
func (s *subject) sameValues(got, want []float64, what string) error {
	for i, w := range want {
		if !(math.Abs(got[i]-w) <= s.tol/10*math.Abs(w)) {
			return fmt.Errorf("%s: loss %g, want %g (value %d)", what, got[i], w, i)
		}
	}
	return nil
}

// samePixels compares images up to a tenth of the tolerance of the largest
// pixel.
func (s *subject) samePixels(got, want *generator.Images, what string) error {
	scale := largest(want.Pix)
	for i, w := range want.Pix {
		if d := math.Abs(float64(got.Pix[i] - w)); !(d <= s.tol/10*scale) {
			return fmt.Errorf("%s: %g, want %g at %d", what, got.Pix[i], w, i)
		}
	}
	return nil
}
