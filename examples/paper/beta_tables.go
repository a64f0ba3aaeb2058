package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"

	"github.com/lcfv-go/lcfv/internal/chart"
	"github.com/lcfv-go/lcfv/invert"
)

// compared is a factor, or several, by decoder.
type compared struct {
	name string
	by   []trials
}

// overBeta compares decoders by the controls learned on them with several seeds and
// the settings o, of which those count that a lesson has.
func overBeta(ctx context.Context, l *lab, w io.Writer, decoders []decoder, o invert.Options, seeds []uint64) error {
	samples := l.codes(400, 1000)
	var factors []compared
	for _, s := range spatial {
		f := compared{name: s.transform.Name()}
		for _, d := range decoders {
			t := trials{codes: samples}
			for _, o.Seed = range seeds {
				a, err := answer(ctx, l, d.Differentiable, s.transform, o, samples, []string{s.transform.Measures(), s.published})
				if err != nil {
					return fmt.Errorf("β = %s: %w", d.beta, err)
				}
				t.of = append(t.of, trial{answers: a})
			}
			f.by = append(f.by, t)
		}
		shareReach(f.by)
		factors = append(factors, f)
	}
	fmt.Fprintf(w, "Controls learned with %d seeds, measured on %d codes:\n\n", len(seeds), samples)
	ofControls(w, decoders, factors)
	ofPublished(w, decoders, factors)
	againstFirst(w, decoders, factors)
	return drawBeta(l, decoders, factors)
}

// ofControls tells what each decoder's controls do.
func ofControls(w io.Writer, decoders []decoder, factors []compared) {
	table(w, "factor", "β", "standard deviation at a setting", "uncontrolled", "standard deviation of what was met, by change", "RMSE", "seed by seed", "slope", "refused", "nothing left", "range, mean")
	for _, f := range factors {
		for d, t := range f.by {
			errors, refused, lost := t.met()
			low, high := t.ends()
			least, most := t.bySeed()
			row(w, f.name, decoders[d].beta, over(t.codes, t.spread(0)).format("%.4f"), fmt.Sprintf("%.3f", t.without(0)),
				over(t.codes, t.spreadOfChanges()).format("%.4f"), over(t.codes, errors.rms).format("%.4f"), fmt.Sprintf("%.4f to %.4f", least, most), fmt.Sprintf("%.2f", t.slope()),
				percent(refused), percent(lost), fmt.Sprintf("%.2f to %.2f", low, high))
		}
	}
	fmt.Fprintln(w)
}

// ofPublished tells the paper's own figures.
func ofPublished(w io.Writer, decoders []decoder, factors []compared) {
	fmt.Fprintf(w, "Standard deviations at a setting by the paper's measures: barycentre in [-0.5, 0.5], mean saliency as scale, and images left out where that is at most 0.02:\n\n")
	columns := []string{"β"}
	for _, s := range spatial {
		columns = append(columns, s.published, "uncontrolled", "left out")
	}
	table(w, columns...)
	for d := range decoders {
		cells := []string{decoders[d].beta}
		for _, f := range factors {
			t := f.by[d]
			cells = append(cells, over(t.codes, t.spread(1)).format("%.4f"), fmt.Sprintf("%.3f", t.without(1)), percent(t.missing(1)))
		}
		row(w, cells...)
	}
	fmt.Fprintln(w)
}

