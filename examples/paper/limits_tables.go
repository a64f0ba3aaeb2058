package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"gonum.org/v1/gonum/stat"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/chart"
)

// promised is the share of changes that are to come out within the tolerance:
// lcfv.Delimit's default.
const promised = 0.95

// pushedTo is what came of growing requests, and which of them the library would
// have met.
type pushedTo struct {
	subject far
	samples int
	pushed
	limit

	tolerance float64
	byRange   [][]bool // [change][code]: allowed
	byLimits  [][]bool
}

// ask finds out which requests the control meets by its data's range and by its
// limits.
func (p *pushedTo) ask(g generator.Generator, c *lcfv.Control) error {
	z := generator.NewLatents(p.samples, g.Info().D)
	g.Info().Prior.Sample(z, evaluateSeed, 0)
	p.tolerance = lcfv.DefaultTolerance(c.Unit)
	limited := *c
	limited.Limits = p.Limits
	if p.Limits == nil {
		limited.Limits = &lcfv.Limits{} // nothing is promised
	}
	scratch := make([]float32, z.D)
	for _, of := range p.Changes {
		allowed := func(c *lcfv.Control) ([]bool, error) {
			out := make([]bool, z.N)
			for i := range out {
				err := c.Steer(scratch, z.Row(i), of.Delta)
				if out[i] = err == nil; err != nil && !errors.Is(err, lcfv.ErrOutOfRange) {
					return nil, err
				}
			}
			return out, nil
		}
		wide, err := allowed(c)
		if err != nil {
			return err
		}
		narrow, err := allowed(&limited)
		if err != nil {
			return err
		}
		p.byRange, p.byLimits = append(p.byRange, wide), append(p.byLimits, narrow)
	}
	return nil
}

// within counts the requests for changes that pick chooses of objects that were there
// to begin with, and which of them came out within the tolerance, by code. An object
// that is lost is a miss.
func (p *pushedTo) within(pick func(change, code int) bool) (met, n []float64) {
	met, n = make([]float64, p.samples), make([]float64, p.samples)
	for k, of := range p.Changes {
		for i, from := range p.Before {
			if math.IsNaN(from) || !pick(k, i) {
				continue
			}
			n[i]++
			if math.Abs(of.After[i]-from-of.Delta) <= p.tolerance {
				met[i]++
			}
		}
	}
	return met, n
}

// part is the statistic of Σ a / Σ b.
func part(a, b []float64) statistic {
	return func(rows []int) float64 {
		sum, n := 0.0, 0.0
		for _, i := range rows {
			sum, n = sum+a[i], n+b[i]
		}
		return sum / n // NaN of nothing
	}
}

// kept describes the requests that pick chooses: their share of all, and that of them
// which came out.
func (p *pushedTo) kept(pick func(change, code int) bool) (share float64, met estimate) {
	_, all := p.within(func(int, int) bool { return true })
	came, asked := p.within(pick)
	return part(asked, all)(counted(0, p.samples)), over(p.samples, part(came, asked))
}

// breaks returns the largest change up to which the promised share of all requests,
// to either side, comes out within the tolerance; 0 if none.
func (p *pushedTo) breaks() float64 {
	last := 0.0
	for step := 1; step <= farSteps; step++ {
		met, n := p.within(func(k, _ int) bool { return k == farSteps-step || k == farSteps+step-1 })
		if !(part(met, n)(counted(0, p.samples)) >= promised) {
			break
		}
		last = p.subject.most * float64(step) / farSteps
	}
	return last
}

// beforeItBreaks tells whether the library refuses what goes wrong.
func beforeItBreaks(w io.Writer, all []pushedTo) {
	fmt.Fprintf(w, "Changes of up to the largest asked for, to both sides, of %d codes; the range is ignored:\n\n", all[0].samples)
	table(w, "generator, factor", "largest asked for", "tolerance", "95 % within it up to", "within it: all", "the range of the data allows", "of these within",
		"limits", "they allow", "of these within", "of what they refuse, within")
	for _, p := range all {
		_, every := p.kept(func(int, int) bool { return true })
		allowed, inRange := p.kept(func(k, i int) bool { return p.byRange[k][i] })
		cells := []string{
			p.subject.String(), fmt.Sprintf("%.1f", p.subject.most), fmt.Sprintf("%g", p.tolerance), fmt.Sprintf("%.2f", p.breaks()), every.percent(),
			percent(allowed), inRange.percent(),
		}
		switch {
		case p.Limits == nil:
			cells = append(cells, "none: "+strings.TrimPrefix(p.Why, "lcfv: "), percent(0), "", every.percent())
		case p.Limits.Empty():
			cells = append(cells, "kept nowhere", percent(0), "", every.percent())
		default:
			allowed, inLimits := p.kept(func(k, i int) bool { return p.byLimits[k][i] })
			_, refused := p.kept(func(k, i int) bool { return !p.byLimits[k][i] })
			cells = append(cells, fmt.Sprintf("%.2f to %.2f, changes up to %.2f", p.Limits.Low, p.Limits.High, p.Limits.Change),
				percent(allowed), inLimits.percent(), refused.percent())
		}
		row(w, cells...)
	}
	fmt.Fprintln(w)
}

