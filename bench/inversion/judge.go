package main

import (
	"context"
	"errors"
	"math"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
)

// judge measures what entries have found, all in the same way: on the native
// engine, with the published loss, and with lcfv's default selection of pairs and
// fit for the control.
type judge struct {
	*problem
}

func (j *judge) measure(ctx context.Context, e *entry) error {
	e.beyond = farthest(e.z)
	g := j.engines[0]
	o := j.standard()
	o.Loss = j.loss
	o.Batch = j.trajectories // rows are trajectories
	o.Method = replay{e, len(j.t)}
	set, err := invert.Run(ctx, g, j.transform, o)
	if err != nil {
		return err
	}
	e.found = set.Summarize()
	if !j.object {
		return nil
	}
	control, err := lcfv.FromPairs(g.Info(), j.transform, set, nil)
	if err != nil {
		return err
	}
	e.control, err = lcfv.Evaluate(ctx, g, control, nil)
	if errors.Is(err, lcfv.ErrNothingMeasured) {
		return nil
	}
	return err
}

// farthest returns the largest ‖z‖/√d − 1.
func farthest(z *generator.Latents) float64 {
	most := 0.0
	for i := range z.N {
		sum := 0.0
		for _, v := range z.Row(i) {
			sum += float64(v) * float64(v)
		}
		most = max(most, sum)
	}
	return math.Sqrt(most/float64(z.D)) - 1
}

// replay is a method that knows the codes already. It wants all trajectories in
// one batch.
type replay struct {
	*entry
	targets int
}

// Name implements invert.Method.
func (r replay) Name() string { return r.name }

// Follow implements invert.Method.
func (r replay) Follow(ctx context.Context, p *invert.Problem, ts []float64, emit invert.Emit) error {
	z := generator.NewLatents(p.N(), p.D())
	value, aim, notes := make([]float64, p.N()), make([]float64, p.N()), make([]invert.Note, p.N())
	for k, t := range ts {
		column := r.targets/2 + k
		if t < 0 {
			column = r.targets/2 - 1 - k
		}
		for i := range z.N {
			pair := i*r.targets + column
			copy(z.Row(i), r.z.Row(pair))
			aim[i] = t
			notes[i] = invert.Note{}
			// That a trajectory left is for its method to say; what its error
			// makes of a pair is said here.
			if r.status != nil && r.status[pair] == invert.Left {
				notes[i].Status = invert.Left
			}
		}
		if err := p.Aim(aim); err != nil {
			return err
		}
		if err := p.Eval(ctx, value, nil, z); err != nil {
			return err
		}
		if err := emit(k, z, value, notes); err != nil {
			return err
		}
	}
	return nil
}
