package invert

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

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
	if g == nil || tr == nil {
		return nil, fmt.Errorf("%w: generator and transform must not be nil", ErrOptions)
	}
	info := g.Info()
	o, err := opts.settled(info)
	if err != nil {
		return nil, err
	}
	r := newRecorder(info, &o)
	jobs := r.jobs()
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for range min(o.Workers, len(jobs)) {
		group.Go(func() error {
			w := &worker{Problem: newProblem(g, tr, o.Loss, o.Constraint), recorder: r, method: o.Method}
			for {
				i := int(next.Add(1)) - 1
				if i >= len(jobs) {
					return nil
				}
				if err := w.do(ctx, jobs[i]); err != nil {
					return err
				}
			}
		})
	}
	if err := group.Wait(); err != nil {
		if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			return nil, fmt.Errorf("invert: stopped after %d of %d pairs: %w", r.done, len(r.set.Pairs), err)
		}
		return nil, err
	}
	return r.finish(tr.Name())
}

// job is the trajectories [low, high) in the direction of ts, whose magnitudes
// grow. at[k] is the index of ts[k] among all targets.
type job struct {
	low, high int
	ts        []float64
	at        []int
}

// recorder collects what the workers find.
type recorder struct {
	o   *Options
	set *Dataset

	mu   sync.Mutex // for the fields below and Progress
	done int
	work int64
}

func newRecorder(info generator.Info, o *Options) *recorder {
	set := &Dataset{
		T:     o.T,
		Z0:    generator.NewLatents(o.Trajectories, info.D),
		Z:     generator.NewLatents(o.Trajectories*len(o.T), info.D),
		Pairs: make([]Pair, o.Trajectories*len(o.T)),
		Settings: Settings{
			Method: o.Method.Name(), Loss: o.Loss.Name(), Constraint: o.Constraint.Name(),
			Trajectories: o.Trajectories, Batch: o.Batch, MaxRelative: o.MaxRelative, Drop: o.Drop, Seed: o.Seed,
		},
	}
	info.Prior.Sample(set.Z0, o.Seed, 0)
	for i := range set.Z0.N {
		o.Constraint.Project(set.Z0.Row(i))
	}
	return &recorder{o: o, set: set}
}

// jobs cuts the work at fixed indices of trajectories, so that what is computed
// together does not depend on how many do it. The signs of a batch are jobs of
// their own: more of them share the work more evenly.
func (r *recorder) jobs() []job {
	up, _ := slices.BinarySearch(r.o.T, 0) // first positive target
	var out []job
	for low := 0; low < r.o.Trajectories; low += r.o.Batch {
		high := min(low+r.o.Batch, r.o.Trajectories)
		plus, minus := job{low: low, high: high}, job{low: low, high: high}
		for k := up; k < len(r.o.T); k++ {
			plus.ts, plus.at = append(plus.ts, r.o.T[k]), append(plus.at, k)
		}
		for k := up - 1; k >= 0; k-- {
			minus.ts, minus.at = append(minus.ts, r.o.T[k]), append(minus.at, k)
		}
		for _, j := range []job{plus, minus} {
			if len(j.ts) > 0 {
				out = append(out, j)
			}
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
	if err := w.start(ctx, w.recorder.set.Z0.Slice(j.low, j.high)); err != nil {
		return err
	}
	w.still = append(w.still[:0], make([]float64, j.high-j.low)...)
	emitted := 0
	err := w.method.Follow(ctx, w.Problem, j.ts, func(k int, z *generator.Latents, value []float64) error {
		if k != emitted || k >= len(j.ts) || z.N != w.N() || z.D != w.D() || len(value) != w.N() {
			return fmt.Errorf("invert: method %s emitted target %d with %d codes of length %d and %d losses, where target %d with %d codes of length %d was due",
				w.method.Name(), k, z.N, z.D, len(value), emitted, w.N(), w.D())
		}
		emitted++
		if err := w.measureStill(j.ts[k]); err != nil {
			return err
		}
		w.record(j, k, z, value)
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	if emitted < len(j.ts) {
		return fmt.Errorf("invert: method %s emitted %d of %d targets", w.method.Name(), emitted, len(j.ts))
	}
	w.recorder.mu.Lock()
	w.recorder.work += w.work - before
	w.recorder.mu.Unlock()
	return nil
}

// measureStill uses images of its own, so as not to disturb the method's aim.
func (w *worker) measureStill(t float64) error {
	if err := w.tr.Apply(&w.stillTarget, &w.cover, w.source, t); err != nil {
		return fmt.Errorf("invert: transform %s at t = %g: %w", w.tr.Name(), t, err)
	}
	return w.loss.Eval(w.still, nil, w.source, &w.stillTarget, &w.cover)
}

func (w *worker) record(j job, k int, z *generator.Latents, value []float64) {
	r := w.recorder
	sum := 0.0
	for i, v := range value {
		row := (j.low+i)*len(r.set.T) + j.at[k]
		pair := Pair{Trajectory: j.low + i, T: j.ts[k], Status: w.status[i]}
		if pair.Status == Kept {
			pair.Error, pair.Still = v, w.still[i]
			copy(r.set.Z.Row(row), z.Row(i))
			sum += v
		} else {
			copy(r.set.Z.Row(row), r.set.Z0.Row(j.low+i))
		}
		r.set.Pairs[row] = pair // every row has one writer
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done += len(value)
	if r.o.Progress != nil {
		r.o.Progress(Progress{Done: r.done, Total: len(r.set.Pairs), T: j.ts[k], Error: sum / float64(len(value))})
	}
}

func (r *recorder) finish(transform string) (*Dataset, error) {
	if r.set.Count(Kept) == 0 {
		return nil, fmt.Errorf("%w: of %d pairs for %s, %d met values that are not finite and %d have a target without a defined pixel: "+
			"check the generator's weights and pixel range (lcfv check), or ask for a smaller range",
			ErrAllFailed, len(r.set.Pairs), transform, r.set.Count(NotFinite), r.set.Count(Undefined))
	}
	r.set.drop(r.o.MaxRelative, r.o.Drop)
	r.set.ForwardEquivalents = float64(r.work) / float64(r.o.Trajectories)
	return r.set, nil
}
