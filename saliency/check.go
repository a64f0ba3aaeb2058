package saliency

import (
	"context"
	"fmt"

	"github.com/lcfv-go/lcfv/generator"
)

// prepare checks the arguments of a detector's Detect and gives dst its size.
func prepare(ctx context.Context, name string, dst, src *generator.Images) error {
	if err := src.Validate(); err != nil {
		return fmt.Errorf("saliency: %s: %w: %w", name, ErrImages, err)
	}
	if dst == nil || dst == src {
		return fmt.Errorf("saliency: %s: %w: the map is nil or the image itself: pass new(generator.Images)", name, ErrImages)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	dst.Resize(src.N, 1, src.H, src.W)
	return nil
}

// minContrast is the range of a channel below which nothing stands out in it:
// five steps of an eight-bit image.
const minContrast = 0.02

// span returns the smallest and the largest of x, which is not empty.
func span(x []float32) (low, high float32) {
	low, high = x[0], x[0]
	for _, v := range x {
		low, high = min(low, v), max(high, v)
	}
	return low, high
}
