package invert_test

import (
	"context"
	"math"
	"math/rand/v2"
	"sync/atomic"

	"github.com/lcfv-go/lcfv/generator"
)

const side = 6 // of the toys' images

// toy is the linear generator x = B·z + 0.5. Its images are scaled to leave [0, 1]
// at will: nothing here asks for that range.
type toy struct {
	d     int
	prior generator.Prior
	b     []float32 // side²×d

	// spoil, if not nil, may change what is drawn for a code, and drop what is
	// pulled back to it.
	spoil, drop func(x, z []float32)
	calls       atomic.Int64
	fail        error
}

func newToy(d int) *toy {
	g := &toy{d: d, b: make([]float32, side*side*d)}
	r := rand.New(rand.NewPCG(1, 1))
	for i := range g.b {
		g.b[i] = float32(0.1 * r.NormFloat64())
	}
	return g
}

func (g *toy) Info() generator.Info {
	return generator.Info{Name: "toy", D: g.d, C: 1, H: side, W: side, Prior: g.prior}
}

func (g *toy) Generate(ctx context.Context, dst *generator.Images, z *generator.Latents) error {
	g.calls.Add(1)
	if g.fail != nil {
		return g.fail
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	dst.Resize(z.N, 1, side, side)
	for i := range z.N {
		x, row := dst.Sample(i), z.Row(i)
		for p := range x {
			x[p] = 0.5
			for j, v := range row {
				x[p] += g.b[p*g.d+j] * v
			}
		}
		if g.spoil != nil {
			g.spoil(x, row)
		}
	}
	return nil
}

func (g *toy) Linearize(ctx context.Context, z *generator.Latents) (generator.Linearization, error) {
	l := &toyLinear{g: g}
	if err := g.Generate(ctx, &l.images, z); err != nil {
		return nil, err
	}
	l.z.CopyFrom(z)
	return l, nil
}

type toyLinear struct {
	g      *toy
	images generator.Images
	z      generator.Latents
}

func (l *toyLinear) Images() *generator.Images { return &l.images }
func (l *toyLinear) Close() error              { return nil }

func (l *toyLinear) VJP(_ context.Context, dz *generator.Latents, v *generator.Images) error {
	dz.Resize(v.N, l.g.d)
	for i := range v.N {
		row := dz.Row(i)
		clear(row)
		for p, w := range v.Sample(i) {
			for j := range row {
				row[j] += l.g.b[p*l.g.d+j] * w
			}
		}
		if l.g.drop != nil {
			l.g.drop(row, l.z.Row(i))
		}
	}
	return nil
}

func (l *toyLinear) JVP(_ context.Context, dx *generator.Images, dz *generator.Latents) error {
	dx.Resize(dz.N, 1, side, side)
	for i := range dz.N {
		for p := range dx.Sample(i) {
			sum := float32(0)
			for j, v := range dz.Row(i) {
				sum += l.g.b[p*l.g.d+j] * v
			}
			dx.Sample(i)[p] = sum
		}
	}
	return nil
}

// along is the transform x + t·B·b: the code it asks for is z + t·b exactly. Where
// |t| is above reach, no pixel is defined.
type along struct {
	g     *toy
	b     []float32
	reach float64
}

func (along) Name() string { return "along" }
func (along) Unit() string { return "length of b" }

func (a along) Apply(dst, mask, src *generator.Images, t float64) error {
	dst.CopyFrom(src)
	for i := range dst.N {
		for p := range dst.Sample(i) {
			for j, v := range a.b {
				dst.Sample(i)[p] += float32(t) * a.g.b[p*a.g.d+j] * v
			}
		}
	}
	if mask == nil {
		return nil
	}
	mask.Resize(src.N, 1, src.H, src.W)
	for p := range mask.Pix {
		mask.Pix[p] = 1
		if a.reach > 0 && math.Abs(t) > a.reach {
			mask.Pix[p] = 0
		}
	}
	return nil
}

// square is the mean squared difference.
type square struct{}

func (square) Name() string { return "square" }

func (square) Eval(value []float64, grad, x, target, mask *generator.Images) error {
	if grad != nil {
		grad.Resize(x.N, x.C, x.H, x.W)
	}
	for i := range x.N {
		value[i] = 0
		for p, v := range x.Sample(i) {
			e := v - target.Sample(i)[p]
			if mask != nil {
				e *= mask.Sample(i)[p]
			}
			value[i] += float64(e) * float64(e) / (side * side)
			if grad != nil {
				grad.Sample(i)[p] = 2 * e / (side * side)
			}
		}
	}
	return nil
}
