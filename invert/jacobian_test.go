package invert

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/generator/dsprites"
	"github.com/lcfv-go/lcfv/internal/f32"
	"github.com/lcfv-go/lcfv/loss"
	"github.com/lcfv-go/lcfv/transform"
)

func TestPiecesArePowersOfTwo(t *testing.T) {
	for n := range 40 {
		tracks := make([]*track, n)
		for i := range tracks {
			tracks[i] = &track{i: i}
		}
		next := 0
		for part := range pieces(tracks, 12) {
			require.Contains(t, []int{1, 2, 4, 8}, len(part))
			for _, p := range part {
				require.Equal(t, next, p.i)
				next++
			}
		}
		require.Equal(t, n, next)
	}
}

// What is explained holds afterwards, and nothing changes at right angles to it.
func TestExplainChangesTheLeast(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const d, pixels = 4, 6
	columns := generator.NewImages(d, 1, 1, pixels)
	for i := range columns.Pix {
		columns.Pix[i] = float32(r.NormFloat64())
	}
	v, across := []float64{1, 2, 0, -1}, []float64{1, 0, 5, 1}
	before := times(columns, across)
	moved := make([]float32, pixels)
	for i := range moved {
		moved[i] = float32(r.NormFloat64())
	}
	want := append([]float32(nil), moved...)
	explain(columns, moved, v, 6)
	require.InDeltaSlice(t, want, times(columns, v), 1e-5)
	require.InDeltaSlice(t, before, times(columns, across), 1e-5)
}

// times returns B·v.
func times(columns *generator.Images, v []float64) []float32 {
	out := make([]float32, len(columns.Sample(0)))
	for a, c := range v {
		f32.Axpy(out, float32(c), columns.Sample(a))
	}
	return out
}

// A Jacobian that is computed anew along three directions is exact along these, and
// along the others what it was.
func TestLinearizeAlongFewDirections(t *testing.T) {
	g, err := dsprites.Open(nil)
	require.NoError(t, err)
	defer g.Close()
	d := g.Info().D
	z := generator.NewLatents(2, d)
	g.Info().Prior.Sample(z, 3, 0)
	l := loss.Blurred{Sigma: 1}
	p := newProblem(g, transformed{transform.TranslateX{}}, l, Unconstrained{})
	require.NoError(t, p.start(t.Context(), z.Slice(0, 1)))
	s := newSquares(p, l)

	one := &track{source: *p.source, cur: spot{z: z.Row(0)}}
	tracks := []*track{one}
	require.NoError(t, s.aim(one, 0.1))
	require.NoError(t, s.linearize(t.Context(), tracks, d))
	require.NoError(t, s.apply(one))
	one.cur.image = *p.source
	require.NoError(t, s.measure(one, &one.cur))
	require.True(t, s.normal(one))
	was := new(generator.Images)
	was.CopyFrom(&one.jac.images)

	one.cur.z = z.Row(1)
	require.NoError(t, s.linearize(t.Context(), tracks, 3))
	mixed := new(generator.Images)
	mixed.CopyFrom(&one.jac.images)
	basis := mat.DenseCopyOf(&one.sub.basis)
	require.NoError(t, s.linearize(t.Context(), tracks, d))
	for k := range d {
		v := mat.Col(nil, k, basis)
		want := times(was, v)
		if k >= d-3 {
			want = times(&one.jac.images, v)
		}
		require.InDeltaSlice(t, want, times(mixed, v), 1e-4, k)
	}
}
