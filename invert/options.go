package invert

import (
	"fmt"
	"math"
	"runtime"
	"slices"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/loss"
)

// Options say what to invert and how. The zero value and nil stand for the
// defaults stated with each field.
type Options struct {
	// Method is the optimiser; nil stands for Automatic(g.Info(), Loss).
	Method Method

	// Loss compares images; nil stands for loss.Blurred with σ = 3/128 of the
	// image's width, as published.
	Loss loss.Loss

	// Range is the largest |t|, in the transform's unit; 0 stands for 0.25.
	// Steps is the number of targets of either sign, evenly spaced up to Range;
	// 0 stands for 8. Short steps keep trajectories from losing their way.
	Range float64
	Steps int

	// T lists the targets instead of Range and Steps: any order, both signs or
	// one, neither 0 nor twice the same.
	T []float64

	// Trajectories is the number of codes z_0; 0 stands for 60.
	Trajectories int

	// Seed and the index of a trajectory determine its z_0.
	Seed uint64

	// Constraint is where codes have to stay; nil stands for
	// ConstraintFor(g.Info()), Unconstrained{} for no constraint.
	Constraint Constraint

	// Levels are the parts of codes that may move, in any order; the rest of each
	// code stays that of its z_0. Nil stands for the whole code. A ball then bounds
	// the length of what moves by what the rest leaves of the squared radius, and
	// where that is little, by the share of it that the numbers that move have in
	// all numbers. Get levels by their names from Info.Select.
	Levels []generator.Level

	// MaxRelative is the error, in units of that of not moving at all, above
	// which a pair of the largest |t| is marked Unreached: the target asks for
	// what the generator cannot draw, such as an object beyond the places it has
	// seen, and the code found says nothing about the factor. At smaller |t|,
	// where not moving is less of an error, proportionally more is allowed:
	// MaxRelative·R/|t| for the largest |t| R. The better half of the pairs of
	// each t stays in any case, because the details of some generators cannot be
	// inverted anywhere. 0 stands for 0.0125, a negative number for no limit.
	MaxRelative float64

	// Drop is the fraction of the pairs of each t that were reached, those with
	// the largest errors, to be marked Worst; 0 stands for 0.1, a negative
	// number for none.
	Drop float64

	// Batch is the number of trajectories a generator call; 0 stands for 16.
	// It may change results in their last bits, Workers does not.
	Batch int

	// Workers is the number of goroutines that call the generator; 0 stands
	// for runtime.GOMAXPROCS(0).
	Workers int

	// Progress, if not nil, is called after every target of every batch, never
	// twice at the same time. With several workers the order varies.
	Progress func(Progress)
}

// Progress is how far a run has come.
type Progress struct {
	Done, Total int     // pairs
	T           float64 // the target just finished
	Error       float64 // mean loss of the batch that finished it
}

// Resolve returns o with the defaults for a generator filled in, as Run does: T
// is sorted and Range and Steps have had their say. An error wraps ErrOptions and
// says which setting makes no sense.
func (o *Options) Resolve(info generator.Info) (Options, error) {
	var s Options
	if o != nil {
		s = *o
	}
	bad := func(format string, args ...any) (Options, error) {
		return Options{}, fmt.Errorf("%w: %s", ErrOptions, fmt.Sprintf(format, args...))
	}
	if info.D < 1 || info.C < 1 || info.H < 1 || info.W < 1 {
		return bad("generator %q has codes of length %d and images of %d×%d×%d: every extent must be at least 1",
			info.Name, info.D, info.C, info.H, info.W)
	}
	if err := info.Prior.Validate(); err != nil {
		return bad("generator %q: %v", info.Name, err)
	}
	if err := s.settleSelection(); err != nil {
		return Options{}, err
	}
	switch {
	case s.Range < 0 || math.IsNaN(s.Range) || math.IsInf(s.Range, 0):
		return bad("Range %g: give the largest |t|, a positive number", s.Range)
	case s.Steps < 0:
		return bad("Steps %d: give the number of targets of either sign, a positive one", s.Steps)
	case s.Trajectories < 0:
		return bad("Trajectories %d: give a positive number", s.Trajectories)
	case s.Batch < 0:
		return bad("Batch %d: give a positive number", s.Batch)
	case s.Workers < 0:
		return bad("Workers %d: give a positive number", s.Workers)
	}
	fill(&s.Range, 0.25)
	fill(&s.Steps, 8)
	fill(&s.Trajectories, 60)
	fill(&s.Batch, 16)
	fill(&s.Workers, runtime.GOMAXPROCS(0))
	if s.Loss == nil {
		s.Loss = loss.Blurred{Sigma: 3.0 / 128 * float64(info.W)}
	}
	free, err := newFreedom(s.Levels, info.D)
	if err != nil {
		return Options{}, err
	}
	if s.Method == nil {
		moving := info
		moving.D = free.size(info.D)
		s.Method = Automatic(moving, s.Loss)
	}
	if s.Constraint == nil {
		s.Constraint = ConstraintFor(info)
	}
	if s.T == nil {
		for k := range s.Steps {
			t := s.Range * float64(k+1) / float64(s.Steps)
			s.T = append(s.T, t, -t)
		}
	} else {
		s.T = slices.Clone(s.T)
	}
	if free == nil {
		s.Levels = nil // all of them
	}
	s.Levels = inOrder(s.Levels)
	slices.Sort(s.T)
	for i, t := range s.T {
		if t == 0 || math.IsNaN(t) || math.IsInf(t, 0) {
			return bad("T holds %g: targets must be finite and not 0", t)
		}
		if i > 0 && t == s.T[i-1] {
			return bad("T holds %g twice: give each target once", t)
		}
	}
	if len(s.T) == 0 {
		return bad("T is empty: leave it nil to have it made from Range and Steps")
	}
	return s, nil
}

// settleSelection fills in the defaults of what Dataset.Select looks at.
func (o *Options) settleSelection() error {
	switch {
	case math.IsNaN(o.MaxRelative):
		return fmt.Errorf("%w: MaxRelative is not a number: give the largest relative error, or a negative number for no limit", ErrOptions)
	case !(o.Drop < 1):
		return fmt.Errorf("%w: Drop %g: give a fraction below 1", ErrOptions, o.Drop)
	}
	fill(&o.MaxRelative, 0.0125)
	fill(&o.Drop, 0.1)
	o.MaxRelative, o.Drop = max(o.MaxRelative, -1), max(o.Drop, -1)
	return nil
}

func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
