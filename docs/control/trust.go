package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/factor"
)

// trust holds the error that cross-validation of Δt promises against the one that
// images show, over all subjects and three seeds of the codes learned from.
func trust(ctx context.Context, l *lab, w io.Writer) error {
	table(w, "decoder, factor", "seed", "angle of u: mean, 95 %", "cross-validated RMSE", "RMSE on images", "slope", "inside the 90 % interval")
	var promised, found []float64 // logarithms
	var of []int                  // which subject
	for k, s := range subjects {
		for seed := uint64(1); seed <= 3; seed++ {
			g, pairs, err := l.learn(ctx, s, trajectories, seed)
			if err != nil {
				return err
			}
			c, err := lcfv.FromPairs(g.Info(), s.transform, pairs, nil)
			if err != nil {
				return err
			}
			spread, err := factor.Bootstrap(dataOf(pairs), &c.Model, nil)
			if err != nil {
				return err
			}
			e, err := lcfv.Evaluate(ctx, g, c, &lcfv.EvaluateOptions{Deltas: s.deltas()})
			if err != nil {
				return err
			}
			inside := 0.0
			for _, q := range e.Requests {
				// The interval is of what images change by less what was asked for.
				low, high := c.Model.Interval(q.Requested, 0.9)
				if q.Measured >= low && q.Measured <= high {
					inside += 1 / float64(len(e.Requests))
				}
			}
			r := c.Model.Report
			row(w, s.String(), fmt.Sprint(seed), fmt.Sprintf("%.3f, %.3f", spread.Angle, spread.AngleHigh),
				interval(r.CrossRMSE, r.RMSECI), interval(e.RMSE, e.RMSECI), fmt.Sprintf("%.2f", e.Slope), percent(inside))
			// In units of what was asked for, so that factors can be compared.
			promised = append(promised, math.Log(r.CrossRMSE/s.reach))
			found = append(found, math.Log(e.RMSE/s.reach))
			of = append(of, k)
		}
	}
	fmt.Fprintln(w)
	straight := correlation(promised, found, of, func(x, y []float64) float64 { return stat.Correlation(x, y, nil) })
	fmt.Fprintf(w, "Correlation of the logarithms of both errors, each in units of the largest |t| learned from: %s; with %d subjects, interval over these.\n", straight, len(subjects))
	_, slope := stat.LinearRegression(promised, found, nil, false)
	ratio := make([]float64, len(found))
	for i := range found {
		ratio[i] = found[i] - promised[i]
	}
	slices.Sort(ratio)
	fmt.Fprintf(w, "Exponent of the relation: %.2f. The error on images is %.2f times the promised one in the median, from %.2f to %.2f times.\n",
		slope, math.Exp(stat.Quantile(0.5, stat.Empirical, ratio, nil)), math.Exp(ratio[0]), math.Exp(ratio[len(ratio)-1]))
	return nil
}

// correlation returns of(x, y) with a 95 % bootstrap interval over groups.
func correlation(x, y []float64, group []int, of func(x, y []float64) float64) string {
	r := rand.New(rand.NewPCG(1, 1))
	groups := group[len(group)-1] + 1
	var values []float64
	for range 2000 {
		var a, b []float64
		for range groups {
			g := r.IntN(groups)
			for i := range x {
				if group[i] == g {
					a, b = append(a, x[i]), append(b, y[i])
				}
			}
		}
		if v := of(a, b); !math.IsNaN(v) {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	q := func(p float64) float64 { return stat.Quantile(p, stat.LinInterp, values, nil) }
	return fmt.Sprintf("%.2f [%.2f, %.2f]", of(x, y), q(0.025), q(0.975))
}
