package lcfv

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Limits are the part of a control's range in which it was seen to keep a
// promise: of the changes asked of codes from the prior, the share Share comes
// out within Tolerance. Delimit measures them. A Control that has Limits refuses
// what is outside.
//
// The zero value allows no change at all.
type Limits struct {
	// Low and High bound the value of the factor that a change leads from and to,
	// and Change its size. A Change of 0 says that the promise is kept nowhere, so
	// that every change is refused; Low and High mean nothing then.
	Low, High float64
	Change    float64

	// The promise: what is measured on images, the largest error, in the
	// control's unit, and the share of the requests that are to stay below it.
	Measure   string
	Tolerance float64
	Share     float64

	// Coverage is the share of Requests that came out within Tolerance, with a
	// 95 % interval over codes. They are those inside the limits that ask for more
	// than Tolerance, because to stay where one is would do for the others; where
	// the limits are empty, all in the control's range.
	Coverage   float64
	CoverageCI [2]float64
	Requests   int

	// How this was measured: on Samples codes that Seed determines, of which
	// Undetected showed no object to begin with and say nothing.
	Samples    int
	Seed       uint64
	Undetected int
}

// Empty reports whether the limits allow no change at all.
func (l *Limits) Empty() bool { return l.Change == 0 }

// Validate reports what makes the limits unusable, if anything does.
func (l *Limits) Validate() error {
	for _, v := range []float64{l.Low, l.High, l.Change, l.Tolerance, l.Share, l.Coverage, l.CoverageCI[0], l.CoverageCI[1]} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("lcfv: the limits hold %g: numbers must be finite", v)
		}
	}
	switch {
	case l.Change < 0 || l.Tolerance < 0:
		return errors.New("lcfv: the limits' largest change or tolerance is negative")
	case !l.Empty() && l.Low >= l.High:
		return fmt.Errorf("lcfv: the limits [%g, %g] are empty: a largest change of 0 says so", l.Low, l.High)
	}
	return nil
}

// Bound says which bound a request is beyond.
type Bound uint8

// The bounds of a request.
const (
	RangeBound  Bound = iota // the range of values
	ChangeBound              // the largest change, Limits.Change
	StartBound               // the range, by the value to start from: how far it moves is not known
	NoBound                  // none: the control's limits are empty
	PathBound                // the codes that the control's Curve was learned from
)

// bounds are what a control lets a code do: go to values in [low, high] by at most
// change, or stay.
type bounds struct {
	low, high float64
	change    float64 // infinite where it has no limit of its own
}

// bounds returns those of the control's requests.
func (c *Control) bounds() bounds {
	switch {
	case c.Limits != nil:
		return bounds{c.Limits.Low, c.Limits.High, c.Limits.Change}
	case c.Curve != nil: // which has bounds of its own
		return bounds{math.Inf(-1), math.Inf(1), math.Inf(1)}
	}
	return bounds{c.Model.Low, c.Model.High, math.Inf(1)}
}

// holds reports whether the bounds allow the change of a trial.
func (b bounds) holds(t trial) bool {
	return b.start(t.from) && b.contain(t.to) && math.Abs(t.to-t.from) <= b.change
}

// start reports whether what a code's factor is at p is known well enough for it to
// be changed. A code that was moved to a bound may be beyond it by rounding.
func (b bounds) start(p float64) bool {
	slack := 1e-5 * (b.high - b.low)
	return p >= b.low-slack && p <= b.high+slack
}

// refuse describes the request to go from p to t.
func (b bounds) refuse(p, t, nearest float64, beyond Bound, unit string) error {
	return &RangeError{
		Asked: t, Nearest: nearest, Low: b.low, High: b.high, Unit: unit,
		Beyond: beyond, By: t - p, Change: b.change,
	}
}

func (b bounds) contain(t float64) bool { return t >= b.low && t <= b.high }

// allow returns the value nearest to t that a code at p may go to, and where that
// is not t itself, which bound t is beyond.
func (b bounds) allow(p, t float64) (nearest float64, beyond Bound, ok bool) {
	low, high := max(b.low, p-b.change), min(b.high, p+b.change)
	switch {
	case b.change == 0:
		return p, NoBound, t == p
	case t != t: // not a number: stay
		return p, RangeBound, false
	case t >= low && t <= high:
		return t, 0, true
	}
	beyond = RangeBound
	if b.contain(t) {
		beyond = ChangeBound
	}
	if low > high { // so far outside that no change leads inside
		return p, beyond, false
	}
	return min(max(t, low), high), beyond, false
}

// Reach returns how far trajectories got that the control was learned from: the
// targets furthest from 0 on either side up to which each was reached by the share
// of them, 0 for none. Where nothing can be measured on images, this says what
// changes the generator can draw at all. A record without Reached, of an older
// version, knows of none.
func (r InversionRecord) Reach(share float64) (low, high float64) {
	if len(r.Reached) != len(r.Targets) {
		return 0, 0
	}
	for i, t := range r.Targets { // which increase
		if t > 0 && r.Reached[i] < share {
			break
		}
		high = max(high, t)
	}
	for i, t := range slices.Backward(r.Targets) {
		if t < 0 && r.Reached[i] < share {
			break
		}
		low = min(low, t)
	}
	return low, high
}
