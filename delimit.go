package lcfv

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/saliency"
	"github.com/lcfv-go/lcfv/transform"
)

// DelimitOptions say what a control is to promise and how that is measured. Nil
// and the zero value stand for the defaults stated with each field.
type DelimitOptions struct {
	// Tolerance is the largest error of a change, in the control's unit; 0 stands
	// for DefaultTolerance of that unit.
	Tolerance float64

	// Share is the least share of the changes that are to come out within
	// Tolerance; 0 stands for 0.95, which leaves room for codes that happen to be
	// worse than those measured: of these, 0.9 can be expected.
	Share float64

	// Detector and Measure are those of EvaluateOptions.
	Detector saliency.Detector
	Measure  *saliency.Measure

	// Transform is applied to images to see whether the measure shows the factor
	// at all. Nil stands for the built-in transform of the control's name; where
	// there is none, that is taken for granted.
	Transform transform.Transform

	// Samples is the number of codes to measure on; 0 stands for 400.
	Samples int

	// Seed determines these codes. It has to differ from the control's, and no
	// evaluation is held out that uses it. 0 stands for 98, or 97 for a control
	// learned with that.
	Seed uint64

	// Progress, if not nil, is called after each of the total batches of Samples
	// images that are drawn and measured.
	Progress func(done, total int)
}

// ErrMeasure is wrapped by the error for a measure that does not show the factor.
var ErrMeasure = errors.New("the measure does not show the factor")

// DefaultTolerance returns the largest error of a change that counts as kept
// unless told otherwise: 0.03 where the unit is a fraction of the width or height,
// two pixels of 64; else 0.1, a tenth of the size or the brightness, or 6 degrees.
// A scale that is off by a tenth moves the edge of an object by two pixels of 64
// if it is 20 pixels from the centre.
func DefaultTolerance(unit string) float64 {
	switch unit {
	case transform.TranslateX{}.Unit(), transform.TranslateY{}.Unit():
		return 0.03
	}
	return 0.1
}

// targets is the number of values that each code is set to.
const targets = 8

// Delimit measures how far the control c may be trusted on images of g: it sets
// codes that c was not learned from to values all over the range, and finds the
// widest bounds of value and change within which the wanted share of changes comes
// out within a tolerance (see [Limits]). An object that a change takes away
// counts as a change that failed. Assign the result to c.Limits to have c keep to
// it; c itself is left alone, and Limits that it has already do not matter.
//
// Bounds count only if changes twice as large as Tolerance are among those
// allowed, because smaller ones are met by hardly moving. Where none keep the
// promise, the limits are empty, which is no error. The result is the same on every
// call.
//
// Changes that a control's Curve refuses say nothing, and do not count.
//
// It takes at most ten forward passes a sample. Errors wrap ErrGenerator, ErrHeldOut,
// ErrMeasure, ErrNothingMeasured where they are about these, and ctx.Err() if ctx
// ends.
func Delimit(ctx context.Context, g generator.Generator, c *Control, opts *DelimitOptions) (*Limits, error) {
	d, err := newDelimiter(g, c, opts)
	if err != nil {
		return nil, err
	}
	if err := d.look(ctx); err != nil {
		return nil, fmt.Errorf("lcfv: delimiting %s: %w", c.Transform, err)
	}
	if err := d.ask(ctx); err != nil {
		return nil, fmt.Errorf("lcfv: delimiting %s: %w", c.Transform, err)
	}
	l := &Limits{
		Measure: d.e.o.Measure.Name, Tolerance: d.o.Tolerance, Share: d.o.Share,
		Samples: d.o.Samples, Seed: d.o.Seed, Undetected: d.undetected,
	}
	low, high := d.c.Range()
	all := bounds{low, high, math.Inf(1)}
	if best, ok := widest(d.trials, all, d.o.Tolerance, d.o.Share); ok {
		all = best
		l.Low, l.High, l.Change = best.low, best.high, best.change
	}
	missed, counts := make([]float64, d.o.Samples), make([]float64, d.o.Samples)
	for _, t := range d.trials {
		if all.holds(t) && t.asks(d.o.Tolerance) {
			counts[t.code]++
			if !t.met {
				missed[t.code]++
			}
		}
	}
	l.Requests, l.Coverage, l.CoverageCI = coverage(missed, counts)
	return l, nil
}

// delimiter is a measurement of limits under way.
type delimiter struct {
	o          DelimitOptions
	c          *Control // without limits
	e          *evaluator
	before     []float64
	trials     []trial
	undetected int
}

// trial is one change that was asked of a code and measured.
type trial struct {
	code     int
	from, to float64 // values of the factor
	met      bool    // the change came out within the tolerance
}

// asks reports whether the change is more than not moving would do for.
func (t trial) asks(tolerance float64) bool { return math.Abs(t.to-t.from) > tolerance }

