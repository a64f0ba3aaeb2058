package lcfv

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/lcfv-go/lcfv/generator"
)

// Quantile is a distribution by its quantile function: it returns the value below
// which a draw lies with probability p, for 0 < p < 1, and grows with p. One of
// one's own is any such function.
type Quantile func(p float64) float64

// Uniform is the uniform distribution on [low, high].
func Uniform(low, high float64) Quantile {
	return func(p float64) float64 { return low + p*(high-low) }
}

// Normal is the normal distribution.
func Normal(mean, deviation float64) Quantile {
	return func(p float64) float64 { return mean + deviation*math.Sqrt2*math.Erfinv(2*p-1) }
}

// DistributionError says how much of a distribution a control does not reach. It
// wraps ErrOutOfRange.
type DistributionError struct {
	Factor       string
	Below, Above float64 // the probabilities of values below and above the range
	Low, High    float64 // the range
	Unit         string
}

// Error implements error.
func (e *DistributionError) Error() string {
	return fmt.Sprintf("lcfv: %s: %.3g %% of the distribution lies below the control's range [%.4g, %.4g] (%s) and %.3g %% above: "+
		"ask for a narrower one, or take the codes with these values at the ends of the range",
		e.Factor, 100*e.Below, e.Low, e.High, e.Unit, 100*e.Above)
}

// Unwrap returns ErrOutOfRange.
func (e *DistributionError) Unwrap() error { return ErrOutOfRange }

// Sample fills dst, of the size it has, with codes drawn from the prior whose
// factor is distributed as q says (Plumerault et al. 2020, section 2.2): each is
// moved along the direction, even by a control with a Curve, until the factor has a
// value drawn from q, and is left alone across it. Row i depends on the seed and i alone. The codes have the factor
// of images that are new, so Limits.Change has no say.
//
// Where q has values out of the range, the error is a *DistributionError, and dst
// holds codes with the nearest reachable values: a caller who wants to clamp
// ignores it.
func (c *Control) Sample(dst *generator.Latents, prior generator.Prior, q Quantile, seed uint64) error {
	s, err := NewControls(c)
	if err != nil {
		return err
	}
	return s.Sample(dst, prior, map[string]Quantile{c.Transform: q}, seed)
}

// Sample fills dst with codes drawn from the prior whose named factors are
// distributed as asked, independently of each other, while the other factors of the
// set keep the values that the prior gives them. It is as Control.Sample; where
// several distributions are out of range, errors.As finds the error of the first in
// the order of the set.
func (s *Controls) Sample(dst *generator.Latents, prior generator.Prior, of map[string]Quantile, seed uint64) error {
	if err := dst.Validate(); err != nil {
		return fmt.Errorf("lcfv: sampling: %w", err)
	}
	if d := s.list[0].Generator.D; dst.D != d {
		return fmt.Errorf("lcfv: sampling: %w: there is room for codes of length %d, those of the controls have %d", ErrGenerator, dst.D, d)
	}
	if err := prior.Validate(); err != nil {
		return fmt.Errorf("lcfv: sampling: %w", err)
	}
	for name, q := range of {
		if _, err := s.find(name); err != nil {
			return err
		}
		if q == nil {
			return fmt.Errorf("lcfv: sampling: the distribution of %s is nil: give a quantile function, such as Uniform or Normal", name)
		}
	}
	var errs []error
	for _, c := range s.list {
		if q := of[c.Transform]; q != nil {
			if err := c.covers(q); err != nil {
				errs = append(errs, err)
			}
		}
	}
	prior.Sample(dst, seed, 0)
	by := make([]float64, len(s.list))
	for i := range dst.N {
		z := dst.Row(i)
		// Another seed than the codes', from which the values must not follow.
		r := rand.New(rand.NewPCG(seed^0x9e3779b97f4a7c15, uint64(i)))
		for k, c := range s.list {
			p := (float64(r.Uint64N(1<<52)) + 0.5) / (1 << 52) // whether it is needed or not; never 0
			by[k] = 0
			q := of[c.Transform]
			if q == nil {
				continue
			}
			t := q(p)
			if math.IsNaN(t) {
				return fmt.Errorf("lcfv: sampling: the quantile of %s at %g is not a number: give a quantile function for 0 < p < 1", c.Transform, p)
			}
			low, high := c.Range()
			by[k] = c.Model.G.Inverse(min(max(t, low), high)) - c.Model.Project(z)
		}
		s.shift(z, z, by)
	}
	return errors.Join(errs...)
}

// covers returns an error that says which part of a distribution is out of range.
// A thousandth of the range more does not count, so that rounding does not.
func (c *Control) covers(q Quantile) error {
	low, high := c.Range()
	slack := 1e-3 * (high - low)
	e := &DistributionError{
		Factor: c.Transform, Low: low, High: high, Unit: c.Unit,
		Below: below(q, low-slack), Above: 1 - below(q, high+slack),
	}
	if e.Below == 0 && e.Above == 0 {
		return nil
	}
	return e
}

// below returns the probability of values below t.
func below(q Quantile, t float64) float64 {
	const steps = 40 // to 1e-12
	low, high := 0.0, 1.0
	for range steps {
		if p := (low + high) / 2; q(p) < t {
			low = p
		} else {
			high = p
		}
	}
	switch {
	case low == 0:
		return 0
	case high == 1:
		return 1
	}
	return high
}
