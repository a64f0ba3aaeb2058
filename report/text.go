package report

import (
	"math"
	"strconv"
	"strings"
)

// number writes a figure as text does: with four decimals, or with three digits
// where these would not tell it.
func number(v float64) string {
	s := strconv.FormatFloat(v, 'f', 4, 64)
	if a := math.Abs(v); a != 0 && a < 0.001 || a >= 10000 {
		s = strconv.FormatFloat(v, 'g', 3, 64)
	}
	return strings.ReplaceAll(s, "-", "−")
}

// change writes a change as a column's heading does, with its sign.
func change(v float64) string {
	s := strings.Replace(strconv.FormatFloat(v, 'g', 4, 64), "-", "−", 1)
	if v > 0 {
		s = "+" + s
	}
	return s
}

func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 1, 64) + " %" }
