package loss

import (
	"fmt"

	"github.com/lcfv-go/lcfv/generator"
)

// checkImages reports images whose sizes do not fit each other; the caller says
// which loss they were given to.
func checkImages(x, target, mask *generator.Images) error {
	for _, m := range []*generator.Images{x, target} {
		if err := m.Validate(); err != nil {
			return fmt.Errorf("%w: %w", ErrImages, err)
		}
	}
	if !x.SameSize(target) {
		return fmt.Errorf("%w: images of size %d×%d×%d×%d, target of size %d×%d×%d×%d", ErrImages,
			x.N, x.C, x.H, x.W, target.N, target.C, target.H, target.W)
	}
	if mask == nil {
		return nil
	}
	if err := mask.Validate(); err != nil {
		return fmt.Errorf("mask: %w: %w", ErrImages, err)
	}
	if mask.N != x.N || mask.C != 1 || mask.H != x.H || mask.W != x.W {
		return fmt.Errorf("%w: mask of size %d×%d×%d×%d, need %d×1×%d×%d", ErrImages,
			mask.N, mask.C, mask.H, mask.W, x.N, x.H, x.W)
	}
	return nil
}

// checkRoom reports a slice of values of another length than there are samples.
func checkRoom(value []float64, x *generator.Images) error {
	if len(value) != x.N {
		return fmt.Errorf("%w: room for %d values of %d samples", ErrImages, len(value), x.N)
	}
	return nil
}

// maskOf returns the mask of sample n, nil for all ones.
func maskOf(mask *generator.Images, n int) []float32 {
	if mask == nil {
		return nil
	}
	return mask.Sample(n)
}
