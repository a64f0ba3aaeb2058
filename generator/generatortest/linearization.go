package generatortest

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"

	"github.com/lcfv-go/lcfv/generator"
)

// Tolerances, relative to the length of what is compared. Products must agree
// with each other to rounding, with differences of images only roughly: networks
// have kinks within any step, so it is short, and float32 pixels, which differ
// little over it, are off by rounding.
const (
	adjointTolerance    = 1e-3
	differenceTolerance = 0.05
	differenceStep      = 2e-4
	rounding            = 1.2e-7 // of a pixel near 1, in either image
)

func (c *checker) checkLinearization(g generator.Differentiable) error {
	ctx := context.Background()
	lin, err := g.Linearize(ctx, c.z)
	if err != nil {
		return fault("Linearize", "%w", err)
	}
	defer lin.Close()
	if !lin.Images().SameSize(&c.x) || maxDiff(lin.Images().Pix, c.x.Pix) > 1e-4 {
		return fault("Linearize", "its images are not those of Generate")
	}

	r := rand.New(rand.NewPCG(2, 3))
	dz := generator.NewLatents(samples, c.info.D)
	for i := range dz.Data {
		dz.Data[i] = float32(r.NormFloat64())
	}
	var jv generator.Images
	var jtv generator.Latents
	if err := lin.JVP(ctx, &jv, dz); err != nil {
		return fault("JVP", "%w", err)
	}
	if !jv.SameSize(&c.x) {
		return fault("JVP", "result of the wrong size")
	}
	// A random cotangent alone would be all but orthogonal to J dz, and hide a
	// wrong factor in the rounding.
	v := new(generator.Images)
	v.CopyFrom(&jv)
	size, _ := dot(jv.Pix, jv.Pix)
	rms := math.Sqrt(size / float64(len(jv.Pix)))
	for i := range v.Pix {
		v.Pix[i] += float32(rms * r.NormFloat64())
	}
	if err := lin.VJP(ctx, &jtv, v); err != nil {
		return fault("VJP", "%w", err)
	}
	if jtv.N != samples || jtv.D != c.info.D {
		return fault("VJP", "result of the wrong size")
	}
	return errors.Join(c.adjoint(dz, v, &jv, &jtv), c.difference(dz, &jv), closing(lin, &jtv, v))
}

// adjoint compares ⟨J dz, v⟩ with ⟨dz, Jᵀv⟩ sample by sample, so that samples
// influencing one another show too.
func (c *checker) adjoint(dz *generator.Latents, v, jv *generator.Images, jtv *generator.Latents) error {
	for i := range samples {
		left, leftSize := dot(jv.Sample(i), v.Sample(i))
		right, rightSize := dot(dz.Row(i), jtv.Row(i))
		if d := math.Abs(left - right); !(d <= adjointTolerance*max(leftSize, rightSize)) {
			return fault("VJP and JVP", "not transposes of each other for sample %d: ⟨J dz, v⟩ = %g, ⟨dz, Jᵀv⟩ = %g", i, left, right)
		}
	}
	return nil
}

// difference compares J dz with the central difference of images.
func (c *checker) difference(dz *generator.Latents, jv *generator.Images) error {
	var high, low generator.Images
	for _, side := range []struct {
		dst  *generator.Images
		step float32
	}{{&high, differenceStep}, {&low, -differenceStep}} {
		moved := generator.NewLatents(samples, c.info.D)
		for i, d := range dz.Data {
			moved.Data[i] = c.z.Data[i] + side.step*d
		}
		if err := c.g.Generate(context.Background(), side.dst, moved); err != nil {
			return fault("Generate", "%w", err)
		}
	}
	for i := range samples {
		wrong, size := 0.0, 0.0
		for k, j := range jv.Sample(i) {
			d := float64(high.Sample(i)[k]-low.Sample(i)[k]) / (2 * differenceStep)
			wrong += (d - float64(j)) * (d - float64(j))
			size += d * d
		}
		floor := rounding / differenceStep * math.Sqrt(float64(len(jv.Sample(i))))
		if !(math.Sqrt(wrong) <= differenceTolerance*math.Sqrt(size)+floor) {
			return fault("JVP", "off from the difference of images by %.1f %% for sample %d", 100*math.Sqrt(wrong/size), i)
		}
	}
	return nil
}

func closing(lin generator.Linearization, dz *generator.Latents, v *generator.Images) error {
	if err := errors.Join(lin.Close(), lin.Close()); err != nil {
		return fault("Close, called twice", "%w", err)
	}
	if lin.VJP(context.Background(), dz, v) == nil {
		return fault("VJP", "no error after Close")
	}
	return nil
}

// dot returns ⟨a, b⟩ and the product of the lengths.
func dot(a, b []float32) (product, size float64) {
	aa, bb := 0.0, 0.0
	for i := range a {
		product += float64(a[i]) * float64(b[i])
		aa += float64(a[i]) * float64(a[i])
		bb += float64(b[i]) * float64(b[i])
	}
	return product, math.Sqrt(aa * bb)
}
