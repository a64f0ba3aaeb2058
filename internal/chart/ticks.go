package chart

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// Number writes a number as axes do, with the given number of decimals and a
// minus sign in place of a hyphen.
func Number(v float64, decimals int) string {
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-") // no negative zero
	}
	return strings.Replace(s, "-", "−", 1)
}

// short writes a number in as few digits as tell it.
func short(v float64) string {
	if a := math.Abs(v); a != 0 && (a < 1e-3 || a >= 1e5) {
		digits, power, _ := strings.Cut(strconv.FormatFloat(v, 'e', -1, 64), "e")
		if n, err := strconv.Atoi(power); err == nil { // without its leading zero
			power = strconv.Itoa(n)
		}
		return strings.ReplaceAll(digits+"e"+power, "-", "−")
	}
	return strings.Replace(strconv.FormatFloat(v, 'f', -1, 64), "-", "−", 1)
}

// roundTicks marks multiples of 1, 2, 2.5 or 5 times a power of ten, at most most
// of them.
type roundTicks struct{ most int }

// Ticks implements plot.Ticker.
func (t roundTicks) Ticks(low, high float64) []plot.Tick {
	most := float64(max(t.most, 3))
	power := math.Floor(math.Log10((high - low) / most))
	step, decimals := 0.0, 0
	for _, m := range []float64{1, 2, 2.5, 5, 10, 20} {
		step = m * math.Pow(10, power)
		decimals = int(max(-power, 0))
		if m == 2.5 {
			decimals = int(max(1-power, 0))
		}
		if m >= 10 {
			decimals = int(max(-power-1, 0))
		}
		if math.Floor(high/step+1e-9)-math.Ceil(low/step-1e-9)+1 <= most {
			break
		}
	}
	var out []plot.Tick
	for k := math.Ceil(low/step - 1e-9); k*step <= high+1e-9*step; k++ {
		v := k * step
		label := Number(v, decimals)
		if decimals > 5 || math.Abs(v) >= 1e6 {
			label = short(rounded(v))
		}
		out = append(out, plot.Tick{Value: v, Label: label})
	}
	return out
}

// rounded drops the digits that are due to rounding.
func rounded(v float64) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 6, 64), 64)
	if err != nil {
		return v
	}
	return r
}

// logTicks marks powers of ten, and where there are few of them twice and five
// times these.
type logTicks struct{ most int }

// Ticks implements plot.Ticker.
func (t logTicks) Ticks(low, high float64) []plot.Tick {
	first, last := math.Floor(math.Log10(low)), math.Ceil(math.Log10(high))
	every := math.Max(1, math.Ceil((last-first)/float64(max(t.most, 2))))
	some := math.Log10(high/low) < 2.5
	var out []plot.Tick
	for e := first; e <= last; e++ {
		for m := 1.0; m < 10; m++ {
			v := rounded(m * math.Pow(10, e))
			if v < low*(1-1e-9) || v > high*(1+1e-9) {
				continue
			}
			tick := plot.Tick{Value: v}
			if m == 1 && math.Mod(e-first, every) == 0 || some && (m == 2 || m == 5) {
				tick.Label = short(v)
			}
			out = append(out, tick)
		}
	}
	return out
}

// fixedTicks marks given numbers.
type fixedTicks []float64

// Ticks implements plot.Ticker.
func (t fixedTicks) Ticks(_, _ float64) []plot.Tick {
	out := make([]plot.Tick, len(t))
	for i, v := range t {
		out[i] = plot.Tick{Value: v, Label: short(rounded(v))}
	}
	return out
}

// named marks the places 0, 1, 2, … by names.
type named []string

// Ticks implements plot.Ticker.
func (n named) Ticks(_, _ float64) []plot.Tick {
	out := make([]plot.Tick, len(n))
	for i, name := range n {
		out[i] = plot.Tick{Value: float64(i), Label: name}
	}
	return out
}
