package invert

import (
	"context"
	"fmt"
	"math"
	"runtime"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/loss"
	"github.com/lcfv-go/lcfv/transform"
	"golang.org/x/sync/errgroup"
)

// CorrectOptions say how to correct codes. The zero value and nil stand for the
// defaults stated with each field.
type CorrectOptions struct {
	Method     Method     // as in Options
	Loss       loss.Loss  // as in Options
	Constraint Constraint // as in Options

	// Levels are the parts of codes that may move, as in Options: the rest stays
	// that of z_0, wherever that is, and of a first guess only these parts count. A
	// ball bounds what moves by its length in z_0 where that is more.
	Levels []generator.Level

	// Step is the longest step in t of the path from z_0 that is followed where the
	// given code cannot be corrected directly; 0 stands for 0.05, a negative number
	// for no path.
	Step float64

	// MaxRelative is the error, in units of that of not moving at all, up to which
	// a target counts as reached: a code above it is looked for along the path
	// too, and if that does not help it is marked Unreached. 0 stands for 0.05. On
	// sprites, changes that count as reached are off by 0.005 of the width, root
	// mean square.
	MaxRelative float64

	// Batch is the number of codes a generator call; 0 stands for 16. It may
	// change results in their last bits, Workers does not.
	Batch int

	// Workers is the number of goroutines that call the generator; 0 stands for
	// runtime.GOMAXPROCS(0).
	Workers int
}

// Correction is what Correct found for a code.
type Correction struct {
	Code []float32 // the best code met; what moves of it is in the constraint set

	Error  float64 // loss of G(Code) against T_t(G(z_0))
	Before float64 // that of the guess, moved into the constraint set; +Inf where it draws nothing finite
	Still  float64 // that of z_0: the error of not moving at all

	// Status is Kept, or why Code does not draw what was asked for: Unreached,
	// or Left where the path left what the generator can draw. Where it is
	// NotFinite or Undefined there is no error, and Code is the guess.
	Status Status
	LeftAt float64 // the last t of the path that was reached, where Status is Left
	Path   bool    // whether the path from z_0 was followed
	Active bool    // the constraint holds the code

	Iterations         int
	ForwardEquivalents float64 // generator work, the image of z_0 included
}

// Relative returns the error in units of that of not moving at all, and 1 where
// the transform changed nothing.
func (c Correction) Relative() float64 { return Pair{Error: c.Error, Still: c.Still}.Relative() }

// resolve fills in the defaults.
func (o *CorrectOptions) resolve(info generator.Info) (CorrectOptions, error) {
	var s CorrectOptions
	if o != nil {
		s = *o
	}
	if math.IsNaN(s.Step) || math.IsInf(s.Step, 0) || !(s.MaxRelative >= 0) {
		return s, fmt.Errorf("%w: correcting with steps of %g and a relative error of %g: give a finite step and an error that is not negative", ErrOptions, s.Step, s.MaxRelative)
	}
	if s.Batch < 0 || s.Workers < 0 {
		return s, fmt.Errorf("%w: correcting in batches of %d with %d workers: give positive numbers", ErrOptions, s.Batch, s.Workers)
	}
	// What is common to all inversion is checked, and has its defaults, there.
	common, err := (&Options{Method: s.Method, Loss: s.Loss, Constraint: s.Constraint, Levels: s.Levels}).Resolve(info)
	if err != nil {
		return s, err
	}
	s.Method, s.Loss, s.Constraint, s.Levels = common.Method, common.Loss, common.Constraint, common.Levels
	fill(&s.Step, 0.05)
	fill(&s.MaxRelative, 0.05)
	fill(&s.Batch, 16)
	fill(&s.Workers, runtime.GOMAXPROCS(0))
	return s, nil
}

// Correct looks, for every code z_0, for the code z with G(z) ≈ T_t(G(z_0)) near a
// code that is given: row i of from is a first guess for row i of z0, by a learned
// direction for instance. It takes the minimum of the loss next to the guess; where
// that does not draw the target, it follows the path from z_0 there in short steps,
// as Run does, and keeps the better code. A nil from asks for the path at once.
//
// Codes of z0 may lie outside the constraint set, those returned do not, but for
// the levels that must not move. The result depends on the options alone, not on the number of workers. Only what t
// leaves defined of an image is compared: where that is little, or does not show the
// object any more, a target that counts as reached says as little.
//
// Errors wrap ErrOptions where an argument is at fault. When ctx ends, Correct
// returns within one generator call with an error that wraps ctx.Err(). g and tr
// are used from several goroutines.
func Correct(ctx context.Context, g generator.Differentiable, tr transform.Transform, z0, from *generator.Latents, t float64, opts *CorrectOptions) ([]Correction, error) {
	if g == nil || tr == nil {
		return nil, fmt.Errorf("%w: generator and transform must not be nil", ErrOptions)
	}
	info := g.Info()
	o, err := opts.resolve(info)
	if err != nil {
		return nil, err
	}
	if t == 0 || math.IsNaN(t) || math.IsInf(t, 0) {
		return nil, fmt.Errorf("%w: correcting for a change of %g: it must be finite and not 0", ErrOptions, t)
	}
	for _, z := range []*generator.Latents{z0, from} {
		if z == from && from == nil {
			continue
		}
		if err := z.Validate(); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrOptions, err)
		}
		if z.D != info.D || z.N != z0.N {
			return nil, fmt.Errorf("%w: %d codes of length %d to start from %d of length %d of a generator whose codes have %d: their numbers must agree",
				ErrOptions, z.N, z.D, z0.N, z0.D, info.D)
		}
		if !finite(z.Data) {
			return nil, fmt.Errorf("%w: a code to correct holds a number that is not finite", ErrOptions)
		}
	}
	free, err := newFreedom(o.Levels, info.D)
	if err != nil {
		return nil, err
	}
	out := make([]Correction, z0.N)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(o.Workers)
	for low := 0; low < z0.N; low += o.Batch {
		high := min(low+o.Batch, z0.N)
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			c := &corrector{g: g, tr: tr, o: &o, free: free, t: t, z0: z0.Slice(low, high), out: out[low:high]}
			if from != nil {
				c.from = from.Slice(low, high)
			}
			return c.run(ctx)
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return out, nil
}
