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

// ClassRecord is what a control knows of one class of its generator.
type ClassRecord struct {
	// Condition says which class it is: see generator.Info.
	Condition string

	// HeldOut says that the class had no part in learning, but that the control's
	// direction was calibrated on it later.
	HeldOut bool

	// Inversion says how the class's pairs were found.
	Inversion InversionRecord

	// Own is the control's direction with a calibration for this class alone; nil
	// where there is none.
	Own *factor.Model
}

// OfClass returns the control with the calibration that belongs to a class alone,
// and false where there is none for it. condition is that of generator.Info. It
// shares the direction with c, but neither its Limits, which were measured with the
// other calibration, nor its Classes.
func (c *Control) OfClass(condition string) (*Control, bool) {
	i := c.class(condition)
	if i < 0 || c.Classes[i].Own == nil {
		return nil, false
	}
	k := c.Classes[i]
	own := &Control{
		Transform: c.Transform, Unit: c.Unit, Model: *k.Own,
		Generator: c.Generator, Inversion: k.Inversion, With: c.With, Baseline: c.Baseline, Moves: c.Moves,
	}
	own.Generator.Condition = condition
	return own, true
}

// Calibrate fits a calibration along the control's direction to the outcome of an
// inversion of its transform on one class, the one that info describes, and keeps it
// in Classes, from where OfClass takes it: for a class in which the factor does
// not move as far along the direction as in others. The class may be one that the
// control was learned on, or another; few trajectories do, because the direction
// is known. Nil options stand for the defaults; their Levels have no say.
//
// An error leaves the control as it is. It wraps generator.ErrCondition where info
// states no class, ErrGenerator where the generator is another, and
// factor.ErrNoMotion where the factor falls along the direction; others are those
// of factor.FitAlong.
func (c *Control) Calibrate(info generator.Info, pairs *invert.Dataset, opts *factor.Options) error {
	if pairs == nil {
		return errors.New("lcfv: calibrating: the pairs are nil: give what invert.Run returned")
	}
	if info.Condition == "" {
		return fmt.Errorf("lcfv: calibrating %s: %w: the generator %s states no class in its Info.Condition: give a conditional one", c.Transform, generator.ErrCondition, info.Name)
	}
	if c.Curve != nil {
		return fmt.Errorf("lcfv: calibrating %s on %s: the control moves codes along a curve, which has no calibration: set its Curve to nil", c.Transform, info.Condition)
	}
	if err := c.Fits(info); err != nil {
		return err
	}
	data := dataOf(pairs)
	var o factor.Options
	if opts != nil {
		o = *opts
	}
	o.Levels = c.Model.Report.Levels // outside of which the direction is 0
	model, err := factor.FitAlong(data, c.Model.U, &o)
	if err != nil {
		return fmt.Errorf("lcfv: calibrating %s on %s: %w", c.Transform, info.Condition, err)
	}
	if floats.Dot(model.U, c.Model.U) < 0 {
		return fmt.Errorf("lcfv: calibrating %s on %s: %w: the factor falls along the control's direction there: use the control for other classes, or learn one for this",
			c.Transform, info.Condition, factor.ErrNoMotion)
	}
	model.U = c.Model.U // but for rounding it is
	k := ClassRecord{Condition: info.Condition, HeldOut: !c.learnedOn(info.Condition), Own: model, Inversion: inversionOf(pairs, len(data.T))}
	if i := c.class(info.Condition); i >= 0 {
		c.Classes = slices.Clone(c.Classes)
		c.Classes[i] = k
	} else {
		c.Classes = append(slices.Clone(c.Classes), k)
	}
	return nil
}

// class returns the index of a class's record, -1 for none.
func (c *Control) class(condition string) int {
	return slices.IndexFunc(c.Classes, func(k ClassRecord) bool { return k.Condition == condition })
}

// learnedOn reports whether the direction was learned on a class, alone or among
// others.
func (c *Control) learnedOn(condition string) bool {
	if i := c.class(condition); i >= 0 {
		return !c.Classes[i].HeldOut
	}
	return c.Generator.Condition == condition
}

// validateClasses reports what is wrong with the records of classes.
func (c *Control) validateClasses() error {
	for i, k := range c.Classes {
		if k.Condition == "" || c.class(k.Condition) != i {
			return fmt.Errorf("lcfv: class %d of the control, %q, has no name or is there twice", i, k.Condition)
		}
		if k.Own == nil {
			continue
		}
		if !slices.Equal(k.Own.U, c.Model.U) {
			return fmt.Errorf("lcfv: %s has another direction than the control", k.Condition)
		}
		if err := k.Own.Validate(); err != nil {
			return fmt.Errorf("lcfv: %s: %w", k.Condition, err)
		}
	}
	return nil
}
