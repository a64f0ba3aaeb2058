package lcfv

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/saliency"
	"github.com/lcfv-go/lcfv/transform"
)

// EvaluateOptions say how to measure a control. Nil and the zero value stand
// for the defaults stated with each field.
type EvaluateOptions struct {
	// Detector finds the object whose factor is measured; nil stands for
	// saliency.Intensity{}.
	Detector saliency.Detector

	// Measure is what is read off the images. It is found by the transform's
	// name for the built-in ones (transform.Measured), and has to be given for
	// others.
	Measure *saliency.Measure

	// Measures are those of the factors of a set, by the names of their
	// transforms: in EvaluateAll they take the place of Measure.
	Measures map[string]saliency.Measure

	// Samples is the number of codes to steer; 0 stands for 400.
	Samples int

	// Seed determines the codes; 0 stands for 99. It has to differ from the
	// control's, else the codes would be those it was learned from.
	Seed uint64

	// Deltas are the changes of the factor asked for, each once, in the
	// control's unit; nil stands for ±0.05, ±0.1, ±0.15 and ±0.2.
	Deltas []float64

	// Tolerance is the error up to which a request counts as met; 0 stands for
	// that of the control's Limits, or without these DefaultTolerance.
	Tolerance float64

	// Refine, if not nil, asks for changes by Control.Refine instead of Steer, which
	// takes a generator.Differentiable: requests are then refused where the generator
	// was not seen to draw what was asked for, wherever the control's range ends.
	Refine *RefineOptions

	// Progress, if not nil, is called after each of the total batches of Samples
	// images that are drawn and measured.
	Progress func(done, total int)
}

// Evaluation says what a control really does to images. Errors are those of
// measured against requested changes, in the control's unit.
type Evaluation struct {
	Measure string // what was measured

	// N is the number of requests: codes times changes. Of these, Refused were
	// out of the control's range, and Undetected had no object to be measured
	// before or after; the figures below are of the rest. Lost are those of the
	// undetected that had one before.
	N, Refused, Undetected, Lost int

	// Within is the share of the requests, of those not refused that had an object
	// to begin with, that came out within Tolerance, with a 95 % interval over
	// codes. Lost ones did not.
	Tolerance, Within float64
	WithinCI          [2]float64

	RMSE     float64
	RMSECI   [2]float64 // 95 % bootstrap interval over codes
	Still    float64    // root mean square of the changes asked for: the RMSE of codes left as they are
	Slope    float64    // of measured against requested, least squares; 0 for one change
	Spearman float64    // rank correlation of the two; 0 where either is constant

	// Std is the standard deviation of the measured factor when all codes that may
	// be are set to the middle of the range, over those whose object is detected: 0
	// for a perfect control. It is that of Control.Set, refined or not.
	Std float64

	// ForwardEquivalents is the generator work of a request with Refine, those that
	// were refused included: a forward pass counts 1, a pullback 2, a pushforward 1.
	// Without Refine it is 0.
	ForwardEquivalents float64

	ByDelta  []DeltaSummary
	Requests []Request
}

// DeltaSummary describes the requests for one change.
type DeltaSummary struct {
	Delta     float64
	N         int     // requests that were met and measured
	Mean, Std float64 // of the measured change
}

// Request is one request that was met and measured.
type Request struct {
	Sample              int // index of the code
	Requested, Measured float64
}

// ErrHeldOut is wrapped by the error for an evaluation on the codes that a
// control was learned from.
var ErrHeldOut = errors.New("the codes are not held out")

// ErrNothingMeasured is wrapped by the error for an evaluation in which every
// request was refused or left undetected.
var ErrNothingMeasured = errors.New("no request could be measured")

// Evaluate steers codes that c was not learned from, draws them with g and
// measures by how much the factor has changed (Plumerault et al. 2020, section
// 3). The result is the same on every call. g may be another generator than c
// was learned on as long as its codes have the same length.
//
// Errors wrap ErrGenerator, ErrHeldOut or ErrNothingMeasured where they are about
// these, and ctx.Err() if ctx ends.
func Evaluate(ctx context.Context, g generator.Generator, c *Control, opts *EvaluateOptions) (*Evaluation, error) {
	e, err := newEvaluator(g, c, opts)
	if err != nil {
		return nil, err
	}
	return e.evaluate(ctx)
}

