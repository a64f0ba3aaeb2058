package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/transform"
)

// loadSet reads a set of controls, or a single one, to be used with g: with the
// calibrations of its class, where there are some and -calibration asks for them.
func (c *controlFlags) loadSet(g generator.Generator) (*lcfv.Controls, error) {
	set, err := c.load(g)
	if err != nil {
		return nil, err
	}
	return c.calibrated(set, g.Info().Condition)
}

func (c *controlFlags) load(g generator.Generator) (*lcfv.Controls, error) {
	levels, err := chooseLevels(g, c.levels)
	if err != nil {
		return nil, err
	}
	if c.any {
		g = nil
	}
	set, err := lcfv.LoadControls(c.path, g)
	if err != nil || levels == nil {
		return set, err
	}
	return set.Part(levels)
}

// parseTransforms reads names with commas between them.
func parseTransforms(list string) ([]transform.Transform, error) {
	var out []transform.Transform
	for name := range strings.SplitSeq(list, ",") {
		t, err := transform.ByName(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(out, func(o transform.Transform) bool { return o.Name() == t.Name() }) {
			return nil, fmt.Errorf("%s is there twice", t.Name())
		}
		out = append(out, t)
	}
	return out, nil
}

// learnedSet is what learn -json prints of a set.
type learnedSet struct {
	Seconds            float64         `json:"seconds"`
	ForwardEquivalents float64         `json:"forward_equivalents"` // of all factors together
	Factors            []learnedFactor `json:"factors"`
}

type learnedFactor struct {
	Transform   string     `json:"transform"`
	Pairs       int        `json:"pairs"`
	Dropped     int        `json:"dropped"`
	MedianError float64    `json:"median_error"`
	Fit         fitResult  `json:"fit"`
	Range       [2]float64 `json:"range"`
}

// learnSet learns several factors together.
func (f *learnFlags) learnSet(ctx context.Context, s streams, g generator.Differentiable, ts []transform.Transform, opts *lcfv.LearnOptions, bar *progress) error {
	start := time.Now()
	set, err := lcfv.LearnAll(ctx, g, ts, opts)
	bar.finish()
	if err != nil {
		return err
	}
	if err := set.Save(f.out); err != nil {
		return err
	}
	out := learnedSet{Seconds: time.Since(start).Seconds()}
	for _, name := range set.Names() {
		c := set.Control(name)
		fit := c.Model.Report
		low, high := c.Range()
		out.ForwardEquivalents += c.Inversion.ForwardEquivalents
		out.Factors = append(out.Factors, learnedFactor{name, c.Inversion.Pairs, c.Inversion.Dropped, c.Inversion.MedianError,
			fitResult{fit.CrossR2, fit.CrossRMSE, fit.RMSECI}, [2]float64{low, high}})
		if fit.CrossR2 < poorFit {
			fmt.Fprintf(s.log, "%s: %s\n", name, poorAdvice(fit.CrossR2))
		}
	}
	if f.json {
		return printJSON(s.out, out)
	}
	fmt.Fprintf(s.out, "%d factors of %s together: %.1f s, %.0f forward equivalents a trajectory\n",
		len(out.Factors), set.Control(set.Names()[0]).Generator.Name, out.Seconds, out.ForwardEquivalents)
	for _, r := range out.Factors {
		fmt.Fprintf(s.out, "%s: %d pairs, %d dropped; on left-out trajectories R² %.4f, RMSE %.4f [%.4f, %.4f]; range %.3f to %.3f %s\n", r.Transform,
			r.Pairs, r.Dropped, r.Fit.R2, r.Fit.RMSE, r.Fit.RMSECI[0], r.Fit.RMSECI[1], r.Range[0], r.Range[1], set.Control(r.Transform).Unit)
	}
	fmt.Fprintf(s.out, "controls written to %s\n", f.out)
	return nil
}

// evaluatedSet is what evaluate -json prints of a set.
type evaluatedSet struct {
	Factors   []string         `json:"factors"`
	Each      []evaluateResult `json:"each"`
	CrossTalk [][]slopeResult  `json:"cross_talk"` // row: requested, column: measured
	Worst     float64          `json:"worst"`      // the largest outside the diagonal, as a share of that of its row
	Together  []togetherResult `json:"together"`
}

type slopeResult struct {
	Slope float64    `json:"slope"`
	CI    [2]float64 `json:"ci"`
	N     int        `json:"n"`
}

type togetherResult struct {
	Factors    []string     `json:"factors"`
	N          int          `json:"n"`
	Refused    int          `json:"refused"`
	Undetected int          `json:"undetected"`
	RMSE       []float64    `json:"rmse"`
	RMSECI     [][2]float64 `json:"rmse_ci"`
}

func newEvaluatedSet(e *lcfv.SetEvaluation) evaluatedSet {
	out := evaluatedSet{Factors: e.Factors, Together: []togetherResult{}}
	_, _, out.Worst = e.Worst()
	for i := range e.Each {
		out.Each = append(out.Each, newEvaluateResult(&e.Each[i]))
		var row []slopeResult
		for _, s := range e.CrossTalk[i] {
			row = append(row, slopeResult{s.Value, s.CI, s.N})
		}
		out.CrossTalk = append(out.CrossTalk, row)
	}
	for _, t := range e.Together {
		out.Together = append(out.Together, togetherResult(t))
	}
	return out
}

// printSet writes the evaluation of a set as tables.
func printSet(w io.Writer, e *lcfv.SetEvaluation) {
	fmt.Fprintln(w, "one factor asked for, the others to stay:")
	for i, name := range e.Factors {
		r := &e.Each[i]
		fmt.Fprintf(w, "  %-14s RMSE %.4f [%.4f, %.4f] (%.4f where nothing is changed), %d of %d refused, %d undetected, standard deviation at a fixed setting %.4f\n",
			name, r.RMSE, r.RMSECI[0], r.RMSECI[1], r.Still, r.Refused, r.N, r.Undetected, r.Std)
	}
	fmt.Fprintf(w, "change of a factor (column) a unit asked of another (row), with 95 %% intervals:\n  %-14s", "")
	for _, name := range e.Factors {
		fmt.Fprintf(w, " %-26s", name)
	}
	fmt.Fprintln(w)
	for i, name := range e.Factors {
		fmt.Fprintf(w, "  %-14s", name)
		for _, s := range e.CrossTalk[i] {
			fmt.Fprintf(w, " %7.4f [%7.4f, %7.4f]", s.Value, s.CI[0], s.CI[1])
		}
		fmt.Fprintln(w)
	}
	if len(e.Factors) > 1 {
		i, j, share := e.Worst()
		fmt.Fprintf(w, "largest cross-talk: %.1f %%, %s when %s is asked for\nseveral asked for at once:\n", 100*share, e.Factors[j], e.Factors[i])
	}
	for _, t := range e.Together {
		fmt.Fprintf(w, "  %s: %d of %d refused, %d undetected; RMSE", strings.Join(t.Factors, ", "), t.Refused, t.N, t.Undetected)
		for k := range t.Factors {
			fmt.Fprintf(w, " %.4f [%.4f, %.4f]", t.RMSE[k], t.RMSECI[k][0], t.RMSECI[k][1])
		}
		fmt.Fprintln(w)
	}
}

// steerer changes one factor by an amount that varies, and others by a fixed one.
type steerer struct {
	set   *lcfv.Controls
	name  string
	fixed map[string]float64
}

// Steer implements picture.Steerer.
func (s steerer) Steer(dst, z []float32, delta float64) error {
	deltas := map[string]float64{s.name: delta}
	for name, v := range s.fixed {
		deltas[name] = v
	}
	return s.set.Steer(dst, z, deltas)
}

// newSteerer chooses the factor that -by is about, and reads the changes of others.
func newSteerer(set *lcfv.Controls, name, with string) (steerer, error) {
	s := steerer{set: set, name: name, fixed: map[string]float64{}}
	names := set.Names()
	if name == "" {
		if len(names) > 1 {
			return s, fmt.Errorf("%w: the file holds controls of %s: say with -factor which of them -by is about", errUsage, strings.Join(names, ", "))
		}
		s.name = names[0]
	}
	known := func(flag, name string) error {
		if set.Control(name) == nil {
			return fmt.Errorf("%w: -%s: the file holds no control of %q, only %s", errUsage, flag, name, strings.Join(names, ", "))
		}
		return nil
	}
	if err := known("factor", s.name); err != nil || with == "" {
		return s, err
	}
	for part := range strings.SplitSeq(with, ",") {
		other, value, _ := strings.Cut(part, "=")
		other = strings.TrimSpace(other)
		if err := known("with", other); err != nil {
			return s, err
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || v-v != 0 || other == s.name {
			return s, fmt.Errorf("%w: -with %q: give changes of other factors than %s, such as %s=0.05", errUsage, part, s.name, other)
		}
		s.fixed[other] = v
	}
	return s, nil
}
