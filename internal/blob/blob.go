// Package blob is a generator in closed form for tests: it draws a Gaussian
// blob whose position, size and brightness are known functions of the code.
package blob

import (
	"context"
	"fmt"
	"math"

	"github.com/lcfv-go/lcfv/generator"
)

// D is the length of a code, Size the number of rows and columns.
const (
	D    = 4
	Size = 32
)

// Generator draws one blob an image. With a = mix(z),
//
//	x centre    0.5 + 0.1·a0   (fraction of width)
//	y centre    0.5 + 0.1·a1   (fraction of height)
//	radius      0.08·exp(0.2·a2)  (fraction of width)
//	brightness  1/(1 + exp(-1-a3))
//
// where mix turns the plane of a0 and a1 by Angle radians, so the direction of
// x is (cos Angle, sin Angle, 0, 0).
type Generator struct{ Angle float64 }

// XDirection is the unit vector along which the blob moves right.
func (g Generator) XDirection() []float64 {
	return []float64{math.Cos(g.Angle), math.Sin(g.Angle), 0, 0}
}

// Info implements generator.Generator.
func (g Generator) Info() generator.Info {
	return generator.Info{Name: "blob", D: D, C: 1, H: Size, W: Size, Fingerprint: fmt.Sprintf("blob-%g", g.Angle)}
}

// Generate implements generator.Generator.
func (g Generator) Generate(ctx context.Context, dst *generator.Images, z *generator.Latents) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := z.Validate(); err != nil {
		return err
	}
	if z.D != D {
		return fmt.Errorf("blob: code of length %d instead of %d", z.D, D)
	}
	dst.Resize(z.N, 1, Size, Size)
	for i := range z.N {
		g.draw(z.Row(i), func(k int, value float64, _ [D]float64) { dst.Sample(i)[k] = float32(value) })
	}
	return nil
}

// draw reports every pixel's value and its derivative for the code.
func (g Generator) draw(z []float32, pixel func(k int, value float64, slope [D]float64)) {
	sin, cos := math.Sincos(g.Angle)
	a0, a1 := cos*float64(z[0])+sin*float64(z[1]), -sin*float64(z[0])+cos*float64(z[1])
	cx, cy := 0.5+0.1*a0, 0.5+0.1*a1
	radius := 0.08 * math.Exp(0.2*float64(z[2]))
	light := 1 / (1 + math.Exp(-1-float64(z[3])))
	for row := range Size {
		for col := range Size {
			dx := ((float64(col)+0.5)/Size - cx) / radius
			dy := ((float64(row)+0.5)/Size - cy) / radius
			v := light * math.Exp(-(dx*dx+dy*dy)/2)
			d0, d1 := v*dx*0.1/radius, v*dy*0.1/radius
			pixel(row*Size+col, v, [D]float64{
				cos*d0 - sin*d1, sin*d0 + cos*d1, v * (dx*dx + dy*dy) * 0.2, v * (1 - light),
			})
		}
	}
}

// Linearize implements generator.Differentiable.
func (g Generator) Linearize(ctx context.Context, z *generator.Latents) (generator.Linearization, error) {
	l := &linearization{g: g}
	if err := g.Generate(ctx, &l.x, z); err != nil {
		return nil, err
	}
	l.z.CopyFrom(z)
	return l, nil
}

type linearization struct {
	g      Generator
	z      generator.Latents
	x      generator.Images
	closed bool
}

func (l *linearization) Images() *generator.Images { return &l.x }

func (l *linearization) check(ctx context.Context) error {
	if l.closed {
		return fmt.Errorf("blob: linearization is closed")
	}
	return ctx.Err()
}

func (l *linearization) VJP(ctx context.Context, dz *generator.Latents, v *generator.Images) error {
	if err := l.check(ctx); err != nil {
		return err
	}
	dz.Resize(l.z.N, D)
	for i := range l.z.N {
		var sum [D]float64
		l.g.draw(l.z.Row(i), func(k int, _ float64, slope [D]float64) {
			for j := range sum {
				sum[j] += slope[j] * float64(v.Sample(i)[k])
			}
		})
		for j := range sum {
			dz.Row(i)[j] = float32(sum[j])
		}
	}
	return nil
}

func (l *linearization) JVP(ctx context.Context, dx *generator.Images, dz *generator.Latents) error {
	if err := l.check(ctx); err != nil {
		return err
	}
	dx.Resize(l.z.N, 1, Size, Size)
	for i := range l.z.N {
		l.g.draw(l.z.Row(i), func(k int, _ float64, slope [D]float64) {
			sum := 0.0
			for j := range slope {
				sum += slope[j] * float64(dz.Row(i)[j])
			}
			dx.Sample(i)[k] = float32(sum)
		})
	}
	return nil
}

func (l *linearization) Close() error {
	l.closed = true
	return nil
}
