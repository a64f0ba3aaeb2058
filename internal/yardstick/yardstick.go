// Package yardstick holds lcfv's controls against those whose directions come from
// other methods, package factor/baseline, for tables and tests.
package yardstick

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/factor"
	"github.com/lcfv-go/lcfv/factor/baseline"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

// Row is one method on one factor of one generator.
type Row struct {
	Method string // a name that baseline.ByName knows, or "lcfv"

	// Control is nil where the method gave none, Evaluation where none of its
	// requests could be measured. Why says why.
	Control    *lcfv.Control
	Evaluation *lcfv.Evaluation
	Why        error

	// Work is what finding the direction took of the generator, in forward
	// equivalents; for lcfv, what the pairs took that the others are calibrated
	// on as well.
	Work float64

	// Alone is what is wrong with the direction itself, whatever its calibration
	// and range: the error when all codes are moved along it, and against it, by
	// the one distance for which the mean of what images change by is half the
	// largest change asked for. Nothing is refused; images without an object are
	// left out. It is NaN where no distance moves images by as much.
	Alone float64

	// Both compares with lcfv's control on the requests that both have met: a
	// control that refuses more is asked for less. (One that moves codes by less
	// than it was asked for is still rewarded where directions are bad.)
	Both Paired
}

// Paired compares two controls on the same requests.
type Paired struct {
	N          int     // requests
	RMSE, LCFV float64 // of the method and of lcfv's control

	// Gain is RMSE − LCFV, positive where lcfv is better, and GainCI its 95 %
	// bootstrap interval over codes.
	Gain   float64
	GainCI [2]float64
}

