package transformtest

import (
	"fmt"
	"math"

	"github.com/lcfv-go/lcfv/generator"
)

// whole is the mask from which on a pixel counts as defined.
const whole = 0.999

// identity: T_0 copies every pixel and defines all.
func (s *subject) identity() error {
	dst, mask, err := s.apply(s.src, 0)
	if err != nil {
		return err
	}
	for i, v := range s.src.Pix {
		if dst.Pix[i] != v {
			return fmt.Errorf("pixel %v becomes %v", v, dst.Pix[i])
		}
	}
	for _, m := range mask.Pix {
		if m != 1 {
			return fmt.Errorf("mask %v, want 1 everywhere", m)
		}
	}
	return nil
}

// effect: some t changes something that is defined.
func (s *subject) effect() error {
	for _, t := range s.ts {
		dst, mask, err := s.apply(s.src, t)
		if err != nil {
			return err
		}
		for at, v := range s.src.Pix {
			if maskAt(mask, s.src, at) >= whole && math.Abs(float64(dst.Pix[at]-v)) > s.tol {
				return nil
			}
		}
	}
	return fmt.Errorf("no t of %v changes a defined pixel by more than %v", s.ts, s.tol)
}

// additivity: T_a∘T_b = T_(a+b) wherever both are defined.
func (s *subject) additivity() error {
	for _, a := range s.ts {
		for _, b := range s.ts {
			if err := s.additive(a, b); err != nil {
				return fmt.Errorf("T(%v) after T(%v): %w", a, b, err)
			}
		}
	}
	return nil
}

// additive compares one pair of parameters. What T_b left undefined must not
// count: T_a is run on it filled once with black and once with white, and what
// comes out differently was drawn from it.
func (s *subject) additive(a, b float64) error {
	first, firstMask, err := s.apply(s.src, b)
	if err != nil {
		return err
	}
	var runs, masks [2]*generator.Images
	for i := range runs {
		for at := range first.Pix {
			if maskAt(firstMask, first, at) < whole {
				first.Pix[at] = float32(i)
			}
		}
		if runs[i], masks[i], err = s.apply(first, a); err != nil {
			return err
		}
	}
	once, onceMask, err := s.apply(s.src, a+b)
	if err != nil {
		return err
	}
	compared := 0
	for at, want := range once.Pix {
		got := runs[0].Pix[at]
		if min(maskAt(onceMask, once, at), maskAt(masks[0], once, at), maskAt(masks[1], once, at)) < whole ||
			math.Abs(float64(got-runs[1].Pix[at])) > 1e-6 {
			continue
		}
		compared++
		if d := math.Abs(float64(got - want)); !(d <= s.tol) {
			return fmt.Errorf("pixel %v, but %v under T(%v): sample %d, channel %d, row %d, column %d", got, want, a+b,
				at/(once.C*once.H*once.W), at/(once.H*once.W)%once.C, at/once.W%once.H, at%once.W)
		}
	}
	if compared < len(once.Pix)/10 {
		return fmt.Errorf("only %d of %d pixels are defined on both sides: the law cannot be seen, choose smaller Options.T", compared, len(once.Pix))
	}
	return nil
}

// limits: pixels and masks are numbers in [0, 1].
func (s *subject) limits() error {
	const rounding = 1e-5
	for _, t := range s.ts {
		dst, mask, err := s.apply(s.src, t)
		if err != nil {
			return err
		}
		for _, v := range dst.Pix {
			if !(v >= -rounding && v <= 1+rounding) {
				return fmt.Errorf("t = %v: pixel %v outside [0, 1]", t, v)
			}
		}
		for _, m := range mask.Pix {
			if !(m >= 0 && m <= 1) {
				return fmt.Errorf("t = %v: mask %v outside [0, 1]", t, m)
			}
		}
	}
	return nil
}
