package invert

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/lcfv-go/lcfv/generator"
	"gonum.org/v1/gonum/stat"
)

// Status says what became of a pair.
type Status uint8

// The statuses of a pair.
const (
	Kept      Status = iota // good for a fit
	Unreached               // the image got nowhere near the target: Options.MaxRelative
	Worst                   // among the largest errors of its t
	NotFinite               // the trajectory met a NaN or an infinity
	Undefined               // the transform left no pixel defined
	Left                    // the trajectory left, on the way, what the generator can draw
)

// String returns a word or two for people.
func (s Status) String() string {
	switch s {
	case Kept:
		return "kept"
	case Unreached:
		return "target not reached"
	case Worst:
		return "worst of its t"
	case NotFinite:
		return "not finite"
	case Undefined:
		return "target undefined"
	case Left:
		return "left the range"
	}
	return "unknown"
}

// Pair is what one trajectory found for one target. Where its status is Left, the
// code is the last one before the trajectory left, at LeftAt, and the error that of
// its image; where it is NotFinite or Undefined, there is neither.
type Pair struct {
	Trajectory int     // row of z_0
	T          float64 // in the transform's unit
	Error      float64 // loss of G(z_t) against T_t(G(z_0))
	Still      float64 // loss of G(z_0) against it: the error of not moving at all
	Status     Status

	// How the code was found, by a method that says so. A pair that has not
	// Converged ran out of iterations, or stalled.
	Converged  bool
	Iterations int
	Work       float64 // forward equivalents, all of what it shares with others, and nothing that fills up a batch
	LeftAt     float64 // the t where the trajectory left, if Status is Left; else 0
	Active     bool    // the constraint holds the code
}

// Relative returns the error in units of that of not moving at all, and 1 where
// the transform changed nothing.
func (p Pair) Relative() float64 {
	if p.Still > 0 {
		return p.Error / p.Still
	}
	return 1
}

// measured reports whether the trajectory got as far as this target.
func (p Pair) measured() bool { return p.Status != NotFinite && p.Status != Undefined }

// Dataset is the outcome of a run. Its pairs are ordered by trajectory, then t;
// errors are values of the loss.
type Dataset struct {
	T     []float64          // the targets, increasing
	Z0    *generator.Latents // one code a trajectory
	Z     *generator.Latents // row i is the code z_t of Pairs[i]
	Pairs []Pair

	// ForwardEquivalents is the generator's work a trajectory, over all
	// targets: a forward pass counts 1, a pullback 2, a pushforward 1.
	ForwardEquivalents float64

	// Settings describe the run in words, for files and reports.
	Settings Settings
}

// Settings name what a run used, defaults filled in.
type Settings struct {
	Method, Loss, Constraint string
	Levels                   []generator.Level // that could move; nil: the whole code
	Trajectories             int
	Batch                    int
	MaxRelative              float64 // -1: no limit
	Drop                     float64
	Seed                     uint64
}

// Kept returns the pairs that are good for a fit: row i of z0 and z1 are z_0 and
// z_t of a pair, t[i] is its parameter and trajectory[i] the index of its
// trajectory. They are copies.
func (d *Dataset) Kept() (z0, z1 *generator.Latents, t []float64, trajectory []int) {
	n := d.Count(Kept)
	z0, z1 = generator.NewLatents(n, d.Z0.D), generator.NewLatents(n, d.Z0.D)
	t, trajectory = make([]float64, 0, n), make([]int, 0, n)
	for i, p := range d.Pairs {
		if p.Status != Kept {
			continue
		}
		copy(z0.Row(len(t)), d.Z0.Row(p.Trajectory))
		copy(z1.Row(len(t)), d.Z.Row(i))
		t, trajectory = append(t, p.T), append(trajectory, p.Trajectory)
	}
	return z0, z1, t, trajectory
}

// Count returns the number of pairs with a status.
func (d *Dataset) Count(s Status) int {
	n := 0
	for _, p := range d.Pairs {
		if p.Status == s {
			n++
		}
	}
	return n
}

