package chart

import (
	"fmt"
	"math"
	"strings"
)

// span is a range of numbers.
type span struct{ low, high float64 }

// nothing is the range that holds no number.
var nothing = span{math.Inf(1), math.Inf(-1)}

func spanOf(lists ...[]float64) span {
	s := nothing
	for _, list := range lists {
		for _, v := range list {
			s = s.join(span{v, v})
		}
	}
	return s
}

func (s span) empty() bool { return !(s.low <= s.high) }

// join returns the smallest range that holds both.
func (s span) join(o span) span {
	return span{math.Min(s.low, o.low), math.Max(s.high, o.high)}
}

// padded returns a range with room at its ends, and of some length.
func (s span) padded(log bool) span {
	const share = 0.05
	if log {
		by := math.Pow(s.high/s.low, share)
		if by == 1 {
			by = 2
		}
		return span{s.low / by, s.high * by}
	}
	by := share * (s.high - s.low)
	if by == 0 {
		by = math.Max(math.Abs(s.low)/2, 1e-3)
	}
	return span{s.low - by, s.high + by}
}

// finite reports which number of a list is none, if any is.
func finite(what string, list []float64) error {
	for i, v := range list {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%s[%d] is %g: leave it out", what, i, v)
		}
	}
	return nil
}

// alike reports whether lists that belong together have the same length, none of
// them empty and all of them finite numbers. A nil one that is not the first is
// left out.
func alike(names []string, lists ...[]float64) error {
	if len(lists[0]) == 0 {
		return fmt.Errorf("%s is empty: give at least one number", names[0])
	}
	for i, list := range lists {
		if list == nil {
			continue
		}
		if len(list) != len(lists[0]) {
			return fmt.Errorf("%s has length %d, %s has %d: give as many", names[i], len(list), names[0], len(lists[0]))
		}
		if err := finite(names[i], list); err != nil {
			return err
		}
	}
	return nil
}

// cutLine returns the first line of a text and the others.
func cutLine(txt string) (first, rest string) {
	first, rest, _ = strings.Cut(txt, "\n")
	return first, rest
}
