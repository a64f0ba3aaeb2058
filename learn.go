package lcfv

import (
	"context"
	"errors"
	"fmt"

	"gonum.org/v1/gonum/floats"

	"github.com/lcfv-go/lcfv/factor"
	"github.com/lcfv-go/lcfv/factor/baseline"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

// LearnOptions say how to learn. Nil and the zero value stand for the defaults
// of invert.Options and factor.Options.
type LearnOptions struct {
	Invert invert.Options
	Fit    factor.Options

	// Baseline, if not nil, finds the direction in place of the fit, for
	// comparisons: see FromBaseline.
	Baseline baseline.Finder

	// Curved asks for a Curve beside the direction, for a generator in which no
	// direction carries the factor alone: see FitCurve, which has options. Learn
	// alone knows it, and not with a Baseline.
	Curved bool

	// PerClass asks LearnClasses for a calibration of each class beside the common
	// one: see Control.OfClass. No other function looks at it.
	PerClass bool
}

// Learn finds the direction of the factor that the transform t changes, in the
// latent space of g, and calibrates it in t's unit: it inverts the generator at
// transformed samples and fits a model to the pairs of codes (Plumerault et al.
// 2020, section 2).
//
// The result depends on the generator, the transform and the options alone, not
// on the number of workers. If ctx ends during the inversion, Learn returns an
// error that wraps ctx.Err() within one call of the generator; the fit that
// follows runs to its end. Other errors are those of invert.Run and factor.Fit.
func Learn(ctx context.Context, g generator.Differentiable, t transform.Transform, opts *LearnOptions) (*Control, error) {
	if g == nil || t == nil {
		return nil, errors.New("lcfv: learning: the generator or the transform is nil: give both")
	}
	if opts == nil {
		opts = &LearnOptions{}
	}
	if opts.Curved && opts.Baseline != nil {
		return nil, fmt.Errorf("lcfv: learning %s: a curve is not fitted beside a baseline's direction: ask for one of them", t.Name())
	}
	if err := opts.checkLevels(); err != nil {
		return nil, fmt.Errorf("lcfv: learning %s: %w", t.Name(), err)
	}
	pairs, err := invert.Run(ctx, g, t, &opts.Invert)
	if err != nil {
		return nil, fmt.Errorf("lcfv: learning %s: %w", t.Name(), err)
	}
	if opts.Baseline != nil {
		return FromBaseline(ctx, g, t, pairs, opts.Baseline, &opts.Fit)
	}
	c, err := FromPairs(g.Info(), t, pairs, &opts.Fit)
	if err == nil && opts.Curved {
		c.Curve, err = FitCurve(pairs, nil)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// FromPairs fits a control to the outcome of an inversion of t on the generator
// that info describes: the second half of Learn. Nil options stand for the
// defaults; the direction lies in the levels that the inversion could move, unless
// opts names others. The control moves codes along a straight line; FitCurve finds it a curve.
// Errors are those of factor.Fit.
func FromPairs(info generator.Info, t transform.Transform, pairs *invert.Dataset, opts *factor.Options) (*Control, error) {
	if t == nil || pairs == nil {
		return nil, errors.New("lcfv: learning: the transform or the pairs are nil: give what invert.Run used and returned")
	}
	data := dataOf(pairs)
	model, err := factor.Fit(data, among(opts, pairs))
	if err != nil {
		return nil, fmt.Errorf("lcfv: learning %s: %w", t.Name(), err)
	}
	return controlOf(info, t, pairs, data, model), nil
}

// dataOf returns the pairs that are good for a fit.
func dataOf(pairs *invert.Dataset) *factor.Data {
	z0, z1, t, trajectory := pairs.Kept()
	return &factor.Data{Z0: z0, Z1: z1, T: t, Group: trajectory}
}

// controlOf makes a control of a model that was fitted to data, the good ones of
// pairs.
func controlOf(info generator.Info, t transform.Transform, pairs *invert.Dataset, data *factor.Data, model *factor.Model) *Control {
	return &Control{
		Transform: t.Name(),
		Unit:      t.Unit(),
		Model:     *model,
		Generator: NewGeneratorRecord(info),
		Inversion: inversionOf(pairs, len(data.T)),
	}
}

// inversionOf describes an inversion of whose pairs so many were used for a fit.
func inversionOf(pairs *invert.Dataset, used int) InversionRecord {
	s := pairs.Settings
	return InversionRecord{
		Method: s.Method, Loss: s.Loss, Constraint: s.Constraint,
		Targets: pairs.T, Trajectories: s.Trajectories, Batch: s.Batch, Seed: s.Seed,
		Pairs: len(pairs.Pairs), Dropped: len(pairs.Pairs) - used, MaxRelative: s.MaxRelative, DropFraction: s.Drop,
		MedianError:        pairs.MedianError(),
		ForwardEquivalents: pairs.ForwardEquivalents,
		Reached:            reached(pairs),
		Levels:             s.Levels,
	}
}

// reached returns, for each target, the share of the trajectories that the
// generator could follow that far: all but those that left what it draws on the
// way, or whose image got nowhere near the target.
func reached(pairs *invert.Dataset) []float64 {
	shares := make([]float64, len(pairs.T))
	for i, p := range pairs.Pairs {
		if p.Status == invert.Kept || p.Status == invert.Worst {
			shares[i%len(shares)]++
		}
	}
	floats.Scale(1/float64(pairs.Z0.N), shares)
	return shares
}