// againstFirst tells by how much each decoder is better than the first. Controls
// refuse different requests, so errors are compared over those too whose objects all
// decoders draw before and after.
func againstFirst(w io.Writer, decoders []decoder, factors []compared) {
	first := "β = " + decoders[0].beta
	fmt.Fprintf(w, "Errors over the requests that every decoder could meet, refused or not, and %s over the others: above 1 where these are better:\n\n", first)
	table(w, "factor", "β", "RMSE of what all can draw", "refused of that", "nothing left of that", first+" over it", "RMSE of what was met: "+first+" over it", "standard deviation: "+first+" over it")
	position := compared{name: "x and y"}
	for d := range decoders {
		position.by = append(position.by, both(factors[0].by[d], factors[1].by[d]))
	}
	for _, f := range slices.Insert(slices.Clone(factors), 2, position) {
		for d, t := range f.by {
			errors, refused, lost := t.drawable()
			cells := []string{f.name, decoders[d].beta, over(t.codes, errors.rms).format("%.4f"), percent(refused), percent(lost), "", "", ""}
			if d > 0 {
				times := func(of func(t trials) statistic) string {
					a, b := of(f.by[0]), of(t)
					return over(t.codes, func(rows []int) float64 { return a(rows) / b(rows) }).format("%.2f")
				}
				cells[5] = times(func(t trials) statistic { e, _, _ := t.drawable(); return e.rms })
				cells[6] = times(func(t trials) statistic { e, _, _ := t.met(); return e.rms })
				cells[7] = times(func(t trials) statistic { return t.spread(0) })
			}
			row(w, cells...)
		}
	}
	var reach []string
	for i, f := range factors {
		low, high := f.by[0].of[0].reach[0], f.by[0].of[0].reach[1]
		reach = append(reach, fmt.Sprintf("%.3f to %.3f (%s)", low, high, spatial[i].transform.Measures()))
	}
	fmt.Fprintf(w, "\nWhere all draw objects: %s.\n", strings.Join(reach, ", "))
}

// middle returns the ends of the wanted share of values in their middle.
func middle(values readings, share float64) (low, high float64) {
	sorted := slices.Sorted(slices.Values(values.defined()))
	q := func(p float64) float64 { return stat.Quantile(p, stat.LinInterp, sorted, nil) }
	return q((1 - share) / 2), q((1 + share) / 2)
}

// drawBeta draws both figures against β, and for each decoder the distributions of the
// measured changes of position, as the paper does.
func drawBeta(l *lab, decoders []decoder, factors []compared) error {
	var names []string
	for _, d := range decoders {
		names = append(names, d.beta)
	}
	var errors, spreads []chart.Layer
	for k, f := range factors {
		e, s := chart.Dots{Name: f.name, Place: k, Of: len(factors)}, chart.Dots{Name: f.name, Place: k, Of: len(factors)}
		for _, t := range f.by {
			drawable, _, _ := t.drawable()
			add(&e, over(t.codes, drawable.rms))
			add(&s, over(t.codes, t.spread(0)))
		}
		errors, spreads = append(errors, e), append(spreads, s)
	}
	unit := "(fraction of the frame; of zoom: log of the scale)"
	if err := l.chart("rmse.png", chart.Axes{Title: "Error of changes that all decoders can draw", X: "β", Y: "RMSE " + unit, Categories: names, LogY: true}, errors...); err != nil {
		return err
	}
	if err := l.chart("std.png", chart.Axes{Title: "Scatter of objects that are all set alike", X: "β", Y: "standard deviation " + unit, Categories: names, LogY: true}, spreads...); err != nil {
		return err
	}
	for f, axis := range []string{"x", "y"} {
		for d, t := range factors[f].by {
			name := axis + "-" + decoders[d].beta + ".png"
			if err := l.chart(name, chart.Axes{
				Title: "β = " + decoders[d].beta + ": changes of " + axis, X: "requested (fraction of the frame)", Y: "measured (fraction of the frame)",
				XTicks: askedChanges, YRange: [2]float64{-0.45, 0.45},
			}, t.firstSeed(), chart.Diagonal{Name: "as requested"}); err != nil {
				return err
			}
		}
	}
	return nil
}

// firstSeed shows the changes that the first control did not refuse.
func (t trials) firstSeed() chart.Violins {
	by := map[float64][]float64{}
	trials{t.codes, t.of[:1]}.requests(func(_ trial, _ int, delta, _, miss float64, refused bool) {
		if !refused && !math.IsNaN(miss) {
			by[delta] = append(by[delta], delta+miss)
		}
	})
	var v chart.Violins
	for _, delta := range askedChanges {
		if len(by[delta]) > 0 {
			v.Of = append(v.Of, chart.Violin{At: delta, Values: by[delta]})
		}
	}
	return v
}

func add(d *chart.Dots, e estimate) {
	d.Y, d.Low, d.High = append(d.Y, e.Value), append(d.Low, e.CI[0]), append(d.High, e.CI[1])
}
