package generator

import (
	"context"
	"fmt"
	"math"
)

// FiniteDifference makes any generator differentiable by central differences
// (G(z+hd) - G(z-hd)) / 2h. A product with J costs two images a sample, one
// with Jᵀ 2·D images a sample, so it suits short codes and generators that
// cannot be had otherwise; a [Network] computes both exactly for 1 and 2 images.
//
// step is h, in units of a code; 0, or anything else that is no positive number,
// stands for 0.01, which balances the curvature of a generator against the
// rounding of float32 images. The result is safe for concurrent use if g is.
func FiniteDifference(g Generator, step float64) Differentiable {
	if !(step > 0) || math.IsInf(step, 1) {
		step = 0.01
	}
	return &difference{Generator: g, step: step}
}

type difference struct {
	Generator
	step float64
}

func (g *difference) Linearize(ctx context.Context, z *Latents) (Linearization, error) {
	l := &differenceLin{g: g}
	if err := g.Generate(ctx, &l.images, z); err != nil {
		return nil, err
	}
	l.z.CopyFrom(z)
	return l, nil
}

// differenceLin keeps the point; every product draws new images.
type differenceLin struct {
	g         *difference
	z, moved  Latents
	images    Images
	high, low Images
	closed    bool
}

func (l *differenceLin) Images() *Images { return &l.images }

func (l *differenceLin) check(n int) error {
	if l.closed {
		return errClosed
	}
	if n != l.z.N {
		return fmt.Errorf("generator: %d samples given to the linearization of %d", n, l.z.N)
	}
	return nil
}

// draw fills high and low with G(z ± step·direction).
func (l *differenceLin) draw(ctx context.Context, direction func(i, j int) float64) error {
	l.moved.Resize(l.z.N, l.z.D)
	for _, side := range []struct {
		dst  *Images
		step float64
	}{{&l.high, l.g.step}, {&l.low, -l.g.step}} {
		for i := range l.z.N {
			row, base := l.moved.Row(i), l.z.Row(i)
			for j := range row {
				row[j] = float32(float64(base[j]) + side.step*direction(i, j))
			}
		}
		if err := l.g.Generate(ctx, side.dst, &l.moved); err != nil {
			return err
		}
	}
	return nil
}

func (l *differenceLin) VJP(ctx context.Context, dz *Latents, v *Images) error {
	if err := v.Validate(); err != nil {
		return err
	}
	if err := l.check(v.N); err != nil {
		return err
	}
	if !v.SameSize(&l.images) {
		return fmt.Errorf("generator: cotangent of size %d×%d×%d×%d for images of size %d×%d×%d×%d",
			v.N, v.C, v.H, v.W, l.images.N, l.images.C, l.images.H, l.images.W)
	}
	dz.Resize(l.z.N, l.z.D)
	for axis := range l.z.D {
		err := l.draw(ctx, func(_, j int) float64 {
			if j == axis {
				return 1
			}
			return 0
		})
		if err != nil {
			return err
		}
		for i := range l.z.N {
			sum := 0.0
			high, low := l.high.Sample(i), l.low.Sample(i)
			for k, w := range v.Sample(i) {
				sum += float64(w) * float64(high[k]-low[k])
			}
			dz.Row(i)[axis] = float32(sum / (2 * l.g.step))
		}
	}
	return nil
}

func (l *differenceLin) JVP(ctx context.Context, dx *Images, dz *Latents) error {
	if err := dz.Validate(); err != nil {
		return err
	}
	if err := l.check(dz.N); err != nil {
		return err
	}
	if dz.D != l.z.D {
		return fmt.Errorf("generator: tangents of length %d for codes of length %d", dz.D, l.z.D)
	}
	norms := make([]float64, dz.N)
	for i := range norms {
		sum := 0.0
		for _, d := range dz.Row(i) {
			sum += float64(d) * float64(d)
		}
		norms[i] = math.Sqrt(sum)
	}
	// The step is taken along the unit tangent, whatever the tangent's length.
	err := l.draw(ctx, func(i, j int) float64 {
		if norms[i] == 0 {
			return 0
		}
		return float64(dz.Row(i)[j]) / norms[i]
	})
	if err != nil {
		return err
	}
	dx.Resize(l.high.N, l.high.C, l.high.H, l.high.W)
	for i := range dz.N {
		scale := float32(norms[i] / (2 * l.g.step))
		dst, high, low := dx.Sample(i), l.high.Sample(i), l.low.Sample(i)
		for k := range dst {
			dst[k] = (high[k] - low[k]) * scale
		}
	}
	return nil
}

func (l *differenceLin) Close() error {
	l.closed = true
	return nil
}
