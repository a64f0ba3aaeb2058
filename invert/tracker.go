package invert

import (
	"context"
	"math"
	"slices"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/loss"
)

// tracker drives the tracks of a batch. Every round draws one code of each that
// is not done, so that the generator's batches stay full although each track has
// a pace of its own.
type tracker struct {
	*LevenbergMarquardt
	p       *Problem
	s       *squares
	ts      []float64
	emit    Emit
	tracks  []*track
	active  []*track // those not done
	found   []found  // by target
	sent    int      // targets emitted
	scratch []float32
}

// found is what there is to emit for a target.
type found struct {
	z     *generator.Latents
	value []float64
	notes []Note
}

func newFound(targets, n, d int) []found {
	all := make([]found, targets)
	for k := range all {
		all[k] = found{generator.NewLatents(n, d), make([]float64, n), make([]Note, n)}
	}
	return all
}

func newTracker(m *LevenbergMarquardt, p *Problem, l loss.LeastSquares, ts []float64, emit Emit) *tracker {
	f := &tracker{LevenbergMarquardt: m, p: p, s: newSquares(p, l), ts: ts, emit: emit, found: newFound(len(ts), p.N(), p.D())}
	for i := range p.N() {
		t := &track{i: i, source: *p.source.Slice(i, i+1), stale: true, damping: m.Damping}
		t.base.z = slices.Clone(p.Start().Row(i))
		t.base.image.CopyFrom(&t.source)
		t.done = !p.Alive(i)
		f.tracks = append(f.tracks, t)
		if !t.done {
			f.active = append(f.active, t)
		}
	}
	return f
}

// round brings every active track one code further.
func (f *tracker) round(ctx context.Context) error {
	for _, t := range f.active {
		if t.tries == 0 {
			if err := f.depart(t); err != nil {
				return err
			}
		}
	}
	if err := f.refresh(ctx); err != nil {
		return err
	}
	for _, t := range f.active {
		if t.done {
			continue
		}
		if err := f.propose(t); err != nil {
			return err
		}
	}
	if trying := f.having(func(t *track) bool { return t.tries > 0 && !t.stale }); len(trying) > 0 {
		if err := f.s.draw(ctx, trying); err != nil {
			return err
		}
		for _, t := range trying {
			if err := f.judge(t); err != nil {
				return err
			}
		}
	}
	f.active = f.having(func(*track) bool { return true })
	return f.send()
}

// having returns the active tracks that are not done and for which is holds.
func (f *tracker) having(is func(*track) bool) []*track {
	var out []*track
	for _, t := range f.active {
		if !t.done && is(t) {
			out = append(out, t)
		}
	}
	return out
}

// depart aims a track that is at a point of its path at the next.
func (f *tracker) depart(t *track) error {
	from, to := 0.0, f.ts[t.next]
	if t.next > 0 {
		from = f.ts[t.next-1]
	}
	aim := t.t + math.Ldexp(to-from, -t.halved)
	if math.Abs(to-aim) < 0.5*math.Abs(aim-t.t) || math.Abs(aim) > math.Abs(to) {
		aim = to // leave no short rest
	}
	if err := f.s.aim(t, aim); err != nil {
		return err
	}
	if blank(t.mask.Pix) {
		return f.end(t, Undefined)
	}
	t.trial.image.CopyFrom(&t.source)
	if err := f.s.measure(t, &t.trial); err != nil {
		return err
	}
	t.still = t.trial.value
	t.depart()
	return f.s.measure(t, &t.cur)
}

// refresh computes the Jacobians that are not good enough any more, those of one
// rank together.
func (f *tracker) refresh(ctx context.Context) error {
	stale := f.having(func(t *track) bool { return t.stale })
	of := make([][]*track, f.p.D()+1) // by rank
	for _, t := range stale {
		if f.p.origin.recall(f.s, t) {
			continue
		}
		k := t.rank(f.Negligible, f.p.D())
		of[k] = append(of[k], t)
	}
	for rank, tracks := range of {
		for part := range pieces(tracks, f.s.most) {
			if err := f.s.linearize(ctx, part, rank); err != nil {
				return err
			}
		}
	}
	for _, t := range stale {
		t.stale, t.whole = false, false
	}
	return nil
}

// near is the relative error below which updates of a Jacobian are trusted to tell
// that nothing more is to be gained.
const near = 0.1

