package report

import (
	"fmt"
	"math"
	"slices"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/bootstrap"
	"github.com/lcfv-go/lcfv/internal/chart"
)

// draw makes the figures of a factor.
func (m *maker) draw(f *Factor, z *generator.Latents) error {
	if err := m.pictures(f, z); err != nil {
		return err
	}
	charts := []func(*Factor) (*Figure, error){measuredFigure, errorsFigure, deviationFigure, qualityFigure}
	charts = append(charts, m.calibrationFigure, m.inversionFigure, levelsFigure)
	for _, of := range charts {
		figure, err := of(f)
		if err != nil {
			return fmt.Errorf("report: %s: %w", f.Control.Transform, err)
		}
		if figure != nil {
			figure.Name = f.Control.Transform + "-" + figure.Name
			f.figures = append(f.figures, *figure)
		}
	}
	return m.ctx.Err()
}

// newFigure draws a chart.
func newFigure(name, caption, alt string, axes chart.Axes, layers ...chart.Layer) (*Figure, error) {
	c, err := chart.New(axes, layers...)
	if err != nil {
		return nil, err
	}
	return &Figure{Name: name, Title: axes.Title, Caption: caption, Alt: alt, chart: c}, nil
}

// scatter moves x a little to either side, so that requests for the same change do
// not hide each other; by how much depends on the sample alone.
func scatter(x, width float64, sample int) float64 {
	const golden = 0.6180339887498949
	_, part := math.Modf(float64(sample+1) * golden)
	return x + width*(part-0.5)
}

// spacing returns the least distance of two changes, or their size if there is one.
func spacing(deltas []float64) float64 {
	least := math.Abs(deltas[0])
	for i := 1; i < len(deltas); i++ {
		if d := deltas[i] - deltas[i-1]; i == 1 || d < least {
			least = d
		}
	}
	if least == 0 {
		return 1
	}
	return least
}

func measuredFigure(f *Factor) (*Figure, error) {
	c, e := f.Control, f.Evaluation
	deltas := deltasOf(e)
	var x, y []float64
	for _, q := range e.Requests {
		x = append(x, scatter(q.Requested, 0.5*spacing(deltas), q.Sample))
		y = append(y, q.Measured)
	}
	mean := chart.Line{Name: "mean and standard deviation", Loose: true, Style: 2}
	for _, s := range sortedSummaries(e) {
		if s.N > 0 {
			mean.X, mean.Y = append(mean.X, s.Delta), append(mean.Y, s.Mean)
			mean.Low, mean.High = append(mean.Low, s.Mean-s.Std), append(mean.High, s.Mean+s.Std)
		}
	}
	return newFigure("measured",
		fmt.Sprintf("Each dot is one code steered by the change below it, spread a little sideways; the measure is %s. On the dashed line images do exactly what was asked.", e.Measure),
		fmt.Sprintf("Measured against requested change: slope %s, root mean square error %s.", slope(e), number(e.RMSE)),
		chart.Axes{Title: "Measured against requested change", X: "requested change (" + c.Unit + ")", Y: "measured change (" + c.Unit + ")", XTicks: deltas},
		chart.Points{Name: "request", X: x, Y: y, Style: 1}, chart.Diagonal{Name: "as requested"}, mean)
}

func errorsFigure(f *Factor) (*Figure, error) {
	c, e := f.Control, f.Evaluation
	var violins []chart.Violin
	most := 0.0
	for _, d := range deltasOf(e) {
		v := chart.Violin{At: d}
		for _, q := range e.Requests {
			if q.Requested == d {
				v.Values = append(v.Values, q.Measured-q.Requested)
				most = math.Max(most, math.Abs(q.Measured-q.Requested))
			}
		}
		if len(v.Values) > 0 {
			violins = append(violins, v)
		}
	}
	layers := []chart.Layer{chart.Rule{At: 0}, chart.Violins{Name: "error", Of: violins, Width: 0.85 * spacing(deltasOf(e))}}
	if e.Tolerance < 1.5*most { // further out it would only make the rest small
		layers = append([]chart.Layer{chart.Rule{Name: "tolerance", At: e.Tolerance}, chart.Rule{At: -e.Tolerance}}, layers...)
	}
	return newFigure("errors",
		"How measured changes are distributed about the requested ones. Shapes are densities; the thick bar goes from the lower to the upper quartile, with a line at the median; the dot with whiskers beside it is the mean with one standard deviation.",
		fmt.Sprintf("Distributions of the error by requested change; %.1f %% of the requests are within %s of what was asked.", 100*e.Within, number(e.Tolerance)),
		chart.Axes{Title: "Error by requested change", X: "requested change (" + c.Unit + ")", Y: "measured − requested (" + c.Unit + ")", XTicks: deltasOf(e)},
		layers...)
}

