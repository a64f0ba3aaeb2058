package invert

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/transform"
	"golang.org/x/sync/errgroup"
)

// Run draws codes z_0 from the prior of g, moved into the constraint set, and
// finds for each the codes z_t with G(z_t) ≈ T_t(G(z_0)). Nil options stand for
// the defaults.
//
// A trajectory that meets a value that is not finite ends there and says so in
// the status of its remaining pairs; if that leaves not a single pair, the error
// wraps ErrAllFailed. When ctx ends, Run returns within one generator call with
// an error that wraps ctx.Err(). g and tr are used from several goroutines.
func Run(ctx context.Context, g generator.Differentiable, tr transform.Transform, opts *Options) (*Dataset, error) {
	o, err := prepare(g, tr, opts)
	if err != nil {
		return nil, err
	}
	sets, err := runWhole(ctx, g, []transform.Transform{tr}, &o)
	if err != nil {
		return nil, err
	}
	return sets[0], nil
}

// runWhole works through all trajectories of a run, and selects their good pairs.
func runWhole(ctx context.Context, g generator.Differentiable, trs []transform.Transform, o *Options) ([]*Dataset, error) {
	sets := make([]*Dataset, len(trs))
	all := []Range{{0, o.Trajectories}}
	err := run(ctx, g, trs, o, all, func(_ Range, kind int, part *Dataset) error { sets[kind] = part; return nil })
	if err != nil {
		return nil, err
	}
	for _, set := range sets {
		if err := set.Select(o); err != nil {
			return nil, err
		}
	}
	return sets, nil
}

func prepare(g generator.Differentiable, tr transform.Transform, opts *Options) (Options, error) {
	if g == nil || tr == nil {
		return Options{}, fmt.Errorf("%w: generator and transform must not be nil", ErrOptions)
	}
	return opts.Resolve(g.Info())
}

// run works through ranges of trajectories, see RunRanges, for each of the
// transforms. o is resolved.
func run(ctx context.Context, g generator.Differentiable, trs []transform.Transform, o *Options, ranges []Range, done func(of Range, kind int, part *Dataset) error) error {
	free, err := newFreedom(o.Levels, g.Info().D)
	if err != nil {
		return err
	}
	q := newQueue(g.Info(), o, len(trs), ranges, done)
	group, ctx := errgroup.WithContext(ctx)
	for range min(o.Workers, q.jobs()) {
		group.Go(func() error {
			w := &worker{Problem: newProblem(g, nil, o.Loss, o.Constraint), method: o.Method}
			w.freedom = free
			for {
				j, ok := q.next()
				if !ok {
					return nil
				}
				w.recorder, w.aims = j.to, transformed{trs[j.to.kind]}
				if err := w.do(ctx, j); err != nil {
					return err
				}
				if err := q.finished(j.to); err != nil {
					return err
				}
			}
		})
	}
	if err := group.Wait(); err != nil {
		if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("invert: stopped after %d of %d pairs: %w", q.done, q.total, err)
		}
		return err
	}
	return nil
}

// job is the rows [low, high) of a range in the direction of ts, whose magnitudes
// grow. at[k] is the index of ts[k] among all targets.
type job struct {
	to        *recorder
	from      *origin
	low, high int
	ts        []float64
	at        []int
}

// recorder collects what the workers find in one range of trajectories for one
// transform. The rows of its set count from the range's first.
type recorder struct {
	q        *queue
	o        *Options
	kind     int // of transform
	of       Range
	set      *Dataset
	searches int // that share an origin

	// Protected by q.mu.
	pending int   // jobs that are not finished
	work    int64 // of these jobs alone
	shared  int64 // that of their origins
}

// newRecorders returns those of a range, one a transform.
func newRecorders(q *queue, of Range) []*recorder {
	all := make([]*recorder, q.kinds)
	for kind := range all {
		all[kind] = newRecorder(q, of)
		all[kind].kind = kind
	}
	return all
}

func newRecorder(q *queue, of Range) *recorder {
	n, o := of.High-of.Low, q.o
	set := &Dataset{
		T:     o.T,
		Z0:    generator.NewLatents(n, q.info.D),
		Z:     generator.NewLatents(n*len(o.T), q.info.D),
		Pairs: make([]Pair, n*len(o.T)),
		Settings: Settings{
			Method: o.Method.Name(), Loss: o.Loss.Name(), Constraint: o.Constraint.Name(),
			Levels:       o.Levels,
			Trajectories: n, Batch: o.Batch, MaxRelative: -1, Seed: o.Seed,
		},
	}
	q.info.Prior.Sample(set.Z0, o.Seed, uint64(of.Low))
	for i := range set.Z0.N {
		o.Constraint.Project(set.Z0.Row(i))
	}
	return &recorder{q: q, o: o, of: of, set: set}
}