func (e *evaluator) evaluate(ctx context.Context) (*Evaluation, error) {
	c := e.c
	if err := e.requests(ctx); err != nil {
		return nil, fmt.Errorf("lcfv: evaluating %s: %w", c.Transform, err)
	}
	if err := e.setting(ctx); err != nil {
		return nil, fmt.Errorf("lcfv: evaluating %s: %w", c.Transform, err)
	}
	if len(e.result.Requests) == 0 {
		if c.Limits != nil && c.Limits.Empty() {
			return nil, fmt.Errorf("lcfv: evaluating %s: %w: the control's limits are empty, so that it refuses every change: "+
				"take its Limits away to see what it does", c.Transform, ErrNothingMeasured)
		}
		low, high := c.Range()
		return nil, fmt.Errorf("lcfv: evaluating %s: %w: of %d, %d were out of the range [%.4g, %.4g] and %d left nothing to measure: "+
			"ask for smaller changes, or give another detector", c.Transform, ErrNothingMeasured,
			e.result.N, e.result.Refused, low, high, e.result.Undetected)
	}
	e.summarize()
	return &e.result, nil
}

// evaluator is an evaluation under way.
type evaluator struct {
	g      generator.Generator
	c      *Control
	o      EvaluateOptions
	meter  saliency.Meter
	z      *generator.Latents
	images generator.Images
	done   int
	result Evaluation

	// How codes are moved: by the control alone, or with others of a set, which
	// are then measured beside it.
	steer  func(dst, z []float32, delta float64) error
	set    func(dst, z []float32, t float64) error
	beside []*besides

	// Of each code, the requests that had an object to begin with and were not
	// refused, and those of them that did not come out within the tolerance.
	judged, missed []float64
}

func newEvaluator(g generator.Generator, c *Control, opts *EvaluateOptions) (*evaluator, error) {
	if g == nil || c == nil {
		return nil, errors.New("lcfv: evaluating: the generator or the control is nil: give both")
	}
	e := &evaluator{g: g, c: c, steer: c.Steer, set: c.Set}
	if opts != nil {
		e.o = *opts
	}
	info := g.Info()
	if info.D != len(c.Model.U) {
		return nil, fmt.Errorf("lcfv: %w: its codes have length %d, the control's direction %d: learn a control on this generator", ErrGenerator, info.D, len(c.Model.U))
	}
	if err := c.Model.Validate(); err != nil {
		return nil, fmt.Errorf("lcfv: evaluating %s: %w", c.Transform, err)
	}
	if err := info.Prior.Validate(); err != nil {
		return nil, fmt.Errorf("lcfv: evaluating %s: %w", c.Transform, err)
	}
	if e.o.Samples < 0 {
		return nil, fmt.Errorf("lcfv: evaluating on %d samples: give a positive number", e.o.Samples)
	}
	if e.o.Samples == 0 {
		e.o.Samples = 400
	}
	if e.o.Seed == 0 {
		e.o.Seed = 99
	}
	if e.o.Seed == c.Inversion.Seed {
		return nil, fmt.Errorf("lcfv: %w: seed %d is the one the control was learned with: choose another", ErrHeldOut, e.o.Seed)
	}
	for _, k := range c.Classes {
		if e.o.Seed == k.Inversion.Seed {
			return nil, fmt.Errorf("lcfv: %w: seed %d is the one of %s when the control was learned: choose another", ErrHeldOut, e.o.Seed, k.Condition)
		}
	}
	if c.Limits != nil && e.o.Seed == c.Limits.Seed {
		return nil, fmt.Errorf("lcfv: %w: seed %d is the one the control's limits were found with: choose another", ErrHeldOut, e.o.Seed)
	}
	if !(e.o.Tolerance >= 0) || math.IsInf(e.o.Tolerance, 0) {
		return nil, fmt.Errorf("lcfv: evaluating with a tolerance of %g: give the largest error, a positive number", e.o.Tolerance)
	}
	if e.o.Tolerance == 0 {
		e.o.Tolerance = DefaultTolerance(c.Unit)
		if c.Limits != nil {
			e.o.Tolerance = c.Limits.Tolerance
		}
	}
	if e.o.Deltas == nil {
		e.o.Deltas = []float64{-0.2, -0.15, -0.1, -0.05, 0.05, 0.1, 0.15, 0.2}
	}
	if err := checkDeltas(e.o.Deltas); err != nil {
		return nil, err
	}
	if e.o.Measure == nil {
		m, err := measureOf(c.Transform)
		if err != nil {
			return nil, err
		}
		e.o.Measure = &m
	}
	e.meter = saliency.Meter{Detector: e.o.Detector, Measure: *e.o.Measure}
	e.z = generator.NewLatents(e.o.Samples, info.D)
	info.Prior.Sample(e.z, e.o.Seed, 0)
	e.judged, e.missed = make([]float64, e.o.Samples), make([]float64, e.o.Samples)
	e.result = Evaluation{Measure: e.o.Measure.Name, N: e.o.Samples * len(e.o.Deltas)}
	return e, nil
}

