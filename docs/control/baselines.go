package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/internal/yardstick"
	"github.com/lcfv-go/lcfv/transform"
)

// baselines holds lcfv's control against those of other methods.
func baselines(ctx context.Context, l *lab, w io.Writer) error {
	table(w, "decoder, factor", "method", "RMSE on images [95 %]", "slope", "refused", "more error than lcfv on requests both met [95 %]", "direction alone", "forward equivalents")
	for _, s := range []subject{
		{bundled, transform.TranslateX{}, 0.25},
		{btcvae, transform.TranslateX{}, 0.25},
		{btcvae, transform.TranslateY{}, 0.25},
		{btcvae, transform.Zoom{}, 0.25},
		{betaH, transform.TranslateX{}, 0.25},
		{vae, transform.TranslateX{}, 0.25},
	} {
		g, pairs, err := l.learn(ctx, s, trajectories, learnSeed)
		if err != nil {
			return err
		}
		rows, err := yardstick.Compare(ctx, g, s.transform, pairs, nil, &lcfv.EvaluateOptions{Deltas: s.deltas()})
		if err != nil {
			return err
		}
		for i, r := range rows {
			cells := []string{s.String(), r.Method}
			if r.Evaluation == nil {
				cells = append(cells, "none: "+r.Why.Error(), "", "", "")
			} else {
				e, more := r.Evaluation, ""
				if i > 0 {
					more = fmt.Sprintf("%+.4f [%+.4f, %+.4f]", r.Both.Gain, r.Both.GainCI[0], r.Both.GainCI[1])
				}
				cells = append(cells, interval(e.RMSE, e.RMSECI), fmt.Sprintf("%.2f", e.Slope), refused(e), more)
			}
			alone := "never"
			if !math.IsNaN(r.Alone) {
				alone = number(r.Alone)
			}
			row(w, append(cells, alone, fmt.Sprintf("%.0f", r.Work))...)
		}
		if err := l.equalWork(ctx, w, s, rows); err != nil {
			return err
		}
	}
	return nil
}

// equalWork is the row of lcfv's control from as many trajectories as cost what the
// walk did.
func (l *lab) equalWork(ctx context.Context, w io.Writer, s subject, rows []yardstick.Row) error {
	walk := slices.IndexFunc(rows, func(r yardstick.Row) bool { return r.Method == "walk" })
	n := int(math.Round(rows[walk].Work / rows[0].Work * trajectories))
	g, pairs, err := l.learn(ctx, s, n, learnSeed)
	if err != nil {
		return err
	}
	c, err := lcfv.FromPairs(g.Info(), s.transform, pairs, nil)
	if err != nil {
		return err
	}
	e, err := lcfv.Evaluate(ctx, g, c, &lcfv.EvaluateOptions{Deltas: s.deltas()})
	if err != nil {
		return err
	}
	row(w, s.String(), fmt.Sprintf("lcfv, %d trajectories", n), interval(e.RMSE, e.RMSECI), fmt.Sprintf("%.2f", e.Slope), refused(e), "", "",
		fmt.Sprintf("%.0f", pairs.ForwardEquivalents*float64(n)))
	return nil
}
