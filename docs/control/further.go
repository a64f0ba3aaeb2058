package main

import (
	"context"
	"fmt"
	"io"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/transform"
)

// further asks straight lines, curves, and straight lines refined for the same
// changes.
func further(ctx context.Context, l *lab, w io.Writer) error {
	table(w, "decoder, factor", "control", "RMSE on images [95 %]", "slope", "refused or not reached", "of the others within 0.03", "forward equivalents a request")
	for _, s := range []subject{
		{betaH, transform.TranslateX{}, 0.25},
		{betaH, transform.TranslateY{}, 0.25},
		{vae, transform.TranslateX{}, 0.25},
		{vae, transform.TranslateY{}, 0.25},
		{btcvae, transform.TranslateX{}, 0.25},
		{bundled, transform.TranslateX{}, 0.25},
	} {
		g, c, err := l.control(ctx, s)
		if err != nil {
			return err
		}
		_, pairs, err := l.learn(ctx, s, trajectories, learnSeed)
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
		}{{"straight line", c, nil}, {"curved", &curved, nil}, {"refined", c, &lcfv.RefineOptions{}}} {
			e, err := lcfv.Evaluate(ctx, g, way.control, &lcfv.EvaluateOptions{
				Deltas: []float64{-0.15, -0.1, -0.05, 0.05, 0.1, 0.15}, Refine: way.refine, Tolerance: lcfv.DefaultTolerance(s.transform.Unit()),
			})
			if err != nil {
				return err
			}
			row(w, s.String(), way.name, interval(e.RMSE, e.RMSECI), fmt.Sprintf("%.2f", e.Slope), refused(e), percents(e.Within, e.WithinCI), fmt.Sprintf("%.0f", e.ForwardEquivalents))
		}
	}
	return nil
}
