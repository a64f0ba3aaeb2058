package lcfv_test

import (
	"context"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/saliency"
)

// layered is a linear generator with three levels: pixel 0 of its images is
// 0.5 + 0.1·⟨z, w⟩, the factor, and pixel 1+j is 0.5 + 0.1·(across_j·z), of which
// there are three that have nothing to do with w. The factor lives in the levels
// coarse and fine, with norms 0.6 and 0.8 of its direction.
type layered struct{}

const layeredD = 8

var (
	layeredW = []float64{0.6, 0, 0, 0, 0, 0.48, 0.64, 0}
	across   = [3][]int{{1}, {2, 3}, {4, 7}}

	coarse = generator.Level{Name: "coarse", Low: 0, High: 2}
	middle = generator.Level{Name: "middle", Low: 2, High: 5}
	fine   = generator.Level{Name: "fine", Low: 5, High: 8}
)

func (layered) Info() generator.Info {
	return generator.Info{Name: "layered", D: layeredD, C: 1, H: 2, W: 2, Fingerprint: "layered", Levels: []generator.Level{coarse, middle, fine}}
}

func (g layered) Generate(ctx context.Context, dst *generator.Images, z *generator.Latents) error {
	if err := g.apply(ctx, dst, z); err != nil {
		return err
	}
	for i := range dst.Pix {
		dst.Pix[i] += 0.5
	}
	return nil
}

// apply multiplies codes by the generator's matrix.
func (layered) apply(ctx context.Context, dst *generator.Images, z *generator.Latents) error {
	dst.Resize(z.N, 1, 2, 2)
	for i := range z.N {
		x, row := dst.Sample(i), z.Row(i)
		clear(x)
		for k, v := range row {
			x[0] += float32(0.1*layeredW[k]) * v
		}
		for j, dims := range across {
			for _, k := range dims {
				x[1+j] += 0.1 * row[k]
			}
		}
	}
	return ctx.Err()
}

func (g layered) Linearize(ctx context.Context, z *generator.Latents) (generator.Linearization, error) {
	l := &layeredLin{}
	return l, g.Generate(ctx, &l.x, z)
}

type layeredLin struct{ x generator.Images }

func (l *layeredLin) Images() *generator.Images { return &l.x }
func (l *layeredLin) Close() error              { return nil }

func (l *layeredLin) JVP(ctx context.Context, dx *generator.Images, dz *generator.Latents) error {
	return layered{}.apply(ctx, dx, dz)
}

func (l *layeredLin) VJP(ctx context.Context, dz *generator.Latents, v *generator.Images) error {
	dz.Resize(v.N, layeredD)
	for i := range v.N {
		row, x := dz.Row(i), v.Sample(i)
		for k := range row {
			row[k] = float32(0.1*layeredW[k]) * x[0]
		}
		for j, dims := range across {
			for _, k := range dims {
				row[k] += 0.1 * x[1+j]
			}
		}
	}
	return ctx.Err()
}

// lift adds t to the pixel of the factor.
type lift struct{}

func (lift) Name() string { return "lift" }
func (lift) Unit() string { return "of the pixel" }
func (lift) Apply(dst, mask, src *generator.Images, t float64) error {
	dst.CopyFrom(src)
	for i := range dst.N {
		dst.Sample(i)[0] += float32(t)
	}
	if mask != nil {
		mask.Resize(src.N, 1, src.H, src.W)
		for p := range mask.Pix {
			mask.Pix[p] = 1
		}
	}
	return nil
}

// lifted reads it.
var lifted = saliency.Measure{Name: "lifted", Unit: "of the pixel", Of: func(s saliency.Sample) (float64, bool) { return float64(s.Image[0]), true }}
