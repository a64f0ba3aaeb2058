package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/saliency"
	"github.com/lcfv-go/lcfv/transform"
)

// further asks straight lines, curves, and straight lines refined to two errors of the
// image, for the same changes.
func further(ctx context.Context, l *lab, w io.Writer) error {
	table(w, "decoder, factor", "control", "RMSE on images [95 %]", "slope", "refused or not reached", "of the others within the tolerance", "forward equivalents a request")
	for _, s := range []struct {
		subject
		detector saliency.Detector // nil and 0: those of EvaluateOptions
		samples  int
	}{
		{subject: subject{betaH, transform.TranslateX{}, 0.25}},
		{subject: subject{betaH, transform.TranslateY{}, 0.25}},
		{subject: subject{vae, transform.TranslateX{}, 0.25}},
		{subject: subject{vae, transform.TranslateY{}, 0.25}},
		{subject: subject{btcvae, transform.TranslateX{}, 0.25}},
		{subject: subject{bundled, transform.TranslateX{}, 0.25}},
		{subject{stars, transform.TranslateX{}, 0.25}, saliency.Barrier{}, 100},
		{subject{stars, transform.Zoom{}, 0.25}, saliency.Barrier{}, 100},
	} {
		g, c, err := l.control(ctx, s.subject)
		if err != nil {
			return err
		}
		_, pairs, err := l.learn(ctx, s.subject, trajectories, learnSeed)
		if err != nil {
			return err
		}
		curved := *c
		if curved.Curve, err = lcfv.FitCurve(pairs, nil); err != nil {
			return err
		}
		for _, way := range []struct {
			name    string
			control *lcfv.Control
			refine  *lcfv.RefineOptions
		}{
			{"straight line", c, nil},
			{"curved", &curved, nil},
			{"refined", c, refinedTo(0.05)},
			{"refined, to 0.2", c, refinedTo(0.2)},
		} {
			e, err := lcfv.Evaluate(ctx, g, way.control, &lcfv.EvaluateOptions{
				Detector: s.detector, Samples: s.samples, Deltas: []float64{-0.15, -0.1, -0.05, 0.05, 0.1, 0.15},
				Refine: way.refine, Tolerance: lcfv.DefaultTolerance(s.transform.Unit()),
			})
			if errors.Is(err, lcfv.ErrNothingMeasured) {
				row(w, s.String(), way.name, "nothing", "", "100 %", "", "")
				continue
			}
			if err != nil {
				return err
			}
			row(w, s.String(), way.name, interval(e.RMSE, e.RMSECI), fmt.Sprintf("%.2f", e.Slope), refused(e), percents(e.Within, e.WithinCI), fmt.Sprintf("%.0f", e.ForwardEquivalents))
		}
	}
	return nil
}

// refinedTo asks for codes whose images err by at most a share of what not changing
// them does.
func refinedTo(share float64) *lcfv.RefineOptions {
	return &lcfv.RefineOptions{Correct: invert.CorrectOptions{MaxRelative: share}}
}
