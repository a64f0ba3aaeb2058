package main

import (
	"context"
	"fmt"
	"io"
	"math"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/invert"
)

// learnSeeds are those that controls are learned with; evaluateSeed determines the
// codes that they are measured on.
var learnSeeds = []uint64{1, 2, 3}

const evaluateSeed = 99

// steering is how well a control does what is asked for.
type steering struct {
	Low, High float64 // its range
	Evaluated lcfv.Evaluation
}

// steeringKey is what that depends on.
type steeringKey struct {
	Control, Generator, Constraint, Transform string

	Learn, Evaluate uint64 // seeds
	Samples         int
	Fingerprint     string
}

// steer learns a control with the default settings but for the constraint and
// measures it on held-out codes.
func (l *lab) steer(ctx context.Context, name string, c invert.Constraint, seed uint64, samples int) (steering, error) {
	g, err := l.generator(name)
	if err != nil {
		return steering{}, err
	}
	key := steeringKey{"default", name, c.Name(), motion.Name(), seed, evaluateSeed, samples, g.Info().Fingerprint}
	return cell(ctx, l, key, func() (steering, error) {
		control, err := lcfv.Learn(ctx, g, motion, &lcfv.LearnOptions{Invert: invert.Options{Constraint: c, Seed: seed}})
		if err != nil {
			return steering{}, fmt.Errorf("%s, %s: %w", name, c.Name(), err)
		}
		e, err := lcfv.Evaluate(ctx, g, control, &lcfv.EvaluateOptions{Samples: samples, Seed: evaluateSeed})
		if err != nil {
			return steering{}, fmt.Errorf("%s, %s: %w", name, c.Name(), err)
		}
		low, high := control.Range()
		return steering{low, high, *e}, nil
	})
}

// constrainedControls compares the controls that are learned from codes in each
// domain. What a control refuses is not measured, so errors are compared over the
// requests that all controls of the same seed met.
func constrainedControls(ctx context.Context, l *lab, w io.Writer, names []string, seeds []uint64) error {
	samples := l.codes(100, 400)
	for _, name := range names {
		g, err := l.generator(name)
		if err != nil {
			return err
		}
		all := domains(g.Info().D)
		results := make([][]steering, len(all))
		for i, c := range all {
			for _, seed := range seeds {
				r, err := l.steer(ctx, name, c.set, seed, samples)
				if err != nil {
					return err
				}
				results[i] = append(results[i], r)
			}
		}
		errors := shared(results, samples)
		fmt.Fprintf(w, "%s, controls of translate-x, learned with each of %d seeds and measured on %d codes:\n\n", name, len(seeds), samples)
		table(w, "learned in", "range, mean", "refused or undetected", "RMSE of what each met", "RMSE of what all met", "× the ball's", "slope, mean")
		for i, c := range all {
			times := ""
			if i != ball {
				times = over(samples, func(rows []int) float64 { return errors[i].rms(rows) / errors[ball].rms(rows) }).format("%.3f")
			}
			var low, high, missed, slope float64
			own := newSquares(samples)
			for _, r := range results[i] {
				k := 1 / float64(len(results[i]))
				low, high, slope = low+k*r.Low, high+k*r.High, slope+k*r.Evaluated.Slope
				missed += k * float64(r.Evaluated.Refused+r.Evaluated.Undetected) / float64(r.Evaluated.N)
				for _, q := range r.Evaluated.Requests {
					own.add(q)
				}
			}
			row(w, c.name, fmt.Sprintf("%.3f to %.3f", low, high), percent(missed), over(samples, own.rms).format("%.4f"),
				over(samples, errors[i].rms).format("%.4f"), times, fmt.Sprintf("%.3f", slope))
		}
		fmt.Fprintln(w)
	}
	return nil
}

// squares adds up squared errors by code.
type squares struct{ sum, n []float64 }

func newSquares(codes int) *squares {
	return &squares{make([]float64, codes), make([]float64, codes)}
}

func (s *squares) add(q lcfv.Request) {
	s.sum[q.Sample] += square(q.Measured - q.Requested)
	s.n[q.Sample]++
}

// rms is the statistic of the root mean square error.
func (s *squares) rms(rows []int) float64 {
	sum, n := 0.0, 0.0
	for _, i := range rows {
		sum, n = sum+s.sum[i], n+s.n[i]
	}
	return math.Sqrt(sum / n)
}

// shared returns, for each of the rivals results[i], the errors of the requests
// that all rivals of the same seed, results[·][seed], met.
func shared(results [][]steering, codes int) []*squares {
	type request struct {
		sample    int
		requested float64
	}
	out := make([]*squares, len(results))
	for i := range out {
		out[i] = newSquares(codes)
	}
	for seed := range results[0] {
		met := map[request]int{}
		for _, r := range results {
			for _, q := range r[seed].Evaluated.Requests {
				met[request{q.Sample, q.Requested}]++
			}
		}
		for i, r := range results {
			for _, q := range r[seed].Evaluated.Requests {
				if met[request{q.Sample, q.Requested}] == len(results) {
					out[i].add(q)
				}
			}
		}
	}
	return out
}
