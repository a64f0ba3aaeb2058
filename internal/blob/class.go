package blob

import (
	"context"
	"fmt"

	"github.com/lcfv-go/lcfv/generator"
)

// Class is one class of a family of blobs, all of which move right along the same
// direction: Gain times as far as a Generator's blob does, from a place that is
// Offset units of the code further on.
type Class struct {
	Generator
	Index        int
	Gain, Offset float64
}

// Info implements generator.Generator.
func (c Class) Info() generator.Info {
	info := c.Generator.Info()
	info.Condition = fmt.Sprintf("class %d", c.Index)
	return info
}

// stretch writes z + ((Gain-1)⟨z, u⟩ + offset) u, for the direction u of x. But for
// the offset it is symmetric and linear, and so the derivative both ways.
func (c Class) stretch(dst, z *generator.Latents, offset float64) {
	dst.CopyFrom(z)
	u := c.XDirection()
	for i := range z.N {
		at := 0.0
		for j, v := range z.Row(i) {
			at += float64(v) * u[j]
		}
		for j := range u {
			dst.Row(i)[j] += float32(((c.Gain-1)*at + offset) * u[j])
		}
	}
}

// Generate implements generator.Generator.
func (c Class) Generate(ctx context.Context, dst *generator.Images, z *generator.Latents) error {
	if err := c.check(z); err != nil {
		return err
	}
	var moved generator.Latents
	c.stretch(&moved, z, c.Offset)
	return c.Generator.Generate(ctx, dst, &moved)
}

// Linearize implements generator.Differentiable.
func (c Class) Linearize(ctx context.Context, z *generator.Latents) (generator.Linearization, error) {
	if err := c.check(z); err != nil {
		return nil, err
	}
	var moved generator.Latents
	c.stretch(&moved, z, c.Offset)
	l, err := c.Generator.Linearize(ctx, &moved)
	if err != nil {
		return nil, err
	}
	return classLinearization{l, c}, nil
}

func (c Class) check(z *generator.Latents) error {
	if err := z.Validate(); err != nil {
		return err
	}
	if z.D != D {
		return fmt.Errorf("blob: code of length %d instead of %d", z.D, D)
	}
	return nil
}

type classLinearization struct {
	generator.Linearization
	class Class
}

func (l classLinearization) VJP(ctx context.Context, dz *generator.Latents, v *generator.Images) error {
	var moved generator.Latents
	if err := l.Linearization.VJP(ctx, &moved, v); err != nil {
		return err
	}
	l.class.stretch(dz, &moved, 0)
	return nil
}

func (l classLinearization) JVP(ctx context.Context, dx *generator.Images, dz *generator.Latents) error {
	if err := l.class.check(dz); err != nil {
		return err
	}
	var moved generator.Latents
	l.class.stretch(&moved, dz, 0)
	return l.Linearization.JVP(ctx, dx, &moved)
}
