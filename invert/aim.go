package invert

import (
	"fmt"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/transform"
)

// aims makes the targets of a Problem's trajectories.
type aims interface {
	// at writes the targets at t and where they are defined. src are the images
	// of t = 0 of some trajectories that follow one another, the first of which
	// has the index first. It resizes dst and mask.
	at(dst, mask, src *generator.Images, first int, t float64) error
}

// transformed asks for transformed samples.
type transformed struct{ transform.Transform }

func (a transformed) at(dst, mask, src *generator.Images, _ int, t float64) error {
	if err := a.Apply(dst, mask, src, t); err != nil {
		return fmt.Errorf("invert: transform %s at t = %g: %w", a.Name(), t, err)
	}
	return nil
}

// given asks for images that are given, one a trajectory, at t = 1, and on the way
// there for what lies on the straight line to them.
type given struct {
	images *generator.Images
	mask   *generator.Images // nil: defined everywhere
}

func (a given) at(dst, mask, src *generator.Images, first int, t float64) error {
	dst.Resize(src.N, src.C, src.H, src.W)
	mask.Resize(src.N, 1, src.H, src.W)
	for i := range src.N {
		from, to, out := src.Sample(i), a.images.Sample(first+i), dst.Sample(i)
		if t == 1 {
			copy(out, to)
		} else {
			for p, v := range from {
				out[p] = v + float32(t)*(to[p]-v)
			}
		}
		if a.mask != nil {
			copy(mask.Sample(i), a.mask.Sample(first+i))
			continue
		}
		cover := mask.Sample(i)
		for p := range cover {
			cover[p] = 1
		}
	}
	return nil
}
