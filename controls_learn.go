package lcfv

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/lcfv-go/lcfv/factor"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

// LearnAll finds the directions of several factors in one run, such that each of
// them can change without the others: the factors that the transforms ts change,
// which have to be different ones. A transform must leave the factors of the
// others as they are, on the average over images: translations, zoom and brightness
// do; a sum such as translate-x+zoom, beside translate-x, does not. Learn factors
// for which that fails each for itself, and make a set of them with NewControls.
//
// The transforms start from the same samples, whose images and derivatives are
// computed once (see invert.RunAll). Otherwise it does, and fails, as Learn does;
// for the fit see FromAllPairs.
func LearnAll(ctx context.Context, g generator.Differentiable, ts []transform.Transform, opts *LearnOptions) (*Controls, error) {
	if g == nil {
		return nil, errors.New("lcfv: learning: the generator is nil: give one")
	}
	if err := checkTransforms(ts); err != nil {
		return nil, err
	}
	if opts == nil {
		opts = &LearnOptions{}
	}
	if opts.Curved {
		return nil, fmt.Errorf("lcfv: learning: %w: several factors are driven along directions: learn a curve for each by itself", ErrControls)
	}
	if err := opts.checkLevels(); err != nil {
		return nil, fmt.Errorf("lcfv: learning: %w", err)
	}
	pairs, err := invert.RunAll(ctx, g, ts, &opts.Invert)
	if err != nil {
		return nil, fmt.Errorf("lcfv: learning: %w", err)
	}
	if opts.Baseline == nil {
		return FromAllPairs(g.Info(), ts, pairs, &opts.Fit)
	}
	var list []*Control
	for k, t := range ts {
		c, err := FromBaseline(ctx, g, t, pairs[k], opts.Baseline, &opts.Fit)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return NewControls(list...)
}

// FromAllPairs fits a set of controls to the outcomes of inversions of the
// transforms ts, in their order, on the generator that info describes: the second
// half of LearnAll.
//
// The direction of a factor is fitted to the pairs of all transforms. Those of the
// others say where the factor stays the same while something else changes, which a
// factor's own pairs cannot tell: a direction fitted to them alone may take part of
// another factor for its own. The calibration is fitted to the factor's own pairs,
// so that what another transform does to the factor of a single image, as zoom
// moves an object that is not in the middle, does not flatten it.
//
// Nil options stand for the defaults. Errors are those of factor.Fit and NewControls.
func FromAllPairs(info generator.Info, ts []transform.Transform, pairs []*invert.Dataset, opts *factor.Options) (*Controls, error) {
	if err := checkTransforms(ts); err != nil {
		return nil, err
	}
	if len(pairs) != len(ts) || slices.Contains(pairs, nil) {
		return nil, errors.New("lcfv: learning: there must be pairs for every transform: give what invert.RunAll used and returned")
	}
	own := make([]*factor.Data, len(ts))
	for k := range ts {
		own[k] = dataOf(pairs[k])
		if own[k].Z0.D != info.D {
			return nil, fmt.Errorf("lcfv: learning %s: %w: its codes have length %d, those of the pairs %d", ts[k].Name(), ErrGenerator, info.D, own[k].Z0.D)
		}
	}
	var list []*Control
	for k, t := range ts {
		model, err := fitAmong(own, k, among(opts, pairs[k]))
		if err != nil {
			return nil, fmt.Errorf("lcfv: learning %s: %w", t.Name(), err)
		}
		c := controlOf(info, t, pairs[k], own[k], model)
		for _, other := range ts {
			if other.Name() != t.Name() {
				c.With = append(c.With, other.Name())
			}
		}
		list = append(list, c)
	}
	return NewControls(list...)
}

func checkTransforms(ts []transform.Transform) error {
	if len(ts) == 0 || slices.Contains(ts, nil) {
		return errors.New("lcfv: learning: no transforms, or a nil one: give one a factor")
	}
	for i, t := range ts {
		for _, other := range ts[:i] {
			if t.Name() == other.Name() {
				return fmt.Errorf("lcfv: learning: %w: %s is there twice: give every transform once", ErrControls, t.Name())
			}
		}
	}
	return nil
}

// fitAmong fits a model to the pairs of factor k, with a direction that leaves the
// other factors out.
func fitAmong(own []*factor.Data, k int, opts *factor.Options) (*factor.Model, error) {
	if len(own) == 1 {
		return factor.Fit(own[k], opts)
	}
	d := own[k].Z0.D
	all := &factor.Data{Z0: &generator.Latents{D: d}, Z1: &generator.Latents{D: d}}
	for j, data := range own {
		for _, to := range []struct{ all, part *generator.Latents }{{all.Z0, data.Z0}, {all.Z1, data.Z1}} {
			to.all.Data = append(to.all.Data, to.part.Data...)
			to.all.N += to.part.N
		}
		if j == k {
			all.T = append(all.T, data.T...)
		} else {
			all.T = append(all.T, make([]float64, len(data.T))...)
		}
		all.Group = append(all.Group, data.Group...) // those of one code z_0 belong together
	}
	model, err := factor.Fit(all, opts)
	if err != nil {
		return nil, err
	}
	return factor.FitAlong(own[k], model.U, opts)
}
