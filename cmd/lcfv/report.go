package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/invert/dataset"
	"github.com/lcfv-go/lcfv/report"
	"github.com/lcfv-go/lcfv/saliency"
)

type reportFlags struct {
	measuringFlags
	model   generatorFlags
	control controlFlags
	by      string
	rows    int
	data    string
	again   bool
	figures string
	out     string
	json    bool
	command []string // the flags that were given, to make the report again
}

func defineReport(fs *flag.FlagSet) func(context.Context, streams) error {
	f := &reportFlags{}
	f.model.define(fs)
	f.control.define(fs)
	f.measuringFlags.define(fs)
	fs.StringVar(&f.by, "by", "-0.2,-0.15,-0.1,-0.05,0.05,0.1,0.15,0.2", "changes to ask for, a `list` in the control's unit")
	fs.IntVar(&f.rows, "rows", 5, "`number` of samples in a strip")
	fs.StringVar(&f.data, "data", "", "`folder` in which learn kept the pairs of codes, for the band of the calibration and the errors of the inversion; with a single control")
	fs.BoolVar(&f.again, "again", false, "find these pairs again, where there is no -data: takes as long as learning")
	fs.StringVar(&f.figures, "figures", "", "`folder` to write every figure to as well, as PNG and SVG")
	fs.StringVar(&f.out, "o", "", "HTML `file` to write")
	fs.BoolVar(&f.json, "json", false, "print the result as one JSON object")
	return func(ctx context.Context, s streams) error {
		fs.Visit(func(given *flag.Flag) {
			if given.Name != "o" && given.Name != "json" && given.Name != "figures" && given.Name != "workers" {
				f.command = append(f.command, flagged(given)...)
			}
		})
		return f.run(ctx, s)
	}
}

// flagged returns the arguments that give a flag the value it has.
func flagged(f *flag.Flag) []string {
	if b, ok := f.Value.(interface{ IsBoolFlag() bool }); ok && b.IsBoolFlag() {
		return []string{"-" + f.Name + "=" + f.Value.String()}
	}
	return []string{"-" + f.Name, f.Value.String()}
}

// reportResult is what report -json prints.
type reportResult struct {
	File      string           `json:"file"`
	Bytes     int              `json:"bytes"`
	Figures   []string         `json:"figures"` // files, with -figures
	Factors   []string         `json:"factors"`
	Each      []evaluateResult `json:"each"`
	Measures  []string         `json:"measures"`
	CrossTalk [][]slopeResult  `json:"cross_talk"` // row: requested, column: measured
}

func (f *reportFlags) check() ([]float64, error) {
	if err := required("control", f.control.path); err != nil {
		return nil, err
	}
	if err := required("o", f.out); err != nil {
		return nil, err
	}
	if err := f.measuringFlags.check(); err != nil {
		return nil, err
	}
	if f.rows < 1 || f.rows > mostSamples {
		return nil, fmt.Errorf("%w: -rows must be from 1 to %d", errUsage, mostSamples)
	}
	if f.data != "" && f.again {
		return nil, fmt.Errorf("%w: -data has the pairs that -again would find: give one of them", errUsage)
	}
	if kind := strings.ToLower(filepath.Ext(f.out)); kind != ".html" && kind != ".htm" {
		return nil, fmt.Errorf("%w: -o %s: the name must end in .html", errUsage, f.out)
	}
	by, err := parseList(f.by)
	if err != nil {
		return nil, fmt.Errorf("%w: -by: %w", errUsage, err)
	}
	return by, nil
}

func (f *reportFlags) run(ctx context.Context, s streams) error {
	by, err := f.check()
	if err != nil {
		return err
	}
	if err := writable("o", f.out); err != nil {
		return err
	}
	if f.figures != "" { // found out before the work, not after
		if err := os.MkdirAll(f.figures, 0o777); err != nil {
			return fmt.Errorf("-figures: %w", err)
		}
	}
	detector, err := f.detector.open(f.model.backend)
	if err != nil {
		return err
	}
	defer detector.Close()
	g, err := f.model.open(f.again)
	if err != nil {
		return err
	}
	defer g.Close()
	set, err := f.control.loadSet(g)
	if err != nil {
		return err
	}
	opts := &report.Options{
		Detector: detector.Detector, Samples: f.samples, Seed: f.seed, Deltas: by, Tolerance: f.tolerance,
		Rows: f.rows, Made: []string{"lcfv report " + shell(append(f.command, "-o", filepath.Base(f.out)))},
	}
	if opts.Measures, err = f.measures(set); err != nil {
		return err
	}
	if opts.Pairs, err = f.pairs(ctx, s, g, set); err != nil {
		return err
	}
	bar := newProgress(s.log, "reporting")
	opts.Progress = bar.show
	r, err := report.Make(ctx, g, set, opts)
	bar.finish()
	if err != nil {
		return err
	}
	return f.write(s, r)
}

