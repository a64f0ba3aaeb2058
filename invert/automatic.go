package invert

import (
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/loss"
)

// dense is the length of codes up to which a Jacobian costs less than the
// iterations that it saves.
const dense = 64

// Automatic returns the method that Options use unless told otherwise:
// LevenbergMarquardt for codes of at most 64 numbers and a loss that is a sum of
// squares, as the default loss is, and LBFGS for the rest.
func Automatic(info generator.Info, l loss.Loss) Method {
	if _, ok := l.(loss.LeastSquares); ok && info.D <= dense {
		return LevenbergMarquardt{}
	}
	return LBFGS{}
}
