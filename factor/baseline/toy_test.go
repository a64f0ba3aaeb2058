package baseline_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/lcfv-go/lcfv/generator"
)

// linear is the generator x = A·z + 1/2 with A = U·diag(values)·Vᵀ, whose images are
// h × w.
type linear struct {
	h, w   int
	a      *mat.Dense
	v      *mat.Dense // right singular vectors, as columns
	spoil  float32    // added to every pixel
	drawn  func()     // called for every batch
	failed error
}

func newLinear(h, w int, values ...float64) *linear {
	d := len(values)
	r := rand.New(rand.NewPCG(7, 7))
	random := func(rows, cols int) *mat.Dense {
		m := mat.NewDense(rows, cols, nil)
		for i := range rows {
			for j := range cols {
				m.Set(i, j, r.NormFloat64())
			}
		}
		var svd mat.SVD
		svd.Factorize(m, mat.SVDThin)
		var u mat.Dense
		svd.UTo(&u)
		return &u
	}
	g := &linear{h: h, w: w, a: new(mat.Dense), v: random(d, d)}
	u := random(h*w, d)
	for i := range h * w {
		for j := range d {
			u.Set(i, j, u.At(i, j)*values[j])
		}
	}
	g.a.Mul(u, g.v.T())
	return g
}

func (g *linear) Info() generator.Info {
	_, d := g.a.Dims()
	return generator.Info{Name: "linear", D: d, C: 1, H: g.h, W: g.w}
}

func (g *linear) Generate(ctx context.Context, dst *generator.Images, z *generator.Latents) error {
	if g.drawn != nil {
		g.drawn()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	dst.Resize(z.N, 1, g.h, g.w)
	g.apply(dst, z, 0.5+g.spoil)
	return g.failed
}

func (g *linear) apply(dst *generator.Images, z *generator.Latents, plus float32) {
	for i := range z.N {
		for p := range dst.Sample(i) {
			sum := 0.0
			for j, v := range z.Row(i) {
				sum += g.a.At(p, j) * float64(v)
			}
			dst.Sample(i)[p] = float32(sum) + plus
		}
	}
}

func (g *linear) Linearize(ctx context.Context, z *generator.Latents) (generator.Linearization, error) {
	l := &linearized{g: g}
	return l, g.Generate(ctx, &l.images, z)
}

type linearized struct {
	g      *linear
	images generator.Images
}

func (l *linearized) Images() *generator.Images { return &l.images }
func (l *linearized) Close() error              { return nil }

func (l *linearized) VJP(_ context.Context, dz *generator.Latents, v *generator.Images) error {
	dz.Resize(v.N, l.g.Info().D)
	for i := range v.N {
		for j := range dz.D {
			sum := 0.0
			for p, x := range v.Sample(i) {
				sum += l.g.a.At(p, j) * float64(x)
			}
			dz.Row(i)[j] = float32(sum) + l.g.spoil
		}
	}
	return nil
}

func (l *linearized) JVP(_ context.Context, dx *generator.Images, dz *generator.Latents) error {
	dx.Resize(dz.N, 1, l.g.h, l.g.w)
	l.g.apply(dx, dz, 0)
	return nil
}

// along is the transform x + t·A·b: the code it asks for is z + t·b exactly.
type along struct {
	g *linear
	b []float64
}

func (along) Name() string { return "along" }
func (along) Unit() string { return "length of b" }

func (a along) Apply(dst, mask, src *generator.Images, t float64) error {
	dst.CopyFrom(src)
	var step mat.VecDense
	step.MulVec(a.g.a, mat.NewVecDense(len(a.b), a.b))
	for i := range dst.N {
		for p := range dst.Sample(i) {
			dst.Sample(i)[p] += float32(t * step.AtVec(p))
		}
	}
	if mask != nil {
		mask.Resize(src.N, 1, src.H, src.W)
		for p := range mask.Pix {
			mask.Pix[p] = 1
		}
	}
	return nil
}

// cosine returns the cosine of the angle between lines.
func cosine(a, b []float64) float64 {
	return math.Abs(floats.Dot(a, b)) / floats.Norm(a, 2) / floats.Norm(b, 2)
}

func requireUnit(t *testing.T, u []float64) {
	t.Helper()
	require.InDelta(t, 1, floats.Norm(u, 2), 1e-9)
}
