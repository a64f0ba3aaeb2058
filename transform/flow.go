package transform

import (
	"fmt"
	"math/cmplx"

	"github.com/lcfv-go/lcfv/generator"
)

// flow is the velocity field w' = a·w + b of a similarity of the plane, with
// w = x + iy in pixels from the image centre, y downwards. Its time-t maps are
// a one-parameter group, and sums of flows are flows: that is what makes
// composed geometric transforms additive in t even where the parts do not
// commute.
type flow struct {
	a complex128 // growth (real part) and clockwise turn (imaginary part) per unit of t
	b complex128 // drift in pixels per unit of t
}

// at returns the map w → m·w + c that the flow has produced at time t:
// m = exp(ta), c = tb·φ(ta) with φ(z) = (exp(z)−1)/z.
func (f flow) at(t float64) (m, c complex128) {
	z := complex(t, 0) * f.a
	m = cmplx.Exp(z)
	phi := 1 + z/2 + z*z/6
	if cmplx.Abs(z) > 1e-4 {
		phi = (m - 1) / z
	}
	return m, complex(t, 0) * f.b * phi
}

// geometric is a Transform that is a flow.
type geometric interface {
	Transform
	flow(h, w int) flow
}

// applyFlow is Apply of the geometric transform called name.
func applyFlow(name string, f flow, dst, mask, src *generator.Images, t float64) error {
	// A pixel of dst is looked up where the flow came from: at time −t.
	m, c := f.at(-t)
	if cmplx.IsNaN(m) || cmplx.IsInf(m) || cmplx.IsNaN(c) || cmplx.IsInf(c) {
		return fmt.Errorf("transform: %s: %w: t = %v overflows", name, ErrParameter, t)
	}
	switch {
	case t == 0:
		identity(dst, mask, src)
	case m == 1:
		shift(dst, mask, src, real(c), imag(c))
	default:
		warp(dst, mask, src, m, c)
	}
	return nil
}
