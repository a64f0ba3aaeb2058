package report

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/factor"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

// FindPairs finds the pairs of codes again that c was learned from, by the
// inversion that its record describes, which takes as long as it took then. With
// another engine they may differ in their last bits. workers and progress are
// those of invert.Options.
//
// The error wraps ErrPairs where the record is of a run with settings of the
// caller's own, whose names do not tell them, or of several classes; otherwise errors are those of
// transform.ByName and invert.Run.
func FindPairs(ctx context.Context, g generator.Differentiable, c *lcfv.Control, workers int, progress func(invert.Progress)) (*invert.Dataset, error) {
	if g == nil || c == nil {
		return nil, errors.New("report: finding pairs: the generator or the control is nil: give both")
	}
	if len(c.Classes) > 0 {
		return nil, fmt.Errorf("report: %w: %s was learned on several classes, and a generator has one", ErrPairs, c.Transform)
	}
	t, err := transform.ByName(c.Transform)
	if err != nil {
		return nil, fmt.Errorf("report: finding pairs: %w", err)
	}
	o, err := settingsOf(g.Info(), c)
	if err != nil {
		return nil, err
	}
	o.Workers, o.Progress = workers, progress
	pairs, err := invert.Run(ctx, g, t, o)
	if err != nil {
		return nil, fmt.Errorf("report: finding the pairs of %s: %w", c.Transform, err)
	}
	if err := matches(c, pairs); err != nil {
		return nil, err
	}
	return pairs, nil
}

// settingsOf returns the options of the run that a control was learned from.
func settingsOf(info generator.Info, c *lcfv.Control) (*invert.Options, error) {
	r := c.Inversion
	if len(r.Targets) == 0 || r.Trajectories < 1 {
		return nil, fmt.Errorf("report: %w: %s has no record of an inversion", ErrPairs, c.Transform)
	}
	o := &invert.Options{
		T: r.Targets, Trajectories: r.Trajectories, Batch: r.Batch, Seed: r.Seed, Levels: r.Levels,
		MaxRelative: r.MaxRelative, Drop: r.DropFraction,
	}
	if o.Drop == 0 { // which would stand for the default
		o.Drop = -1
	}
	adam := invert.Published()
	for _, m := range []invert.Method{nil, invert.LevenbergMarquardt{}, invert.LBFGS{}, invert.DefaultAdam(), adam.Method} {
		for _, l := range []*invert.Options{{}, &adam} {
			o.Method, o.Loss = m, l.Loss
			full, err := o.Resolve(info)
			if err != nil {
				return nil, fmt.Errorf("report: the record of %s: %w", c.Transform, err)
			}
			if full.Method.Name() == r.Method && full.Loss.Name() == r.Loss && full.Constraint.Name() == r.Constraint {
				return o, nil
			}
		}
	}
	return nil, fmt.Errorf("report: %w: %s was learned by %s with loss %s in %s, settings that a name does not tell: keep the pairs when learning, and give them",
		ErrPairs, c.Transform, r.Method, r.Loss, r.Constraint)
}

// matches reports whether pairs can be those that a control was learned from.
func matches(c *lcfv.Control, pairs *invert.Dataset) error {
	if pairs == nil || pairs.Z0 == nil {
		return fmt.Errorf("report: %w: those of %s are nil", ErrPairs, c.Transform)
	}
	r := c.Inversion
	switch {
	case pairs.Z0.D != len(c.Model.U):
		return fmt.Errorf("report: %w: codes have length %d, the direction of %s has %d", ErrPairs, pairs.Z0.D, c.Transform, len(c.Model.U))
	case !slices.Equal(pairs.T, r.Targets):
		return fmt.Errorf("report: %w: the targets are %v, those of %s were %v", ErrPairs, pairs.T, c.Transform, r.Targets)
	case pairs.Settings.Seed != r.Seed || len(pairs.Pairs) != r.Pairs:
		return fmt.Errorf("report: %w: %d pairs of seed %d, for %s there were %d of seed %d",
			ErrPairs, len(pairs.Pairs), pairs.Settings.Seed, c.Transform, r.Pairs, r.Seed)
	}
	return nil
}

// dataOf returns the pairs that are good for a fit.
func dataOf(pairs *invert.Dataset) *factor.Data {
	z0, z1, t, trajectory := pairs.Kept()
	return &factor.Data{Z0: z0, Z1: z1, T: t, Group: trajectory}
}
