package factor

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// CurveOptions are the settings of FitCurve. The zero value and nil stand for the
// defaults stated with each field.
type CurveOptions struct {
	// Order is that of the polynomial, 1 or 2. 0 stands for the highest that the
	// pairs support: there have to be five steps from code to code for each of its
	// features. Where order 1 has not that many, the velocity is constant. Neither
	// the default nor what is given here may have more than 20000 coefficients: order
	// 2 is for codes of at most 33 numbers and order 1 for 140.
	Order int

	// Ridge is the weight of the penalty on the coefficients, all but the constant
	// ones, for features of variance 1 and relative to the data; 0 stands for 0.1.
	Ridge float64
}

const (
	maxCoefficients = 20000 // what is fitted, and kept in a file
	stepsPerFeature = 5
)

// FitCurve fits a curve to pairs of codes. Pairs of one trajectory (Data.Group)
// must share their code z_0; ordered by t, with z_0 at 0, they make a chain of
// codes, whose steps tell the velocity: Δz/Δt, half way between, with weight Δt. The
// coefficients follow by ridge regression. Nil options stand for the defaults. The
// result is the same on every call. data is not modified.
//
// The order is not chosen by how near the curve comes to the codes of trajectories
// left out: these wander in ways that images hardly show, and judged by distance in
// latent space a stiff curve is the best even where images prefer a bent one. What a
// curve does is to be measured on images.
//
// Errors wrap ErrData, ErrTooFewPairs, ErrNoMotion or ErrOptions.
func FitCurve(data *Data, opts *CurveOptions) (*Curve, error) {
	var o CurveOptions
	if opts != nil {
		o = *opts
	}
	if o.Ridge == 0 {
		o.Ridge = 0.1
	}
	if !(o.Ridge > 0) || bad(o.Ridge) {
		return nil, fmt.Errorf("%w: a ridge of %g: give a finite positive number, or 0 for the default", ErrOptions, o.Ridge)
	}
	if o.Order < 0 || o.Order > 2 {
		return nil, fmt.Errorf("%w: a curve of order %d: give 1 or 2, or 0 for the highest that the pairs support", ErrOptions, o.Order)
	}
	if _, _, err := prepare(data, nil); err != nil {
		return nil, err
	}
	s, err := newSteps(data)
	if err != nil {
		return nil, err
	}
	if o.Order > 0 && s.d*features(s.d, o.Order) > maxCoefficients {
		return nil, fmt.Errorf("%w: a curve of order %d for codes of length %d has more than %d coefficients: give a lower order", ErrOptions, o.Order, s.d, maxCoefficients)
	}
	order := o.Order
	if order == 0 {
		order = s.supported()
	}
	c, err := s.fit(order, o.Ridge)
	if err != nil {
		return nil, err
	}
	c.Report = CurveReport{Pairs: len(data.T), Trajectories: s.trajectories, Ridge: o.Ridge}
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("%w: the fit gave no usable curve (%w): see whether the inversion's errors are small", ErrNoMotion, err)
	}
	return c, nil
}

// supported returns the highest order that the steps can tell.
func (s *steps) supported() int {
	for order := 2; order > 0; order-- {
		if f := features(s.d, order); len(s.dt) >= stepsPerFeature*f && s.d*f <= maxCoefficients {
			return order
		}
	}
	return 0
}

// fit fits a curve, whose coefficients may not be finite where the steps are
// useless.
func (s *steps) fit(order int, ridge float64) (*Curve, error) {
	n, d, m := len(s.dt), s.d, features(s.d, order)
	var rows []float64
	for i := range n {
		rows = appendFeatures(rows, s.at[i*d:(i+1)*d], order)
	}
	x, y := mat.NewDense(n, m, rows), mat.DenseCopyOf(mat.NewDense(n, d, s.velocity))
	total := floats.Sum(s.dt)

	// Features become those of mean 0 and variance 1, but the first, whose
	// coefficient is then the mean velocity, which nothing pulls to 0. Rows are
	// scaled by the roots of their weights.
	mean, scale := make([]float64, m), make([]float64, m)
	column := make([]float64, n)
	for j := 1; j < m; j++ {
		mat.Col(column, j, x)
		mu, variance := stat.PopMeanVariance(column, s.dt)
		mean[j] = mu
		if variance > 1e-12*mu*mu { // a feature that does not vary says nothing more
			scale[j] = 1 / math.Sqrt(variance)
		}
	}
	coefficients := make([]float64, d, d*m)
	for i, dt := range s.dt {
		w := math.Sqrt(dt / total)
		row := x.RawRowView(i)
		for j := 1; j < m; j++ {
			row[j] = (row[j] - mean[j]) * scale[j] * w
		}
		floats.AddScaled(coefficients, w*w, y.RawRowView(i))
		floats.Scale(w, y.RawRowView(i))
	}
	if m > 1 {
		b := ridgeSolve(x.Slice(0, n, 1, m), y, ridge)
		if b == nil {
			return nil, fmt.Errorf("%w: the ridge of %g is too small for features that depend on each other: give a larger one, or a lower order", ErrOptions, ridge)
		}
		for j := range m - 1 {
			row := b.RawRowView(j)
			floats.Scale(scale[j+1], row)
			coefficients = append(coefficients, row...)
			floats.AddScaled(coefficients[:d], -mean[j+1], row)
		}
	}
	return &Curve{D: d, Order: order, Coefficients: coefficients, Radius: s.radius, Reach: s.reach}, nil
}

// ridgeSolve returns (XᵀX + ridge·I)⁻¹ XᵀY, nil where the matrix cannot be inverted.
func ridgeSolve(x, y mat.Matrix, ridge float64) *mat.Dense {
	_, m := x.Dims()
	gram := mat.NewSymDense(m, nil)
	gram.SymOuterK(1, x.T())
	for j := range m {
		gram.SetSym(j, j, gram.At(j, j)+ridge)
	}
	var chol mat.Cholesky
	if !chol.Factorize(gram) {
		return nil
	}
	var right, b mat.Dense
	right.Mul(x.T(), y)
	if err := chol.SolveTo(&b, &right); err != nil {
		return nil
	}
	return &b
}
