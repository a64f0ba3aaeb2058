package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/saliency"
)

// controlFlags choose a control and whether it must fit the generator.
type controlFlags struct {
	path string
	any  bool
}

func (c *controlFlags) define(fs *flag.FlagSet) {
	fs.StringVar(&c.path, "control", "", "control `file` that lcfv learn wrote")
	fs.BoolVar(&c.any, "any-generator", false, "use a control, or codes, even if they were made on another generator")
}

func (c *controlFlags) load(g generator.Generator) (*lcfv.Control, error) {
	if c.any {
		g = nil
	}
	return lcfv.Load(c.path, g)
}

type evaluateFlags struct {
	model    generatorFlags
	control  controlFlags
	samples  int
	seed     uint64
	detector string
	json     bool
}

func defineEvaluate(fs *flag.FlagSet) func(context.Context, streams) error {
	f := &evaluateFlags{}
	f.model.define(fs)
	f.control.define(fs)
	fs.IntVar(&f.samples, "samples", 400, "`number` of codes to steer")
	fs.Uint64Var(&f.seed, "seed", 99, "`number` that determines the codes, another than learn's")
	fs.StringVar(&f.detector, "detector", "intensity", "`detector` that finds the object: intensity")
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
	Slope      float64    `json:"slope"`
	Spearman   float64    `json:"spearman"`
	Std        float64    `json:"std"`
}

func (f *evaluateFlags) run(ctx context.Context, s streams) error {
	if err := required("control", f.control.path); err != nil {
		return err
	}
	if f.samples < 1 {
		return fmt.Errorf("%w: -samples must be positive", errUsage)
	}
	if f.seed == 0 { // which the library would take for its default
		return fmt.Errorf("%w: -seed must not be 0", errUsage)
	}
	if f.detector != "intensity" {
		return fmt.Errorf("%w: there is no detector %q, only intensity", errUsage, f.detector)
	}
	g, err := f.model.openToDraw()
	if err != nil {
		return err
	}
	defer g.Close()
	c, err := f.control.load(g)
	if err != nil {
		return err
	}
	e, err := lcfv.Evaluate(ctx, g, c, &lcfv.EvaluateOptions{
		Detector: saliency.Intensity{}, Samples: f.samples, Seed: f.seed,
	})
	if err != nil {
		return err
	}
	if f.json {
		return printJSON(s.out, evaluateResult{e.N, e.Refused, e.Undetected, e.RMSE, e.RMSECI, e.Slope, e.Spearman, e.Std})
	}
	fmt.Fprintf(s.out, "%s measured as %s: %d requests, %d refused (out of range), %d undetected\n",
		c.Transform, e.Measure, e.N, e.Refused, e.Undetected)
	fmt.Fprintf(s.out, "RMSE %.4f [%.4f, %.4f] %s, slope %.3f, Spearman %.3f, standard deviation at a fixed setting %.4f\n",
		e.RMSE, e.RMSECI[0], e.RMSECI[1], c.Unit, e.Slope, e.Spearman, e.Std)
	return nil
}
