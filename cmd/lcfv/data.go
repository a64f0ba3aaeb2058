package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"time"

	"gonum.org/v1/gonum/floats"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/invert/dataset"
	"github.com/lcfv-go/lcfv/transform"
)

// errKept is wrapped by the error of a command that was interrupted and goes on
// from there when it is run again.
var errKept = errors.New("what is finished is kept")

// learnFrom is lcfv.Learn with the pairs of codes in a folder.
func learnFrom(ctx context.Context, s streams, dir string, g generator.Differentiable, tr transform.Transform, opts *lcfv.LearnOptions, bar *progress) (*lcfv.Control, error) {
	pairs, err := pairsFrom(ctx, s, dir, g, tr, opts, bar)
	if err != nil {
		return nil, err
	}
	if opts.Baseline != nil {
		return lcfv.FromBaseline(ctx, g, tr, pairs, opts.Baseline, &opts.Fit)
	}
	c, err := lcfv.FromPairs(g.Info(), tr, pairs, &opts.Fit)
	if err == nil && opts.Curved {
		c.Curve, err = lcfv.FitCurve(pairs, nil)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// pairsFrom is invert.Run with the pairs of codes in a folder.
func pairsFrom(ctx context.Context, s streams, dir string, g generator.Differentiable, tr transform.Transform, opts *lcfv.LearnOptions, bar *progress) (*invert.Dataset, error) {
	n := opts.Invert.Trajectories
	d, err := dataset.Make(ctx, dir, g, tr, &dataset.Options{
		Invert: opts.Invert,
		Found: func(f dataset.Found) {
			fmt.Fprintf(s.log, "%s: %d of %d trajectories found, %d to do", dir, f.Trajectories, n, f.Missing)
			if f.Again > 0 {
				fmt.Fprintf(s.log, ", %d of them again because their file has to become longer", f.Again)
			}
			fmt.Fprintln(s.log)
			bar.started = time.Now()
		},
	})
	if errors.Is(err, context.Canceled) {
		return nil, fmt.Errorf("%w in %s: %w", errKept, dir, err)
	}
	if err != nil {
		return nil, err
	}
	used := min(n, dataset.FitTrajectories)
	if used < n {
		fmt.Fprintf(s.log, "the control is fitted to the first %d of the %d trajectories: more would not make it better\n", used, n)
	}
	return d.Pairs(used, &opts.Invert)
}

// inspectData says what is in a folder, and checks every file of it.
func inspectData(w io.Writer, dir string) error {
	d, err := dataset.Open(dir)
	if err != nil {
		return err
	}
	m := d.Manifest()
	condition := ""
	if m.Generator.Condition != "" {
		condition = ", " + m.Generator.Condition
	}
	fmt.Fprintf(w, "factor       %s (%s), %d targets up to %.3g\n", m.Transform, m.Unit, len(m.Targets), floats.Norm(m.Targets, math.Inf(1)))
	fmt.Fprintf(w, "generator    %s, codes of length %d%s\nfingerprint  %s\n", m.Generator.Name, m.Generator.D, condition, m.Generator.Fingerprint)
	fmt.Fprintf(w, "inversion    %s, %s, %s; seed %d; by %s\n", m.Method, m.Loss, m.Constraint, m.Seed, m.Library)
	if m.Levels != nil {
		fmt.Fprintf(w, "moved        only %s\n", levelNames(m.Levels))
	}
	var damage []error
	shards, trajectories, whole := 0, 0, 0 // whole: from the first on, without a gap
	counts := map[string]int{}
	for s, err := range d.Shards() {
		if err != nil {
			damage = append(damage, err)
			continue
		}
		shards++
		trajectories += s.Range.High - s.Range.Low
		if s.Range.Low == whole {
			whole = s.Range.High
		}
		for i := range s.Rows {
			counts[s.Rows[i].Status]++
		}
	}
	fmt.Fprintf(w, "shards       %d of %d trajectories each in %s; %d trajectories, the first %d without a gap; %d damaged\n",
		shards, m.Shard, filepath.Join(dir, "pairs"), trajectories, whole, len(damage))
	fmt.Fprint(w, "pairs       ")
	for _, status := range dataset.Statuses() {
		fmt.Fprintf(w, " %d %s", counts[status], status)
	}
	fmt.Fprintln(w)
	if whole > 0 {
		if err := inspectErrors(w, d, min(whole, dataset.FitTrajectories)); err != nil {
			damage = append(damage, err)
		}
	}
	return errors.Join(damage...)
}

// inspectErrors describes the trajectories that a fit uses.
func inspectErrors(w io.Writer, d *dataset.Dir, n int) error {
	pairs, err := d.Pairs(n, nil)
	if errors.Is(err, invert.ErrAllFailed) {
		fmt.Fprintf(w, "errors       none: every pair failed\n")
		return nil
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "errors       of the first %d trajectories, by the loss; %.0f forward equivalents each\n", n, pairs.ForwardEquivalents)
	for _, s := range pairs.Summarize() {
		fmt.Fprintf(w, "  |t| = %-8.4g median %-10.3g 90 %% below %-10.3g %d of %d good for a fit\n", s.T, s.MedianError, s.P90Error, s.Kept, s.N)
	}
	return nil
}
