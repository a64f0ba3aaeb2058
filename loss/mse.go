package loss

import "github.com/lcfv-go/lcfv/generator"

// MSE is the mean over defined pixels and channels of the squared difference:
//
//	value = Σ M·(x−y)² / (C·Σ M)
//
// with the mask M counting as a weight. Its residual is √(M/(C·Σ M))·(x−y). MSE
// is Blurred with σ = 0.
type MSE struct{}

var _ LeastSquares = MSE{}

// Name returns "mse".
func (MSE) Name() string { return "mse" }

// Eval implements [Loss].
func (MSE) Eval(value []float64, grad, x, target, mask *generator.Images) error {
	return Blurred{}.Eval(value, grad, x, target, mask)
}

// Residual implements [LeastSquares].
func (MSE) Residual(r, x, target, mask *generator.Images) error {
	return Blurred{}.Residual(r, x, target, mask)
}

// ApplyLinear implements [LeastSquares].
func (MSE) ApplyLinear(dr, dx, mask *generator.Images) error {
	return Blurred{}.ApplyLinear(dr, dx, mask)
}
