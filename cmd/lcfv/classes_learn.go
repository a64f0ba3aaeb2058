package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/saliency"
	"github.com/lcfv-go/lcfv/transform"
)

// learnedClasses are the classes that a control is learned on, and those that it is
// only measured on.
type learnedClasses struct{ learned, heldOut []int }

// checkClasses looks at what can be told without the model.
func (f *learnFlags) checkClasses(ts []transform.Transform) error {
	if err := checkCalibration(f.classes.calibration); err != nil {
		return err
	}
	several := len(f.model.classes()) > 1
	switch {
	case f.classes.heldOut != "" && f.model.class == "":
		return fmt.Errorf("%w: -heldout-class needs -class, the classes to learn on", errUsage)
	case (several || f.classes.heldOut != "") && len(ts) > 1:
		return fmt.Errorf("%w: several classes are for one transform at a time", errUsage)
	case several && (f.curved || f.baseline != "" || f.tolerance != 0):
		return fmt.Errorf("%w: -curved, -baseline and -tolerance are for one class at a time", errUsage)
	case f.classes.calibration == byClass && !several && f.classes.heldOut == "":
		return fmt.Errorf("%w: -calibration class is for several classes", errUsage)
	case f.classes.calibration == byClass && f.curved:
		return fmt.Errorf("%w: -calibration class is not for a -curved control", errUsage)
	}
	return nil
}

// openClasses opens the generator and finds the classes.
func (f *learnFlags) openClasses() (*generator.Network, learnedClasses, error) {
	g, indices, err := f.model.openEach(true, f.model.classes(), splitClasses(f.classes.heldOut))
	if err != nil {
		return nil, learnedClasses{}, err
	}
	return g, learnedClasses{indices[0], indices[1]}, nil
}

// learnClasses is lcfv.LearnClasses, with the pairs of each class in a folder of
// its own where -data asks for it.
func (f *learnFlags) learnClasses(ctx context.Context, s streams, g *generator.Network, classes []int, tr transform.Transform, opts *lcfv.LearnOptions, bar *progress) (*lcfv.Control, error) {
	opts.PerClass = f.classes.calibration == byClass
	if f.data == "" {
		return lcfv.LearnClasses(ctx, g.WithClass, classes, tr, opts)
	}
	infos := make([]generator.Info, len(classes))
	sets := make([]*invert.Dataset, len(classes))
	for i, class := range classes {
		var err error
		if infos[i], sets[i], err = f.pairsOf(ctx, s, g, class, tr, opts); err != nil {
			return nil, err
		}
	}
	c, err := lcfv.FromClassPairs(infos, tr, sets, &opts.Fit)
	if err != nil {
		return nil, err
	}
	c.Inversion.Seed = opts.Invert.Seed
	for i := range sets {
		if opts.PerClass {
			if err := c.Calibrate(infos[i], sets[i], &opts.Fit); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

// pairsOf finds the pairs of one class, as lcfv.LearnClasses does.
func (f *learnFlags) pairsOf(ctx context.Context, s streams, g *generator.Network, class int, tr transform.Transform, opts *lcfv.LearnOptions) (generator.Info, *invert.Dataset, error) {
	k, err := g.WithClass(class)
	if err != nil {
		return generator.Info{}, nil, err
	}
	defer k.Close()
	info, o := k.Info(), *opts
	bar := newProgress(s.log, "inverting "+info.Condition)
	defer bar.finish()
	o.Invert.Seed = lcfv.ClassSeed(opts.Invert.Seed, info.Condition)
	o.Invert.Progress = func(p invert.Progress) { bar.show(p.Done, p.Total) }
	var pairs *invert.Dataset
	if f.data != "" {
		pairs, err = pairsFrom(ctx, s, filepath.Join(f.data, fmt.Sprintf("class-%d", class)), k, tr, &o, bar)
	} else {
		pairs, err = invert.Run(ctx, k, tr, &o.Invert)
	}
	return info, pairs, err
}

// transfer measures the control on all classes where some are held out, calibrated
// on each of these if -calibration asks for it; else it is nil.
func (f *learnFlags) transfer(ctx context.Context, s streams, g *generator.Network, classes learnedClasses, tr transform.Transform, opts *lcfv.LearnOptions, c *lcfv.Control, detector saliency.Detector) (_ *lcfv.Transfer, err error) {
	if len(classes.heldOut) == 0 {
		return nil, nil
	}
	defer func() {
		if errors.Is(err, context.Canceled) { // the control is there
			err = fmt.Errorf("%w: %w", errKept, err)
		}
	}()
	if f.classes.calibration == byClass {
		for _, class := range classes.heldOut {
			info, pairs, err := f.pairsOf(ctx, s, g, class, tr, opts)
			if err == nil {
				err = c.Calibrate(info, pairs, &opts.Fit)
			}
			if err != nil {
				return nil, err
			}
		}
		if err := c.Save(f.out); err != nil {
			return nil, err
		}
	}
	bar := newProgress(s.log, "measuring the classes")
	defer bar.finish()
	o := &lcfv.EvaluateOptions{Detector: detector, Progress: bar.show}
	if f.seed == 99 { // the default, which must not be that of learning
		o.Seed = 97
	}
	return lcfv.EvaluateClasses(ctx, g.WithClass, slices.Concat(classes.learned, classes.heldOut), c, o)
}
