package report

import (
	"context"
	"fmt"
	"slices"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/factor"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/version"
	"github.com/lcfv-go/lcfv/invert"
)

// Report is what Make found out, and shows. It is not changed by its methods.
type Report struct {
	Generator lcfv.GeneratorRecord // that the images were drawn with
	Library   string               // version of lcfv
	Detector  string
	Samples   int    // codes the figures are about
	Seed      uint64 // that determined them
	Made      []string

	Factors []Factor

	// Set is the evaluation of several factors together, nil for one alone.
	Set *lcfv.SetEvaluation

	// CrossTalk[k][m] is the slope of measure m against the change asked of factor
	// k, in the unit of the measure by that of the factor, as in
	// lcfv.SetEvaluation; its N is 0 where there is none to be known. Measures name
	// the columns, first those of the factors.
	CrossTalk [][]lcfv.Slope
	Measures  []string
	units     []string

	figures []Figure // those that are about all factors
}

// Factor is the part of a report that is about one factor.
type Factor struct {
	Control    *lcfv.Control
	Evaluation *lcfv.Evaluation
	Quality    []Quality        // by increasing change, 0 among them
	Spread     *factor.Spread   // of the calibration; nil where there were no pairs
	Inversion  []invert.Summary // by |t|; nil where there were no pairs
	Levels     []LevelNorm      // where the direction lies; nil for a generator with one level

	figures []Figure
	samples int    // codes of the evaluation
	seed    uint64 // that determined them
}

// LevelNorm is the length of the part of a direction that lies in one level of the
// generator. The squares of all add up to 1.
type LevelNorm struct {
	Level string
	Norm  float64
}

// Figures returns all figures, those of the factors first.
func (r *Report) Figures() []Figure {
	var out []Figure
	for _, f := range r.Factors {
		out = append(out, f.figures...)
	}
	return append(out, r.figures...)
}

// Make evaluates the controls of a set on images of g, measures what else they
// change and draws figures. A single control is a set of one (lcfv.NewControls).
// Nil options stand for the defaults.
//
// It draws about twice as many images as lcfv.EvaluateAll. Errors are those of
// lcfv.Evaluate and lcfv.EvaluateAll, or wrap ErrPairs; the error wraps ctx.Err()
// if ctx ends.
func Make(ctx context.Context, g generator.Generator, set *lcfv.Controls, opts *Options) (*Report, error) {
	o, err := opts.settle(g, set)
	if err != nil {
		return nil, err
	}
	m := &maker{ctx: ctx, g: g, set: set, o: o}
	return m.make()
}

// maker is a report under way.
type maker struct {
	ctx context.Context
	g   generator.Generator
	set *lcfv.Controls
	o   Options

	done, total int
}

// step says that one more step is done.
func (m *maker) step() {
	m.done++
	if m.o.Progress != nil {
		m.o.Progress(m.done, m.total)
	}
}

func (m *maker) make() (*Report, error) {
	info := m.g.Info()
	names := m.set.Names()
	r := &Report{
		Generator: lcfv.NewGeneratorRecord(info),
		Library:   version.Library, Detector: m.o.Detector.Name(), Samples: m.o.Samples, Seed: m.o.Seed, Made: m.o.Made,
	}
	evaluations, err := m.evaluate(r)
	if err != nil {
		return nil, err
	}
	measures, err := measuresFor(m.set, evaluations, m.o.Measures)
	if err != nil {
		return nil, err
	}
	for _, measure := range measures {
		r.Measures = append(r.Measures, measure.Name)
		r.units = append(r.units, measure.Unit)
	}
	z := generator.NewLatents(m.o.Samples, info.D)
	info.Prior.Sample(z, m.o.Seed, 0)
	for k, name := range names {
		f := Factor{Control: m.set.Control(name), Evaluation: &evaluations[k], samples: m.o.Samples, seed: m.o.Seed}
		s := &sweep{g: m.g, detector: m.o.Detector, measures: measures, steer: m.steer(name), z: z, seed: m.o.Seed, step: m.step}
		quality, slopes, err := s.run(m.ctx, deltasOf(f.Evaluation))
		if err != nil {
			return nil, fmt.Errorf("report: steering %s: %w", name, err)
		}
		f.Quality = quality
		r.CrossTalk = append(r.CrossTalk, slopes)
		if err := m.fit(&f); err != nil {
			return nil, err
		}
		if err := m.draw(&f, z); err != nil {
			return nil, err
		}
		r.Factors = append(r.Factors, f)
		m.step()
	}
	if r.figures, err = crossTalkFigures(r); err != nil {
		return nil, err
	}
	return r, nil
}

// evaluate returns the evaluation of every factor.
func (m *maker) evaluate(r *Report) ([]lcfv.Evaluation, error) {
	o := &lcfv.EvaluateOptions{
		Detector: m.o.Detector, Samples: m.o.Samples, Seed: m.o.Seed, Deltas: m.o.Deltas, Tolerance: m.o.Tolerance,
	}
	names := m.set.Names()
	o.Progress = func(_, total int) {
		// A factor is swept in a batch for every change and one without, and then drawn.
		m.total = total + len(names)*(len(m.o.Deltas)+2)
		m.step()
	}
	if len(names) == 1 {
		if measure, ok := m.o.Measures[names[0]]; ok {
			o.Measure = &measure
		}
		e, err := lcfv.Evaluate(m.ctx, m.g, m.set.Control(names[0]), o)
		if err != nil {
			return nil, err
		}
		return []lcfv.Evaluation{*e}, nil
	}
	o.Measures = m.o.Measures
	var err error
	if r.Set, err = lcfv.EvaluateAll(m.ctx, m.g, m.set, o); err != nil {
		return nil, err
	}
	return r.Set.Each, nil
}

// steer returns how a factor is changed: as in the evaluation, the others of the
// set staying as they are.
func (m *maker) steer(name string) func(dst, z []float32, delta float64) error {
	if len(m.set.Names()) == 1 {
		return m.set.Control(name).Steer // which knows of curves
	}
	return func(dst, z []float32, delta float64) error {
		return m.set.Steer(dst, z, map[string]float64{name: delta})
	}
}

// fit says what the pairs and the direction tell.
func (m *maker) fit(f *Factor) error {
	c := f.Control
	if levels := m.g.Info().Levels; len(levels) > 1 {
		norms, err := c.LevelNorms(levels)
		if err != nil {
			return fmt.Errorf("report: %s: %w", c.Transform, err)
		}
		for i, norm := range norms {
			f.Levels = append(f.Levels, LevelNorm{levels[i].Name, norm})
		}
	}
	pairs := m.o.Pairs[c.Transform]
	if pairs == nil {
		return nil
	}
	f.Inversion = pairs.Summarize()
	var err error
	f.Spread, err = factor.Bootstrap(dataOf(pairs), &c.Model, &factor.BootstrapOptions{Resamples: m.o.Resamples, Seed: c.Inversion.Seed, Points: 41})
	if err != nil {
		return fmt.Errorf("report: the band of %s: %w", c.Transform, err)
	}
	return m.ctx.Err()
}

// deltasOf returns the changes of an evaluation, in increasing order.
func deltasOf(e *lcfv.Evaluation) []float64 {
	var out []float64
	for _, s := range e.ByDelta {
		out = append(out, s.Delta)
	}
	slices.Sort(out)
	return out
}
