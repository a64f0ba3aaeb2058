package losstest

import (
	"fmt"
	"math"

	"github.com/lcfv-go/lcfv/generator"
)

// zero: the loss and its gradient vanish at the target, and the loss is
// positive elsewhere.
func (s *subject) zero() error {
	value, grad, err := s.eval(s.target, s.target, s.mask)
	if err != nil {
		return err
	}
	for i, v := range value {
		if !(math.Abs(v) <= 1e-9) {
			return fmt.Errorf("sample %d: loss %g at x = target", i, v)
		}
	}
	if most := largest(grad.Pix); !(most <= 1e-6) {
		return fmt.Errorf("gradient as large as %g at x = target", most)
	}
	value, _, err = s.eval(s.x, s.target, s.mask)
	if err != nil {
		return err
	}
	for i, v := range value {
		if !(v > 0) || math.IsInf(v, 0) {
			return fmt.Errorf("sample %d: loss %g away from the target", i, v)
		}
	}
	return nil
}

// optional: a nil gradient changes nothing about the values.
func (s *subject) optional() error {
	want, _, err := s.eval(s.x, s.target, s.mask)
	if err != nil {
		return err
	}
	got := make([]float64, s.x.N)
	if err := s.loss.Eval(got, nil, s.x, s.target, s.mask); err != nil {
		return fmt.Errorf("without gradient: %w", err)
	}
	return s.sameValues(got, want, "without gradient")
}

// masked: pixels of mask 0 influence neither value nor gradient, and have
// gradient 0.
func (s *subject) masked() error {
	want, wantGrad, err := s.eval(s.x, s.target, s.mask)
	if err != nil {
		return err
	}
	x, target := clone(s.x), clone(s.target)
	each(x, func(n, p, at int) {
		if s.mask.Sample(n)[p] == 0 {
			x.Pix[at], target.Pix[at] = s.rand.Float32(), s.rand.Float32()
		}
	})
	got, grad, err := s.eval(x, target, s.mask)
	if err != nil {
		return err
	}
	if err := s.sameValues(got, want, "after a change where the mask is 0"); err != nil {
		return err
	}
	if err := s.samePixels(grad, wantGrad, "gradient after a change where the mask is 0"); err != nil {
		return err
	}
	var outside float64
	each(x, func(n, p, at int) {
		if s.mask.Sample(n)[p] == 0 {
			outside = max(outside, math.Abs(float64(grad.Pix[at])))
		}
	})
	if outside > 0 {
		return fmt.Errorf("gradient %g where the mask is 0", outside)
	}
	return nil
}

// undefined: a sample without a defined pixel has value and gradient 0.
func (s *subject) undefined() error {
	mask := clone(s.mask)
	clear(mask.Sample(0))
	value, grad, err := s.eval(s.x, s.target, mask)
	if err != nil {
		return err
	}
	if value[0] != 0 || !(largest(grad.Sample(0)) == 0) {
		return fmt.Errorf("loss %g and gradient up to %g of a sample whose mask is 0 everywhere", value[0], largest(grad.Sample(0)))
	}
	return nil
}

// nilMask: no mask is a mask of ones.
func (s *subject) nilMask() error {
	ones := generator.NewImages(s.mask.N, 1, s.mask.H, s.mask.W)
	for i := range ones.Pix {
		ones.Pix[i] = 1
	}
	want, wantGrad, err := s.eval(s.x, s.target, ones)
	if err != nil {
		return err
	}
	got, grad, err := s.eval(s.x, s.target, nil)
	if err != nil {
		return err
	}
	if err := s.sameValues(got, want, "nil mask against ones"); err != nil {
		return err
	}
	return s.samePixels(grad, wantGrad, "gradient of nil mask against ones")
}

// samples: values and gradients belong to a sample alone, whatever its
// neighbours, and overwrite what was there.
func (s *subject) samples() error {
	want, wantGrad, err := s.eval(s.x, s.target, s.mask)
	if err != nil {
		return err
	}
	value, grad := make([]float64, 1), generator.NewImages(5, 1, 3, 2)
	for i := s.x.N - 1; i >= 0; i-- {
		value[0] = math.NaN()
		for p := range grad.Pix {
			grad.Pix[p] = float32(math.NaN())
		}
		err := s.loss.Eval(value, grad, s.x.Slice(i, i+1), s.target.Slice(i, i+1), s.mask.Slice(i, i+1))
		if err != nil {
			return fmt.Errorf("sample %d alone: %w", i, err)
		}
		if err := s.sameValues(value, want[i:i+1], fmt.Sprintf("sample %d alone against in a batch", i)); err != nil {
			return err
		}
		if !grad.SameSize(s.x.Slice(i, i+1)) {
			return fmt.Errorf("a gradient of another size was not resized")
		}
		if err := s.samePixels(grad, wantGrad.Slice(i, i+1), fmt.Sprintf("gradient of sample %d alone against in a batch", i)); err != nil {
			return err
		}
	}
	return nil
}

// untouched: Eval writes to value and grad only.
func (s *subject) untouched() error {
	x, target, mask := clone(s.x), clone(s.target), clone(s.mask)
	if _, _, err := s.eval(s.x, s.target, s.mask); err != nil {
		return err
	}
	for _, p := range []struct {
		name     string
		now, was *generator.Images
	}{{"x", s.x, x}, {"target", s.target, target}, {"mask", s.mask, mask}} {
		if !equal(p.now, p.was) {
			return fmt.Errorf("%s is changed by Eval", p.name)
		}
	}
	return nil
}

// errors: unusable input is an error and no panic.
func (s *subject) errors() error {
	other := generator.NewImages(s.x.N, s.x.C, s.x.H+1, s.x.W)
	value := make([]float64, s.x.N)
	for _, c := range []struct {
		name            string
		value           []float64
		x, target, mask *generator.Images
	}{
		{"an empty x", nil, new(generator.Images), new(generator.Images), nil},
		{"a target of another size", value, s.x, other, nil},
		{"a mask of another size", value, s.x, s.target, generator.NewImages(s.x.N, 1, s.x.H+1, s.x.W)},
		{"room for too few values", value[:s.x.N-1], s.x, s.target, s.mask},
	} {
		if err := s.loss.Eval(c.value, new(generator.Images), c.x, c.target, c.mask); err == nil {
			return fmt.Errorf("no error for %s", c.name)
		}
	}
	return nil
}

// concurrent: several goroutines at once get what one gets.
func (s *subject) concurrent() error {
	want, wantGrad, err := s.eval(s.x, s.target, s.mask)
	if err != nil {
		return err
	}
	const goroutines, rounds = 4, 8
	errs := make(chan error, goroutines)
	for range goroutines {
		// Its own images, so that a race is one within the loss.
		own := *s
		own.x, own.target, own.mask = clone(s.x), clone(s.target), clone(s.mask)
		go func() {
			errs <- run(func(s *subject) error {
				for range rounds {
					got, grad, err := s.eval(s.x, s.target, s.mask)
					if err != nil {
						return err
					}
					if err := s.sameValues(got, want, "concurrently against alone"); err != nil {
						return err
					}
					if err := s.samePixels(grad, wantGrad, "gradient concurrently against alone"); err != nil {
						return err
					}
				}
				return nil
			}, &own)
		}()
	}
	for range goroutines {
		if e := <-errs; e != nil {
			err = e
		}
	}
	return err
}