// jobs cuts the work of recorders of one range at fixed indices of trajectories, so
// that what is computed together does not depend on how many do it. The transforms
// and signs of a batch are jobs of their own, which share its origin: more of them
// share the work more evenly.
func jobs(of []*recorder) []job {
	n, o := of[0].set.Z0.N, of[0].o
	up, _ := slices.BinarySearch(o.T, 0) // first positive target
	var out []job
	for low := 0; low < n; low += o.Batch {
		from := new(origin)
		plus := job{from: from, low: low, high: min(low+o.Batch, n)}
		minus := plus
		for k := up; k < len(o.T); k++ {
			plus.ts, plus.at = append(plus.ts, o.T[k]), append(plus.at, k)
		}
		for k := up - 1; k >= 0; k-- {
			minus.ts, minus.at = append(minus.ts, o.T[k]), append(minus.at, k)
		}
		for _, r := range of {
			for _, j := range []job{plus, minus} {
				if len(j.ts) > 0 {
					j.to = r
					r.pending++
					from.searches++
					out = append(out, j)
				}
			}
		}
		for _, r := range of {
			r.searches = from.searches // the same for every batch
		}
	}
	return out
}

// worker follows one batch after the other.
type worker struct {
	*Problem
	recorder *recorder
	method   Method

	still              []float64        // the errors of not moving
	stillTarget, cover generator.Images // and what they are measured against
}

func (w *worker) do(ctx context.Context, j job) error {
	before := w.work
	if err := w.startFrom(ctx, w.recorder.set.Z0.Slice(j.low, j.high), j.from); err != nil {
		return err
	}
	w.still = append(w.still[:0], make([]float64, j.high-j.low)...)
	emitted := 0
	err := w.method.Follow(ctx, w.Problem, j.ts, func(k int, z *generator.Latents, value []float64, notes []Note) error {
		if k != emitted || k >= len(j.ts) || z.N != w.N() || z.D != w.D() || len(value) != w.N() || notes != nil && len(notes) != w.N() {
			return fmt.Errorf("invert: method %s emitted target %d with %d codes of length %d, %d losses and %d notes, where target %d with %d codes of length %d was due",
				w.method.Name(), k, z.N, z.D, len(value), len(notes), emitted, w.N(), w.D())
		}
		emitted++
		if err := w.measureStill(j.ts[k]); err != nil {
			return err
		}
		w.record(j, k, z, value, notes)
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	if emitted < len(j.ts) {
		return fmt.Errorf("invert: method %s emitted %d of %d targets", w.method.Name(), emitted, len(j.ts))
	}
	w.recorder.q.mu.Lock()
	w.recorder.work += w.work - before
	w.recorder.shared += w.origin.work // all of it: every search asks for the same
	w.recorder.q.mu.Unlock()
	return nil
}

// measureStill uses images of its own, so as not to disturb the method's aim.
func (w *worker) measureStill(t float64) error {
	if err := w.aims.at(&w.stillTarget, &w.cover, w.source, 0, t); err != nil {
		return err
	}
	return w.loss.Eval(w.still, nil, w.source, &w.stillTarget, &w.cover)
}

func (w *worker) record(j job, k int, z *generator.Latents, value []float64, notes []Note) {
	r := w.recorder
	sum := 0.0
	for i, v := range value {
		row := (j.low+i)*len(r.set.T) + j.at[k]
		pair := Pair{Trajectory: j.low + i, T: j.ts[k], Status: w.status[i]}
		if notes != nil {
			n := notes[i]
			pair.Converged, pair.Iterations, pair.Work = n.Converged, n.Iterations, n.Work
			if pair.Status == Kept {
				pair.Status, pair.LeftAt = n.Status, n.LeftAt
			}
		}
		copy(r.set.Z.Row(row), r.set.Z0.Row(j.low+i))
		if pair.measured() {
			pair.Error, pair.Still = v, w.still[i]
			pair.Active = isActive(w.Constraint(i), z.Row(i))
			w.freedom.put(r.set.Z.Row(row), z.Row(i))
			sum += v
		}
		r.set.Pairs[row] = pair // every row has one writer
	}
	r.q.progress(len(value), j.ts[k], sum/float64(len(value)))
}
