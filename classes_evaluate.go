package lcfv

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/bootstrap"
)

// Transfer says how well a control serves the classes of a generator, those it was
// learned on and others.
type Transfer struct {
	Classes []ClassEvaluation

	// Common is about the control as it is, and Own about the calibrations of the
	// classes, where there are some.
	Common, Own Gap
}

// ClassEvaluation says what a control does to one class.
type ClassEvaluation struct {
	Condition string // of the class: see generator.Info
	HeldOut   bool   // the direction was not learned on it

	// Common is the evaluation of the control as it is, with one calibration for all
	// classes, Own that with the class's own, nil where the control has none. One
	// without Requests could not measure anything: its figures are 0. OnBoth compares
	// the two.
	Common, Own *Evaluation
}

// OnBoth returns the root mean squares of the errors of both evaluations on the n
// requests that both met and measured: the two refuse different ones, so that their
// own figures do not compare. All are 0 where there are none.
func (k *ClassEvaluation) OnBoth() (n int, common, own float64) {
	if k.Own == nil {
		return 0, 0, 0
	}
	type request struct {
		sample    int
		requested float64
	}
	errors := map[request]float64{}
	for _, q := range k.Common.Requests {
		errors[request{q.Sample, q.Requested}] = q.Measured - q.Requested
	}
	for _, q := range k.Own.Requests {
		if e, ok := errors[request{q.Sample, q.Requested}]; ok {
			n++
			common += e * e
			own += (q.Measured - q.Requested) * (q.Measured - q.Requested)
		}
	}
	if n == 0 {
		return 0, 0, 0
	}
	return n, math.Sqrt(common / float64(n)), math.Sqrt(own / float64(n))
}

// Gap compares the errors on classes that a control was learned on with those on
// other classes. What could not be measured is 0.
type Gap struct {
	Learned, HeldOut Accuracy // over all classes of a kind

	// Ratio is that of the root mean squares, of HeldOut to Learned, with a 95 %
	// bootstrap interval over codes, which are the same for all classes. It is about
	// these classes: how other ones would do, it does not know.
	Ratio   float64
	RatioCI [2]float64
}

// Accuracy is a root mean square of errors.
type Accuracy struct {
	N      int // requests that were met and measured
	RMSE   float64
	RMSECI [2]float64 // 95 % bootstrap interval over codes
	Still  float64    // root mean square of the changes asked for: the RMSE of codes left as they are
}

// EvaluateClasses does what Evaluate does on several classes of a conditional
// generator, with the same codes for each, and compares those that c was learned on
// with the others. A class for which c has a calibration is evaluated with that too.
// open makes the generator of a class, as in LearnClasses: one class after the other
// is opened, evaluated and closed. opts.Progress counts the batches of all.
//
// A class on which nothing can be measured is no error unless it is so on all of
// them. Other errors are those of Evaluate, and wrap generator.ErrCondition if a
// class is there twice or is none.
func EvaluateClasses[G generator.Generator](ctx context.Context, open func(class int) (G, error), classes []int, c *Control, opts *EvaluateOptions) (*Transfer, error) {
	if open == nil || c == nil {
		return nil, errors.New("lcfv: evaluating: the function that opens classes or the control is nil: give both")
	}
	if opts == nil {
		opts = &EvaluateOptions{}
	}
	infos, err := classInfos(ctx, open, classes)
	if err != nil {
		return nil, fmt.Errorf("lcfv: evaluating %s: %w", c.Transform, err)
	}
	evaluations := len(classes)
	for _, info := range infos {
		if _, ok := c.OfClass(info.Condition); ok {
			evaluations++
		}
	}
	done, seed, samples := 0, uint64(0), 0
	on := func(g generator.Generator, c *Control) (*Evaluation, error) {
		o := *opts
		o.Progress = func(_, total int) {
			done++
			if opts.Progress != nil {
				opts.Progress(done, total*evaluations)
			}
		}
		e, err := newEvaluator(g, c, &o)
		if err != nil {
			return nil, err
		}
		seed, samples = e.o.Seed, e.o.Samples
		if _, err = e.evaluate(ctx); err != nil && !errors.Is(err, ErrNothingMeasured) {
			return nil, fmt.Errorf("%s: %w", g.Info().Condition, err)
		}
		return &e.result, nil
	}
	out := &Transfer{}
	var common, own gap
	for i, class := range classes {
		k := ClassEvaluation{Condition: infos[i].Condition, HeldOut: !c.learnedOn(infos[i].Condition)}
		err := onClass(open, class, func(g G) (err error) {
			if k.Common, err = on(g, c); err != nil {
				return err
			}
			if c, ok := c.OfClass(k.Condition); ok {
				k.Own, err = on(g, c)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		common.add(k.HeldOut, k.Common, samples)
		own.add(k.HeldOut, k.Own, samples)
		out.Classes = append(out.Classes, k)
	}
	if common.learned.n+common.heldOut.n+own.learned.n+own.heldOut.n == 0 {
		return nil, fmt.Errorf("lcfv: evaluating %s: %w on any of %d classes: ask for smaller changes, or give another detector", c.Transform, ErrNothingMeasured, len(classes))
	}
	out.Common, out.Own = common.summary(seed), own.summary(seed)
	return out, nil
}

// gap collects the errors of the two kinds of classes.
type gap struct{ learned, heldOut squares }

// squares are errors by code.
type squares struct {
	bootstrap.Errors
	n            int
	total, still float64 // of squares: of the errors, of the changes asked for
}

// add adds what one class was measured to err by, if it was, on so many codes.
func (g *gap) add(heldOut bool, e *Evaluation, samples int) {
	if e == nil {
		return
	}
	if g.learned.Squares == nil { // codes are the same for all
		for _, s := range []*squares{&g.learned, &g.heldOut} {
			s.Squares, s.Counts = make([]float64, samples), make([]float64, samples)
		}
	}
	to := &g.learned
	if heldOut {
		to = &g.heldOut
	}
	for _, q := range e.Requests {
		square := (q.Measured - q.Requested) * (q.Measured - q.Requested)
		to.Squares[q.Sample] += square
		to.Counts[q.Sample]++
		to.total += square
		to.still += q.Requested * q.Requested
		to.n++
	}
}

func (g *gap) summary(seed uint64) Gap {
	out := Gap{Learned: g.learned.accuracy(seed), HeldOut: g.heldOut.accuracy(seed)}
	if out.HeldOut.N > 0 && out.Learned.RMSE > 0 {
		out.Ratio = out.HeldOut.RMSE / out.Learned.RMSE
		out.RatioCI = bootstrap.Ratio(g.heldOut.Errors, g.learned.Errors, resamples, seed)
	}
	return out
}

func (s *squares) accuracy(seed uint64) Accuracy {
	if s.n == 0 {
		return Accuracy{}
	}
	return Accuracy{
		N: s.n, RMSE: math.Sqrt(s.total / float64(s.n)), RMSECI: bootstrap.RMS(s.Squares, s.Counts, resamples, seed),
		Still: math.Sqrt(s.still / float64(s.n)),
	}
}
