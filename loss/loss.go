package loss

import (
	"errors"

	"github.com/lcfv-go/lcfv/generator"
)

var (
	// ErrImages reports images that a loss cannot compare: empty ones, or ones
	// whose sizes do not fit each other.
	ErrImages = errors.New("unusable images")

	// ErrSetting reports a loss whose settings make no sense.
	ErrSetting = errors.New("unusable setting")
)

// Loss measures how far images are from their targets, sample by sample,
// looking only at pixels that are defined.
//
// x and target are N×C×H×W. mask is N×1×H×W in [0, 1] or nil, which stands for
// all ones; a pixel where it is 0 has no influence. Implementations are safe
// for concurrent use.
type Loss interface {
	// Name identifies the loss and its settings, for example "blurred(1.5)".
	Name() string

	// Eval writes the loss of sample i to value[i], which has length N. Where
	// grad is not nil it is resized and receives the gradient of the sum of
	// all values with respect to x. A sample without a defined pixel has
	// value 0 and gradient 0. grad must not share memory with the inputs.
	Eval(value []float64, grad, x, target, mask *generator.Images) error
}

// LeastSquares is a Loss that is the sum of the squares of a residual r that is
// affine in x, which lets Gauss–Newton methods in.
type LeastSquares interface {
	Loss

	// Residual computes r(x), so that value[i] = Σ r² over sample i. It
	// resizes r, which must not share memory with the inputs.
	Residual(r, x, target, mask *generator.Images) error

	// ApplyLinear computes dr = (∂r/∂x) dx. It resizes dr, which must not share
	// memory with the inputs.
	ApplyLinear(dr, dx, mask *generator.Images) error
}
