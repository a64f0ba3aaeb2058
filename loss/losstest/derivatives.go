package losstest

import (
	"errors"
	"fmt"
	"math"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/loss"
)

// gradient: the gradient agrees with central differences, along random
// directions and for single pixels.
func (s *subject) gradient() error {
	_, grad, err := s.eval(s.x, s.target, s.mask)
	if err != nil {
		return err
	}
	for trial := range 4 {
		d := s.direction()
		if err := s.against(grad, d, norm(grad.Pix), fmt.Sprintf("random direction %d", trial)); err != nil {
			return err
		}
	}
	for range 24 {
		d := generator.NewImages(s.x.N, s.x.C, s.x.H, s.x.W)
		at := s.rand.IntN(len(d.Pix))
		// A single pixel changes little; a long step keeps it above rounding.
		d.Pix[at] = 4
		if err := s.against(grad, d, 4*largest(grad.Pix), fmt.Sprintf("pixel %d", at)); err != nil {
			return err
		}
	}
	return nil
}

// against compares ⟨grad, d⟩ with a central difference along d.
func (s *subject) against(grad, d *generator.Images, scale float64, what string) error {
	plus, _, err := s.eval(combine(s.x, s.step, d), s.target, s.mask)
	if err != nil {
		return err
	}
	minus, _, err := s.eval(combine(s.x, -s.step, d), s.target, s.mask)
	if err != nil {
		return err
	}
	var want float64
	for i := range plus {
		want += (plus[i] - minus[i]) / (2 * s.step)
	}
	if got := dot(grad, d); !(math.Abs(got-want) <= s.tol*scale) {
		return fmt.Errorf("%s: slope %g by the gradient, %g by central differences", what, got, want)
	}
	return nil
}

// residual: the value is the sum of the squared residuals.
func (s *subject) residual() error {
	l, ok := s.loss.(loss.LeastSquares)
	if !ok {
		return errSkip
	}
	want, _, err := s.eval(s.x, s.target, s.mask)
	if err != nil {
		return err
	}
	r := generator.NewImages(1, 1, 2, 2)
	for _, mask := range []*generator.Images{s.mask, nil} {
		if mask == nil {
			if want, _, err = s.eval(s.x, s.target, nil); err != nil {
				return err
			}
		}
		if err := l.Residual(r, s.x, s.target, mask); err != nil {
			return fmt.Errorf("from Residual: %w", err)
		}
		if r.N != s.x.N {
			return fmt.Errorf("residual of %d samples for %d", r.N, s.x.N)
		}
		got := make([]float64, r.N)
		for i := range got {
			n := norm(r.Sample(i))
			got[i] = n * n
		}
		if err := s.sameValues(got, want, "Σr² against Eval"); err != nil {
			return err
		}
	}
	return errors.Join(
		mustFail("Residual", l.Residual(r, s.x, generator.NewImages(1, 1, 1, 1), nil)),
		mustFail("ApplyLinear", l.ApplyLinear(r, s.x, generator.NewImages(1, 1, 1, 1))))
}

// linear: ApplyLinear is linear, and the change of the residual.
func (s *subject) linear() error {
	l, ok := s.loss.(loss.LeastSquares)
	if !ok {
		return errSkip
	}
	dx, dy := s.direction(), s.direction()
	var jx, jy, jsum, r0, r1 generator.Images
	if err := errors.Join(
		l.ApplyLinear(&jx, dx, s.mask),
		l.ApplyLinear(&jy, dy, s.mask),
		l.ApplyLinear(&jsum, combine(dx, -0.7, dy), s.mask),
		l.Residual(&r0, s.x, s.target, s.mask),
		l.Residual(&r1, combine(s.x, 1, dx), s.target, s.mask),
	); err != nil {
		return err
	}
	for _, j := range []*generator.Images{&jx, &jy, &jsum, &r1} {
		if !j.SameSize(&r0) {
			return fmt.Errorf("sizes of ApplyLinear and Residual differ")
		}
	}
	if err := s.samePixels(&jsum, combine(&jx, -0.7, &jy), "ApplyLinear of a sum against the sum"); err != nil {
		return err
	}
	return s.samePixels(&jx, combine(&r1, -1, &r0), "ApplyLinear against the change of the residual")
}

// adjoint: the gradient is twice the adjoint of the linear part applied to the
// residual: ⟨grad, dx⟩ = 2⟨r, J dx⟩.
func (s *subject) adjoint() error {
	l, ok := s.loss.(loss.LeastSquares)
	if !ok {
		return errSkip
	}
	_, grad, err := s.eval(s.x, s.target, s.mask)
	if err != nil {
		return err
	}
	dx := s.direction()
	var j, r generator.Images
	if err := errors.Join(l.ApplyLinear(&j, dx, s.mask), l.Residual(&r, s.x, s.target, s.mask)); err != nil {
		return err
	}
	if got, want := dot(grad, dx), 2*dot(&r, &j); !(math.Abs(got-want) <= s.tol*norm(grad.Pix)) {
		return fmt.Errorf("⟨gradient, dx⟩ = %g, 2⟨r, J dx⟩ = %g", got, want)
	}
	return nil
}

func mustFail(method string, err error) error {
	if err == nil {
		return fmt.Errorf("no error from %s for images of another size", method)
	}
	return nil
}
