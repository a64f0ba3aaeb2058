package report

import (
	"fmt"
	"math"
	"slices"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/internal/chart"
)

// calibrationFigure shows g: alone, or with what the pairs say of it.
func (m *maker) calibrationFigure(f *Factor) (*Figure, error) {
	c := f.Control
	g := c.Model.G
	low, high := c.Model.Low, c.Model.High
	axes := chart.Axes{Title: "Calibration g", X: "position along the direction, z · u", Y: "factor, g (" + c.Unit + ")"}
	const points = 81
	line := chart.Line{Name: "g", Bare: true, Style: 2}
	from, to := g.Inverse(low), g.Inverse(high)
	margin := 0.1 * (to - from)
	for k := range points {
		p := from - margin + (to-from+2*margin)*float64(k)/(points-1)
		line.X, line.Y = append(line.X, p), append(line.Y, g.At(p))
	}
	ends := []chart.Layer{chart.Rule{Name: "range of the control", At: low}, chart.Rule{At: high}}
	caption := fmt.Sprintf("The factor of a code by where it lies along the direction u. The control is for values between %s and %s.", number(low), number(high))
	alt := fmt.Sprintf("g grows from %s to %s over the range.", number(low), number(high))
	if f.Spread == nil {
		return newFigure("calibration", caption, alt, axes, append(ends, line)...)
	}
	data := dataOf(m.o.Pairs[c.Transform])
	var dots chart.Points
	dots.Name, dots.Style = "pair of codes", 1
	keep := max(1, len(data.T)/1500) // more would not show, but take space
	for i := 0; i < len(data.T); i += keep {
		dots.X = append(dots.X, c.Model.Project(data.Z1.Row(i)))
		dots.Y = append(dots.Y, c.Model.Position(data.Z0.Row(i))+data.T[i])
	}
	s := f.Spread
	band := chart.Line{Name: "95 % bootstrap band", X: s.Positions, Y: s.Values, Low: s.Low, High: s.High, Band: true, Bare: true, Loose: true, Style: 2}
	const degrees = 180 / math.Pi
	caption += " Dots are pairs of codes: where the second lies, and what the first has by g plus the t of the pair. The band is of models fitted to trajectories drawn anew"
	if c.Model.Report.Given {
		caption += ", all with the same direction."
	} else {
		caption += fmt.Sprintf("; their directions are %.2f° away on average, 95 %% of them within %.2f°.", s.Angle*degrees, s.AngleHigh*degrees)
	}
	layers := append([]chart.Layer{dots}, ends...)
	return newFigure("calibration", caption, alt, axes, append(layers, band, line)...)
}

// inversionFigure shows the errors of the pairs.
func (m *maker) inversionFigure(f *Factor) (*Figure, error) {
	var median, worse chart.Line
	median.Name, worse.Name = "median", "90 % are below"
	kept, all := 0, 0
	for _, s := range f.Inversion {
		kept, all = kept+s.Kept, all+s.N
		if s.MedianError > 0 { // as a logarithmic axis has it
			median.X, median.Y = append(median.X, s.T), append(median.Y, s.MedianError)
			worse.X, worse.Y = append(worse.X, s.T), append(worse.Y, s.P90Error)
		}
	}
	if len(median.X) == 0 {
		return nil, nil
	}
	c := f.Control
	return newFigure("inversion",
		fmt.Sprintf("The loss left between the image of a found code and its target, %s, by the size of the transform. %d of the %d pairs were good for the fit.", c.Inversion.Loss, kept, all),
		fmt.Sprintf("Inversion error by |t|: the median rises from %.2g to %.2g.", median.Y[0], median.Y[len(median.Y)-1]),
		chart.Axes{Title: "Error of the inversion", X: "|t| (" + c.Unit + ")", Y: "loss", LogY: true},
		median, worse)
}

// levelsFigure shows where the direction lies.
func levelsFigure(f *Factor) (*Figure, error) {
	if len(f.Levels) == 0 {
		return nil, nil
	}
	dots := chart.Dots{}
	var names []string
	most := 0
	for i, l := range f.Levels {
		names = append(names, l.Level)
		dots.Y = append(dots.Y, l.Norm)
		if l.Norm > f.Levels[most].Norm {
			most = i
		}
	}
	return newFigure("levels",
		"Length of the part of the direction that lies in each level of the generator's codes; the squares add up to 1.",
		fmt.Sprintf("The largest part of the direction, %.2f, is in level %s.", f.Levels[most].Norm, f.Levels[most].Level),
		chart.Axes{Title: "Where the direction lies", X: "level", Y: "norm of u", Categories: names, YRange: [2]float64{0, 1.05}},
		dots)
}

// crossTalkFigures shows what else changes.
func crossTalkFigures(r *Report) ([]Figure, error) {
	cells := chart.Cells{Most: 1}
	for m, name := range r.Measures {
		cells.Columns = append(cells.Columns, name+"\n("+r.units[m]+")")
	}
	worst, k, j := 0.0, 0, 0
	for row, f := range r.Factors {
		cells.Rows = append(cells.Rows, f.Control.Transform)
		var values []float64
		var texts []string
		for m, s := range r.CrossTalk[row] {
			if s.N == 0 {
				values, texts = append(values, math.NaN()), append(texts, "")
				continue
			}
			values = append(values, s.Value)
			texts = append(texts, fmt.Sprintf("%s\n[%s, %s]", chart.Number(s.Value, 3), chart.Number(s.CI[0], 3), chart.Number(s.CI[1], 3)))
			if m != row && math.Abs(s.Value) > worst {
				worst, k, j = math.Abs(s.Value), row, m
			}
		}
		cells.Values, cells.Text = append(cells.Values, values), append(cells.Text, texts)
	}
	known := func(s lcfv.Slope) bool { return s.N > 0 }
	if !slices.ContainsFunc(r.CrossTalk, func(row []lcfv.Slope) bool { return slices.ContainsFunc(row, known) }) {
		return nil, nil // one change says nothing of slopes
	}
	width := math.Max(430, 110+105*float64(len(cells.Columns)))
	figure, err := newFigure("cross-talk",
		"By how much each measure changes for every unit asked of a factor, with 95 % intervals over codes: the slope of measured against requested change, in the unit of the column by that of the factor. A perfect control has 1 for its own measure and 0 for what is to stay.",
		fmt.Sprintf("The largest side effect is that of %s on %s, %s a unit.", r.Factors[k].Control.Transform, r.Measures[j], number(r.CrossTalk[k][j].Value)),
		chart.Axes{Title: "What else changes", X: "measured", Y: "asked for", Width: width, Height: 150 + 52*float64(len(cells.Rows))},
		cells)
	if err != nil {
		return nil, fmt.Errorf("report: cross-talk: %w", err)
	}
	return []Figure{*figure}, nil
}