func checkDeltas(deltas []float64) error {
	if len(deltas) == 0 {
		return errors.New("lcfv: evaluating for no changes at all: leave EvaluateOptions.Deltas nil for the usual ones")
	}
	for i, d := range deltas {
		if math.IsNaN(d) || math.IsInf(d, 0) || slices.Contains(deltas[:i], d) {
			return fmt.Errorf("lcfv: evaluating for changes %v: give finite ones, each once", deltas)
		}
	}
	return nil
}

// measureOf finds the measure of a built-in transform.
func measureOf(name string) (saliency.Measure, error) {
	t, err := transform.ByName(name)
	if err == nil {
		if m, ok := t.(transform.Measured); ok {
			return saliency.MeasureByName(m.Measures())
		}
	}
	return saliency.Measure{}, fmt.Errorf("lcfv: no measure is known for %q: give one in EvaluateOptions.Measure", name)
}

// drawn is the number of images held at once, however many there are to measure.
const drawn = 256

// measure draws codes and reads the measure off them.
func (e *evaluator) measure(ctx context.Context, z *generator.Latents) ([]float64, error) {
	values := make([]float64, z.N)
	for low := 0; low < z.N; low += drawn {
		high := min(low+drawn, z.N)
		if err := e.g.Generate(ctx, &e.images, z.Slice(low, high)); err != nil {
			return nil, err
		}
		if err := e.meter.Read(ctx, values[low:high], &e.images); err != nil {
			return nil, err
		}
		for _, b := range e.beside {
			if err := b.meter.Read(ctx, b.values[low:high], &e.images); err != nil {
				return nil, err
			}
		}
	}
	e.done++
	if e.o.Progress != nil {
		e.o.Progress(e.done, len(e.o.Deltas)+2)
	}
	return values, nil
}

func (e *evaluator) requests(ctx context.Context) error {
	before, err := e.measure(ctx, e.z)
	if err != nil {
		return err
	}
	for _, b := range e.beside {
		copy(b.before, b.values)
	}
	moved := generator.NewLatents(e.z.N, e.z.D)
	refused := make([]bool, e.z.N)
	for _, delta := range e.o.Deltas {
		if err := e.move(ctx, moved, refused, delta); err != nil {
			return err
		}
		after, err := e.measure(ctx, moved)
		if err != nil {
			return err
		}
		for i := range e.z.N {
			switch change := e.o.Measure.Change(before[i], after[i]); {
			case refused[i]:
				e.result.Refused++
			case math.IsNaN(change):
				e.result.Undetected++
				if !math.IsNaN(before[i]) {
					e.result.Lost++
					e.missed[i]++
					e.judged[i]++
				}
			default:
				e.result.Requests = append(e.result.Requests, Request{i, delta, change})
				e.judged[i]++
				if math.Abs(change-delta) > e.o.Tolerance {
					e.missed[i]++
				}
			}
			if !refused[i] {
				for _, b := range e.beside {
					b.note(i, delta)
				}
			}
		}
	}
	return nil
}

// move writes the codes, changed by delta, to moved, and which could not be.
func (e *evaluator) move(ctx context.Context, moved *generator.Latents, refused []bool, delta float64) error {
	if e.o.Refine != nil {
		return e.refined(ctx, moved, refused, delta)
	}
	for i := range e.z.N {
		err := e.steer(moved.Row(i), e.z.Row(i), delta)
		refused[i] = errors.Is(err, ErrOutOfRange)
		if err != nil && !refused[i] {
			return err
		}
	}
	return nil
}

// setting measures how much the factor varies when all codes are set alike.
func (e *evaluator) setting(ctx context.Context) error {
	low, high := e.c.Range()
	moved := generator.NewLatents(e.z.N, e.z.D)
	may := make([]bool, e.z.N) // not where that is too large a change
	for i := range e.z.N {
		err := e.set(moved.Row(i), e.z.Row(i), (low+high)/2)
		may[i] = err == nil
		if err != nil && !errors.Is(err, ErrOutOfRange) {
			return err
		}
	}
	values, err := e.measure(ctx, moved)
	if err != nil {
		return err
	}
	for i := range values {
		if !may[i] {
			values[i] = math.NaN()
		}
	}
	values = slices.DeleteFunc(values, math.IsNaN)
	if len(values) == 0 {
		return nil
	}
	// Distances from the first value, so that angles do not wrap around.
	first := values[0]
	for i, v := range values {
		values[i] = e.o.Measure.Change(first, v)
	}
	_, e.result.Std = stat.PopMeanStdDev(values, nil)
	return nil
}
