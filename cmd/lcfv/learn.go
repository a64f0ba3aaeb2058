package main

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"time"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/factor/baseline"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

// methods are the inversion methods by their names on the command line.
var methods = map[string]func(*invert.Options){
	"auto":  func(*invert.Options) {},
	"lm":    func(o *invert.Options) { o.Method = invert.LevenbergMarquardt{} },
	"lbfgs": func(o *invert.Options) { o.Method = invert.LBFGS{} },
	"adam":  func(o *invert.Options) { o.Method = invert.DefaultAdam() },
	// As in the authors' code: five targets of either sign, and nothing dropped
	// but a tenth of the pairs.
	"published": func(o *invert.Options) { *o = invert.Published() },
}

// poorFit is the R² below which a control is not to be trusted.
const poorFit = 0.5

func poorAdvice(r2 float64) string {
	return fmt.Sprintf("the pairs of codes say little about the factor (R² %.2f on left-out trajectories): expect little of this control; a smaller -range or more -trajectories may help", r2)
}

type learnFlags struct {
	model        generatorFlags
	transform    string
	reach        float64
	steps        int
	trajectories int
	seed         uint64
	method       string
	baseline     string
	curved       bool
	data         string
	tolerance    float64
	detector     detectorFlags
	levels       string
	classes      classFlags
	out          string
	json         bool
}

func defineLearn(fs *flag.FlagSet) func(context.Context, streams) error {
	f := &learnFlags{}
	f.model.define(fs)
	fs.StringVar(&f.transform, "transform", "", "`name` of the transform that stands for the factor: "+strings.Join(transform.Names(), ", ")+", or a sum such as translate-x+0.5*zoom; several with commas between them are learned together, as a set")
	fs.Float64Var(&f.reach, "range", 0.25, "largest change of the factor to learn from, a `number` in the transform's unit")
	fs.IntVar(&f.steps, "steps", 0, "`number` of steps to the range in either direction, 0 for the method's own")
	fs.IntVar(&f.trajectories, "trajectories", 60, "`number` of codes to start from")
	fs.Uint64Var(&f.seed, "seed", 1, "`number` that determines the codes")
	fs.StringVar(&f.method, "method", "auto", "inversion `method`: auto, lm, lbfgs, adam or published")
	fs.StringVar(&f.baseline, "baseline", "", "`method` that finds the direction instead, for comparison: "+strings.Join(baseline.Names(), ", "))
	fs.BoolVar(&f.curved, "curved", false, "fit a curve too, along which codes are moved in place of the direction: for generators in which no direction carries the factor alone")
	fs.StringVar(&f.data, "data", "", "`folder` to keep the pairs of codes in; a run that was cut short, or asks for more -trajectories, goes on from what is there")
	fs.Float64Var(&f.tolerance, "tolerance", 0, "largest error of a change, a `number` in the transform's unit: measures on images how far the control keeps to it, and limits it to that; 0 does not")
	f.detector.define(fs)
	fs.StringVar(&f.levels, "levels", "", "learn on these levels of a code only, the others stay as they are: `names` with commas between them")
	f.classes.define(fs)
	fs.StringVar(&f.out, "o", "", "`file` to write the control to")
	fs.BoolVar(&f.json, "json", false, "print the result as one JSON object")
	return f.run
}

// learnResult is what learn -json prints.
type learnResult struct {
	Pairs              int        `json:"pairs"`
	Dropped            int        `json:"dropped"`
	Seconds            float64    `json:"seconds"`
	ForwardEquivalents float64    `json:"forward_equivalents"`
	MedianError        float64    `json:"median_error"`
	Fit                fitResult  `json:"fit"`
	Range              [2]float64 `json:"range"`
	Baseline           string     `json:"baseline,omitempty"`

	Levels []levelResult `json:"levels,omitempty"`

	Limits   *limitsResult   `json:"limits,omitempty"`
	Transfer *transferResult `json:"transfer,omitempty"`
}

type fitResult struct {
	R2     float64    `json:"r2"`
	RMSE   float64    `json:"rmse"`
	RMSECI [2]float64 `json:"rmse_ci"`
}

