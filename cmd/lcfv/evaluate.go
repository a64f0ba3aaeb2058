package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
)

// controlFlags choose a control and whether it must fit the generator.
type controlFlags struct {
	path        string
	any         bool
	calibration string
	levels      string
}

func (c *controlFlags) define(fs *flag.FlagSet) {
	fs.StringVar(&c.path, "control", "", "control `file` that lcfv learn wrote")
	fs.StringVar(&c.calibration, "calibration", byClass, "which `calibration` of a control of several classes to use: class for that of the class alone where it has one, pooled for the common one")
	fs.StringVar(&c.levels, "levels", "", "move only the part of a code in these levels: `names` with commas between them; what the control promises is then for the whole move")
	fs.BoolVar(&c.any, "any-generator", false, "use a control, or codes, even if they were made on another generator")
}

type evaluateFlags struct {
	measuringFlags
	model   generatorFlags
	control controlFlags
	refine  refineFlags
	json    bool
}

func defineEvaluate(fs *flag.FlagSet) func(context.Context, streams) error {
	f := &evaluateFlags{}
	f.model.define(fs)
	f.control.define(fs)
	f.measuringFlags.define(fs)
	f.refine.define(fs)
	fs.BoolVar(&f.json, "json", false, "print the result as one JSON object")
	return f.run
}

// evaluateResult is what evaluate -json prints.
type evaluateResult struct {
	N          int        `json:"n"`
	Refused    int        `json:"refused"`
	Undetected int        `json:"undetected"`
	RMSE       float64    `json:"rmse"`
	RMSECI     [2]float64 `json:"rmse_ci"`
	Still      float64    `json:"still_rmse"` // of codes left as they are
	Slope      float64    `json:"slope"`
	Spearman   float64    `json:"spearman"`
	Std        float64    `json:"std"`
	Tolerance  float64    `json:"tolerance"`
	Within     float64    `json:"within"`
	WithinCI   [2]float64 `json:"within_ci"`

	ForwardEquivalents float64 `json:"forward_equivalents,omitempty"` // a request, with -refine
}

func newEvaluateResult(e *lcfv.Evaluation) evaluateResult {
	return evaluateResult{e.N, e.Refused, e.Undetected, e.RMSE, e.RMSECI, e.Still, e.Slope, e.Spearman, e.Std,
		e.Tolerance, e.Within, e.WithinCI, e.ForwardEquivalents}
}

func (f *evaluateFlags) run(ctx context.Context, s streams) error {
	if err := required("control", f.control.path); err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	refine, err := f.refine.options(f.model.workers)
	if err != nil {
		return err
	}
	detector, err := f.detector.open(f.model.backend)
	if err != nil {
		return err
	}
	defer detector.Close()
	opts := &lcfv.EvaluateOptions{
		Detector: detector.Detector, Samples: f.samples, Seed: f.seed, Tolerance: f.tolerance, Refine: refine,
	}
	if opts.Measure, err = f.chosen(); err != nil {
		return err
	}
	if len(f.model.classes()) > 1 {
		return f.evaluateClasses(ctx, s, opts)
	}
	g, err := f.model.open(f.refine.on)
	if err != nil {
		return err
	}
	defer g.Close()
	set, err := f.control.loadSet(g)
	if err != nil {
		return err
	}
	if err := f.forSet(set, f.control.path); err != nil {
		return err
	}
	if len(set.Names()) > 1 {
		return f.evaluateSet(ctx, s, g, set, opts)
	}
	c := set.Control(set.Names()[0])
	e, err := lcfv.Evaluate(ctx, g, c, opts)
	if err != nil {
		return err
	}
	f.detector.advise(s.log, "the control", e.Measure, e.RMSE, e.Still)
	if f.json {
		return printJSON(s.out, newEvaluateResult(e))
	}
	fmt.Fprintf(s.out, "%s measured as %s: %d requests, %d refused (%s), %d undetected\n",
		c.Transform, e.Measure, e.N, e.Refused, f.refusal(), e.Undetected)
	fmt.Fprintf(s.out, "RMSE %.4f [%.4f, %.4f] %s (%.4f where nothing is changed), slope %.3f, Spearman %.3f, standard deviation at a fixed setting %.4f\n",
		e.RMSE, e.RMSECI[0], e.RMSECI[1], c.Unit, e.Still, e.Slope, e.Spearman, e.Std)
	fmt.Fprintf(s.out, "%.1f %% [%.1f, %.1f] within %.3g of what was asked for\n", 100*e.Within, 100*e.WithinCI[0], 100*e.WithinCI[1], e.Tolerance)
	if f.refine.on {
		fmt.Fprintf(s.out, "%.0f forward equivalents a request\n", e.ForwardEquivalents)
	}
	return nil
}

// refusal says why requests are refused.
func (f *evaluateFlags) refusal() string {
	if f.refine.on {
		return "not reached"
	}
	return "out of range"
}

func (f *evaluateFlags) evaluateSet(ctx context.Context, s streams, g generator.Generator, set *lcfv.Controls, opts *lcfv.EvaluateOptions) error {
	e, err := lcfv.EvaluateAll(ctx, g, set, opts)
	if err != nil {
		return err
	}
	for i, name := range e.Factors {
		f.detector.advise(s.log, name, e.Each[i].Measure, e.Each[i].RMSE, e.Each[i].Still)
	}
	if f.json {
		return printJSON(s.out, newEvaluatedSet(e))
	}
	printSet(s.out, e)
	return nil
}
