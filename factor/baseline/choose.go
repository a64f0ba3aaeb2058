package baseline

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/lcfv-go/lcfv/factor"
	"github.com/lcfv-go/lcfv/internal/bootstrap"
)

// Choose calibrates every candidate direction on pairs of codes, as
// factor.FitAlong does, and returns the model that promises the least error when
// codes are steered, and which candidate it is along; of equally good ones the
// first. Candidates along which the codes do not move with t are passed over.
//
// That error has two parts. One is the error of the factor read off codes, on
// trajectories left out of the fit. But where codes move along v when the factor
// changes, a direction at any angle α to v reads the factor as well, if all else
// stays the same; moving codes along it changes the factor by cos²α of what was
// asked for. So the other part is 1 − cos²α of the changes in the pairs, v being
// the mean displacement of their codes.
//
// A candidate that comes with a slope keeps it. Only the range is then taken from
// the pairs, and the errors in the report, none of which the slope was fitted to. It
// is an error to ask for the part of such directions in some levels
// (factor.Options.Levels).
//
// Errors are those of factor.FitAlong; without a candidate that can be calibrated
// they wrap factor.ErrNoMotion.
func Choose(data *factor.Data, c *Candidates, opts *factor.Options) (best *factor.Model, at int, err error) {
	if c == nil || c.Slopes != nil && len(c.Slopes) != len(c.U) {
		return nil, -1, fmt.Errorf("%w: no candidates, or not one slope for each: give what a Finder found", ErrOptions)
	}
	if c.Slopes != nil && opts != nil && opts.Levels != nil {
		return nil, -1, fmt.Errorf("%w: slopes of whole directions say nothing of the parts of them that lie in Levels: leave out the one or the other", ErrOptions)
	}
	at = -1
	least := math.Inf(1)
	for i, u := range c.U {
		m, err := factor.FitAlong(data, u, opts)
		if errors.Is(err, factor.ErrNoMotion) && len(c.U) > 1 {
			continue
		}
		if err == nil && c.Slopes != nil {
			m, err = linear(data, u, c.Slopes[i], m, opts)
		}
		if err != nil {
			return nil, -1, fmt.Errorf("baseline: candidate %d of %d: %w", i+1, len(c.U), err)
		}
		promised := m.Report.CrossRMSE
		if c.Slopes == nil {
			promised = math.Hypot(promised, shortfall(data, m.U))
		}
		if best == nil || promised < least {
			best, at, least = m, i, promised
		}
	}
	if best == nil {
		return nil, -1, fmt.Errorf("baseline: %w: none of %d candidates can be calibrated: use a method that proposes others, or pairs of a smaller range",
			factor.ErrNoMotion, len(c.U))
	}
	return best, at, nil
}

// shortfall returns the root mean square of what the changes in the pairs would
// lack if codes were moved along u instead of along their mean displacement.
func shortfall(data *factor.Data, u []float64) float64 {
	v := make([]float64, len(u))
	for i, t := range data.T {
		from, to := data.Z0.Row(i), data.Z1.Row(i)
		for j := range v {
			v[j] += t * (float64(to[j]) - float64(from[j]))
		}
	}
	cos := floats.Dot(u, v) / max(floats.Norm(v, 2), math.SmallestNonzeroFloat64)
	return (1 - cos*cos) * floats.Norm(data.T, 2) / math.Sqrt(float64(len(data.T)))
}

// linear returns the model along the unit vector u whose factor grows by slope with
// each latent unit. It lets codes go as far along u as fitted does.
func linear(data *factor.Data, u []float64, slope float64, fitted *factor.Model, opts *factor.Options) (*factor.Model, error) {
	low, high := fitted.G.Inverse(fitted.Low), fitted.G.Inverse(fitted.High)
	if floats.Dot(u, fitted.U) < 0 {
		low, high = -high, -low
	}
	m := &factor.Model{
		U: u, G: factor.Calibration{Knots: []float64{-1, 1}, Values: []float64{-slope, slope}},
		Low: slope * low, High: slope * high,
	}
	if err := m.Validate(); err != nil {
		return nil, err
	}
	if opts == nil {
		opts = &factor.Options{}
	}
	var squares, counts []float64 // by trajectory
	place := map[int]int{}
	total := 0.0
	for i, t := range data.T {
		name := i
		if data.Group != nil {
			name = data.Group[i]
		}
		k, ok := place[name]
		if !ok {
			k = len(squares)
			place[name] = k
			squares, counts = append(squares, 0), append(counts, 0)
		}
		miss := t - (m.Position(data.Z1.Row(i)) - m.Position(data.Z0.Row(i)))
		squares[k] += miss * miss
		counts[k]++
		total += miss * miss
	}
	n := float64(len(data.T))
	r := &m.Report
	r.Pairs, r.Trajectories, r.Given, r.Cells = len(data.T), len(squares), true, 1
	r.RMSE, r.R2 = math.Sqrt(total/n), 1-total/n/stat.PopVariance(data.T, nil)
	r.CrossRMSE, r.CrossR2 = r.RMSE, r.R2
	r.RMSECI = bootstrap.RMS(squares, counts, defaulted(opts.Bootstrap, 1000), opts.Seed)
	return m, nil
}
