package loss

import (
	"math"
	"slices"

	"github.com/lcfv-go/lcfv/internal/f32"
)

// smoother convolves a plane of H×W pixels with a Gaussian K of unit sum, zeros
// being beyond the frame. It is its own scratch memory.
type smoother struct {
	sigma  float64
	h, w   int
	kernel []float32 // K at distance 0, 1, 2, …

	plane []float32 // current plane: what lies inside tall
	tall  []float32 // a plane with rows of zeros above and below
	wide  []float32 // a plane with zeros beside and between its rows
}

// fits reports whether the smoother is set up for σ and the size.
func (s *smoother) fits(sigma float64, h, w int) bool {
	return s.kernel != nil && s.sigma == sigma && s.h == h && s.w == w
}

// setUp prepares for σ and the size, reusing memory.
func (s *smoother) setUp(sigma float64, h, w int) {
	s.sigma, s.h, s.w = sigma, h, w
	s.kernel = gaussian(s.kernel[:0], sigma, max(h, w)-1)
	above, beside := w*(len(s.downwards())-1), len(s.sideways())-1
	s.tall = zeros(s.tall, above+h*w+above)
	s.plane = s.tall[above : above+h*w]
	s.wide = zeros(s.wide, beside+h*(w+beside))
}

// blur replaces plane by K * plane: along columns, from tall to wide, then along
// rows and back.
func (s *smoother) blur() {
	if len(s.kernel) == 1 {
		return // K is the identity
	}
	down, side := s.downwards(), s.sideways()
	tall := f32.Plane{X: s.tall, Start: (len(down) - 1) * s.w, Stride: s.w, Rows: s.h, N: s.w}
	wide := f32.Plane{X: s.wide, Start: len(side) - 1, Stride: s.w + len(side) - 1, Rows: s.h, N: s.w}
	f32.Smooth(wide, tall, down, s.w)
	f32.Smooth(tall, wide, side, 1)
}

// downwards and sideways are the kernel as far as it reaches within the frame.
func (s *smoother) downwards() []float32 { return s.kernel[:min(len(s.kernel), s.h)] }
func (s *smoother) sideways() []float32  { return s.kernel[:min(len(s.kernel), s.w)] }

// gaussian appends the kernel at distances 0 to min(⌈3σ⌉, most) to dst, scaled
// so that both sides together sum to one.
func gaussian(dst []float32, sigma float64, most int) []float32 {
	radius := int(min(math.Ceil(3*sigma), float64(most)))
	value := func(k int) float64 {
		if k == 0 {
			return 1
		}
		q := float64(k) / sigma
		return math.Exp(-q * q / 2)
	}
	sum := -value(0)
	for k := 0; k <= radius; k++ {
		sum += 2 * value(k)
	}
	for k := 0; k <= radius; k++ {
		dst = append(dst, float32(value(k)/sum))
	}
	return dst
}

// zeros returns n zeros, in the memory of s if that is large enough.
func zeros(s []float32, n int) []float32 {
	s = slices.Grow(s[:0], n)[:n]
	clear(s)
	return s
}
