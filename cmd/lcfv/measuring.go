package main

import (
	"flag"
	"fmt"
	"math"
	"strings"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/saliency"
)

// measuringFlags say on what and how a control is measured.
type measuringFlags struct {
	samples   int
	seed      uint64
	tolerance float64
	detector  detectorFlags
	measure   string
}

func (m *measuringFlags) define(fs *flag.FlagSet) {
	fs.IntVar(&m.samples, "samples", 400, "`number` of codes to steer")
	fs.Uint64Var(&m.seed, "seed", 99, "`number` that determines the codes, another than learn's")
	fs.Float64Var(&m.tolerance, "tolerance", 0, "error up to which a change counts as met, a `number` in the control's unit; 0 for that of the control's limits, or the default")
	m.detector.define(fs)
	fs.StringVar(&m.measure, "measure", "", "`measure` of what the factor changes, instead of the transform's own, with a single control: "+strings.Join(saliency.MeasureNames(), ", "))
}

func (m *measuringFlags) check() error {
	if m.samples < 1 {
		return fmt.Errorf("%w: -samples must be positive", errUsage)
	}
	if m.seed == 0 { // which the library would take for its default
		return fmt.Errorf("%w: -seed must not be 0", errUsage)
	}
	if _, err := m.chosen(); err != nil {
		return err
	}
	return checkTolerance(m.tolerance)
}

func checkTolerance(tolerance float64) error {
	if !(tolerance >= 0) || math.IsInf(tolerance, 1) {
		return fmt.Errorf("%w: -tolerance must be a positive number", errUsage)
	}
	return nil
}

// chosen returns the measure that -measure names, nil for the transform's own.
func (m *measuringFlags) chosen() (*saliency.Measure, error) {
	if m.measure == "" {
		return nil, nil
	}
	measure, err := saliency.MeasureByName(m.measure)
	if err != nil {
		return nil, fmt.Errorf("%w: -measure: %w", errUsage, err)
	}
	return &measure, nil
}

// forSet reports whether the flags suit the controls of a file.
func (m *measuringFlags) forSet(set *lcfv.Controls, path string) error {
	if m.measure != "" && len(set.Names()) > 1 {
		return fmt.Errorf("%w: -measure is for one control, and %s holds several, each with a measure of its own", errUsage, path)
	}
	return nil
}
