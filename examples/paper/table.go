package main

import (
	"fmt"
	"io"
	"strings"
)

// table writes the head of a Markdown table.
func table(w io.Writer, columns ...string) {
	row(w, columns...)
	fmt.Fprintf(w, "|%s\n", strings.Repeat("---|", len(columns)))
}

func row(w io.Writer, cells ...string) { fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | ")) }

// estimate is a number with a 95 % interval.
type estimate struct {
	Value float64
	CI    [2]float64
}

// format writes an estimate with the verb of fmt for its numbers, "%.4f" for
// example.
func (e estimate) format(verb string) string {
	return fmt.Sprintf(verb+" ["+verb+", "+verb+"]", e.Value, e.CI[0], e.CI[1])
}

// percent writes a share, and an estimate of one.
func percent(v float64) string { return fmt.Sprintf("%.0f %%", 100*v) }

func (e estimate) percent() string {
	return fmt.Sprintf("%.1f %% [%.1f, %.1f]", 100*e.Value, 100*e.CI[0], 100*e.CI[1])
}
