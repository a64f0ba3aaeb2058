package main

import (
	"context"
	"fmt"
	"io"

	"github.com/lcfv-go/lcfv"
)

// limits states how far controls go, by their data and as measured, and whether the
// promise holds on codes that had no say in it.
func limits(ctx context.Context, l *lab, w io.Writer) error {
	table(w, "decoder, factor", "followed by half of the trajectories", "range of the data (bound by)", "tolerance", "limits", "largest change",
		"within tolerance, held-out codes", "asked for more than the tolerance", "refused")
	for _, s := range subjects {
		g, c, err := l.control(ctx, s)
		if err != nil {
			return err
		}
		low, high := c.Range()
		down, up := c.Inversion.Reach(0.5)
		r := c.Model.Report
		cells := []string{
			s.String(), fmt.Sprintf("%.3g to %.3g", down, up),
			fmt.Sprintf("%.3f (%s) to %.3f (%s)", low, r.LowBound, high, r.HighBound),
		}
		limited := *c
		if limited.Limits, err = lcfv.Delimit(ctx, g, c, nil); err != nil {
			row(w, append(cells, err.Error(), "", "", "", "", "")...)
			continue
		}
		cells = append(cells, fmt.Sprintf("%.3g", limited.Limits.Tolerance))
		if limited.Limits.Empty() {
			row(w, append(cells, "none: the promise is kept nowhere", "", "", "", "100 %")...)
			continue
		}
		low, high = limited.Range()
		e, err := lcfv.Evaluate(ctx, g, &limited, &lcfv.EvaluateOptions{Deltas: within(limited.Limits.Change)})
		if err != nil {
			return err
		}
		row(w, append(cells, fmt.Sprintf("%.3f to %.3f", low, high), fmt.Sprintf("%.3f", limited.Limits.Change),
			percents(e.Within, e.WithinCI), beyondTolerance(e), refused(e))...)
	}
	return nil
}

// within returns changes spread evenly up to the largest.
func within(change float64) []float64 {
	var out []float64
	for k := 1; k <= 8; k++ {
		d := change * float64(k) / 8
		out = append(out, -d, d)
	}
	return out
}

// beyondTolerance is the share within tolerance of the requests for more than that,
// which not moving at all would miss.
func beyondTolerance(e *lcfv.Evaluation) string {
	met, n := 0, 0
	for _, q := range e.Requests {
		if q.Requested > e.Tolerance || q.Requested < -e.Tolerance {
			n++
			if d := q.Measured - q.Requested; d <= e.Tolerance && d >= -e.Tolerance {
				met++
			}
		}
	}
	if n == 0 {
		return "none"
	}
	return fmt.Sprintf("%.1f %% of %d", 100*float64(met)/float64(n), n)
}
