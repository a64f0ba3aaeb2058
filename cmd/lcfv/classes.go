package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
)

// The calibrations of a control of several classes, by their names on the command
// line.
const (
	byClass  = "class"
	byPooled = "pooled"
)

func checkCalibration(name string) error {
	if name != byClass && name != byPooled {
		return fmt.Errorf("%w: -calibration %q: use %s or %s", errUsage, name, byPooled, byClass)
	}
	return nil
}

// classFlags say what else learn does with the classes of a generator.
type classFlags struct {
	heldOut     string
	calibration string
}

func (c *classFlags) define(fs *flag.FlagSet) {
	fs.StringVar(&c.heldOut, "heldout-class", "", "`classes` that the control is not learned on, only measured on, beside those of -class")
	fs.StringVar(&c.calibration, "calibration", byPooled, "`calibration` of a control of several classes: pooled for a common one, class for one of each class besides")
}

// splitClasses reads indices or names with commas between them.
func splitClasses(list string) []string {
	if list == "" {
		return nil
	}
	out := strings.Split(list, ",")
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return out
}

// classes returns what -class lists.
func (m *generatorFlags) classes() []string { return splitClasses(m.class) }

// chooseClass sets the class of a command that takes one.
func (m *generatorFlags) chooseClass(o *generator.ModelOptions) error {
	switch names := m.classes(); len(names) {
	case 0:
		return nil
	case 1:
		if index, err := strconv.Atoi(names[0]); err == nil {
			o.Class = &index
		} else {
			o.ClassName = names[0]
		}
		if o.Class != nil && *o.Class < 0 || o.Class == nil && o.ClassName == "" {
			return fmt.Errorf("%w: -class %q does not exist: classes count from 0", errUsage, names[0])
		}
		return nil
	default:
		return fmt.Errorf("%w: -class %s: only one class can be had here", errUsage, m.class)
	}
}

// openEach opens the generator with the first of the classes, and finds the indices
// of all of them.
func (m *generatorFlags) openEach(derivatives bool, lists ...[]string) (*generator.Network, [][]int, error) {
	if slices.ContainsFunc(lists, func(list []string) bool { return slices.Contains(list, "") }) {
		return nil, nil, fmt.Errorf("%w: a list of classes has an empty place: give indices or names with commas between them", errUsage)
	}
	one := *m
	if len(lists[0]) > 0 {
		one.class = lists[0][0]
	}
	g, err := one.open(derivatives)
	if err != nil {
		return nil, nil, err
	}
	indices := make([][]int, len(lists))
	seen := map[int]bool{}
	for i, list := range lists {
		for k, name := range list {
			index, err := strconv.Atoi(name)
			if err != nil {
				index, err = g.ClassIndex(name)
			}
			if err == nil && seen[index] {
				err = fmt.Errorf("%w: class %s is given twice: give every class once, learned or held out", errUsage, name)
			}
			if err == nil && (i > 0 || k > 0) {
				err = exists(g, index)
			}
			if err != nil {
				g.Close()
				return nil, nil, err
			}
			seen[index] = true
			indices[i] = append(indices[i], index)
		}
	}
	return g, indices, nil
}

// exists sees whether a class can be opened, before the work on others is done.
func exists(g *generator.Network, index int) error {
	k, err := g.WithClass(index)
	if err != nil {
		return err
	}
	return k.Close()
}

// calibrated returns the set with the calibrations that belong to a class, where
// there are some and -calibration asks for them.
func (c *controlFlags) calibrated(set *lcfv.Controls, condition string) (*lcfv.Controls, error) {
	if err := checkCalibration(c.calibration); err != nil || c.calibration == byPooled {
		return set, err
	}
	var list []*lcfv.Control
	for _, name := range set.Names() {
		own, ok := set.Control(name).OfClass(condition)
		if !ok {
			own = set.Control(name)
		}
		list = append(list, own)
	}
	return lcfv.NewControls(list...)
}

// evaluateClasses is evaluate on several classes.
func (f *evaluateFlags) evaluateClasses(ctx context.Context, s streams, opts *lcfv.EvaluateOptions) error {
	if err := checkCalibration(f.control.calibration); err != nil {
		return err
	}
	g, indices, err := f.model.openEach(f.refine.on, f.model.classes())
	if err != nil {
		return err
	}
	defer g.Close()
	set, err := f.control.load(g)
	if err != nil {
		return err
	}
	if len(set.Names()) > 1 {
		return fmt.Errorf("%w: several classes are for a file with one control", errUsage)
	}
	c := set.Control(set.Names()[0])
	if f.control.calibration == byPooled {
		common := *c
		common.Classes = slices.Clone(c.Classes)
		for i := range common.Classes {
			common.Classes[i].Own = nil
		}
		c = &common
	}
	e, err := lcfv.EvaluateClasses(ctx, g.WithClass, indices[0], c, opts)
	if err != nil {
		return err
	}
	f.detector.adviseTransfer(s.log, e)
	if f.json {
		return printJSON(s.out, newTransferResult(e))
	}
	printTransfer(s.out, e, c.Unit)
	return nil
}

// inspectClasses lists the classes of a control.
func inspectClasses(w io.Writer, c *lcfv.Control) {
	for _, k := range c.Classes {
		how := "learned on"
		if k.HeldOut {
			how = "held out"
		}
		fmt.Fprintf(w, "class        %s, %s: %d of %d pairs dropped, median error %.3g", k.Condition, how, k.Inversion.Dropped, k.Inversion.Pairs, k.Inversion.MedianError)
		if m := k.Own; m != nil {
			fmt.Fprintf(w, "; own calibration from %.3f to %.3f, RMSE on left-out trajectories %.4f [%.4f, %.4f]",
				m.Low, m.High, m.Report.CrossRMSE, m.Report.RMSECI[0], m.Report.RMSECI[1])
		}
		fmt.Fprintln(w)
	}
}
