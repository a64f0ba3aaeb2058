package main

import (
	"context"
	"fmt"
	"io"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/factor"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

// chosen are the subjects for the choice of g.
var chosen = []subject{
	{bundled, transform.TranslateX{}, 0.25},
	{btcvae, transform.TranslateX{}, 0.25},
	{betaH, transform.TranslateX{}, 0.25},
	{vae, transform.TranslateX{}, 0.25},
	{fashion, transform.Brightness{}, 0.1},
	{digits, transform.TranslateX{}, 0.05},
}

// heldOutSeed is that of the pairs which no fit has seen.
const heldOutSeed = 2

// numbers of cells that are compared, as factor.Compare does.
var numbers = []int{1, 2, 4, 8, 16, 32, 100}

// across writes the head of a table with a column for each number of cells.
func across(w io.Writer, columns ...string) {
	for _, k := range numbers {
		columns = append(columns, fmt.Sprint(k))
	}
	table(w, columns...)
}

// choice compares calibrations by the pairs of codes: of left-out trajectories, and
// of trajectories with another seed.
func choice(ctx context.Context, l *lab, w io.Writer) error {
	across(w, "decoder", "error", "knots")
	for _, s := range chosen {
		_, pairs, err := l.learn(ctx, s, trajectories, learnSeed)
		if err != nil {
			return err
		}
		_, others, err := l.learn(ctx, s, trajectories, heldOutSeed)
		if err != nil {
			return err
		}
		rows, err := factor.Compare(dataOf(pairs), dataOf(others), nil)
		if err != nil {
			return err
		}
		for _, of := range []struct {
			name string
			cell func(factor.Compared) string
		}{
			{"cross-validated", func(r factor.Compared) string { return interval(r.CrossRMSE, r.CrossCI) }},
			{"held-out pairs", func(r factor.Compared) string { return interval(r.HeldOutRMSE, r.HeldOutCI) }},
		} {
			for _, grid := range []factor.Grid{factor.Uniform, factor.Quantile} {
				cells := []string{s.name, of.name, string(grid)}
				for _, k := range numbers {
					cell := "–" // one cell has no inner knot to place
					for _, r := range rows {
						if r.Grid == grid && r.Cells == k {
							cell = of.cell(r)
						}
					}
					cells = append(cells, cell)
				}
				row(w, cells...)
			}
		}
	}
	return nil
}

// steering compares calibrations of one direction by what they do to images.
func steering(ctx context.Context, l *lab, w io.Writer) error {
	across(w, "decoder", "")
	for _, s := range chosen {
		g, pairs, err := l.learn(ctx, s, trajectories, learnSeed)
		if err != nil {
			return err
		}
		_, own, err := l.control(ctx, s)
		if err != nil {
			return err
		}
		errors, slopes, missing := []string{s.name, "RMSE on images"}, []string{"", "slope"}, []string{"", "refused"}
		for _, cells := range numbers {
			m, err := factor.FitAlong(dataOf(pairs), own.Model.U, &factor.Options{Cells: []int{cells}})
			if err != nil {
				return err
			}
			c := *own
			c.Model = *m
			e, err := lcfv.Evaluate(ctx, g, &c, &lcfv.EvaluateOptions{Deltas: s.deltas()})
			if err != nil {
				return err
			}
			errors = append(errors, interval(e.RMSE, e.RMSECI))
			slopes, missing = append(slopes, fmt.Sprintf("%.2f", e.Slope)), append(missing, refused(e))
		}
		row(w, errors...)
		row(w, slopes...)
		row(w, missing...)
	}
	return nil
}

func dataOf(pairs *invert.Dataset) *factor.Data {
	z0, z1, t, trajectory := pairs.Kept()
	return &factor.Data{Z0: z0, Z1: z1, T: t, Group: trajectory}
}

// refused is the share of requests that were out of range or left nothing to
// measure.
func refused(e *lcfv.Evaluation) string {
	return percent(float64(e.Refused+e.Undetected) / float64(e.N))
}
