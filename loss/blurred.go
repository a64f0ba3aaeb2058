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
	if len(value) != x.N {
		return fmt.Errorf("loss: %s: %w: room for %d values of %d samples", b.Name(), ErrImages, len(value), x.N)
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

// maskOf returns the mask of sample n, nil for all ones.
func maskOf(mask *generator.Images, n int) []float32 {
	if mask == nil {
		return nil
	}
	return mask.Sample(n)
}

// check validates settings and sizes.
func (b Blurred) check(x, target, mask *generator.Images) error {
	if !(b.Sigma >= 0) || math.IsInf(b.Sigma, 0) {
		return fmt.Errorf("loss: %s: %w: σ must be a number of pixels, 0 or more", b.Name(), ErrSetting)
	}
	for _, m := range []*generator.Images{x, target} {
		if err := m.Validate(); err != nil {
			return fmt.Errorf("loss: %s: %w: %w", b.Name(), ErrImages, err)
		}
	}
	if !x.SameSize(target) {
		return fmt.Errorf("loss: %s: %w: images of size %d×%d×%d×%d, target of size %d×%d×%d×%d", b.Name(), ErrImages,
			x.N, x.C, x.H, x.W, target.N, target.C, target.H, target.W)
	}
	if mask == nil {
		return nil
	}
	if err := mask.Validate(); err != nil {
		return fmt.Errorf("loss: %s: mask: %w: %w", b.Name(), ErrImages, err)
	}
	if mask.N != x.N || mask.C != 1 || mask.H != x.H || mask.W != x.W {
		return fmt.Errorf("loss: %s: %w: mask of size %d×%d×%d×%d, need %d×1×%d×%d", b.Name(), ErrImages,
			mask.N, mask.C, mask.H, mask.W, x.N, x.H, x.W)
	}
	return nil
}
