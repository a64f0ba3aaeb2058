package invert

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/transform"
)

// Range is the trajectories with the indices Low ≤ i < High.
type Range struct{ Low, High int }

// RunRanges does what Run does for several ranges of trajectories and hands each
// to done as soon as it is complete, as a Dataset whose row i is trajectory
// Low+i. No more of them are in memory at a time than are being worked on, so
// that their number is not limited. opts.Trajectories does not count, and nothing
// is dropped: that takes all pairs (Dataset.Select).
//
// A range gives the same pairs, bit for bit, whatever the other ranges and the
// number of workers; cut at multiples of opts.Batch, ranges give those of a
// single Run.
//
// done is called by one goroutine at a time, in no particular order, and keeps
// what it is given. Its error ends the run and is returned, and so are the errors
// that Run returns, but for ErrAllFailed.
func RunRanges(ctx context.Context, g generator.Differentiable, tr transform.Transform, opts *Options, ranges []Range, done func(of Range, part *Dataset) error) error {
	o, err := prepare(g, tr, opts)
	if err != nil {
		return err
	}
	for _, r := range ranges {
		if r.Low < 0 || r.High <= r.Low {
			return fmt.Errorf("%w: the trajectories [%d, %d) are none: give ranges with 0 ≤ Low < High", ErrOptions, r.Low, r.High)
		}
	}
	return run(ctx, g, []transform.Transform{tr}, &o, ranges, func(of Range, _ int, part *Dataset) error { return done(of, part) })
}

// queue deals out the jobs of all ranges in order.
type queue struct {
	info    generator.Info
	o       *Options
	kinds   int // transforms
	deliver func(of Range, kind int, part *Dataset) error
	turn    sync.Mutex // held while deliver runs

	mu     sync.Mutex
	ranges []Range // not begun
	left   []job   // of those begun
	done   int     // pairs
	total  int
}

func newQueue(info generator.Info, o *Options, kinds int, ranges []Range, deliver func(Range, int, *Dataset) error) *queue {
	q := &queue{info: info, o: o, kinds: kinds, deliver: deliver, ranges: slices.Clone(ranges)}
	for _, r := range ranges {
		q.total += (r.High - r.Low) * len(o.T) * kinds
	}
	return q
}

// jobs returns a number that no more jobs exceed, to be asked before the first is
// dealt out.
func (q *queue) jobs() int {
	n := 0
	for _, r := range q.ranges {
		n += 2 * q.kinds * ((r.High - r.Low + q.o.Batch - 1) / q.o.Batch) // one a sign
	}
	return n
}

// next returns a job.
func (q *queue) next() (job, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.left) == 0 {
		if len(q.ranges) == 0 {
			return job{}, false
		}
		q.left = jobs(newRecorders(q, q.ranges[0]))
		q.ranges = q.ranges[1:]
	}
	j := q.left[0]
	q.left[0] = job{} // what its origin holds is not needed any longer than the job
	q.left = q.left[1:]
	return j, true
}

// finished is told after each job of r; the last one completes it.
func (q *queue) finished(r *recorder) error {
	q.mu.Lock()
	r.pending--
	complete := r.pending == 0
	q.mu.Unlock()
	if !complete {
		return nil
	}
	r.set.ForwardEquivalents = (float64(r.work) + float64(r.shared)/float64(r.searches)) / float64(r.set.Z0.N)
	q.turn.Lock()
	defer q.turn.Unlock()
	return q.deliver(r.of, r.kind, r.set)
}

// progress counts n more pairs.
func (q *queue) progress(n int, t, err float64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.done += n
	if q.o.Progress != nil {
		q.o.Progress(Progress{Done: q.done, Total: q.total, T: t, Error: err})
	}
}
