package transform

import (
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/f32"
)

// Brightness multiplies every pixel by exp(t), as a longer exposure does:
//
//	T_t(x) = min(1, exp(t)·x)
//
// so t is the change of the logarithm of the mean intensity, as far as nothing
// clips; black stays black, for faces and for sprites on a black ground alike.
// A pixel at 1 is undefined for negative t (see the package documentation). Any
// number of channels.
type Brightness struct{}

// Name returns "brightness".
func (Brightness) Name() string { return "brightness" }

// Unit returns "log intensity".
func (Brightness) Unit() string { return "log intensity" }

// Measures returns "log-intensity".
func (Brightness) Measures() string { return "log-intensity" }

// Pointwise implements [Pointwise].
func (Brightness) Pointwise() {}

// Apply implements [Transform].
func (b Brightness) Apply(dst, mask, src *generator.Images, t float64) error {
	return tone(b.Name(), 0, dst, mask, src, t)
}

// Contrast stretches the pixel values about middle grey by the factor exp(t):
//
//	T_t(x) = min(1, max(0, ½ + exp(t)·(x − ½)))
//
// so t is the change of the logarithm of the standard deviation of the
// intensity, as far as nothing clips. A pixel at 0 or 1 is undefined for
// negative t (see the package documentation). Any number of channels.
type Contrast struct{}

// Name returns "contrast".
func (Contrast) Name() string { return "contrast" }

// Unit returns "log contrast".
func (Contrast) Unit() string { return "log contrast" }

// Measures returns "log-contrast".
func (Contrast) Measures() string { return "log-contrast" }

// Pointwise implements [Pointwise].
func (Contrast) Pointwise() {}

// Apply implements [Transform].
func (c Contrast) Apply(dst, mask, src *generator.Images, t float64) error {
	return tone(c.Name(), 0.5, dst, mask, src, t)
}

// tone scales pixel values about the fixed point pivot by exp(t) and clips.
func tone(name string, pivot float32, dst, mask, src *generator.Images, t float64) error {
	if err := prepare(name, dst, mask, src, t); err != nil {
		return err
	}
	g, err := gain(name, t)
	if err != nil {
		return err
	}
	if t == 0 {
		identity(dst, mask, src)
		return nil
	}
	f32.ScaleShift(dst.Pix, src.Pix, g, pivot*(1-g))
	f32.MaxScalar(dst.Pix, dst.Pix, 0)
	f32.MinScalar(dst.Pix, dst.Pix, 1)
	if mask != nil {
		fill(mask.Pix, 1)
		if t < 0 { // inwards; outwards, nothing leaves a limit
			maskLimits(mask, src, pivot > 0)
		}
	}
	return nil
}

// maskLimits sets the mask to 0 where any channel is at 1 or, if black counts,
// at 0.
func maskLimits(mask, src *generator.Images, black bool) {
	size := src.H * src.W
	for p := range src.N * src.C {
		m := mask.Sample(p / src.C)
		for i, x := range src.Pix[p*size : (p+1)*size] {
			if x >= 1 || black && x <= 0 {
				m[i] = 0
			}
		}
	}
}
