package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"
)

// print writes the table of a task and how its goals were met.
func print(w io.Writer, p *problem, entries []*entry) {
	fmt.Fprintf(w, "%s: %s, %d trajectories, |t| ≤ %g in %d steps of either sign, threads: %d\n\n",
		p.model, p.transform.Name(), p.trajectories, p.t[len(p.t)-1], len(p.t)/2, p.threads)

	fmt.Fprintf(w, "%-28s", "median error/90 % at |t| =")
	for _, s := range entries[0].found {
		fmt.Fprintf(w, "  %-15g", s.T)
	}
	fmt.Fprintln(w)
	for _, e := range entries {
		fmt.Fprintf(w, "%-21s %-6s", e.name, e.engine)
		for _, s := range e.found {
			fmt.Fprintf(w, "  %.1e/%.1e", s.MedianError, s.P90Error)
		}
		fmt.Fprintln(w)
	}

	head := fmt.Sprintf("\n%-28s %11s %8s  %8s  %-20s", "", "fwd equiv.", "seconds", "‖z‖/√d−1", "times faster")
	if p.object {
		head += "  held-out RMSE [95 %]       refused"
	}
	fmt.Fprintln(w, strings.TrimRight(head, " "))
	for _, e := range entries {
		line := fmt.Sprintf("%-21s %-6s %11.0f %8.1f  %8.0e  %-20s", e.name, e.engine, e.work, median(e.seconds), e.beyond, e.speed(entries[0]))
		if c := e.control; c != nil {
			line += fmt.Sprintf("  %.4f [%.4f, %.4f]  %5.0f %%", c.RMSE, c.RMSECI[0], c.RMSECI[1], 100*float64(c.Refused+c.Undetected)/float64(c.N))
		}
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
	fmt.Fprintln(w)
	for _, g := range p.goals {
		g(w, entries)
	}
	fmt.Fprintln(w)
}

// speed says how many times faster than the reference e was, with the quartiles
// over neighbours where the two took turns.
func (e *entry) speed(reference *entry) string {
	if e == reference {
		return ""
	}
	if len(e.ratios) == 0 {
		return fmt.Sprintf("%6.2f", median(reference.seconds)/median(e.seconds))
	}
	return fmt.Sprintf("%6.2f [%.2f, %.2f]", median(e.ratios), quantile(0.25, e.ratios), quantile(0.75, e.ratios))
}

func median(v []float64) float64 { return quantile(0.5, v) }

func quantile(q float64, v []float64) float64 {
	return stat.Quantile(q, stat.LinInterp, slices.Sorted(slices.Values(v)), nil)
}
