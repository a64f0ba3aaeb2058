package lcfv

import (
	"errors"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/lcfv-go/lcfv/factor"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
)

// LevelNorms returns the length of the part of the direction that lies in each
// level of a generator: where it keeps the factor (Plumerault et al. 2020,
// section 3). The squares of those of all levels add up to 1. For the levels that
// the control was learned with, see GeneratorRecord.
func (c *Control) LevelNorms(levels []generator.Level) ([]float64, error) {
	norms := make([]float64, len(levels))
	for i, l := range levels {
		if l.Low < 0 || l.High > len(c.Model.U) || l.Low > l.High {
			return nil, fmt.Errorf("lcfv: level %q covers [%d, %d) of a direction of length %d: give the levels of the generator it was learned on", l.Name, l.Low, l.High, len(c.Model.U))
		}
		norms[i] = floats.Norm(c.Model.U[l.Low:l.High], 2)
	}
	return norms, nil
}

// Part returns the control that makes, of every move of c, the part in some levels
// of its generator, which generator.Info.Select finds by their names; the other
// levels of a code stay as they are. It is for seeing what each level has to do with
// the factor.
//
// Values keep the meaning that they have for c: Position reads the whole code, the
// range is that of c, and Steer(dst, z, delta) makes the part of the move for which c
// promises delta. So the factor changes by less, unless the levels carry all of it.
// By how much Evaluate tells: its Slope is the share of the change that comes of
// these levels. Of a factor that is proportional to ⟨z, u⟩ that is the square of the
// levels' norm (LevelNorms), and of any that is linear in the code the shares of all
// levels add up to that of c.
//
// Limits, which were measured on whole moves, are not taken over; Delimit measures
// those of the part. Refine moves these levels only, but until the image has changed
// as asked. To have a control that keeps its unit and moves some levels only,
// learn one on these (invert.Options.Levels).
//
// Levels that are none of c's generator are an error, and so are those in which c
// moves nothing.
func (c *Control) Part(levels []generator.Level) (*Control, error) {
	dims, err := generator.Dims(levels, len(c.Model.U))
	if err != nil {
		return nil, fmt.Errorf("lcfv: a part of %s: %w", c.Transform, err)
	}
	if c.Moves != nil {
		movable, err := generator.Dims(c.Moves, len(c.Model.U))
		if err != nil {
			return nil, fmt.Errorf("lcfv: a part of %s: %w", c.Transform, err)
		}
		for _, k := range dims {
			if !slices.Contains(movable, k) {
				return nil, fmt.Errorf("lcfv: a part of %s: the control is a part already, that does not move number %d of a code: take the part of the whole control", c.Transform, k)
			}
		}
	}
	if c.Curve == nil && !slices.ContainsFunc(dims, func(k int) bool { return c.Model.U[k] != 0 }) {
		return nil, fmt.Errorf("lcfv: a part of %s: the control moves nothing in these levels: choose those with a norm above 0 (LevelNorms)", c.Transform)
	}
	part := *c
	part.Moves, part.Limits = slices.Clone(levels), nil
	return &part, nil
}

// Part returns the set that makes, of every move of s, the part in some levels of
// the generator: see Control.Part.
func (s *Controls) Part(levels []generator.Level) (*Controls, error) {
	var list []*Control
	for _, c := range s.list {
		part, err := c.Part(levels)
		if err != nil {
			return nil, err
		}
		list = append(list, part)
	}
	return NewControls(list...)
}

// checkMoves reports levels in Moves that are none of the control's generator.
func (c *Control) checkMoves() error {
	if c.Moves == nil {
		return nil
	}
	if _, err := generator.Dims(c.Moves, len(c.Model.U)); err != nil {
		return fmt.Errorf("lcfv: the levels to which %s is restricted: %w", c.Transform, err)
	}
	return nil
}

// restrict takes back what dst differs from z in outside of levels; nil levels stand
// for the whole code.
func restrict(dst, z []float32, levels []generator.Level) {
	if levels == nil {
		return
	}
	at := 0
	for _, l := range inOrder(levels) {
		copy(dst[at:l.Low], z[at:l.Low])
		at = l.High
	}
	copy(dst[at:], z[at:])
}

// inOrder returns levels in the order of the code.
func inOrder(levels []generator.Level) []generator.Level {
	return slices.SortedFunc(slices.Values(levels), func(a, b generator.Level) int { return a.Low - b.Low })
}

// movable returns the levels of a code that the control moves; nil stands for all.
func (c *Control) movable() []generator.Level {
	switch {
	case c.Moves != nil:
		return c.Moves
	case c.Curve != nil:
		return c.Inversion.Levels
	}
	return c.Model.Report.Levels
}

// among returns the options of a fit to pairs, whose levels are those that the
// inversion could move unless others are asked for.
func among(opts *factor.Options, pairs *invert.Dataset) *factor.Options {
	if opts != nil && opts.Levels != nil || pairs.Settings.Levels == nil {
		return opts
	}
	var o factor.Options
	if opts != nil {
		o = *opts
	}
	o.Levels = pairs.Settings.Levels
	return &o
}

var errBaselineLevels = errors.New("a baseline's direction lies in the whole code, not in some levels: leave out the Baseline or the Levels")

// checkLevels reports levels asked for beside a baseline, before the work.
func (o *LearnOptions) checkLevels() error {
	if o.Baseline != nil && (o.Invert.Levels != nil || o.Fit.Levels != nil) {
		return errBaselineLevels
	}
	return nil
}
