package loss

import (
	"fmt"
	"math"
	"sync"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/f32"
)

// Structural is the structural dissimilarity DSSIM = (1 − SSIM)/2, the mean over
// defined pixels and channels (Wang, Bovik, Sheikh and Simoncelli, Image Quality
// Assessment: From Error Visibility to Structural Similarity, IEEE TIP 2004): 0
// for equal images, up to 1. With the local means μ, variances σ² and covariance
// of two images under a Gaussian window,
//
//	SSIM = (2μ_xμ_y + C₁)(2σ_xy + C₂) / ((μ_x² + μ_y² + C₁)(σ_x² + σ_y² + C₂))
//	C₁ = K₁², C₂ = K₂²
//
// as pixels are in [0, 1]. The window is that of [Blurred]: what it averages is
// weighted by the mask M and normalised, f ↦ (K_σ * (M·f)) / (K_σ * M), so that
// neither undefined pixels nor what lies beyond the frame leak in; the mean is
// weighted by M. Without a mask that is the paper's SSIM wherever its 11×11
// window lies within the frame; the paper leaves the rest of the frame out.
type Structural struct {
	// Sigma is the standard deviation of the window in pixels; zero stands for
	// 1.5, the paper's. The window is cut off beyond 3σ (rounded up).
	Sigma float64

	// K1 and K2 keep quotients of small numbers in check; zero stands for 0.01
	// and 0.03, the paper's.
	K1, K2 float64
}

var _ Loss = Structural{}

func (s Structural) withDefaults() Structural {
	if s.Sigma == 0 {
		s.Sigma = 1.5
	}
	if s.K1 == 0 {
		s.K1 = 0.01
	}
	if s.K2 == 0 {
		s.K2 = 0.03
	}
	return s
}

// Name returns "structural(σ)", with K1 and K2 added where they are not the
// paper's.
func (s Structural) Name() string {
	s = s.withDefaults()
	if s.K1 == 0.01 && s.K2 == 0.03 {
		return fmt.Sprintf("structural(%g)", s.Sigma)
	}
	return fmt.Sprintf("structural(%g,%g,%g)", s.Sigma, s.K1, s.K2)
}

// Eval implements [Loss].
func (s Structural) Eval(value []float64, grad, x, target, mask *generator.Images) error {
	s = s.withDefaults()
	if err := s.check(value, x, target, mask); err != nil {
		return fmt.Errorf("loss: %s: %w", s.Name(), err)
	}
	if grad != nil {
		grad.Resize(x.N, x.C, x.H, x.W)
	}
	op := acquireWindows(s, x.H, x.W)
	defer windowsPool.Put(op)
	size := x.H * x.W
	for n := range x.N {
		value[n] = 0
		op.setMask(maskOf(mask, n), x.C)
		for c := range x.C {
			lo := (n*x.C + c) * size
			value[n] += op.compare(x.Pix[lo:lo+size], target.Pix[lo:lo+size], grad != nil)
			if grad != nil {
				op.gradient(grad.Pix[lo : lo+size])
			}
		}
	}
	return nil
}

func (s Structural) check(value []float64, x, target, mask *generator.Images) error {
	for _, v := range [...]float64{s.Sigma, s.K1, s.K2} {
		if !(v > 0) || math.IsInf(v, 0) {
			return fmt.Errorf("%w: σ, K1 and K2 must be positive", ErrSetting)
		}
	}
	if err := checkImages(x, target, mask); err != nil {
		return err
	}
	return checkRoom(value, x)
}

// windows compares planes of H×W pixels window by window. It is its own scratch
// memory.
type windows struct {
	smoother
	c1, c2 float64

	m       []float32 // M
	inverse []float32 // 1/(K * M), 0 where M is 0
	weight  []float32 // M/(C·Σ M)

	x, y, d []float32 // the planes, and x − y

	// Averages of d, d², x², y, y² over the windows; the derivatives with
	// respect to the first three afterwards.
	md, mdd, mxx, my, myy []float32
}

var windowsPool = sync.Pool{New: func() any { return new(windows) }}

