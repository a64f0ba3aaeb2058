package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// progress shows how far a long step has come: a bar on a terminal, else a line
// now and then.
type progress struct {
	w       io.Writer
	what    string
	bar     bool
	started time.Time
	shown   time.Time
	tenth   int
}

func newProgress(w io.Writer, what string) *progress {
	f, ok := w.(*os.File)
	return &progress{w: w, what: what, bar: ok && term.IsTerminal(int(f.Fd())), started: time.Now()}
}

const barWidth = 30

// show is told the state after every step.
func (p *progress) show(done, total int) {
	elapsed := time.Since(p.started)
	left := time.Duration(float64(elapsed) / float64(max(done, 1)) * float64(total-done))
	if p.bar {
		if time.Since(p.shown) < 100*time.Millisecond && done < total {
			return
		}
		p.shown = time.Now()
		full := barWidth * done / max(total, 1)
		fmt.Fprintf(p.w, "\r%s [%s%s] %3d %%  %v left   ", p.what,
			strings.Repeat("=", full), strings.Repeat(" ", barWidth-full), 100*done/max(total, 1), left.Round(time.Second))
		return
	}
	if tenth := 10 * done / max(total, 1); tenth > p.tenth {
		p.tenth = tenth
		fmt.Fprintf(p.w, "%s: %d of %d, %v left\n", p.what, done, total, left.Round(time.Second))
	}
}

// finish ends the bar's line.
func (p *progress) finish() {
	if p.bar {
		fmt.Fprintln(p.w)
	}
}
