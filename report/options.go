package report

import (
	"errors"
	"fmt"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/saliency"
)

// Options say what to report. Nil and the zero value stand for the defaults stated
// with each field.
type Options struct {
	// Detector, Measures, Samples, Seed, Deltas and Tolerance are those of
	// lcfv.EvaluateOptions; Measures are by the names of the factors, for a single
	// control too.
	Detector  saliency.Detector
	Measures  map[string]saliency.Measure
	Samples   int
	Seed      uint64
	Deltas    []float64
	Tolerance float64

	// Pairs are those that the controls were learned from, by the names of the
	// factors: FindPairs has them, or package invert/dataset where they were kept.
	// For a factor without, the band of its calibration and the errors of the
	// inversion are left out, and the report says so.
	Pairs map[string]*invert.Dataset

	// Resamples is the number of models fitted for the band of a calibration; 0
	// stands for 200.
	Resamples int

	// Rows is the number of samples in a strip; 0 stands for 5.
	Rows int

	// Made are lines that say how the report was made, such as the command that
	// makes it again.
	Made []string

	// Progress, if not nil, is called after each of the total steps of the work: a
	// batch of Samples images that is drawn and measured, or a factor's figures.
	Progress func(done, total int)
}

// ErrPairs is wrapped by errors about pairs that are not those a control was
// learned from.
var ErrPairs = errors.New("not the pairs that the control was learned from")

// settle fills in the defaults and checks what Make does not leave to others.
func (o *Options) settle(g generator.Generator, set *lcfv.Controls) (Options, error) {
	var s Options
	if o != nil {
		s = *o
	}
	if g == nil || set == nil {
		return s, errors.New("report: the generator or the set of controls is nil: give both")
	}
	if s.Rows < 0 || s.Resamples < 0 {
		return s, fmt.Errorf("report: %d rows in a strip and %d resamples: give positive numbers", s.Rows, s.Resamples)
	}
	if s.Samples == 0 {
		s.Samples = 400
	}
	if s.Seed == 0 {
		s.Seed = 99
	}
	if s.Deltas == nil { // those of lcfv.EvaluateOptions
		s.Deltas = []float64{-0.2, -0.15, -0.1, -0.05, 0.05, 0.1, 0.15, 0.2}
	}
	if s.Rows == 0 {
		s.Rows = 5
	}
	if s.Detector == nil {
		s.Detector = saliency.Intensity{}
	}
	for name, pairs := range s.Pairs {
		c := set.Control(name)
		if c == nil {
			return s, fmt.Errorf("report: pairs of %q are given, but no control of that name: give those of the controls' factors", name)
		}
		if err := matches(c, pairs); err != nil {
			return s, err
		}
	}
	return s, nil
}