// growing tells what images do as more is asked for: both signs together, the
// measured change counted in the direction that was asked for.
func growing(w io.Writer, all []pushedTo) {
	fmt.Fprintf(w, "What comes of growing changes, both signs together:\n\n")
	table(w, "generator, factor", "asked for", "measured: mean ± standard deviation", "object lost", "confidence", "LPIPS", "‖z‖/√D", "within tolerance", "allowed by limits")
	for _, p := range all {
		for step := 3; step <= farSteps; step += 3 {
			ends := []int{farSteps - step, farSteps + step - 1}
			var moved []float64
			var lost, n, sure, there, lpips, norm, allowed float64
			for _, k := range ends {
				of := p.Changes[k]
				for i, from := range p.Before {
					if math.IsNaN(from) {
						continue
					}
					n++
					if p.byLimits[k][i] {
						allowed++
					}
					if change := of.After[i] - from; math.IsNaN(change) {
						lost++
					} else {
						moved = append(moved, math.Copysign(1, of.Delta)*change)
					}
				}
				objects := float64(len(of.After.defined()))
				sure, there = sure+of.Confidence*objects, there+objects
				lpips, norm = lpips+of.LPIPS/2, norm+of.Norm/2
			}
			met, asked := p.within(func(k, _ int) bool { return k == ends[0] || k == ends[1] })
			delta := p.Changes[ends[1]].Delta
			about := "nothing left"
			if len(moved) > 0 {
				m, s := stat.PopMeanStdDev(moved, nil)
				about = fmt.Sprintf("%.3f ± %.3f", m, s)
			}
			confidence := "no detector"
			if p.Confidence > 0 {
				confidence = fmt.Sprintf("%.2f, before %.2f", sure/max(there, 1), p.Confidence)
			}
			row(w, p.subject.String(), fmt.Sprintf("%.2f", delta), about, percent(lost/n), confidence, fmt.Sprintf("%.3f", lpips), fmt.Sprintf("%.2f", norm),
				percent(part(met, asked)(counted(0, p.samples))), percent(allowed/n))
		}
	}
}

// line is the mean measured change, with one standard deviation to either side, of
// the requests that pick chooses, where these are so many at least.
func (p *pushedTo) line(name string, least int, pick func(change, code int) bool) chart.Line {
	line := chart.Line{Name: name, Band: true}
	for k, of := range p.Changes {
		var moved readings
		for i, from := range p.Before {
			if pick(k, i) {
				moved = append(moved, of.After[i]-from)
			}
		}
		if there := moved.defined(); len(there) >= least {
			m, s := stat.PopMeanStdDev(there, nil)
			line.X, line.Y = append(line.X, of.Delta), append(line.Y, m)
			line.Low, line.High = append(line.Low, m-s), append(line.High, m+s)
		}
	}
	return line
}

// chart draws measured against requested changes, of all requests and of those that
// the limits allow.
func (p *pushedTo) chart(l *lab) error {
	layers := []chart.Layer{chart.Diagonal{Name: "as requested"}}
	for _, line := range []chart.Line{
		p.line("all requests, ± one standard deviation", 1, func(int, int) bool { return true }),
		p.line("those that the limits allow", 5, func(k, i int) bool { return p.byLimits[k][i] }),
	} {
		if len(line.X) > 0 {
			layers = append(layers, line)
		}
	}
	if p.Limits != nil && !p.Limits.Empty() {
		layers = append(layers,
			chart.Rule{Name: fmt.Sprintf("largest change they allow, %.2f", p.Limits.Change), At: p.Limits.Change, Vertical: true},
			chart.Rule{At: -p.Limits.Change, Vertical: true})
	}
	unit := p.subject.transform.Unit()
	return l.chart(p.subject.generator+"-"+p.subject.transform.Name()+".png", chart.Axes{
		Title: p.subject.String() + ": without a look at the range", X: "requested (" + unit + ")", Y: "measured (" + unit + ")",
		XRange: [2]float64{-1.05 * p.subject.most, 1.05 * p.subject.most},
	}, layers...)
}
