package report

import (
	"math"
	"strconv"
	"strings"

	"github.com/lcfv-go/lcfv"
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

// varied reports whether different changes were measured, without which there is no
// slope and no correlation.
func varied(e *lcfv.Evaluation) bool {
	for _, q := range e.Requests {
		if q.Requested != e.Requests[0].Requested {
			return true
		}
	}
	return false
}

// slope writes that of an evaluation.
func slope(e *lcfv.Evaluation) string {
	if !varied(e) {
		return "–"
	}
	return strings.ReplaceAll(strconv.FormatFloat(e.Slope, 'f', 3, 64), "-", "−")
}