func (f *learnFlags) run(ctx context.Context, s streams) error {
	if err := required("transform", f.transform); err != nil {
		return err
	}
	if err := required("o", f.out); err != nil {
		return err
	}
	ts, err := parseTransforms(f.transform)
	if err != nil {
		return fmt.Errorf("%w: -transform: %w", errUsage, err)
	}
	if len(ts) > 1 && (f.data != "" || f.tolerance != 0) {
		return fmt.Errorf("%w: -data and -tolerance are for one transform at a time", errUsage)
	}
	if f.levels != "" && f.baseline != "" {
		return fmt.Errorf("%w: -levels is not for a -baseline, whose direction lies in the whole code", errUsage)
	}
	if f.curved && (len(ts) > 1 || f.baseline != "") {
		return fmt.Errorf("%w: -curved is for one transform at a time, and not for a -baseline", errUsage)
	}
	if err := f.checkClasses(ts); err != nil {
		return err
	}
	tr := ts[0]
	set, ok := methods[f.method]
	if !ok {
		return fmt.Errorf("%w: there is no method %q: use auto, lm, lbfgs, adam or published", errUsage, f.method)
	}
	// The library would take a zero for its default.
	if f.reach == 0 || f.trajectories == 0 {
		return fmt.Errorf("%w: -range and -trajectories must be positive", errUsage)
	}
	if err := checkTolerance(f.tolerance); err != nil {
		return err
	}
	var finder baseline.Finder
	if f.baseline != "" {
		if finder, err = baseline.ByName(f.baseline, f.reach, f.seed); err != nil {
			return fmt.Errorf("%w: -baseline: %w", errUsage, err)
		}
	}
	if err := writable("o", f.out); err != nil {
		return err
	}
	// What -tolerance and -heldout-class measure with; a wrong name is to be known
	// before the work.
	detector, err := f.detector.open(f.model.backend)
	if err != nil {
		return err
	}
	defer detector.Close()
	g, classes, err := f.openClasses()
	if err != nil {
		return err
	}
	defer g.Close()

	opts := &lcfv.LearnOptions{Baseline: finder, Curved: f.curved}
	set(&opts.Invert)
	if f.steps != 0 {
		opts.Invert.Steps = f.steps
	}
	opts.Invert.Range, opts.Invert.Trajectories = f.reach, f.trajectories
	opts.Invert.Seed, opts.Invert.Workers = f.seed, f.model.workers
	if opts.Invert.Levels, err = chooseLevels(g, f.levels); err != nil {
		return err
	}
	bar := newProgress(s.log, "inverting")
	opts.Invert.Progress = func(p invert.Progress) { bar.show(p.Done, p.Total) }

	if len(ts) > 1 {
		return f.learnSet(ctx, s, g, ts, opts, bar)
	}
	start := time.Now()
	var c *lcfv.Control
	switch {
	case len(classes.learned) > 1:
		c, err = f.learnClasses(ctx, s, g, classes.learned, tr, opts, bar)
	case f.data != "":
		c, err = learnFrom(ctx, s, f.data, g, tr, opts, bar)
	default:
		c, err = lcfv.Learn(ctx, g, tr, opts)
	}
	bar.finish()
	if err != nil {
		return err
	}
	seconds := time.Since(start).Seconds()
	if err := c.Save(f.out); err != nil {
		return err
	}
	if f.tolerance > 0 {
		if err := delimit(ctx, s, g, c, f.tolerance, detector); err != nil {
			return fmt.Errorf("%s has the control without limits: %w", f.out, err)
		}
		if err := c.Save(f.out); err != nil {
			return err
		}
	}
	transfer, err := f.transfer(ctx, s, g, classes, tr, opts, c, detector)
	if err != nil {
		return fmt.Errorf("%s has the control; what it does to the classes is not known: %w", f.out, err)
	}
	fit := c.Model.Report
	if fit.CrossR2 < poorFit {
		fmt.Fprintln(s.log, poorAdvice(fit.CrossR2))
	}
	if transfer != nil {
		f.detector.adviseTransfer(s.log, transfer)
	}
	low, high := c.Range()
	result := learnResult{
		Pairs: c.Inversion.Pairs, Dropped: c.Inversion.Dropped, Seconds: seconds,
		ForwardEquivalents: c.Inversion.ForwardEquivalents, MedianError: c.Inversion.MedianError,
		Fit: fitResult{fit.CrossR2, fit.CrossRMSE, fit.RMSECI}, Range: [2]float64{low, high},
		Baseline: c.Baseline,
		Transfer: newTransferResult(transfer),
		Limits:   newLimitsResult(c.Limits),
	}
	if result.Levels, err = levelResults(c); err != nil {
		return err
	}
	if f.json {
		return printJSON(s.out, result)
	}
	fmt.Fprintf(s.out, "%s on %s, by %s: %d pairs, %d dropped, %.1f s, %.0f forward equivalents a trajectory\n",
		c.Transform, c.Generator.Name, c.Inversion.Method, result.Pairs, result.Dropped, seconds, result.ForwardEquivalents)
	if c.Baseline != "" {
		fmt.Fprintf(s.out, "direction by %s\n", c.Baseline)
	}
	fmt.Fprintf(s.out, "fit on left-out trajectories: R² %.4f, RMSE %.4f [%.4f, %.4f] %s\n",
		fit.CrossR2, fit.CrossRMSE, fit.RMSECI[0], fit.RMSECI[1], c.Unit)
	printLevels(s.out, "levels ", result.Levels)
	printCurve(s.out, "curve ", c)
	if c.Limits != nil {
		printLimits(s.out, "limits ", c)
	} else {
		fmt.Fprintf(s.out, "range %.3f to %.3f %s\n", low, high, c.Unit)
	}
	if transfer != nil {
		printTransfer(s.out, transfer, c.Unit)
	}
	fmt.Fprintf(s.out, "control written to %s\n", f.out)
	return nil
}
