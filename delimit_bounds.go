package lcfv

import "math"

// grid is the number of parts that the range, and the changes, are divided into
// for bounds to lie between.
const grid = 20

// widest returns, of all bounds within which trials keep the promise, those that
// allow the most of them, and false where there are none. Values lie in all.
func widest(trials []trial, all bounds, tolerance, share float64) (best bounds, ok bool) {
	least, most := 2*tolerance, all.high-all.low
	if !(least <= most) {
		return bounds{}, false
	}
	size := 0
	at := func(low, high float64, k int) float64 { return low + (high-low)*float64(k)/grid }
	for i := range grid {
		for j := grid; j > i; j-- {
			for k := grid; k >= 0; k-- {
				b := bounds{at(all.low, all.high, i), at(all.low, all.high, j), at(least, most, k)}
				n := b.count(trials)
				if n <= size {
					break // as are all with smaller changes
				}
				if b.keep(trials, tolerance, share) {
					best, size = b, n
				}
			}
		}
	}
	return best, size > 0
}

// count returns how many of the trials the bounds allow.
func (b bounds) count(trials []trial) int {
	n := 0
	for _, t := range trials {
		if b.holds(t) {
			n++
		}
	}
	return n
}

// The promise is looked at in this many parts of the values and of the changes
// that bounds allow, and each has to have this many trials.
const (
	valueParts  = 8
	changeParts = 4
	fewest      = 20
)

// keep reports whether enough of the trials that b allows are met: share of all of
// them, and in no part of the values or the changes are there more than twice as
// many misses as that leaves. Otherwise good luck in the middle would pay for
// what is hopeless at the edges.
func (b bounds) keep(trials []trial, tolerance, share float64) bool {
	var values, changes [max(valueParts, changeParts)]tally
	var all tally
	for _, t := range trials {
		if !t.asks(tolerance) || !b.holds(t) {
			continue
		}
		all.add(t.met)
		values[part(t.to, b.low, b.high, valueParts)].add(t.met)
		changes[part(math.Abs(t.to-t.from), tolerance, b.change, changeParts)].add(t.met)
	}
	if !all.reaches(share) {
		return false
	}
	for _, v := range values[:valueParts] {
		if !v.reaches(2*share - 1) {
			return false
		}
	}
	for _, v := range changes[:changeParts] {
		if !v.reaches(2*share - 1) {
			return false
		}
	}
	return true
}

// part returns which of n equal parts of [low, high] v is in.
func part(v, low, high float64, n int) int {
	return min(max(int(float64(n)*(v-low)/(high-low)), 0), n-1)
}

// tally counts trials.
type tally struct{ n, met int }

func (c *tally) add(met bool) {
	c.n++
	if met {
		c.met++
	}
}

func (c *tally) reaches(share float64) bool {
	return c.n >= fewest && float64(c.met) >= share*float64(c.n)
}
