package picture

import (
	"context"
	"errors"
	"image"
	"math"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
)

// Steerer changes a factor of a code by delta and writes the code to dst, as
// lcfv.Control does.
type Steerer interface {
	Steer(dst, z []float32, delta float64) error
}

// Steered draws a row for each code of z and a column for each change of the
// factor. Changes out of the control's range are counted, and left blank.
func Steered(ctx context.Context, g generator.Generator, c Steerer, z *generator.Latents, by []float64) (s Sheet, refused int, err error) {
	moved := generator.NewLatents(z.N*len(by), z.D)
	blank := make([]bool, moved.N)
	for i := range moved.N {
		err := c.Steer(moved.Row(i), z.Row(i/len(by)), by[i%len(by)])
		switch {
		case errors.Is(err, lcfv.ErrOutOfRange):
			blank[i] = true
			refused++
		case err != nil:
			return nil, 0, err
		}
	}
	images, err := drawn(ctx, g, moved)
	if err != nil {
		return nil, 0, err
	}
	for i, img := range images {
		if i%len(by) == 0 {
			s = append(s, nil)
		}
		if blank[i] {
			img = nil
		}
		s[len(s)-1] = append(s[len(s)-1], img)
	}
	return s, refused, nil
}

// Walk draws the frames of an animation in which the factor of all codes of z
// goes from low to high, relative to where it is, and back. Where that leaves
// the control's range the code stays at its end; it returns how often.
func Walk(ctx context.Context, g generator.Generator, c Steerer, z *generator.Latents, low, high float64, frames int) (walk []Sheet, held int, err error) {
	columns := int(math.Ceil(math.Sqrt(float64(z.N))))
	moved := generator.NewLatents(z.N, z.D)
	for k := range frames {
		// A cosine's speed: slow at both ends.
		by := low + (high-low)*(1-math.Cos(math.Pi*float64(k)/float64(max(frames-1, 1))))/2
		for i := range z.N {
			err := c.Steer(moved.Row(i), z.Row(i), by)
			switch {
			case errors.Is(err, lcfv.ErrOutOfRange):
				held++
			case err != nil:
				return nil, 0, err
			}
		}
		images, err := drawn(ctx, g, moved)
		if err != nil {
			return nil, 0, err
		}
		var s Sheet
		for i, img := range images {
			if i%columns == 0 {
				s = append(s, nil)
			}
			s[len(s)-1] = append(s[len(s)-1], img)
		}
		walk = append(walk, s)
	}
	for k := frames - 2; k > 0; k-- {
		walk = append(walk, walk[k])
	}
	return walk, held, nil
}

func drawn(ctx context.Context, g generator.Generator, z *generator.Latents) ([]image.Image, error) {
	var x generator.Images
	if err := g.Generate(ctx, &x, z); err != nil {
		return nil, err
	}
	out := make([]image.Image, x.N)
	for i := range out {
		out[i] = RGBA(&x, i)
	}
	return out, nil
}
