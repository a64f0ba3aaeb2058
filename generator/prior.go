package generator

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
)

// PriorKind is a family of distributions.
type PriorKind int

// The distributions that latent codes are drawn from.
const (
	// Normal is the standard normal distribution, N(0, I).
	Normal PriorKind = iota
	// Uniform is the uniform distribution on [Low, High] in every dimension.
	Uniform
	// TruncatedNormal is N(0, 1) in every dimension, restricted to [Low, High].
	TruncatedNormal
)

// Prior is the distribution a generator's latent codes were drawn from when it
// was trained, or a narrower one: see Truncated. The zero value is N(0, I).
type Prior struct {
	Kind      PriorKind
	Low, High float64 // the bounds of Uniform and TruncatedNormal

	// Scale is what numbers of that distribution are multiplied by to make a code;
	// 0 stands for 1.
	Scale float64
}

// String returns the form ParsePrior reads.
func (p Prior) String() string {
	scale := ""
	if p.scale() != 1 {
		scale = fmt.Sprintf("%g*", p.Scale)
	}
	switch p.Kind {
	case Uniform:
		return fmt.Sprintf("%suniform(%g,%g)", scale, p.Low, p.High)
	case TruncatedNormal:
		return fmt.Sprintf("%struncated-normal(%g,%g)", scale, p.Low, p.High)
	default:
		return scale + "normal"
	}
}

func (p Prior) scale() float64 {
	if p.Scale == 0 {
		return 1
	}
	return p.Scale
}

// Truncated returns the prior with its codes multiplied by truncation, a number
// above 0 and at most 1: the truncation trick of BigGAN (Brock et al. 2019, section
// 3.1), as its published generators have it, which draw truncation times a normal
// distribution that ends at ±2. Less truncation than 1 gives up variety for better
// images.
func (p Prior) Truncated(truncation float64) (Prior, error) {
	if !(truncation > 0 && truncation <= 1) {
		return Prior{}, fmt.Errorf("generator: truncation %g: give what codes are multiplied by, a number above 0 and at most 1; "+
			"where a normal distribution ends is said by the prior, such as truncated-normal(2)", truncation)
	}
	if p.Scale = p.scale() * truncation; p.Scale == 1 {
		p.Scale = 0
	}
	return p, nil
}

// Support returns the bounds between which the numbers of codes lie, infinite ones
// for a normal distribution.
func (p Prior) Support() (low, high float64) {
	if p.Kind == Normal {
		return math.Inf(-1), math.Inf(1)
	}
	return p.scale() * p.Low, p.scale() * p.High
}

// ParsePrior reads "normal", "uniform(LOW,HIGH)" or
// "truncated-normal(LOW,HIGH)"; truncated-normal(B) stands for
// truncated-normal(-B,B). A number and * in front, as in
// "0.5*truncated-normal(2)", is the scale.
func ParsePrior(s string) (Prior, error) {
	bad := func(why string) (Prior, error) {
		return Prior{}, fmt.Errorf("generator: prior %q: %s: write normal, uniform(LOW,HIGH) or truncated-normal(LOW,HIGH), with a scale in front if need be, such as 0.5*normal", s, why)
	}
	p := Prior{}
	text := s
	if factor, rest, scaled := strings.Cut(s, "*"); scaled {
		v, err := strconv.ParseFloat(strings.TrimSpace(factor), 64)
		if err != nil || v == 0 { // which Prior takes for 1
			return bad(fmt.Sprintf("%q is no scale", strings.TrimSpace(factor)))
		}
		if text = rest; v != 1 {
			p.Scale = v
		}
	}
	name, args, found := strings.Cut(strings.TrimSpace(text), "(")
	var bounds []float64
	if found {
		if args, found = strings.CutSuffix(args, ")"); !found {
			return bad("closing bracket missing")
		}
		for _, a := range strings.Split(args, ",") {
			v, err := strconv.ParseFloat(strings.TrimSpace(a), 64)
			if err != nil {
				return bad(fmt.Sprintf("%q is not a number", a))
			}
			bounds = append(bounds, v)
		}
	}
	switch {
	case name == "normal" && !found:
	case name == "uniform" && len(bounds) == 2:
		p.Kind, p.Low, p.High = Uniform, bounds[0], bounds[1]
	case name == "truncated-normal" && len(bounds) == 2:
		p.Kind, p.Low, p.High = TruncatedNormal, bounds[0], bounds[1]
	case name == "truncated-normal" && len(bounds) == 1:
		p.Kind, p.Low, p.High = TruncatedNormal, -bounds[0], bounds[0]
	default:
		return bad("wrong name or number of bounds")
	}
	if err := p.Validate(); err != nil {
		return bad(err.Error())
	}
	return p, nil
}

// Validate reports whether the prior's bounds and scale make sense.
func (p Prior) Validate() error {
	if p.Scale < 0 || math.IsNaN(p.Scale) || math.IsInf(p.Scale, 0) {
		return fmt.Errorf("generator: a prior of scale %g: give a positive number, or 0 for 1", p.Scale)
	}
	switch p.Kind {
	case Normal:
		return nil
	case Uniform, TruncatedNormal:
	default:
		return fmt.Errorf("generator: unknown kind of prior %d", p.Kind)
	}
	if !(p.Low < p.High) || math.IsInf(p.Low, 0) || math.IsInf(p.High, 0) {
		return fmt.Errorf("generator: %v: bounds must be finite and in increasing order", p)
	}
	// Rejection sampling needs a fair chance to hit the interval.
	if p.Kind == TruncatedNormal && normalMass(p.Low, p.High) < 1e-3 {
		return fmt.Errorf("generator: %v: the bounds hold less than a thousandth of the normal distribution", p)
	}
	return nil
}

func normalMass(low, high float64) float64 {
	return (math.Erf(high/math.Sqrt2) - math.Erf(low/math.Sqrt2)) / 2
}

// Sample fills dst, of the size it has, with codes drawn from the prior, which
// must be one that Validate accepts. Row i
// is drawn from the random stream number first+i of the seed, so a code depends
// on its index alone and not on how many are drawn at once.
func (p Prior) Sample(dst *Latents, seed, first uint64) {
	for i := range dst.N {
		r := rand.New(rand.NewPCG(seed, first+uint64(i)))
		row := dst.Row(i)
		for j := range row {
			row[j] = float32(p.scale() * p.draw(r))
		}
	}
}

func (p Prior) draw(r *rand.Rand) float64 {
	switch p.Kind {
	case Uniform:
		return p.Low + (p.High-p.Low)*r.Float64()
	case TruncatedNormal:
		for {
			if v := r.NormFloat64(); v >= p.Low && v <= p.High {
				return v
			}
		}
	default:
		return r.NormFloat64()
	}
}
