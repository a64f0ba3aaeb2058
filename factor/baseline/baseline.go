package baseline

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/floats"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/transform"
)

var (
	// ErrOptions is wrapped by errors about settings that make no sense, and
	// about a generator or transform that is nil.
	ErrOptions = errors.New("baseline: invalid options")

	// ErrNoDirection is wrapped by the error for a generator that gives a method
	// nothing to go by: images that do not change with the code, or that are not
	// finite.
	ErrNoDirection = errors.New("baseline: no direction found")

	// ErrUnknown is wrapped by the error for a name that belongs to no method.
	ErrUnknown = errors.New("baseline: unknown method")
)

// Finder proposes directions. Implementations are safe for concurrent use.
type Finder interface {
	// Name identifies the method and its settings, for example
	// "sefa(samples=64,seed=1)".
	Name() string

	// Find returns at least one direction in the latent space of g that may
	// carry the factor that t changes, the most promising first. A method that
	// does not look at t takes nil for it. The result depends on the arguments
	// and the settings alone. Errors wrap ErrOptions, ErrNoDirection or, if ctx
	// ends, ctx.Err().
	Find(ctx context.Context, g generator.Differentiable, t transform.Transform) (*Candidates, error)
}

// Candidates are what a Finder proposes.
type Candidates struct {
	// U are unit vectors of the length of a code. Their sign means nothing,
	// unless there are Slopes.
	U [][]float64

	// Slopes, if not nil, holds for each direction by how much the factor changes
	// with each latent unit along it: a linear calibration that the method
	// brings along, to be used instead of one fitted to pairs.
	Slopes []float64

	// ForwardEquivalents is the generator's work on all of them together: a
	// forward pass of one sample counts 1, a pullback 2, a pushforward 1.
	ForwardEquivalents float64
}

// Names lists the names that ByName knows.
func Names() []string { return []string{"pca", "sefa", "walk", "walk-linear", "random"} }

// ByName returns a method of this package with its default settings: reach is the
// largest |t| that a walk is trained for and seed determines the codes that are
// drawn, see the types. Any other name is an error that wraps ErrUnknown.
func ByName(name string, reach float64, seed uint64) (Finder, error) {
	switch name {
	case "pca":
		return PCA{Seed: seed}, nil
	case "sefa":
		return SeFa{Seed: seed}, nil
	case "walk":
		return Walk{Range: reach, Seed: seed}, nil
	case "walk-linear":
		return Walk{Range: reach, Seed: seed, Linear: true}, nil
	case "random":
		return Random{Seed: seed}, nil
	}
	return nil, fmt.Errorf("%w %q: use one of %s", ErrUnknown, name, strings.Join(Names(), ", "))
}

// batch is the number of codes that are drawn at once.
const batch = 16

// apart is the index of the first code that a method draws. It keeps them apart
// from the codes that pairs start from and that controls are evaluated on, which
// are counted from 0, whatever the seeds.
const apart = 1 << 40

// sample draws n codes from the prior, the first of them number first of the
// method's own.
func sample(g generator.Generator, n int, seed uint64, first int) *generator.Latents {
	z := generator.NewLatents(n, g.Info().D)
	g.Info().Prior.Sample(z, seed, apart+uint64(first))
	return z
}

// check reports what a method cannot work with.
func check(g generator.Generator) error {
	if g == nil {
		return fmt.Errorf("%w: the generator is nil: give one", ErrOptions)
	}
	info := g.Info()
	if info.D < 1 || info.C < 1 || info.H < 1 || info.W < 1 {
		return fmt.Errorf("%w: generator %q has codes of length %d and images of %d×%d×%d: every extent must be at least 1",
			ErrOptions, info.Name, info.D, info.C, info.H, info.W)
	}
	if err := info.Prior.Validate(); err != nil {
		return fmt.Errorf("%w: generator %q: %w", ErrOptions, info.Name, err)
	}
	return nil
}

// defaulted returns v, or otherwise where v is 0.
func defaulted[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// normalised scales v to norm 1 and reports whether that can be done.
func normalised(v []float64) bool {
	norm := floats.Norm(v, 2)
	if !(norm > 0) || math.IsInf(norm, 0) {
		return false
	}
	floats.Scale(1/norm, v)
	return true
}
