package loss

import (
	"fmt"
	"math"
	"strconv"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/f32"
)

// Blurred is the mean over defined pixels and channels of the squared
// difference after a Gaussian blur, normalised so that nothing leaks in from
// undefined pixels or from beyond the frame (normalised convolution, Knutsson
// and Westin 1993). With mask M, difference d = x − y and kernel K_σ:
//
//	e     = (K_σ * (M·d)) / (K_σ * M)      where M > 0
//	value = Σ M·e² / (C·Σ M)
//
// so a constant difference has the same loss for every σ and every mask, and a
// pixel with a mask between 0 and 1 weighs M both in the average e and in the
// mean. The residual is √(M/(C·Σ M))·e, which is linear in d.
//
// K_σ is sampled at whole pixels, cut off beyond 3σ (rounded up) and of unit
// sum.
type Blurred struct {
	// Sigma is the standard deviation of the blur in pixels, 0 or more. Zero
	// compares pixel by pixel, as [MSE] does.
	Sigma float64
}

var _ LeastSquares = Blurred{}

// Name returns "blurred(σ)" with Sigma's value.
func (b Blurred) Name() string {
	return "blurred(" + strconv.FormatFloat(b.Sigma, 'g', -1, 64) + ")"
}

// Eval implements [Loss].
func (b Blurred) Eval(value []float64, grad, x, target, mask *generator.Images) error {
	if err := b.check(x, target, mask); err != nil {
		return err
	}
	if err := checkRoom(value, x); err != nil {
		return fmt.Errorf("loss: %s: %w", b.Name(), err)
	}
	if grad != nil {
		grad.Resize(x.N, x.C, x.H, x.W)
	}
	op := acquire(b.Sigma, x.C, x.H, x.W)
	defer op.release()
	size := x.H * x.W
	for n := range x.N {
		value[n] = 0
		op.setMask(maskOf(mask, n))
		for c := range x.C {
			lo := (n*x.C + c) * size
			op.residual(op.plane, x.Pix[lo:lo+size], target.Pix[lo:lo+size])
			value[n] += f32.Dot(op.plane, op.plane)
			if grad != nil {
				op.gradient(grad.Pix[lo : lo+size])
			}
		}
	}
	return nil
}

// Residual implements [LeastSquares].
func (b Blurred) Residual(r, x, target, mask *generator.Images) error {
	if err := b.check(x, target, mask); err != nil {
		return err
	}
	if r == nil {
		return fmt.Errorf("loss: %s: %w: the residual is nil: pass new(generator.Images)", b.Name(), ErrImages)
	}
	b.linear(r, x, target, mask)
	return nil
}

// ApplyLinear implements [LeastSquares].
func (b Blurred) ApplyLinear(dr, dx, mask *generator.Images) error {
	if err := b.check(dx, dx, mask); err != nil {
		return err
	}
	if dr == nil {
		return fmt.Errorf("loss: %s: %w: the result is nil: pass new(generator.Images)", b.Name(), ErrImages)
	}
	b.linear(dr, dx, nil, mask)
	return nil
}

// linear computes the residual of x − y, where a nil y stands for zeros.
func (b Blurred) linear(r, x, y, mask *generator.Images) {
	r.Resize(x.N, x.C, x.H, x.W)
	op := acquire(b.Sigma, x.C, x.H, x.W)
	defer op.release()
	size := x.H * x.W
	for n := range x.N {
		op.setMask(maskOf(mask, n))
		for c := range x.C {
			lo := (n*x.C + c) * size
			var from []float32
			if y != nil {
				from = y.Pix[lo : lo+size]
			}
			op.residual(r.Pix[lo:lo+size], x.Pix[lo:lo+size], from)
		}
	}
}

// check validates settings and sizes.
func (b Blurred) check(x, target, mask *generator.Images) error {
	if !(b.Sigma >= 0) || math.IsInf(b.Sigma, 0) {
		return fmt.Errorf("loss: %s: %w: σ must be a number of pixels, 0 or more", b.Name(), ErrSetting)
	}
	if err := checkImages(x, target, mask); err != nil {
		return fmt.Errorf("loss: %s: %w", b.Name(), err)
	}
	return nil
}