// rmse is the error of the requests for one change.
type rmse struct {
	delta, value float64
	ci           [2]float64
}

// byDelta returns the errors of the changes of which some requests were measured.
func byDelta(f *Factor) []rmse {
	e := f.Evaluation
	var out []rmse
	for _, d := range deltasOf(e) {
		squares, counts := make([]float64, f.samples), make([]float64, f.samples)
		total, n := 0.0, 0.0
		for _, q := range e.Requests {
			if q.Requested == d {
				square := (q.Measured - d) * (q.Measured - d)
				squares[q.Sample] += square
				counts[q.Sample]++
				total, n = total+square, n+1
			}
		}
		if n > 0 {
			out = append(out, rmse{d, math.Sqrt(total / n), bootstrap.RMS(squares, counts, resamples, f.seed)})
		}
	}
	return out
}

func deviationFigure(f *Factor) (*Figure, error) {
	c, e := f.Control, f.Evaluation
	err := chart.Line{Name: "RMSE, 95 % interval", Band: true}
	for _, r := range byDelta(f) {
		err.X, err.Y = append(err.X, r.delta), append(err.Y, r.value)
		err.Low, err.High = append(err.Low, r.ci[0]), append(err.High, r.ci[1])
	}
	std := chart.Line{Name: "standard deviation"}
	for _, s := range sortedSummaries(e) {
		if s.N > 0 {
			std.X, std.Y = append(std.X, s.Delta), append(std.Y, s.Std)
		}
	}
	return newFigure("rmse",
		"Root mean square of measured less requested change, with a bootstrap interval over codes, and the standard deviation of the measured change: where the first is larger, the mean is off.",
		fmt.Sprintf("Root mean square error by requested change; over all changes %s, 95 %% interval %s to %s.", number(e.RMSE), number(e.RMSECI[0]), number(e.RMSECI[1])),
		chart.Axes{Title: "Size of the error by requested change", X: "requested change (" + c.Unit + ")", Y: "error (" + c.Unit + ")", XTicks: deltasOf(e)},
		err, std, chart.Rule{At: 0})
}

func qualityFigure(f *Factor) (*Figure, error) {
	confidence := chart.Line{Name: "confidence of the detector"}
	undetected := chart.Line{Name: "no object detected"}
	refused := chart.Line{Name: "refused, out of range"}
	var most Quality
	for _, q := range f.Quality {
		met := q.N - q.Refused
		refused.X, refused.Y = append(refused.X, q.Delta), append(refused.Y, float64(q.Refused)/float64(q.N))
		if met > 0 {
			undetected.X, undetected.Y = append(undetected.X, q.Delta), append(undetected.Y, float64(q.Undetected)/float64(met))
		}
		if met > q.Undetected {
			confidence.X, confidence.Y = append(confidence.X, q.Delta), append(confidence.Y, q.Confidence)
		}
		if q.Refused >= most.Refused {
			most = q
		}
	}
	layers := []chart.Layer{refused}
	for _, l := range []chart.Line{undetected, confidence} {
		if len(l.X) > 0 {
			layers = append(layers, l)
		}
	}
	return newFigure("quality",
		"Of the requests, the share that the control refuses; of the others, the share of images without an object, and how sure the detector is of the objects of the rest. Images that fall apart when they are steered show as a drop of the last.",
		fmt.Sprintf("Quality of steered images; at a change of %s, %d of %d requests are refused.", number(most.Delta), most.Refused, most.N),
		chart.Axes{Title: "Refused requests and quality of images", X: "requested change (" + f.Control.Unit + ")", Y: "share, confidence", YRange: [2]float64{-0.02, 1.02}},
		layers...)
}

// sortedSummaries returns those of an evaluation by increasing change.
func sortedSummaries(e *lcfv.Evaluation) []lcfv.DeltaSummary {
	out := slices.Clone(e.ByDelta)
	slices.SortFunc(out, func(a, b lcfv.DeltaSummary) int {
		if a.Delta < b.Delta {
			return -1
		}
		return 1
	})
	return out
}
