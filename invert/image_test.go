package invert_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/loss"
	"github.com/stretchr/testify/require"
)

// plain compares pixel by pixel, so that results have closed forms.
var plain = []loss.Loss{loss.MSE{}}

// drawn are codes of a toy and what it draws for them.
func drawn(t testing.TB, g *toy, codes ...[]float32) (*generator.Latents, *generator.Images) {
	z, x := generator.NewLatents(len(codes), g.d), new(generator.Images)
	for i, c := range codes {
		copy(z.Row(i), c)
	}
	require.NoError(t, g.Generate(t.Context(), x, z))
	return z, x
}

func close32(t testing.TB, want, got []float32, within float64, what string) {
	t.Helper()
	require.Len(t, got, len(want))
	for i, v := range want {
		require.InDelta(t, v, got[i], within, what)
	}
}

// A linear generator's images have one code each, which every method finds.
func TestImageFindsTheCode(t *testing.T) {
	g := newToy(4)
	z, x := drawn(t, g, []float32{0.5, -1, 0.3, 0}, []float32{1, 1, 0.5, -0.5}, []float32{-0.2, 0, 0, 1.5})
	for name, o := range map[string]*invert.ImageOptions{
		"defaults": nil,
		"lbfgs":    {Method: invert.LBFGS{Iterations: 200}, Losses: plain},
		"adam":     {Method: invert.Adam{Rate: 0.1, FinalRate: 0.001, Iterations: 300}, Losses: plain},
	} {
		found, err := invert.Image(t.Context(), g, x, nil, o)
		require.NoError(t, err, name)
		require.Len(t, found, 3)
		for i, p := range found {
			close32(t, z.Row(i), p.Code, 0.02, name)
			require.Less(t, p.Relative(), 1e-3, name)
			require.Less(t, p.RMSE, 5e-3, name)
			require.Equal(t, invert.Kept, p.Status)
			require.False(t, p.Active)
			require.Positive(t, p.Iterations)
			require.Greater(t, p.ForwardEquivalents, 256.0/3)
		}
	}
}

// The best code for an image that the generator cannot draw is that of the nearest
// one that it can, and the error is the distance.
func TestImageOfAnotherKind(t *testing.T) {
	g := newToy(3)
	z, x := drawn(t, g, []float32{0.5, -0.5, 0.2})
	// A vector at right angles to the columns of B, by Gram and Schmidt.
	off := make([]float64, side*side)
	off[7] = 1
	var basis [][]float64
	for j := range g.d {
		column := make([]float64, len(off))
		for p := range column {
			column[p] = float64(g.b[p*g.d+j])
		}
		basis = append(basis, column)
	}
	inner := func(a, b []float64) (sum float64) {
		for i, v := range a {
			sum += v * b[i]
		}
		return sum
	}
	less := func(v, b []float64) {
		f := inner(v, b) / inner(b, b)
		for i := range v {
			v[i] -= f * b[i]
		}
	}
	for i, v := range append(basis, off) {
		for _, b := range basis[:min(i, len(basis))] {
			less(v, b)
		}
	}
	for p, v := range off {
		x.Pix[p] += float32(v)
	}
	want := inner(off, off) / (side * side)
	found, err := invert.Image(t.Context(), g, x, nil, &invert.ImageOptions{Losses: plain})
	require.NoError(t, err)
	require.InDelta(t, want, found[0].Error, 1e-3*want)
	require.InDelta(t, math.Sqrt(want), found[0].RMSE, 1e-3)
	close32(t, z.Row(0), found[0].Code, 0.02, "the nearest")
	require.True(t, found[0].Converged)
	require.Equal(t, "converged", found[0].Outcome())
	require.Greater(t, found[0].Mean, found[0].Error)
	require.InDelta(t, found[0].Error/found[0].Mean, found[0].Relative(), 1e-12)
}

// The mean of the draws is what the error is relative to.
func TestImageMean(t *testing.T) {
	g := newToy(2)
	_, x := drawn(t, g, []float32{1, 1})
	z, all := generator.NewLatents(100, 2), new(generator.Images)
	g.prior.Sample(z, 3, 0)
	for i := range z.N {
		invert.ConstraintFor(g.Info()).Project(z.Row(i))
	}
	require.NoError(t, g.Generate(t.Context(), all, z))
	want := 0.0
	for p := range x.Pix {
		mean := 0.0
		for i := range all.N {
			mean += float64(all.Sample(i)[p]) / float64(all.N)
		}
		want += (float64(x.Pix[p]) - mean) * (float64(x.Pix[p]) - mean) / float64(len(x.Pix))
	}
	found, err := invert.Image(t.Context(), g, x, nil, &invert.ImageOptions{Losses: plain, Draws: 100, Seed: 3})
	require.NoError(t, err)
	require.InDelta(t, want, found[0].Mean, 1e-6)
}

