package main

import (
	"context"
	"fmt"
	"io"
	"math"

	"github.com/lcfv-go/lcfv/invert"
)

// variants are other ways to follow the same paths: each leaves out or changes one
// part of the default method.
var variants = []struct {
	name   string
	method invert.Method
}{
	{"default", invert.LevenbergMarquardt{}},
	{"Jacobian anew for each step", invert.LevenbergMarquardt{Refresh: 1}},
	{"Jacobians along all directions", invert.LevenbergMarquardt{Negligible: -1}},
	{"both of these", invert.LevenbergMarquardt{Refresh: 1, Negligible: -1}},
	{"steps never halved", invert.LevenbergMarquardt{Halvings: -1}},
	{"steps halved twice", invert.LevenbergMarquardt{Halvings: 2}},
	{"tolerance 0.2", invert.LevenbergMarquardt{Tolerance: 0.2}},
	{"at most 4 codes a step", invert.LevenbergMarquardt{Iterations: 4}},
	{"L-BFGS", invert.LBFGS{}},
	{"Adam, lcfv's settings", invert.DefaultAdam()},
}

// vary runs the variants on the native engine with the first seeds and prints what
// they cost and find, averaged over these; of errors, the geometric mean.
func (s *settings) vary(ctx context.Context, w io.Writer, t task, seeds int) error {
	p, err := open(s, t)
	if err != nil {
		return err
	}
	defer p.close()
	fmt.Fprintf(w, "%s: %s, %d trajectories, |t| ≤ %g in %d steps of either sign, means of %d seeds\n\n",
		p.model, p.transform.Name(), p.trajectories, p.t[len(p.t)-1], len(p.t)/2, seeds)
	fmt.Fprintf(w, "%-31s %11s %7s  %s\n", "", "fwd equiv.", "kept", "median error at the |t|")
	for _, v := range variants {
		work, kept := 0.0, 0
		logs := make([]float64, len(p.t)/2)
		for k := range seeds {
			o := p.standard()
			o.Method, o.Seed = v.method, uint64(k+1)
			set, err := invert.Run(ctx, p.engines[0], p.transform, o)
			if err != nil {
				return fmt.Errorf("%s: %w", v.name, err)
			}
			work += set.ForwardEquivalents / float64(seeds)
			kept += set.Count(invert.Kept)
			for i, f := range set.Summarize() {
				logs[i] += math.Log(f.MedianError) / float64(seeds)
			}
		}
		fmt.Fprintf(w, "%-31s %11.0f %5.1f %%", v.name, work, 100*float64(kept)/float64(seeds*p.trajectories*len(p.t)))
		for _, l := range logs {
			fmt.Fprintf(w, "  %.1e", math.Exp(l))
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w)
	return nil
}
