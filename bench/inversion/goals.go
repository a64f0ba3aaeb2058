package main

import (
	"fmt"
	"io"
	"math"
)

// goal prints how entries, the reference first, meet what lcfv wants to reach.
type goal func(w io.Writer, entries []*entry)

// factors are how many times faster than the reference the default is to be.
var factors = map[string]float64{"native": 5, "ort": 10}

// faster: the default makes the same dataset many times faster.
func faster(w io.Writer, entries []*entry) {
	for _, e := range of(standard, entries) {
		verdict(w, median(e.ratios) >= factors[e.engine], "default on %s %.1f times faster than the published settings in PyTorch (goal %g)",
			e.engine, median(e.ratios), factors[e.engine])
	}
}

// closer: its median error is below the reference's at every |t|.
func closer(w io.Writer, entries []*entry) {
	for _, e := range of(standard, entries) {
		worst := worstRatio(e, entries[0])
		verdict(w, worst < 1, "default on %s: median error at most %.2g times theirs, at every |t| (goal 1)", e.engine, worst)
	}
}

// within: no code leaves the ball of radius √d but by rounding.
func within(w io.Writer, entries []*entry) {
	for _, e := range of(standard, entries) {
		verdict(w, e.beyond <= 1e-6, "default on %s: no code longer than √d by more than a fraction of %.1g (goal 1e-6)", e.engine, max(e.beyond, 0))
	}
}

// controlled: the control that the pairs make misses by little, and refuses little.
func controlled(w io.Writer, entries []*entry) {
	for _, e := range of(standard, entries) {
		if c := e.control; c != nil {
			refused := float64(c.Refused+c.Undetected) / float64(c.N)
			verdict(w, c.RMSE <= 0.0085 && refused <= 0.35, "default on %s: held-out RMSE %.4f (goal 0.0085), %.0f %% refused (goal 35 %%)", e.engine, c.RMSE, 100*refused)
		}
	}
}

// tenfold: it is far below at |t| = 0.2.
func tenfold(w io.Writer, entries []*entry) {
	for _, e := range of(standard, entries) {
		for i, s := range e.found {
			if math.Abs(s.T-0.2) < 1e-9 {
				ratio := entries[0].found[i].MedianError / s.MedianError
				verdict(w, ratio >= 10, "default on %s: median error at |t| = 0.2 below theirs by a factor of %.1f (goal 10)", e.engine, ratio)
			}
		}
	}
}

// thrifty: it reaches the errors of the best long Adam with a third of the work.
func thrifty(w io.Writer, entries []*entry) {
	var best *entry
	for _, e := range of(adam, entries) {
		if best == nil || worstRatio(e, best) < worstRatio(best, e) {
			best = e
		}
	}
	for _, e := range append(of(standard, entries), of(budget, entries)...) {
		worst, share := worstRatio(e, best), e.work/best.work
		verdict(w, worst <= 1 && share <= 1.0/3, "%s on %s: median error at most %.2f times that of PyTorch's %s (goal 1), with %.3f of the forward equivalents (goal 0.333)",
			e.name, e.engine, worst, best.name, share)
	}
}

func of(k kind, entries []*entry) []*entry {
	var some []*entry
	for _, e := range entries {
		if e.kind == k {
			some = append(some, e)
		}
	}
	return some
}

// worstRatio returns the largest ratio, over all |t|, of a's median errors to
// b's.
func worstRatio(a, b *entry) float64 {
	worst := 0.0
	for i, s := range a.found {
		worst = max(worst, s.MedianError/b.found[i].MedianError)
	}
	return worst
}

func verdict(w io.Writer, met bool, format string, args ...any) {
	word := "missed"
	if met {
		word = "met"
	}
	fmt.Fprintf(w, "%-6s  %s\n", word, fmt.Sprintf(format, args...))
}
