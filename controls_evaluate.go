package lcfv

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/bootstrap"
	"github.com/lcfv-go/lcfv/saliency"
)

// SetEvaluation says what a set of controls really does to images.
type SetEvaluation struct {
	Factors []string

	// Each is the evaluation of requests for one factor, the others to stay.
	Each []Evaluation

	// CrossTalk[i][j] is by how much factor j changes for every unit that is asked
	// of factor i: the slope of measured against requested change, in the unit of j
	// by the unit of i. Nothing is converted between units: a change of the log
	// scale by 1 counts as much as one of the position by the image's width. In a
	// perfect set it is 1 where i = j and else 0.
	CrossTalk [][]Slope

	// Together are the requests for several factors at once: every two of them,
	// and all if there are more.
	Together []Together
}

// Slope is a slope of measured against requested changes.
type Slope struct {
	Value float64
	CI    [2]float64 // 95 % bootstrap interval over codes
	N     int        // requests that were met and measured
}

// Together says how well requests for several factors at once are met.
type Together struct {
	Factors []string

	// N is the number of requests, each for a change of all of these factors. Of
	// these, Refused were out of the range of one factor or more. Undetected of the
	// rest left one or more that could not be measured.
	N, Refused, Undetected int

	// By factor, of the requests that were met and measured. Both are 0 if none
	// were.
	RMSE   []float64
	RMSECI [][2]float64 // 95 % bootstrap intervals over codes
}

// Worst returns the two factors with the largest cross-talk, that of j for a change
// of i, and its size as a share of the change of i itself. A set of one factor has
// none: i and j are 0 then.
func (e *SetEvaluation) Worst() (i, j int, share float64) {
	for a, row := range e.CrossTalk {
		for b := range row {
			if v := math.Abs(row[b].Value / row[a].Value); a != b && v > share {
				i, j, share = a, b, v
			}
		}
	}
	return i, j, share
}

// EvaluateAll steers codes that the set was not learned from by one factor, the
// others to stay, and by several at once, draws them with g and measures by how
// much every factor has changed. The result is the same on every call.
//
// opts.Measure must be nil: the measure of a factor that is not of a built-in
// transform is given in opts.Measures. The same changes are asked of every factor,
// in its own unit. A request for several draws each change of them at random;
// there are as many requests as for a single factor.
//
// Errors are those of Evaluate.
func EvaluateAll(ctx context.Context, g generator.Generator, set *Controls, opts *EvaluateOptions) (*SetEvaluation, error) {
	if g == nil || set == nil {
		return nil, errors.New("lcfv: evaluating: the generator or the set of controls is nil: give both")
	}
	if opts == nil {
		opts = &EvaluateOptions{}
	}
	if opts.Measure != nil {
		return nil, errors.New("lcfv: evaluating a set: one measure cannot serve all factors: give EvaluateOptions.Measures")
	}
	if opts.Refine != nil {
		return nil, errors.New("lcfv: evaluating a set: refining is for one control at a time: evaluate each with Evaluate")
	}
	all := &setEvaluator{set: set, subsets: subsets(len(set.list))}
	for _, c := range set.list {
		o := *opts
		if m, ok := opts.Measures[c.Transform]; ok {
			o.Measure = &m
		}
		o.Progress = func(_, total int) {
			if opts.Progress != nil {
				all.done++
				opts.Progress(all.done, len(set.list)*total+len(all.subsets)*(total-2))
			}
		}
		e, err := newEvaluator(g, c, &o)
		if err != nil {
			return nil, err
		}
		name := c.Transform
		e.steer = func(dst, z []float32, delta float64) error {
			return set.Steer(dst, z, map[string]float64{name: delta})
		}
		e.set = func(dst, z []float32, t float64) error {
			return set.Set(dst, z, map[string]float64{name: t})
		}
		all.each = append(all.each, e)
	}
	return all.run(ctx)
}

// besides measures a factor beside the one that an evaluation is about.
type besides struct {
	meter          saliency.Meter
	before, values []float64 // of all codes, and of those drawn last
	lines          []bootstrap.Line
	n              int
}

func newBesides(m saliency.Meter, samples int) *besides {
	return &besides{meter: m, before: make([]float64, samples), values: make([]float64, samples), lines: make([]bootstrap.Line, samples)}
}

