package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
)

// entry is one way to invert, and how it did.
type entry struct {
	name, engine string
	kind         kind

	seconds []float64 // for the whole dataset, in turns with the reference's
	ratios  []float64 // the reference's time for it to that
	work    float64   // forward equivalents a trajectory

	z      *generator.Latents // the codes, in the order of a Dataset's pairs
	status []invert.Status    // of the pairs, nil for all kept

	beyond  float64          // the largest ‖z‖/√d − 1 of a code
	found   []invert.Summary // by |t|
	control *lcfv.Evaluation // nil if there is none
}

// kind is what goals compare.
type kind int

const (
	reference kind = iota // published settings in PyTorch
	adam                  // long Adam in PyTorch
	published
	standard // lcfv's default
	budget   // lcfv's default with fewer iterations
)

// compete has everybody run. The reference's run is cut into its targets, all of
// them the same work; after each of the first rounds of them, every engine runs
// lcfv's default once, start to end.
func (p *problem) compete(ctx context.Context, python *torch) ([]*entry, error) {
	ref := &entry{name: "Adam, published", engine: "torch", kind: reference}
	var defaults []*entry
	for _, g := range p.engines {
		e := &entry{name: "default", engine: g.name, kind: standard}
		defaults = append(defaults, e)
		warm := p.standard()
		warm.T = []float64{p.t[0]}
		if _, err := invert.Run(ctx, g, p.transform, warm); err != nil {
			return nil, err
		}
	}
	steps := len(p.t) / 2
	if err := python.ready(0.01, 50); err != nil {
		return nil, err
	}
	for k := range steps {
		seconds, err := python.Ask("target")
		if err != nil {
			return nil, err
		}
		ref.seconds = append(ref.seconds, seconds*float64(steps))
		if k >= p.rounds {
			continue
		}
		for i, g := range p.engines {
			if err := p.timed(ctx, defaults[i], g, p.standard()); err != nil {
				return nil, err
			}
		}
	}
	if err := python.finish(ref, 50); err != nil {
		return nil, err
	}
	for _, e := range defaults {
		for i, seconds := range e.seconds {
			e.ratios = append(e.ratios, ref.seconds[i]/seconds)
		}
	}
	all := []*entry{ref}
	for _, rate := range p.rates {
		e := &entry{name: fmt.Sprintf("Adam, %d steps of %g", long, rate), engine: "torch", kind: adam}
		if err := p.long(python, e, rate); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	for _, g := range p.engines {
		e := &entry{name: "Adam, published", engine: g.name, kind: published}
		if err := p.timed(ctx, e, g, p.published()); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	all = append(all, defaults...)
	for _, iterations := range p.budgets {
		e := &entry{name: fmt.Sprintf("L-BFGS, ≤ %d steps", iterations), engine: p.engines[0].name, kind: budget}
		o := p.standard()
		o.Method = invert.LBFGS{Iterations: iterations}
		if err := p.timed(ctx, e, p.engines[0], o); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// long runs PyTorch's Adam from start to end.
func (p *problem) long(python *torch, e *entry, rate float64) error {
	if err := python.ready(rate, long); err != nil {
		return err
	}
	total := 0.0
	for range len(p.t) / 2 {
		seconds, err := python.Ask("target")
		if err != nil {
			return err
		}
		total += seconds
	}
	e.seconds = append(e.seconds, total)
	return python.finish(e, long)
}

// timed runs lcfv once. The first run says what was found; the others come to
// the same.
func (p *problem) timed(ctx context.Context, e *entry, g engine, o *invert.Options) error {
	began := time.Now()
	set, err := invert.Run(ctx, g, p.transform, o)
	if err != nil {
		return err
	}
	e.seconds = append(e.seconds, time.Since(began).Seconds())
	if e.z != nil {
		return nil
	}
	if !slices.Equal(set.Z0.Data, p.z0.Data) || !slices.Equal(set.T, p.t) {
		return fmt.Errorf("%s started from other codes or aimed at other targets than PyTorch", e.name)
	}
	e.work, e.z = set.ForwardEquivalents, set.Z
	for _, pair := range set.Pairs {
		e.status = append(e.status, pair.Status)
	}
	return nil
}
