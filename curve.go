package lcfv

import (
	"errors"
	"fmt"

	"github.com/lcfv-go/lcfv/factor"
	"github.com/lcfv-go/lcfv/invert"
)

// FitCurve fits a curve to the pairs that a control was learned from: what Learn
// does where LearnOptions.Curved asks for it. Assign the result to the control's
// Curve, and compare with Evaluate: where a direction does carry the factor, the
// straight line is the better control. Nil options stand for the defaults. Errors are
// those of factor.FitCurve.
func FitCurve(pairs *invert.Dataset, opts *factor.CurveOptions) (*factor.Curve, error) {
	if pairs == nil {
		return nil, errors.New("lcfv: fitting a curve: the pairs are nil: give what invert.Run returned")
	}
	curve, err := factor.FitCurve(dataOf(pairs), opts)
	if err != nil {
		return nil, fmt.Errorf("lcfv: fitting a curve: %w", err)
	}
	return curve, nil
}