func newDelimiter(g generator.Generator, c *Control, opts *DelimitOptions) (*delimiter, error) {
	if g == nil || c == nil {
		return nil, errors.New("lcfv: delimiting: the generator or the control is nil: give both")
	}
	d := &delimiter{}
	if opts != nil {
		d.o = *opts
	}
	free := *c
	free.Limits = nil
	d.c = &free
	if d.o.Tolerance == 0 {
		d.o.Tolerance = DefaultTolerance(c.Unit)
	}
	if d.o.Share == 0 {
		d.o.Share = 0.95
	}
	if d.o.Seed == 0 {
		d.o.Seed = 98
		if c.Inversion.Seed == 98 {
			d.o.Seed = 97
		}
	}
	switch {
	case !(d.o.Tolerance > 0) || math.IsInf(d.o.Tolerance, 0):
		return nil, fmt.Errorf("lcfv: delimiting with a tolerance of %g: give the largest error, a positive number", d.o.Tolerance)
	case !(d.o.Share > 0 && d.o.Share < 1):
		return nil, fmt.Errorf("lcfv: delimiting for a share of %g: give one between 0 and 1", d.o.Share)
	}
	if d.o.Transform == nil {
		if t, err := transform.ByName(c.Transform); err == nil {
			d.o.Transform = t
		}
	}
	steps := 0
	e, err := newEvaluator(g, d.c, &EvaluateOptions{
		Detector: d.o.Detector, Measure: d.o.Measure, Samples: d.o.Samples, Seed: d.o.Seed,
		Progress: func(int, int) {
			steps++
			if d.o.Progress != nil {
				d.o.Progress(steps, targets+1)
			}
		},
	})
	if err != nil {
		return nil, err
	}
	d.e, d.o.Samples = e, e.o.Samples
	return d, nil
}

// ask sets every code to values spread evenly over the range, one in each of as
// many parts, and measures what comes of it.
func (d *delimiter) ask(ctx context.Context) error {
	low, high := d.c.Range()
	r := rand.New(rand.NewPCG(d.o.Seed, math.MaxUint64)) // codes take the streams from 0 on
	moved := generator.NewLatents(d.e.z.N, d.e.z.D)
	to := make([]float64, d.e.z.N)
	refused := make([]bool, d.e.z.N) // by a curve
	for k := range targets {
		for i := range to {
			to[i] = low + (high-low)*(float64(k)+r.Float64())/targets
			err := d.c.Set(moved.Row(i), d.e.z.Row(i), to[i])
			if refused[i] = errors.Is(err, ErrOutOfRange); err != nil && !refused[i] {
				return err
			}
		}
		after, err := d.e.measure(ctx, moved)
		if err != nil {
			return err
		}
		for i := range to {
			if math.IsNaN(d.before[i]) || refused[i] {
				continue
			}
			from, err := d.c.Position(d.e.z.Row(i))
			if err != nil {
				return err
			}
			miss := math.Abs(d.e.o.Measure.Change(d.before[i], after[i]) - (to[i] - from))
			d.trials = append(d.trials, trial{i, from, to[i], miss <= d.o.Tolerance}) // not if after is NaN
		}
	}
	return nil
}

// look measures the codes as they are, and whether the measure shows the factor
// when the images themselves are transformed, by as much as the least change worth
// a promise.
func (d *delimiter) look(ctx context.Context) error {
	var err error
	if d.before, err = d.e.measure(ctx, d.e.z); err != nil {
		return err
	}
	for _, v := range d.before {
		if math.IsNaN(v) {
			d.undetected++
		}
	}
	if d.undetected == len(d.before) {
		return fmt.Errorf("%w: no code draws anything to measure: give another detector", ErrNothingMeasured)
	}
	if d.o.Transform == nil {
		return nil
	}
	z := d.e.z.Slice(0, min(d.e.z.N, drawn))
	var images, transformed generator.Images
	if err := d.e.g.Generate(ctx, &images, z); err != nil {
		return err
	}
	values := make([]float64, z.N)
	t := 2 * d.o.Tolerance
	sum, n := 0.0, 0
	for _, t := range []float64{-t, t} {
		if err := d.o.Transform.Apply(&transformed, nil, &images, t); err != nil {
			return err
		}
		if err := d.e.meter.Read(ctx, values, &transformed); err != nil {
			return err
		}
		for i, v := range values {
			if change := d.e.o.Measure.Change(d.before[i], v); !math.IsNaN(change) {
				sum += change / t
				n++
			}
		}
	}
	if n == 0 {
		return fmt.Errorf("%w: nothing is found in images after %s of ±%g: give another detector", ErrNothingMeasured, d.o.Transform.Name(), t)
	}
	slope := sum / float64(n)
	if !(math.Abs(slope-1) <= dullest) {
		return fmt.Errorf("%w: %s changes by %.2f of what %s changes the images of this generator by: give a detector or a measure that sees it",
			ErrMeasure, d.e.o.Measure.Name, slope, d.o.Transform.Name())
	}
	return nil
}

// dullest is by how much the slope of measured against true changes may differ
// from 1. Of objects that are partly out of the frame, or light that is clipped,
// some of the change is lost.
const dullest = 0.25
