package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/floats"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/backend"
)

type inspectFlags struct {
	model   modelFlags
	control string
	data    string
	codes   string
}

func defineInspect(fs *flag.FlagSet) func(context.Context, streams) error {
	f := &inspectFlags{}
	f.model.define(fs)
	fs.StringVar(&f.control, "control", "", "control `file`")
	fs.StringVar(&f.data, "data", "", "`folder` that learn -data filled; every file is checked")
	fs.StringVar(&f.codes, "z", "", "`file` of codes that lcfv invert wrote")
	return f.run
}

func (f *inspectFlags) run(_ context.Context, s streams) error {
	given := 0
	for _, name := range []string{f.model.path, f.control, f.data, f.codes} {
		if name != "" {
			given++
		}
	}
	switch {
	case given != 1:
		return fmt.Errorf("%w: give either -model, -control, -data or -z", errUsage)
	case f.data != "":
		return inspectData(s.out, f.data)
	case f.codes != "":
		c, err := lcfv.LoadCodes(f.codes, nil)
		if err != nil {
			return err
		}
		inspectCodes(s.out, c)
		return nil
	case f.control != "":
		set, err := lcfv.LoadControls(f.control, nil)
		if err != nil {
			return err
		}
		for i, name := range set.Names() {
			if i > 0 {
				fmt.Fprintln(s.out)
			}
			inspectControl(s.out, set.Control(name))
		}
		return nil
	}
	m, err := f.model.openModel()
	if err != nil {
		return err
	}
	defer m.Close()
	inspectModel(s.out, f.model.name(), m)
	return nil
}

func inspectModel(w io.Writer, name string, m backend.Model) {
	fmt.Fprintf(w, "model        %s\nfingerprint  %s\nengine       %s\n", name, m.Fingerprint(), engine(m))
	for _, p := range m.Inputs() {
		fmt.Fprintf(w, "input        %s\n", describe(p))
	}
	for _, p := range m.Outputs() {
		fmt.Fprintf(w, "output       %s\n", describe(p))
	}
	meta := m.Metadata()
	for _, k := range slices.Sorted(maps.Keys(meta)) {
		fmt.Fprintf(w, "metadata     %s = %s\n", k, meta[k])
	}
}

func describe(p backend.Port) string {
	extents := make([]string, len(p.Shape))
	for i, d := range p.Shape {
		extents[i] = fmt.Sprint(d)
		if d == backend.Batch {
			extents[i] = "N"
		}
	}
	return fmt.Sprintf("%s  %v [%s]", p.Name, p.Dtype, strings.Join(extents, ", "))
}

func inspectControl(w io.Writer, c *lcfv.Control) {
	low, high := c.Range()
	fit, inv := c.Model.Report, c.Inversion
	fmt.Fprintf(w, "factor       %s (%s), from %.3f to %.3f\n", c.Transform, c.Unit, low, high)
	if c.Limits != nil {
		printLimits(w, "limits       ", c)
	}
	inspectGenerator(w, c.Generator)
	fmt.Fprintf(w, "fit          %d pairs of %d trajectories, %d cells; on left-out trajectories R² %.4f, RMSE %.4f [%.4f, %.4f]\n",
		fit.Pairs, fit.Trajectories, fit.Cells, fit.CrossR2, fit.CrossRMSE, fit.RMSECI[0], fit.RMSECI[1])
	inspectTrust(w, c)
	printCurve(w, "curve        ", c)
	if c.Baseline != "" {
		fmt.Fprintf(w, "direction    by %s\n", c.Baseline)
	}
	fmt.Fprintf(w, "inversion    %s, %s, %s; seed %d; %d targets up to %.3g; %d of %d pairs dropped; median error %.3g\n",
		inv.Method, inv.Loss, inv.Constraint, inv.Seed, len(inv.Targets), floats.Norm(inv.Targets, math.Inf(1)), inv.Dropped, inv.Pairs, inv.MedianError)
	inspectReached(w, inv)
	inspectLevels(w, c)
	inspectClasses(w, c)
	if len(c.With) > 0 {
		fmt.Fprintf(w, "together     with %s\n", strings.Join(c.With, ", "))
	}
	fmt.Fprintf(w, "direction    %s\n", components(c.Model.U))
}

// printCurve describes what codes are moved along, if that is no straight line.
func printCurve(w io.Writer, label string, c *lcfv.Control) {
	if k := c.Curve; k != nil {
		fmt.Fprintf(w, "%sof order %d, from %d pairs of %d trajectories, changes up to %.3g (%s)\n",
			label, k.Order, k.Report.Pairs, k.Report.Trajectories, k.Reach, c.Unit)
	}
}

// inspectTrust says where the model ends, and how far off a change may be.
func inspectTrust(w io.Writer, c *lcfv.Control) {
	fit := c.Model.Report
	if fit.LowBound == "" || len(c.Inversion.Targets) == 0 {
		return // a control of an older version
	}
	fmt.Fprintf(w, "bounds       of the model: %.3f by %s, %.3f by %s\n", c.Model.Low, fit.LowBound, c.Model.High, fit.HighBound)
	delta := floats.Norm(c.Inversion.Targets, math.Inf(1)) / 2
	if low, high := c.Model.Interval(delta, 0.9); !math.IsInf(high, 0) {
		fmt.Fprintf(w, "interval     a change of %.3g comes to between %.3f and %.3f for 90 %% of the pairs\n", delta, low, high)
	}
}

// inspectReached says how far the generator could follow the transform.
func inspectReached(w io.Writer, inv lcfv.InversionRecord) {
	if len(inv.Reached) == 0 || len(inv.Reached) != len(inv.Targets) {
		return // a control of an older version
	}
	last := len(inv.Reached) - 1
	low, high := inv.Reach(0.5)
	fmt.Fprintf(w, "reached      by half of the trajectories: %.3g to %.3g; %.0f %% reached %.3g, %.0f %% %.3g\n",
		low, high, 100*inv.Reached[0], inv.Targets[0], 100*inv.Reached[last], inv.Targets[last])
}

func inspectGenerator(w io.Writer, g lcfv.GeneratorRecord) {
	condition := ""
	if g.Condition != "" {
		condition = ", " + g.Condition
	}
	fmt.Fprintf(w, "generator    %s, codes of length %d%s\nfingerprint  %s\n", g.Name, g.D, condition, g.Fingerprint)
	if g.Prior != "" { // else of an older version
		fmt.Fprintf(w, "codes drawn  from %s\n", g.Prior)
	}
}

func inspectCodes(w io.Writer, c *lcfv.Codes) {
	fmt.Fprintf(w, "images       %d codes of length %d; seed %d\n", len(c.Images), c.Generator.D, c.Seed)
	inspectGenerator(w, c.Generator)
	for _, m := range c.Images {
		active := ""
		if m.Active {
			active = ", on the constraint's bound"
		}
		fmt.Fprintf(w, "code         %s: RMSE %.4f a pixel, relative error %.4f; %s%s\n", m.Source, m.RMSE, m.Relative, m.Status, active)
	}
}

// components lists the largest parts of a direction.
func components(u []float64) string {
	order := make([]int, len(u))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(u[b]*u[b], u[a]*u[a]) })
	var parts []string
	for _, i := range order[:min(6, len(order))] {
		parts = append(parts, fmt.Sprintf("%+.3f z%d", u[i], i))
	}
	if len(u) > 6 {
		parts = append(parts, "…")
	}
	return strings.Join(parts, ", ")
}