// measures are those that the flags choose.
func (f *reportFlags) measures(set *lcfv.Controls) (map[string]saliency.Measure, error) {
	m, err := f.chosen()
	if err != nil || m == nil {
		return nil, err
	}
	if err := f.forSet(set, f.control.path); err != nil {
		return nil, err
	}
	return map[string]saliency.Measure{set.Names()[0]: *m}, nil
}

// pairs are those that the controls were learned from, where the flags ask for them.
func (f *reportFlags) pairs(ctx context.Context, s streams, g generator.Differentiable, set *lcfv.Controls) (map[string]*invert.Dataset, error) {
	out := map[string]*invert.Dataset{}
	switch {
	case f.data != "":
		if len(set.Names()) > 1 {
			return nil, fmt.Errorf("%w: -data is for one control, and %s holds several: -again finds the pairs of all", errUsage, f.control.path)
		}
		c := set.Control(set.Names()[0])
		pairs, err := pairsIn(f.data, c)
		if err != nil {
			return nil, err
		}
		out[c.Transform] = pairs
	case f.again:
		for _, name := range set.Names() {
			bar := newProgress(s.log, "inverting "+name)
			pairs, err := report.FindPairs(ctx, g, set.Control(name), f.model.workers, func(p invert.Progress) { bar.show(p.Done, p.Total) })
			bar.finish()
			if err != nil {
				return nil, err
			}
			out[name] = pairs
		}
	}
	return out, nil
}

// pairsIn reads the pairs of a control from the folder in which learn kept them.
func pairsIn(dir string, c *lcfv.Control) (*invert.Dataset, error) {
	d, err := dataset.Open(dir)
	if err != nil {
		return nil, err
	}
	if m := d.Manifest(); m.Transform != c.Transform || m.Generator.Fingerprint != c.Generator.Fingerprint {
		return nil, fmt.Errorf("%s: %w: they are of %s on %s, the control is of %s on %s: give the folder it was learned with",
			dir, report.ErrPairs, m.Transform, m.Generator.Name, c.Transform, c.Generator.Name)
	}
	o := &invert.Options{MaxRelative: c.Inversion.MaxRelative, Drop: c.Inversion.DropFraction}
	if o.Drop == 0 { // which would stand for the default
		o.Drop = -1
	}
	return d.Pairs(c.Inversion.Trajectories, o)
}

// write writes the report, and says so.
func (f *reportFlags) write(s streams, r *report.Report) error {
	if err := r.Save(f.out); err != nil {
		return err
	}
	out := reportResult{File: f.out, Figures: []string{}, Measures: r.Measures}
	if info, err := os.Stat(f.out); err == nil {
		out.Bytes = int(info.Size())
	}
	if f.figures != "" {
		var err error
		if out.Figures, err = r.SaveFigures(f.figures); err != nil {
			return err
		}
	}
	for k, factor := range r.Factors {
		out.Factors = append(out.Factors, factor.Control.Transform)
		out.Each = append(out.Each, newEvaluateResult(factor.Evaluation))
		var row []slopeResult
		for _, slope := range r.CrossTalk[k] {
			row = append(row, slopeResult{slope.Value, slope.CI, slope.N})
		}
		out.CrossTalk = append(out.CrossTalk, row)
	}
	if f.json {
		return printJSON(s.out, out)
	}
	for k, e := range out.Each {
		fmt.Fprintf(s.out, "%s: RMSE %.4f [%.4f, %.4f], slope %.3f, %d of %d refused, %d undetected\n",
			out.Factors[k], e.RMSE, e.RMSECI[0], e.RMSECI[1], e.Slope, e.Refused, e.N, e.Undetected)
	}
	if f.figures != "" {
		fmt.Fprintf(s.out, "%d files of figures written to %s\n", len(out.Figures), f.figures)
	}
	fmt.Fprintf(s.out, "report written to %s (%.1f MB)\n", f.out, float64(out.Bytes)/1e6)
	return nil
}

// shell writes arguments as a shell takes them.
func shell(args []string) string {
	quoted := make([]string, len(args))
	for i, a := range args {
		if a == "" || strings.ContainsAny(a, " \t\n\"'`$&|;<>()*?[]#~%!{}\\") {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		quoted[i] = a
	}
	return strings.Join(quoted, " ")
}