// change returns by how much the factor of code i has changed, NaN where that
// cannot be measured.
func (b *besides) change(i int) float64 { return b.meter.Measure.Change(b.before[i], b.values[i]) }

// note takes down what a request for delta did to code i.
func (b *besides) note(i int, delta float64) {
	if change := b.change(i); !math.IsNaN(change) {
		b.lines[i].Add(delta, change)
		b.n++
	}
}

// setEvaluator is the evaluation of a set under way.
type setEvaluator struct {
	set     *Controls
	each    []*evaluator
	subsets [][]int
	done    int
}

func (s *setEvaluator) run(ctx context.Context) (*SetEvaluation, error) {
	out := &SetEvaluation{Factors: s.set.Names()}
	for _, e := range s.each {
		for _, other := range s.each { // itself too: one way of computing slopes
			e.beside = append(e.beside, newBesides(other.meter, e.o.Samples))
		}
		result, err := e.evaluate(ctx)
		if err != nil {
			return nil, err
		}
		out.Each = append(out.Each, *result)
		row := make([]Slope, len(s.each))
		for j, b := range e.beside {
			row[j].Value, row[j].CI = bootstrap.Slope(b.lines, resamples, e.o.Seed)
			row[j].N = b.n
		}
		out.CrossTalk = append(out.CrossTalk, row)
	}
	for k, subset := range s.subsets {
		t, err := s.together(ctx, subset, uint64(k))
		if err != nil {
			return nil, fmt.Errorf("lcfv: evaluating %v at once: %w", t.Factors, err)
		}
		out.Together = append(out.Together, *t)
	}
	return out, nil
}

// subsets returns every two of n, and all of them if they are more.
func subsets(n int) [][]int {
	var out [][]int
	all := make([]int, n)
	for j := range n {
		all[j] = j
		for i := range j {
			out = append(out, []int{i, j})
		}
	}
	if n > 2 {
		out = append(out, all)
	}
	return out
}

// together asks for changes of several factors at once. stream tells its random
// numbers from others of the seed.
func (s *setEvaluator) together(ctx context.Context, subset []int, stream uint64) (*Together, error) {
	e := s.each[0] // the codes are those of all, and so is what has been measured of them
	n, m := e.z.N, len(subset)
	t := &Together{N: n * len(e.o.Deltas), RMSE: make([]float64, m), RMSECI: make([][2]float64, m)}
	for _, k := range subset {
		t.Factors = append(t.Factors, s.set.list[k].Transform)
	}
	// The codes themselves take the streams from 0 on.
	r := rand.New(rand.NewPCG(e.o.Seed, math.MaxUint64-stream))
	moved := generator.NewLatents(n, e.z.D)
	asked := make([]map[string]float64, n)
	refused := make([]bool, n)
	counts, squares := make([]float64, n), make([][]float64, m)
	for a := range squares {
		squares[a] = make([]float64, n)
	}
	for range e.o.Deltas {
		for i := range n {
			asked[i] = make(map[string]float64, m)
			for _, name := range t.Factors {
				asked[i][name] = e.o.Deltas[r.IntN(len(e.o.Deltas))]
			}
			err := s.set.Steer(moved.Row(i), e.z.Row(i), asked[i])
			refused[i] = errors.Is(err, ErrOutOfRange)
			if err != nil && !refused[i] {
				return t, err
			}
		}
		if _, err := e.measure(ctx, moved); err != nil {
			return t, err
		}
		for i := range n {
			change := make([]float64, m)
			seen := true
			for a, k := range subset {
				change[a] = e.beside[k].change(i)
				seen = seen && !math.IsNaN(change[a])
			}
			switch {
			case refused[i]:
				t.Refused++
			case !seen:
				t.Undetected++
			default:
				counts[i]++
				for a, name := range t.Factors {
					squares[a][i] += (change[a] - asked[i][name]) * (change[a] - asked[i][name])
				}
			}
		}
	}
	if met := t.N - t.Refused - t.Undetected; met > 0 {
		for a := range squares {
			total := 0.0
			for _, v := range squares[a] {
				total += v
			}
			t.RMSE[a] = math.Sqrt(total / float64(met))
			t.RMSECI[a] = bootstrap.RMS(squares[a], counts, resamples, e.o.Seed)
		}
	}
	return t, nil
}
