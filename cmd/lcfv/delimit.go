package main

import (
	"context"
	"fmt"
	"io"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/saliency"
)

// limitsResult is what learn -tolerance adds to what learn -json prints.
type limitsResult struct {
	Low        float64    `json:"low"`
	High       float64    `json:"high"`
	Change     float64    `json:"change"`
	Tolerance  float64    `json:"tolerance"`
	Share      float64    `json:"share"`
	Coverage   float64    `json:"coverage"`
	CoverageCI [2]float64 `json:"coverage_ci"`
}

func newLimitsResult(l *lcfv.Limits) *limitsResult {
	if l == nil {
		return nil
	}
	return &limitsResult{l.Low, l.High, l.Change, l.Tolerance, l.Share, l.Coverage, l.CoverageCI}
}

// delimit gives a control the limits within which it keeps to the tolerance.
func delimit(ctx context.Context, s streams, g generator.Generator, c *lcfv.Control, tolerance float64, detector saliency.Detector) error {
	bar := newProgress(s.log, "measuring the limits")
	limits, err := lcfv.Delimit(ctx, g, c, &lcfv.DelimitOptions{Tolerance: tolerance, Detector: detector, Progress: bar.show})
	bar.finish()
	if err != nil {
		return err
	}
	c.Limits = limits
	return nil
}

// printLimits says in words what a control promises.
func printLimits(w io.Writer, head string, c *lcfv.Control) {
	l := c.Limits
	if l.Empty() {
		fmt.Fprintf(w, "%sempty: nowhere are %.0f %% of the changes within %.3g (%s), only %.0f %% [%.0f, %.0f] of those in the range are; every change is refused\n",
			head, 100*l.Share, l.Tolerance, c.Unit, 100*l.Coverage, 100*l.CoverageCI[0], 100*l.CoverageCI[1])
		return
	}
	fmt.Fprintf(w, "%sfrom %.3f to %.3f, changes up to %.3f; %.1f %% [%.1f, %.1f] of %d changes of other codes came out within %.3g (%s)\n",
		head, l.Low, l.High, l.Change, 100*l.Coverage, 100*l.CoverageCI[0], 100*l.CoverageCI[1], l.Requests, l.Tolerance, c.Unit)
}