func acquireWindows(s Structural, h, w int) *windows {
	op := windowsPool.Get().(*windows)
	op.c1, op.c2 = s.K1*s.K1, s.K2*s.K2
	if op.fits(s.Sigma, h, w) {
		return op
	}
	op.setUp(s.Sigma, h, w)
	for _, p := range []*[]float32{&op.m, &op.inverse, &op.weight, &op.x, &op.y, &op.d, &op.md, &op.mdd, &op.mxx, &op.my, &op.myy} {
		*p = zeros(*p, h*w)
	}
	return op
}

// setMask prepares for the mask of one sample of c channels, nil for all ones.
func (op *windows) setMask(mask []float32, c int) {
	for i := range op.m {
		op.m[i] = 1
	}
	if mask != nil {
		copy(op.m, mask)
	}
	clear(op.inverse)
	clear(op.weight)
	total := float64(c) * f32.Sum(op.m)
	if !(total > 0) {
		return
	}
	copy(op.plane, op.m)
	op.blur()
	for i, m := range op.m {
		if m > 0 {
			op.inverse[i], op.weight[i] = 1/op.plane[i], float32(float64(m)/total)
		}
	}
}

// average sets dst to the averages of a·b over the windows; a nil b stands for
// ones.
func (op *windows) average(dst, a, b []float32) {
	f32.Mul(op.plane, a, op.m)
	if b != nil {
		f32.Mul(op.plane, op.plane, b)
	}
	op.blur()
	f32.Mul(dst, op.plane, op.inverse)
}

// tiny is the smallest value whose square is not taken for 0; below, squares
// would leave float32's normal range, where processors are slow.
const tiny = 1e-10

// compare returns the loss of one plane, and leaves its derivatives with respect
// to the averages in md, mdd and mxx if asked to. In terms of d = x − y,
//
//	1 − SSIM = A + B − A·B,  A = μ_d²/(μ_x² + μ_y² + C₁),  B = σ_d²/(σ_x² + σ_y² + C₂)
//
// which does not lose its digits where images are nearly equal.
func (op *windows) compare(x, y []float32, derivatives bool) float64 {
	f32.Sub(op.d, x, y)
	f32.Flush(op.d, op.d, tiny)
	f32.Flush(op.x, x, tiny)
	f32.Flush(op.y, y, tiny)
	op.average(op.md, op.d, nil)
	op.average(op.mdd, op.d, op.d)
	op.average(op.mxx, op.x, op.x)
	op.average(op.my, op.y, nil)
	op.average(op.myy, op.y, op.y)
	var value float64
	for i, weight := range op.weight {
		half := float64(weight) / 2
		md, my := float64(op.md[i]), float64(op.my[i])
		mx := my + md
		means := mx*mx + my*my + op.c1
		variances := float64(op.mxx[i]) - mx*mx + float64(op.myy[i]) - my*my + op.c2
		a, b := md*md/means, (float64(op.mdd[i])-md*md)/variances
		value += half * (a + b - a*b)
		if derivatives {
			byA, byB := half*(1-b), half*(1-a)
			op.md[i] = float32(2 * (byA*(md-a*mx)/means + byB*(b*mx-md)/variances))
			op.mdd[i] = float32(byB / variances)
			op.mxx[i] = float32(-byB * b / variances)
		}
	}
	return value
}

// gradient sets grad to that of the plane compared last. Averaging is its own
// transpose but for the order of its two weights.
func (op *windows) gradient(grad []float32) {
	spread := func(derivative []float32) {
		f32.Mul(op.plane, derivative, op.inverse)
		op.blur()
	}
	spread(op.md)
	copy(grad, op.plane)
	spread(op.mdd)
	f32.MulScalar(op.plane, op.plane, 2)
	f32.Mul(op.plane, op.plane, op.d)
	f32.Add(grad, grad, op.plane)
	spread(op.mxx)
	f32.MulScalar(op.plane, op.plane, 2)
	f32.Mul(op.plane, op.plane, op.x)
	f32.Add(grad, grad, op.plane)
	f32.Mul(grad, grad, op.m)
}
