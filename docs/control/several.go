package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

// several learns position and scale in one run and measures all factors whichever
// is asked for.
func several(ctx context.Context, l *lab, w io.Writer) error {
	for _, d := range []decoder{bundled, btcvae} {
		g, err := l.generator(d)
		if err != nil {
			return err
		}
		set, err := lcfv.LearnAll(ctx, g, []transform.Transform{transform.TranslateX{}, transform.TranslateY{}, transform.Zoom{}},
			&lcfv.LearnOptions{Invert: invert.Options{Trajectories: trajectories, Seed: learnSeed}})
		if err != nil {
			return err
		}
		e, err := lcfv.EvaluateAll(ctx, g, set, nil)
		if err != nil {
			return err
		}
		table(w, append([]string{d.name + ": asked for"}, e.Factors...)...)
		for i, of := range e.CrossTalk {
			cells := []string{e.Factors[i]}
			for _, s := range of {
				cells = append(cells, fmt.Sprintf("%.3f [%.3f, %.3f]", s.Value, s.CI[0], s.CI[1]))
			}
			row(w, cells...)
		}
		i, j, worst := e.Worst()
		fmt.Fprintf(w, "\nLargest cross-talk: %.1f %%, of %s when %s is asked for.\n\n", 100*worst, e.Factors[j], e.Factors[i])
		table(w, d.name+": asked for at once", "RMSE of each [95 %]", "refused")
		for _, t := range e.Together {
			var errors []string
			for k, v := range t.RMSE {
				errors = append(errors, interval(v, t.RMSECI[k]))
			}
			row(w, strings.Join(t.Factors, ", "), strings.Join(errors, ", "), percent(float64(t.Refused+t.Undetected)/float64(t.N)))
		}
		fmt.Fprintln(w)
	}
	return nil
}
