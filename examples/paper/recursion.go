package main

import (
	"context"
	"fmt"
	"io"

	"github.com/lcfv-go/lcfv/internal/chart"
	"github.com/lcfv-go/lcfv/invert"
)

var recursionExperiment = experiment{
	name:     "recursion",
	question: "Does it help to go to a target in small steps?",
	claim: "Section 2.1.2: natural images lie on a highly curved manifold, as a mixture of two of them is none itself, so a search that starts " +
		"from z_0 converges slowly. To go to the target by a sequence of small transformations, each search starting from the code found " +
		"for the one before, keeps to the manifold and is the answer to that.",
	version: 1,
	run: func(ctx context.Context, l *lab, w io.Writer) error {
		return recursions(ctx, l, w, []string{btcvae, celeba})
	},
}

// recursionTargets are 4, 8, 12 and 16 pixels of 64, the steps of the gradual way.
var recursionTargets = []float64{0.0625, 0.125, 0.1875, 0.25}

// ways are how to get to a target: by way of all targets before it, or from z_0 with
// the iterations of one of those steps or of all of them.
var ways = []string{"gradual", "direct, iterations of a step", "direct, iterations of all steps"}

// prolonged returns one of the optimisers such that it goes to its target without a
// stop on the way, with n times the iterations.
func prolonged(m invert.Method, n int) invert.Method {
	switch m := m.(type) {
	case invert.Adam:
		m.Iterations *= n
		return m
	case invert.LBFGS:
		m.Iterations *= n
		return m
	case invert.LevenbergMarquardt:
		m.Iterations, m.Halvings = m.Iterations*n, -1
		return m
	}
	return m
}

// recursions compares direct and gradual searches on the named generators.
func recursions(ctx context.Context, l *lab, w io.Writer, names []string) error {
	for _, name := range names {
		g, err := l.generator(name)
		if err != nil {
			return err
		}
		info := g.Info()
		for _, o := range optimisers(info) {
			results, err := l.everyWay(ctx, name, o.method)
			if err != nil {
				return err
			}
			fmt.Fprintf(w, "%s, %s, translate-x, %d codes:\n\n", name, o.name, len(results[0][0].LPIPS))
			writeWays(w, results, sprites(info))
			if err := drawWays(l, name, o, results); err != nil {
				return err
			}
		}
	}
	return nil
}

// everyWay returns what was found at each target, by way.
func (l *lab) everyWay(ctx context.Context, name string, m invert.Method) ([][]found, error) {
	s := search{method: m, t: recursionTargets, codes: l.codes(100, 200), reach: recursionTargets[len(recursionTargets)-1]}
	gradual, err := l.follow(ctx, name, s)
	if err != nil {
		return nil, err
	}
	out := [][]found{gradual, nil, nil}
	for k, t := range recursionTargets {
		s.t = []float64{t}
		for way, times := range []int{0, 1, k + 1} {
			if times == 0 {
				continue
			}
			s.method = prolonged(m, times)
			r, err := l.follow(ctx, name, s)
			if err != nil {
				return nil, err
			}
			out[way] = append(out[way], r...)
		}
	}
	return out, nil
}

// writeWays writes the table of one method.
func writeWays(w io.Writer, results [][]found, position bool) {
	columns := []string{"moved by", "way", "work", "blurred error, median", "× that of the gradual way", "LPIPS", "less the gradual way's"}
	if position {
		columns = append(columns, "missed", "error of position, RMS", "lost")
	}
	table(w, columns...)
	for k, t := range recursionTargets {
		for way, r := range results {
			f, base := &r[k], &results[0][k]
			n := len(f.LPIPS)
			times, minus := "", ""
			if way > 0 {
				times = over(n, ratio(f.Blurred, base.Blurred)).format("%.3g")
				minus = over(n, less(mean(f.LPIPS), mean(base.LPIPS))).format("%+.4f")
			}
			cells := []string{
				fmt.Sprint(t), ways[way], fmt.Sprintf("%.0f", f.Work),
				over(n, median(f.Blurred)).format("%.2g"), times, over(n, mean(f.LPIPS)).format("%.4f"), minus,
			}
			if position {
				cells = append(cells, over(n, share(relative(f), 0.05)).percent(), over(n, rms(f.Position, f.Lost)).format("%.4f"), fmt.Sprint(count(f.Lost)))
			}
			row(w, cells...)
		}
	}
	fmt.Fprintln(w)
}

// relative returns errors in units of those of not moving at all.
func relative(f *found) []float64 {
	var out []float64
	for i, v := range f.Blurred {
		out = append(out, v/f.Still[i])
	}
	return out
}

// drawWays draws the error against the distance, by way.
func drawWays(l *lab, name string, o optimiser, results [][]found) error {
	axes := chart.Axes{
		Title: fmt.Sprintf("Error by the way to the target, %s, %s", name, o.name),
		X:     "moved by (fraction of the width)", Y: "blurred error, median", LogY: true, XTicks: recursionTargets, Width: 520,
	}
	var layers []chart.Layer
	for way, r := range results {
		line := chart.Line{Name: ways[way]}
		for _, f := range r {
			e := over(len(f.Blurred), median(f.Blurred))
			line.X, line.Y = append(line.X, f.T), append(line.Y, e.Value)
			line.Low, line.High = append(line.Low, e.CI[0]), append(line.High, e.CI[1])
		}
		layers = append(layers, line)
	}
	file := "adam"
	if o.method != invert.Published().Method {
		file = "default"
	}
	return l.chart(name+"-"+file+".png", axes, layers...)
}
