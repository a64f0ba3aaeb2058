package transform

import (
	"fmt"
	"math"

	"github.com/lcfv-go/lcfv/generator"
)

// prepare checks the arguments of Apply and gives dst and mask their sizes.
func prepare(name string, dst, mask, src *generator.Images, t float64) error {
	if err := src.Validate(); err != nil {
		return fmt.Errorf("transform: %s: %w: %w", name, ErrImages, err)
	}
	if dst == nil {
		return fmt.Errorf("transform: %s: %w: the destination is nil: pass new(generator.Images)", name, ErrImages)
	}
	if shares(dst, src) || mask != nil && (shares(mask, src) || shares(mask, dst)) {
		return fmt.Errorf("transform: %s: %w: destination, mask and source share memory: use separate images", name, ErrImages)
	}
	if math.IsNaN(t) || math.IsInf(t, 0) {
		return fmt.Errorf("transform: %s: %w: t = %v is not finite", name, ErrParameter, t)
	}
	dst.Resize(src.N, src.C, src.H, src.W)
	if mask != nil {
		mask.Resize(src.N, 1, src.H, src.W)
	}
	return nil
}

// shares reports whether a and b begin in the same memory. Overlaps of other
// kinds are not looked for.
func shares(a, b *generator.Images) bool {
	return a == b || cap(a.Pix) > 0 && cap(b.Pix) > 0 && &a.Pix[:1][0] == &b.Pix[:1][0]
}

// identity copies src to dst and marks every pixel as defined.
func identity(dst, mask, src *generator.Images) {
	copy(dst.Pix, src.Pix)
	if mask != nil {
		fill(mask.Pix, 1)
	}
}

func fill(x []float32, v float32) {
	for i := range x {
		x[i] = v
	}
}

// gain returns e^t as float32, for the transforms whose t is the logarithm of a
// gain.
func gain(name string, t float64) (float32, error) {
	g := float32(math.Exp(t))
	if math.IsInf(float64(g), 0) {
		return 0, fmt.Errorf("transform: %s: %w: t = %v is the logarithm of a gain that overflows: keep |t| below 80", name, ErrParameter, t)
	}
	return g, nil
}
