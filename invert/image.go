package invert

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/loss"
)

// ImageOptions say how to project images. The zero value and nil stand for the
// defaults stated with each field.
type ImageOptions struct {
	// Losses are minimised one after the other, each from the codes found for
	// the one before it; the value of the last is the error. Nil stands for
	// loss.Blurred with σ of 1/16 and 1/128 of the image's width: first where
	// things are, then what they look like. A single start gets lost less often
	// that way, and several cost less than when all of them go the whole way.
	Losses []loss.Loss

	// Method minimises each of them; nil stands for ImageMethod(g.Info(), loss).
	Method Method

	// Constraint is where codes have to stay; nil stands for
	// ConstraintFor(g.Info()), Unconstrained{} for no constraint.
	Constraint Constraint

	// Draws is the number of codes that are drawn from the prior and compared
	// with every image, which takes one forward pass each; 0 stands for 256, or Restarts if that is
	// more.
	Draws int

	// Restarts is the number of draws, those most like the image, from which the
	// search starts. After each loss but the last the better half of them goes
	// on. 0 stands for 4.
	Restarts int

	// Seed determines the draws.
	Seed uint64

	// Batch is the number of searches a generator call; 0 stands for 8. It may
	// change results in their last bits, Workers does not.
	Batch int

	// Workers is the number of goroutines that call the generator; 0 stands
	// for runtime.GOMAXPROCS(0).
	Workers int

	// Progress, if not nil, is called whenever one of the total searches, one an
	// image, restart and loss, is done; never twice at the same time.
	Progress func(done, total int)
}

// Projection is what Image found for an image.
type Projection struct {
	Code []float32

	Error float64 // value of the last loss
	Mean  float64 // that of the generator's mean image: the error without a search
	RMSE  float64 // root mean squared difference of the defined pixels

	// Status is Kept, or why the best search ended early. Where it is NotFinite
	// all of them did, and Code is the most similar draw.
	Status    Status
	Converged bool // the method expected nothing of further iterations
	Active    bool // the constraint holds the code

	// Iterations of the search that led to Code, over all losses, and the work
	// of all searches for this image with its share of the draws, as in Dataset.
	Iterations         int
	ForwardEquivalents float64
}

// Relative returns the error in units of that of the generator's mean image: the
// part of what is special about the image that the code does not explain. It is 1
// where the mean image already is a match.
func (p Projection) Relative() float64 {
	if p.Mean > 0 {
		return p.Error / p.Mean
	}
	return 1
}

// Outcome says what became of the search: "converged", "not converged", or the
// Status of one that ended early.
func (p Projection) Outcome() string {
	switch {
	case p.Status != Kept:
		return p.Status.String()
	case p.Converged:
		return "converged"
	}
	return "not converged"
}

// ImageMethod returns the method that Image uses unless told otherwise, the one
// that Automatic would choose, but with patience: there is no path of nearby
// targets to follow, the start is far away, and the image need not be one that the
// generator can draw.
func ImageMethod(info generator.Info, l loss.Loss) Method {
	if _, ok := Automatic(info, l).(LevenbergMarquardt); ok {
		return LevenbergMarquardt{Iterations: 40, Tolerance: 0.01, Exact: 1e-6, Halvings: -1, Limit: 1}
	}
	return LBFGS{Iterations: 100, Exact: 1e-6}
}