// Images beyond the constraint get a code on its bound.
func TestImageConstraint(t *testing.T) {
	g := newToy(3)
	_, x := drawn(t, g, []float32{4, -2, 3})
	for _, c := range []struct {
		set    invert.Constraint
		inside func(z []float32) bool
	}{
		{invert.Ball{Radius: 1.5}, func(z []float32) bool { return math.Abs(length(z)-1.5) < 1e-5 }},
		{invert.Sphere{Radius: 2}, func(z []float32) bool { return math.Abs(length(z)-2) < 1e-5 }},
		{invert.Box{Low: -1, High: 1}, func(z []float32) bool {
			return math.Abs(float64(z[0])-1) < 1e-6 && math.Abs(float64(z[1])+1) < 1e-6
		}},
	} {
		found, err := invert.Image(t.Context(), g, x, nil, &invert.ImageOptions{Constraint: c.set, Losses: plain})
		require.NoError(t, err)
		require.True(t, found[0].Active, c.set.Name())
		require.True(t, c.inside(found[0].Code), "%s: %v", c.set.Name(), found[0].Code)
	}
	found, err := invert.Image(t.Context(), g, x, nil, &invert.ImageOptions{Constraint: invert.Unconstrained{}, Losses: plain})
	require.NoError(t, err)
	close32(t, []float32{4, -2, 3}, found[0].Code, 0.05, "no constraint")
	require.False(t, found[0].Active)
}

func length(z []float32) float64 {
	sum := 0.0
	for _, v := range z {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum)
}

// Pixels that the mask leaves out have no say.
func TestImageMask(t *testing.T) {
	g := newToy(3)
	z, x := drawn(t, g, []float32{0.5, -0.5, 0.2}, []float32{-1, 0, 0.5})
	mask := generator.NewImages(2, 1, side, side)
	for i := range mask.Pix {
		mask.Pix[i] = 1
	}
	for p := range 10 {
		x.Sample(1)[p], mask.Sample(1)[p] = 100, 0
	}
	found, err := invert.Image(t.Context(), g, x, mask, nil)
	require.NoError(t, err)
	for i, p := range found {
		close32(t, z.Row(i), p.Code, 0.02, "masked")
		require.Less(t, p.RMSE, 5e-3)
	}
}

func TestImageIsDeterministic(t *testing.T) {
	g := newToy(4)
	_, x := drawn(t, g, []float32{0.5, -1, 0.3, 0}, []float32{1, 1, 0.5, -0.5}, []float32{-3, 0, 0, 3})
	one, err := invert.Image(t.Context(), g, x, nil, &invert.ImageOptions{Seed: 5, Batch: 2, Workers: 1})
	require.NoError(t, err)
	four, err := invert.Image(t.Context(), g, x, nil, &invert.ImageOptions{Seed: 5, Batch: 2, Workers: 4})
	require.NoError(t, err)
	require.Equal(t, one, four)
	other, err := invert.Image(t.Context(), g, x, nil, &invert.ImageOptions{Seed: 6})
	require.NoError(t, err)
	require.NotEqual(t, one, other)
	alone, err := invert.Image(t.Context(), g, x.Slice(1, 2), nil, &invert.ImageOptions{Seed: 5})
	require.NoError(t, err)
	close32(t, one[1].Code, alone[0].Code, 1e-4, "whatever the other images")
}

func TestImageMethod(t *testing.T) {
	short, long := newToy(4).Info(), newToy(128).Info()
	require.IsType(t, invert.LevenbergMarquardt{}, invert.ImageMethod(short, loss.MSE{}))
	require.IsType(t, invert.LBFGS{}, invert.ImageMethod(short, square{}))
	require.IsType(t, invert.LBFGS{}, invert.ImageMethod(long, loss.MSE{}))
}

func ExampleImage() {
	g := newToy(4)
	// A picture that happens to be one of the generator's; any other would do.
	picture := new(generator.Images)
	err := g.Generate(context.Background(), picture, &generator.Latents{N: 1, D: 4, Data: []float32{0.5, -1, 0.8, 0.3}})
	if err != nil {
		fmt.Println(err)
		return
	}
	found, err := invert.Image(context.Background(), g, picture, nil, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	p := found[0]
	fmt.Printf("code %.1f, %s\n", p.Code, p.Outcome())
	fmt.Println("good match:", p.Relative() < 0.01 && p.RMSE < 0.01)
	// Output:
	// code [0.5 -1.0 0.8 0.3], converged
	// good match: true
}