// Select marks the pairs that missed their target as Unreached or Worst, as
// o.MaxRelative and o.Drop say; it looks at no other option. Run has done so
// already; a dataset put together from parts needs it, once. If there is no pair
// to keep, the error wraps ErrAllFailed.
func (d *Dataset) Select(o *Options) error {
	var s Options
	if o != nil {
		s = *o
	}
	if err := s.settleSelection(); err != nil {
		return err
	}
	if d.Count(Kept) == 0 {
		more := ""
		if d.Settings.Levels != nil {
			more = ", or let more levels move"
		}
		return fmt.Errorf("%w: of %d pairs, %d met values that are not finite, %d have a target without a defined pixel "+
			"and %d ask for what the generator cannot draw: check its weights and pixel range (lcfv check), or ask for a smaller range%s",
			ErrAllFailed, len(d.Pairs), d.Count(NotFinite), d.Count(Undefined), d.Count(Left), more)
	}
	d.Settings.MaxRelative, d.Settings.Drop = s.MaxRelative, max(s.Drop, 0)
	d.drop(d.Settings.MaxRelative, d.Settings.Drop)
	return nil
}

// drop marks, separately for every t, the pairs that missed their target: first
// those in the worse half whose relative error exceeds limit·R/|t|, where R is the
// largest |t|, as Unreached, unless limit is negative; then the given fraction of
// what remains, as Worst. Pooling the errors of all t instead would take nearly all
// of them from the largest |t|.
func (d *Dataset) drop(limit, fraction float64) {
	var at []int
	kept := func(k int) []int {
		at = at[:0]
		for i := k; i < len(d.Pairs); i += len(d.T) {
			if d.Pairs[i].Status == Kept {
				at = append(at, i)
			}
		}
		return at
	}
	reach := max(math.Abs(d.T[0]), math.Abs(d.T[len(d.T)-1]))
	for k, t := range d.T {
		limit := limit * reach / math.Abs(t)
		pairs := kept(k)
		d.sort(pairs, Pair.Relative)
		for _, i := range pairs[:len(pairs)/2] {
			if limit >= 0 && d.Pairs[i].Relative() > limit {
				d.Pairs[i].Status = Unreached
			}
		}
		pairs = kept(k)
		d.sort(pairs, func(p Pair) float64 { return p.Error })
		for _, i := range pairs[:int(fraction*float64(len(pairs))+0.5)] {
			d.Pairs[i].Status = Worst
		}
	}
}

// sort puts the largest first and equal ones in the order of trajectories.
func (d *Dataset) sort(pairs []int, by func(Pair) float64) {
	slices.SortStableFunc(pairs, func(a, b int) int { return cmp.Compare(by(d.Pairs[b]), by(d.Pairs[a])) })
}

// MedianError returns the median error over all pairs that have one, dropped or
// not, and 0 where there is none.
func (d *Dataset) MedianError() float64 {
	return median(d.Pairs, func(p Pair) float64 { return p.Error })
}

// Summary describes the pairs of one |t|.
type Summary struct {
	T              float64 // |t|
	N              int     // pairs that have an error
	Kept           int
	MedianError    float64
	MedianRelative float64
	P90Error       float64 // 90th percentile
}

// Summarize returns one summary for every |t|, in increasing order.
func (d *Dataset) Summarize() []Summary {
	by := map[float64][]Pair{}
	var ts []float64
	for _, p := range d.Pairs {
		t := max(p.T, -p.T)
		if by[t] == nil {
			ts = append(ts, t)
		}
		by[t] = append(by[t], p)
	}
	slices.Sort(ts)
	out := make([]Summary, len(ts))
	for i, t := range ts {
		s := Summary{T: t}
		for _, p := range by[t] {
			if p.measured() {
				s.N++
			}
			if p.Status == Kept {
				s.Kept++
			}
		}
		s.MedianError = median(by[t], func(p Pair) float64 { return p.Error })
		s.MedianRelative = median(by[t], Pair.Relative)
		s.P90Error = quantile(0.9, by[t], func(p Pair) float64 { return p.Error })
		out[i] = s
	}
	return out
}

func median(pairs []Pair, of func(Pair) float64) float64 { return quantile(0.5, pairs, of) }

// quantile is taken over the pairs that have an error.
func quantile(q float64, pairs []Pair, of func(Pair) float64) float64 {
	var v []float64
	for _, p := range pairs {
		if p.measured() {
			v = append(v, of(p))
		}
	}
	if len(v) == 0 {
		return 0
	}
	slices.Sort(v)
	return stat.Quantile(q, stat.LinInterp, v, nil)
}