// Compare holds own, a control of t on g, against one of every method of package
// baseline with its default settings, calibrated on pairs of an inversion of t on g,
// whose range and seed they are given; own is lcfv.FromPairs where it is nil. All
// are evaluated alike. The first row is lcfv's. A method that fails on this
// generator has a row that says so; errors are lcfv's own, and that of ctx.
func Compare(ctx context.Context, g generator.Differentiable, t transform.Transform, pairs *invert.Dataset, own *lcfv.Control, opts *lcfv.EvaluateOptions) ([]Row, error) {
	first := Row{Method: "lcfv", Control: own, Work: pairs.ForwardEquivalents * float64(pairs.Settings.Trajectories)}
	var err error
	if own == nil {
		if first.Control, err = lcfv.FromPairs(g.Info(), t, pairs, nil); err != nil {
			return nil, err
		}
	}
	if first.Evaluation, err = lcfv.Evaluate(ctx, g, first.Control, opts); err != nil {
		return nil, err
	}
	reach := floats.Norm(pairs.T, math.Inf(1))
	along, err := newCourse(ctx, g, t, opts)
	if err != nil {
		return nil, err
	}
	if first.Alone, err = along.error(ctx, first.Control.Model.U); err != nil {
		return nil, err
	}
	first.Both = paired(first.Evaluation, first.Evaluation)
	rows := []Row{first}
	for _, name := range baseline.Names() {
		finder, err := baseline.ByName(name, reach, pairs.Settings.Seed)
		if err != nil {
			return nil, err
		}
		r := Row{Method: name, Alone: math.NaN()}
		counted := counter{Finder: finder, work: &r.Work}
		r.Control, err = lcfv.FromBaseline(ctx, g, t, pairs, counted, nil)
		if err == nil {
			if r.Alone, err = along.error(ctx, r.Control.Model.U); err != nil {
				return nil, err
			}
			r.Evaluation, err = lcfv.Evaluate(ctx, g, r.Control, opts)
		}
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err == nil:
			r.Both = paired(r.Evaluation, first.Evaluation)
		case errors.Is(err, factor.ErrNoMotion), errors.Is(err, baseline.ErrNoDirection), errors.Is(err, lcfv.ErrNothingMeasured):
			r.Why = err
		default:
			return nil, err
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// counter remembers what a finder took.
type counter struct {
	baseline.Finder
	work *float64
}

// Find implements baseline.Finder.
func (c counter) Find(ctx context.Context, g generator.Differentiable, t transform.Transform) (*baseline.Candidates, error) {
	found, err := c.Finder.Find(ctx, g, t)
	if err == nil {
		*c.work = found.ForwardEquivalents
	}
	return found, err
}

// paired compares a method's evaluation with lcfv's.
func paired(method, own *lcfv.Evaluation) Paired {
	type request struct {
		sample int
		delta  float64
	}
	square := func(r lcfv.Request) float64 { return (r.Measured - r.Requested) * (r.Measured - r.Requested) }
	met := map[request]lcfv.Request{}
	samples := 0
	for _, r := range own.Requests {
		met[request{r.Sample, r.Requested}] = r
		samples = max(samples, r.Sample+1)
	}
	codes := make([]sums, samples)
	for _, r := range method.Requests {
		if s, ok := met[request{r.Sample, r.Requested}]; ok {
			codes[r.Sample].add(sums{1, square(r), square(s)})
		}
	}
	var all sums
	for _, c := range codes {
		all.add(c)
	}
	p := Paired{N: int(all.n)}
	if p.N == 0 {
		return p
	}
	p.RMSE, p.LCFV = all.errors()
	p.Gain, p.GainCI = p.RMSE-p.LCFV, interval(codes)
	return p
}

// sums are the number of requests and the sums of their squared errors.
type sums struct{ n, method, own float64 }

func (s *sums) add(o sums) { s.n, s.method, s.own = s.n+o.n, s.method+o.method, s.own+o.own }

func (s sums) errors() (method, own float64) {
	return math.Sqrt(s.method / s.n), math.Sqrt(s.own / s.n)
}

// interval returns the percentile interval of the difference between the root mean
// squares, over codes drawn with replacement.
func interval(codes []sums) [2]float64 {
	const resamples = 1000
	r := rand.New(rand.NewPCG(0, 0))
	var gains []float64
	for range resamples {
		var all sums
		for range codes {
			all.add(codes[r.IntN(len(codes))])
		}
		if all.n > 0 {
			method, own := all.errors()
			gains = append(gains, method-own)
		}
	}
	slices.Sort(gains)
	return [2]float64{stat.Quantile(0.025, stat.LinInterp, gains, nil), stat.Quantile(0.975, stat.LinInterp, gains, nil)}
}

// Head writes the first two lines of a table in Markdown.
func Head(w io.Writer) {
	fmt.Fprintln(w, "| generator, factor | direction | RMSE [95 % interval] | slope | refused | where both meet it: RMSE, lcfv's | lcfv better by [95 % interval] | direction alone | work |")
	fmt.Fprintln(w, "|---|---|---|---|---|---|---|---|---|")
}

// Write writes the rows of a table in Markdown.
func Write(w io.Writer, subject string, rows []Row) {
	for _, r := range rows {
		e, b := r.Evaluation, r.Both
		fmt.Fprintf(w, "| %s | %s | ", subject, r.Method)
		if e == nil {
			fmt.Fprint(w, "none | | | ")
		} else {
			fmt.Fprintf(w, "%.4f [%.4f, %.4f] | %.3f | %.0f %% | ",
				e.RMSE, e.RMSECI[0], e.RMSECI[1], e.Slope, 100*float64(e.Refused+e.Undetected)/float64(e.N))
		}
		if r.Method == "lcfv" || b.N == 0 {
			fmt.Fprint(w, "| | ")
		} else {
			fmt.Fprintf(w, "%.4f, %.4f (%d) | %+.4f [%+.4f, %+.4f] | ", b.RMSE, b.LCFV, b.N, b.Gain, b.GainCI[0], b.GainCI[1])
		}
		if math.IsNaN(r.Alone) {
			fmt.Fprint(w, "none | ")
		} else {
			fmt.Fprintf(w, "%.4f | ", r.Alone)
		}
		fmt.Fprintf(w, "%.0f |\n", r.Work)
	}
}
