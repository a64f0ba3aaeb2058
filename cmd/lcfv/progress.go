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
	rate := perSecond(float64(done) / max(elapsed.Seconds(), 1e-3))
	if p.bar {
		if time.Since(p.shown) < 100*time.Millisecond && done < total {
			return
		}
		p.shown = time.Now()
		full := barWidth * done / max(total, 1)
		fmt.Fprintf(p.w, "\r%s [%s%s] %3d %%  %s  %v left   ", p.what,
			strings.Repeat("=", full), strings.Repeat(" ", barWidth-full), 100*done/max(total, 1), rate, left.Round(time.Second))
		return
	}
	tenth := 10 * done / max(total, 1)
	last := p.shown
	if last.IsZero() {
		last = p.started
	}
	if tenth > p.tenth || time.Since(last) > time.Minute {
		p.tenth, p.shown = tenth, time.Now()
		fmt.Fprintf(p.w, "%s: %d of %d, %s, %v left\n", p.what, done, total, rate, left.Round(time.Second))
	}
}

func perSecond(rate float64) string {
	if rate < 100 {
		return fmt.Sprintf("%.2g/s", rate)
	}
	return fmt.Sprintf("%.0f/s", rate)
}

// finish ends the bar's line.
func (p *progress) finish() {
	if p.bar && !p.shown.IsZero() {
		fmt.Fprintln(p.w)
	}
}
