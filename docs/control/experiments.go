package main

import (
	"fmt"
	"io"
	"strings"
)

// experiments are the tables of the page, in its order.
var experiments = []experiment{
	{"choice", "Does the choice of g matter?", choice},
	{"steering", "And on images?", steering},
	{"trust", "Does the fit's error tell how good the control is?", trust},
	{"range", "How far can one go?", limits},
	{"further", "How to go further than a straight line?", further},
	{"several", "Several factors at once", several},
	{"baselines", "Other ways to find a direction", baselines},
	{"sampling", "Images whose factor is distributed as asked", sampling},
}

// table writes the head of a Markdown table.
func table(w io.Writer, columns ...string) {
	row(w, columns...)
	row(w, strings.Split(strings.Repeat("---|", len(columns))[:4*len(columns)-1], "|")...)
}

func row(w io.Writer, cells ...string) { fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | ")) }

// number writes a value, and interval one with its 95 % interval.
func number(v float64) string { return fmt.Sprintf("%.4f", v) }

func interval(v float64, ci [2]float64) string {
	return fmt.Sprintf("%.4f [%.4f, %.4f]", v, ci[0], ci[1])
}

func percent(v float64) string { return fmt.Sprintf("%.0f %%", 100*v) }

func percents(v float64, ci [2]float64) string {
	return fmt.Sprintf("%.1f %% [%.1f, %.1f]", 100*v, 100*ci[0], 100*ci[1])
}
