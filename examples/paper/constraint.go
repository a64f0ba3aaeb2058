package main

import (
	"context"
	"fmt"
	"io"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/chart"
	"github.com/lcfv-go/lcfv/invert"
)

var constraintExperiment = experiment{
	name:     "constraint",
	question: "Do codes have to stay where the prior puts its mass?",
	claim: "Section 2.1, equation 2: without a constraint the search may end at codes that the prior hardly ever draws, whose images are " +
		"not realistic. The length of a code of d normal numbers is near √d, so the search is restricted to ‖z‖ ≤ √d.",
	version: 1,
	run: func(ctx context.Context, l *lab, w io.Writer) error {
		if err := constraints(ctx, l, w, []string{btcvae, celeba, anime}); err != nil {
			return err
		}
		return constrainedControls(ctx, l, w, []string{bundled, btcvae}, learnSeeds)
	},
}

// domain is a set that codes have to stay in.
type domain struct {
	name string
	set  invert.Constraint
}

// ball is the index of the default among the domains.
const ball = 1

func domains(d int) []domain {
	r := math.Sqrt(float64(d))
	return []domain{{"none", invert.Unconstrained{}}, {"ball, ‖z‖ ≤ √d (default)", invert.Ball{Radius: r}}, {"sphere, ‖z‖ = √d", invert.Sphere{Radius: r}}}
}

// optimiser is a method with its name in tables.
type optimiser struct {
	name   string
	method invert.Method
}

// optimisers are lcfv's default for a generator, with the iterations that it stands
// for, and that of the paper's code.
func optimisers(info generator.Info) []optimiser {
	own := optimiser{"L-BFGS (default)", invert.LBFGS{Iterations: 50}}
	if _, ok := invert.Automatic(info, defaultBlur(info.W)).(invert.LevenbergMarquardt); ok {
		own = optimiser{"Levenberg–Marquardt (default)", invert.LevenbergMarquardt{Iterations: 7}}
	}
	return []optimiser{own, {"Adam (published)", invert.Published().Method}}
}

// usual returns the norm that 99 % of the codes of a normal prior do not exceed, in
// units of √d.
func usual(d int) float64 {
	return math.Sqrt(distuv.ChiSquared{K: float64(d)}.Quantile(0.99) / float64(d))
}

// constraints compares where codes are allowed to be by what is found there.
func constraints(ctx context.Context, l *lab, w io.Writer, names []string) error {
	for _, name := range names {
		g, err := l.generator(name)
		if err != nil {
			return err
		}
		info := g.Info()
		last := len(lossTargets) - 1
		s := search{t: lossTargets, codes: l.codes(64, 200), reach: lossTargets[last]}
		fmt.Fprintf(w, "%s, translate-x by %g of the width, %d codes, d = %d:\n\n", name, lossTargets[last], s.codes, info.D)
		columns := []string{"constraint", "method", "blurred error, median", "× the ball's", "LPIPS", "less the ball's", "‖z‖/√d", "beyond the prior's 99 %"}
		if sprites(info) {
			columns = append(columns, "error of position, RMS", "change of log scale, RMS", "lost")
		}
		table(w, append(columns, "work")...)

		s.method, s.constraint = stay{}, invert.Unconstrained{}
		r, err := l.follow(ctx, name, s)
		if err != nil {
			return err
		}
		row(w, constraintCells(info, []string{"(z_0 as drawn)", "none"}, &r[last], nil)...)
		var strips [][]found
		for _, o := range optimisers(info) {
			s.method = o.method
			all := domains(info.D)
			results := make([][]found, len(all))
			for i, c := range all {
				s.constraint = c.set
				if results[i], err = l.follow(ctx, name, s); err != nil {
					return err
				}
			}
			for i, c := range all {
				base := &results[ball][last]
				if i == ball {
					base = nil
				}
				row(w, constraintCells(info, []string{c.name, o.name}, &results[i][last], base)...)
				strips = append(strips, results[i])
			}
		}
		fmt.Fprintln(w)
		if err := drawNorms(l, name, strips, info); err != nil {
			return err
		}
		if err := l.strip(ctx, name, strips, last); err != nil {
			return err
		}
	}
	return nil
}

// constraintCells fills a row; base is what it is compared with, nil for nothing.
func constraintCells(info generator.Info, cells []string, f, base *found) []string {
	n := len(f.LPIPS)
	times, minus := "", ""
	if base != nil {
		times = over(n, ratio(f.Blurred, base.Blurred)).format("%.3g")
		minus = over(n, less(mean(f.LPIPS), mean(base.LPIPS))).format("%+.4f")
	}
	cells = append(cells,
		over(n, median(f.Blurred)).format("%.2g"), times,
		over(n, mean(f.LPIPS)).format("%.4f"), minus,
		fmt.Sprintf("%.2f", mean(f.Norm)(counted(0, n))),
		over(n, share(f.Norm, usual(info.D))).percent())
	if sprites(info) {
		cells = append(cells, over(n, rms(f.Position, f.Lost)).format("%.4f"), over(n, rms(f.Scale, f.Lost)).format("%.3f"), fmt.Sprint(count(f.Lost)))
	}
	return append(cells, fmt.Sprintf("%.0f", f.Work))
}

// drawNorms draws the norms of the codes found, by constraint and method.
func drawNorms(l *lab, name string, results [][]found, info generator.Info) error {
	methods := optimisers(info)
	of := domains(info.D)
	axes := chart.Axes{Title: "Norms of the codes found, " + name, X: "constraint", Y: "‖z‖/√d", Categories: []string{"none", "ball", "sphere"}, Width: 520}
	layers := []chart.Layer{chart.Rule{Name: "99 % of the prior", At: usual(info.D)}}
	for m, o := range methods {
		v := chart.Violins{Name: o.name, Width: 0.35}
		for i := range of {
			r := results[m*len(of)+i]
			v.Of = append(v.Of, chart.Violin{At: float64(i) + 0.4*float64(m) - 0.2, Values: r[len(r)-1].Norm})
		}
		layers = append(layers, v)
	}
	return l.chart(name+"-norms.png", axes, layers...)
}
