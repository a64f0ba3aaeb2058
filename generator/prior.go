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
// was trained. The zero value is N(0, I).
type Prior struct {
	Kind      PriorKind
	Low, High float64 // the bounds of Uniform and TruncatedNormal
}

// String returns the form ParsePrior reads.
func (p Prior) String() string {
	switch p.Kind {
	case Uniform:
		return fmt.Sprintf("uniform(%g,%g)", p.Low, p.High)
	case TruncatedNormal:
		return fmt.Sprintf("truncated-normal(%g,%g)", p.Low, p.High)
	default:
		return "normal"
	}
}

// ParsePrior reads "normal", "uniform(LOW,HIGH)" or
// "truncated-normal(LOW,HIGH)"; truncated-normal(B) stands for
// truncated-normal(-B,B).
func ParsePrior(s string) (Prior, error) {
	bad := func(why string) (Prior, error) {
		return Prior{}, fmt.Errorf("generator: prior %q: %s: write normal, uniform(LOW,HIGH) or truncated-normal(LOW,HIGH)", s, why)
	}
	name, args, found := strings.Cut(strings.TrimSpace(s), "(")
	if !found {
		if name == "normal" {
			return Prior{}, nil
		}
		return bad("not known without bounds")
	}
	args, found = strings.CutSuffix(args, ")")
	if !found {
		return bad("closing bracket missing")
	}
	var bounds []float64
	for _, a := range strings.Split(args, ",") {
		v, err := strconv.ParseFloat(strings.TrimSpace(a), 64)
		if err != nil {
			return bad(fmt.Sprintf("%q is not a number", a))
		}
		bounds = append(bounds, v)
	}
	p := Prior{}
	switch {
	case name == "uniform" && len(bounds) == 2:
		p = Prior{Uniform, bounds[0], bounds[1]}
	case name == "truncated-normal" && len(bounds) == 2:
		p = Prior{TruncatedNormal, bounds[0], bounds[1]}
	case name == "truncated-normal" && len(bounds) == 1:
		p = Prior{TruncatedNormal, -bounds[0], bounds[0]}
	default:
		return bad("wrong name or number of bounds")
	}
	if err := p.Validate(); err != nil {
		return bad(err.Error())
	}
	return p, nil
}

// Validate reports whether the prior's bounds make sense.
func (p Prior) Validate() error {
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
			row[j] = float32(p.draw(r))
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