// Image projects images into the latent space of g: for each of target's N images
// y, which are given and need not be the generator's, it looks for the code z with
// G(z) ≈ y. target has the size of the generator's images and pixels in [0, 1];
// mask, N×1×H×W in [0, 1], says where it is defined, nil everywhere.
//
// The search starts from the most similar of many draws from the prior, and goes
// from a coarse comparison to a fine one (ImageOptions). What it finds is the best
// of the minima that it met; Projection says how good that is. The result depends
// on the options alone, not on the number of workers, and on the other images only
// in the last bits.
//
// Errors wrap ErrOptions or ErrImages where these are at fault, and ErrAllFailed if
// the generator draws nothing finite. When ctx ends, Image returns within one
// generator call with an error that wraps ctx.Err(). g is used from several
// goroutines.
func Image(ctx context.Context, g generator.Differentiable, target, mask *generator.Images, opts *ImageOptions) ([]Projection, error) {
	if g == nil {
		return nil, fmt.Errorf("%w: the generator must not be nil", ErrOptions)
	}
	o, err := opts.resolve(g.Info())
	if err != nil {
		return nil, err
	}
	if err := checkTargets(g.Info(), target, mask); err != nil {
		return nil, err
	}
	s := &imageSearch{g: g, o: o, target: target, mask: mask}
	found, err := s.run(ctx)
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("invert: stopped after %d of %d searches: %w", s.done, s.total, err)
	}
	return found, err
}

const defaultDraws = 256

// resolve fills in the defaults.
func (o *ImageOptions) resolve(info generator.Info) (ImageOptions, error) {
	var s ImageOptions
	if o != nil {
		s = *o
	}
	if s.Draws < 0 || s.Restarts < 0 || s.Batch < 0 || s.Workers < 0 {
		return s, fmt.Errorf("%w: projecting images with %d draws, %d restarts, batches of %d and %d workers: give positive numbers",
			ErrOptions, s.Draws, s.Restarts, s.Batch, s.Workers)
	}
	// What is common to all inversion is checked, and has its defaults, there.
	common, err := (&Options{Constraint: s.Constraint}).Resolve(info)
	if err != nil {
		return s, err
	}
	s.Constraint = common.Constraint
	fill(&s.Draws, max(defaultDraws, s.Restarts))
	fill(&s.Restarts, 4)
	fill(&s.Batch, 8)
	fill(&s.Workers, runtime.GOMAXPROCS(0))
	if s.Draws < s.Restarts {
		return s, fmt.Errorf("%w: %d restarts of %d draws: give at least as many draws", ErrOptions, s.Restarts, s.Draws)
	}
	if len(s.Losses) == 0 {
		w := float64(info.W)
		s.Losses = []loss.Loss{loss.Blurred{Sigma: w / 16}, loss.Blurred{Sigma: w / 128}}
	}
	if slices.Contains(s.Losses, nil) {
		return s, fmt.Errorf("%w: a loss is nil", ErrOptions)
	}
	return s, nil
}

func checkTargets(info generator.Info, target, mask *generator.Images) error {
	if err := target.Validate(); err != nil {
		return fmt.Errorf("%w: %w", ErrImages, err)
	}
	if target.C != info.C || target.H != info.H || target.W != info.W {
		return fmt.Errorf("%w: they have size %d×%d×%d, those of generator %q %d×%d×%d: scale and convert them to that",
			ErrImages, target.C, target.H, target.W, info.Name, info.C, info.H, info.W)
	}
	for i := range target.N {
		if !finite(target.Sample(i)) {
			return fmt.Errorf("%w: image %d has a pixel that is not finite", ErrImages, i)
		}
	}
	if mask == nil {
		return nil
	}
	if err := mask.Validate(); err != nil {
		return fmt.Errorf("%w: mask: %w", ErrImages, err)
	}
	if mask.N != target.N || mask.C != 1 || mask.H != target.H || mask.W != target.W {
		return fmt.Errorf("%w: the mask has size %d×%d×%d×%d, needed is %d×1×%d×%d", ErrImages,
			mask.N, mask.C, mask.H, mask.W, target.N, target.H, target.W)
	}
	for i, v := range mask.Pix {
		if !(v >= 0 && v <= math.MaxFloat32) {
			return fmt.Errorf("%w: the mask of image %d holds %g: weights are from 0 to 1", ErrImages, i/(mask.H*mask.W), v)
		}
	}
	for i := range mask.N {
		if blank(mask.Sample(i)) {
			return fmt.Errorf("%w: the mask of image %d leaves no pixel defined", ErrImages, i)
		}
	}
	return nil
}
