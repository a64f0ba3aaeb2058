package factor

import (
	"math"
	"slices"
)

// Bound says what ends a model's range.
type Bound string

// What may end a range.
const (
	// BySupport: beyond it there are too few codes to know g.
	BySupport Bound = "support"
	// BySaturation: beyond it the factor hardly grows any more.
	BySaturation Bound = "saturation"
	// ByError: beyond it pairs contradict the model by more than
	// Options.Tolerance.
	ByError Bound = "error"
)

// limits finds the ends of the range, in positions: from the middle of the codes
// as far as all of support, slopes and errors allow.
func (p *problem) limits(st *state, on ground, cross []float64, tolerance float64) (low, high float64, lowBy, highBy Bound) {
	positions := p.positions(st.u)
	middle := percentile(positions, 0.5)
	low, high = p.supported(st, positions)
	lowBy, highBy = BySupport, BySupport
	narrow := func(from, to float64, by Bound) {
		if from > low {
			low, lowBy = from, by
		}
		if to < high {
			high, highBy = to, by
		}
	}
	from, to := rising(st, on, middle)
	narrow(from, to, BySaturation)
	if tolerance > 0 {
		from, to = p.accurate(st, cross, tolerance, middle)
		narrow(from, to, ByError)
	}
	return low, high, lowBy, highBy
}

// supported returns the positions beyond which less than a hundredth of the codes
// lie, or less than three trajectories go: codes of one trajectory are as good as
// one when it comes to what g is there for others.
func (p *problem) supported(st *state, positions []float64) (low, high float64) {
	first, last := make([]float64, p.groups), make([]float64, p.groups)
	for g := range p.groups {
		first[g], last[g] = math.Inf(1), math.Inf(-1)
	}
	for i, g := range p.group {
		first[g] = min(first[g], st.p0[i], st.p1[i])
		last[g] = max(last[g], st.p0[i], st.p1[i])
	}
	slices.Sort(first)
	slices.Sort(last)
	// Never past the middle, so that few trajectories leave a range as well.
	k := min(3, (p.groups+1)/2)
	return max(percentile(positions, 0.01), first[k-1]), min(percentile(positions, 0.99), last[len(last)-k])
}

// rising returns the ends of the cells about middle that are steeper than the floor
// of the slopes: one at the floor is as steep as it had to be made, not as the
// pairs are.
func rising(st *state, on ground, middle float64) (from, to float64) {
	from, to = math.Inf(-1), math.Inf(1)
	at := on.locate(middle)
	if !st.free[at] {
		return from, to // flat in the middle: a poor model, but no end is in sight
	}
	for k := at; k >= 0; k-- {
		if !st.free[k] {
			from = on.knots[k+1]
			break
		}
	}
	for k := at; k < on.cells(); k++ {
		if !st.free[k] {
			to = on.knots[k]
			break
		}
	}
	return from, to
}

// accurate returns how far from middle to either side the errors of left-out pairs
// stay within the tolerance: the root mean square over windows of pairs that begin
// or end next to each other.
func (p *problem) accurate(st *state, cross []float64, tolerance, middle float64) (from, to float64) {
	type end struct{ at, square float64 }
	ends := make([]end, 0, 2*p.n)
	for i, r := range cross {
		ends = append(ends, end{st.p0[i], r * r}, end{st.p1[i], r * r})
	}
	slices.SortStableFunc(ends, func(a, b end) int {
		switch {
		case a.at < b.at:
			return -1
		case a.at > b.at:
			return 1
		}
		return 0
	})
	// A window of a twentieth of all ends is that of three trajectories of the
	// usual sixty.
	width := max(len(ends)/20, 1)
	within := func(first int) bool {
		sum := 0.0
		for _, e := range ends[first : first+width] {
			sum += e.square
		}
		return sum <= tolerance*tolerance*float64(width)
	}
	centre := 0
	for centre < len(ends)-1 && ends[centre].at < middle {
		centre++
	}
	from, to = math.Inf(-1), math.Inf(1)
	for k := min(centre, len(ends)-width); k >= 0; k-- {
		if !within(k) {
			from = ends[min(k+width, len(ends)-1)].at
			break
		}
	}
	for k := max(centre-width, 0); k <= len(ends)-width; k++ {
		if !within(k) {
			to = ends[k].at
			break
		}
	}
	return from, to
}