// propose finds the next code to try, unless nothing is expected of it or the
// Jacobian is too old to say.
func (f *tracker) propose(t *track) error {
	if err := f.s.apply(t); err != nil {
		return err
	}
	if !f.s.normal(t) {
		return f.end(t, NotFinite)
	}
	t.propose(f.p.Constraint(t.i))
	if t.tries > 0 && t.expect <= f.Tolerance*t.cur.value {
		// Far from an exact match, only a Jacobian of this very code can tell, and
		// when that happens first, only one along all directions.
		if !t.jac.fresh && t.cur.value > near*t.still {
			t.stale, t.whole = true, !t.astray
			return nil
		}
		return f.settle(t, true)
	}
	t.tries++
	t.note.Iterations++
	return nil
}

// judge takes the trial code or leaves it, and learns from it, unless all that it
// says is that the step was too long for a Jacobian of the present code.
func (f *tracker) judge(t *track) error {
	gain := t.cur.value - t.trial.value
	t.spoiled = t.spoiled || math.IsInf(t.trial.value, 1)
	if gain > 0 || !t.jac.fresh {
		f.scratch = t.learn(f.scratch)
	}
	if gain > 0 {
		t.cur, t.trial = t.trial, t.cur
		t.jac.fresh = false
		if gain > 0.5*t.expect {
			t.damping = max(t.damping/10, f.Damping)
		}
	} else {
		t.damping = max(10*t.damping, 0.01)
	}
	t.stale = !t.jac.fresh && (t.jac.age >= f.Refresh || !(gain >= 0.1*t.expect))
	switch {
	case t.cur.value <= f.Exact*t.still:
		return f.settle(t, true)
	case t.tries >= f.Iterations:
		return f.settle(t, false)
	}
	return nil
}

// settle ends the search for a track's aim: it arrives there, tries half the way,
// or gives up.
func (f *tracker) settle(t *track, converged bool) error {
	easy := t.tries <= 2
	t.tries = 0
	lost := t.cur.value > f.Limit*t.still
	far := t.cur.value > 0.1*f.Limit*t.still
	poor := lost || !converged && (t.spoiled || far)
	// Half the way is easier where the linear model promised what did not come
	// true. Where it promises little, or shorter steps did not help at the last
	// aim, the target itself is what is wrong.
	if poor && t.halved < f.Halvings && !t.astray && (t.spoiled || t.expect > 0.1*t.cur.value) {
		t.halved++
		if !slices.Equal(t.cur.z, t.base.z) {
			t.jac.fresh = false
		}
		t.stale = !t.jac.fresh // else it belongs to codes that led nowhere
		return nil
	}
	switch {
	case poor && t.spoiled:
		return f.end(t, NotFinite)
	case lost:
		return f.end(t, Left)
	case poor:
		t.halved = 0
	case easy && t.halved > 0:
		t.halved--
	}
	t.astray = far
	t.arrive()
	if t.t != f.ts[t.next] {
		return nil
	}
	t.note.Converged = converged
	f.keep(t, &t.base, t.cur.value)
	t.note = Note{}
	t.next++
	t.done = t.next == len(f.ts)
	return nil
}

// keep records what was found for a track's next target.
func (f *tracker) keep(t *track, at *spot, value float64) {
	to := &f.found[t.next]
	copy(to.z.Row(t.i), at.z)
	to.value[t.i], to.notes[t.i] = value, t.note
}

// end gives a track up. Its remaining targets are measured where it has come to,
// which takes no drawing.
func (f *tracker) end(t *track, why Status) error {
	t.done = true
	t.note.Converged = false
	for ; t.next < len(f.ts); t.next++ {
		if err := f.s.aim(t, f.ts[t.next]); err != nil {
			return err
		}
		t.note.Status, t.note.LeftAt = why, 0
		if why == Left {
			t.note.LeftAt = t.t
		}
		if blank(t.mask.Pix) {
			t.note.Status, t.note.LeftAt = Undefined, 0
		} else if err := f.s.measure(t, &t.base); err != nil {
			return err
		}
		f.keep(t, &t.base, t.base.value)
		t.note = Note{}
	}
	return nil
}

// send emits the targets that all tracks have passed.
func (f *tracker) send() error {
	for ; f.sent < len(f.ts); f.sent++ {
		for _, t := range f.active {
			if !t.done && t.next <= f.sent {
				return nil
			}
		}
		of := &f.found[f.sent]
		if err := f.emit(f.sent, of.z, of.value, of.notes); err != nil {
			return err
		}
	}
	return nil
}
