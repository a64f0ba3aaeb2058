package main

import (
	"fmt"
	"io"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat"

	"github.com/lcfv-go/lcfv/generator"
)

// paper is the number of steps, each of one code, that pairs for one control take
// with the settings of the paper's authors (Plumerault et al. 2020): trajectories,
// targets, steps a target.
const paper = 50 * 10 * 50

// result is how long the steps took on both sides, in turns.
type result struct {
	info       generator.Info
	torch, own []float64 // seconds a step
	apart      float64   // distance of the codes found, relative to the way
}

// print writes the times and what they come to for the paper's experiments.
func (r *result) print(w io.Writer, engine string, batch int) {
	ratios := make([]float64, len(r.own))
	for i, own := range r.own {
		ratios[i] = own / r.torch[i]
	}
	theirs, own := quantile(0.5, r.torch), quantile(0.5, r.own)
	fmt.Fprintf(w, "  %-6s %2d steps   PyTorch %7.1f ms   lcfv %7.1f ms   ratio %.2f [%.2f, %.2f]   codes %.0e apart\n",
		engine, len(r.own), 1e3*theirs, 1e3*own, quantile(0.5, ratios), quantile(0.25, ratios), quantile(0.75, ratios), r.apart)
	fmt.Fprintf(w, "         the paper's %d steps at these medians: PyTorch %s, lcfv %s\n", paper, hours(theirs, batch), hours(own, batch))
}

// hours says how long the paper's steps take with batch of them in so many seconds.
func hours(seconds float64, batch int) string {
	return time.Duration(seconds * paper / float64(batch) * float64(time.Second)).Round(time.Minute).String()
}

func quantile(q float64, v []float64) float64 {
	return stat.Quantile(q, stat.LinInterp, slices.Sorted(slices.Values(v)), nil)
}
