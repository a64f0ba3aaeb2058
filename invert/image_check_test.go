package invert_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/loss"
	"github.com/stretchr/testify/require"
)

func TestImageWhereTheGeneratorIsNotFinite(t *testing.T) {
	g := newToy(3)
	z, x := drawn(t, g, []float32{-1, 0.5, 0})
	g.spoil = func(x, z []float32) {
		if z[0] > 0 {
			x[3] = float32(math.NaN())
		}
	}
	found, err := invert.Image(t.Context(), g, x, nil, nil)
	require.NoError(t, err)
	close32(t, z.Row(0), found[0].Code, 0.02, "away from the spoilt half")
	require.Equal(t, invert.Kept, found[0].Status)
	require.False(t, math.IsNaN(found[0].Mean), "the draws that are not finite are left out")

	// Only the draws themselves are finite: the best of them is all there is.
	seen := map[float32]bool{}
	all := generator.NewLatents(256, 3)
	g.prior.Sample(all, 0, 0)
	for i := range all.N {
		invert.ConstraintFor(g.Info()).Project(all.Row(i))
		seen[all.Row(i)[0]] = true
	}
	g.spoil = func(x, z []float32) {
		if !seen[z[0]] {
			x[3] = float32(math.NaN())
		}
	}
	found, err = invert.Image(t.Context(), g, x, nil, &invert.ImageOptions{Method: invert.LBFGS{}})
	require.NoError(t, err)
	require.True(t, seen[found[0].Code[0]])
	require.Equal(t, invert.NotFinite, found[0].Status)
	require.Equal(t, "not finite", found[0].Outcome())
	require.False(t, math.IsNaN(found[0].Error))

	g.spoil = func(x, _ []float32) { x[0] = float32(math.Inf(1)) }
	_, err = invert.Image(t.Context(), g, x, nil, nil)
	require.ErrorIs(t, err, invert.ErrAllFailed)
}

func TestImageIsChecked(t *testing.T) {
	g := newToy(3)
	_, x := drawn(t, g, []float32{1, 0, 0})
	for want, o := range map[string]*invert.ImageOptions{
		"draws":    {Draws: -1},
		"restarts": {Restarts: -1},
		"as many":  {Draws: 3, Restarts: 4},
		"batches":  {Batch: -1},
		"workers":  {Workers: -1},
		"nil":      {Losses: []loss.Loss{nil}},
		"needs":    {Losses: []loss.Loss{square{}}, Method: invert.LevenbergMarquardt{}},
	} {
		_, err := invert.Image(t.Context(), g, x, nil, o)
		require.ErrorIs(t, err, invert.ErrOptions, want)
		require.ErrorContains(t, err, want)
	}
	_, err := invert.Image(t.Context(), nil, x, nil, nil)
	require.ErrorIs(t, err, invert.ErrOptions)

	ones := generator.NewImages(1, 1, side, side)
	for i := range ones.Pix {
		ones.Pix[i] = 1
	}
	broken := func(v float32) *generator.Images {
		m := new(generator.Images)
		m.CopyFrom(ones)
		m.Pix[5] = v
		return m
	}
	for want, c := range map[string]struct{ x, mask *generator.Images }{
		"nil":             {nil, nil},
		"size 3×6×6":      {generator.NewImages(1, 3, side, side), nil},
		"pixel that":      {broken(float32(math.NaN())), nil},
		"mask has size":   {x, generator.NewImages(2, 1, side, side)},
		"mask of image 0": {x, broken(-1)},
		"holds NaN":       {x, broken(float32(math.NaN()))},
		"no pixel":        {x, generator.NewImages(1, 1, side, side)},
	} {
		_, err := invert.Image(t.Context(), g, c.x, c.mask, nil)
		require.ErrorIs(t, err, invert.ErrImages, want)
		require.ErrorContains(t, err, want)
	}

	g.fail = errors.New("no power")
	_, err = invert.Image(t.Context(), g, x, nil, nil)
	require.ErrorIs(t, err, g.fail)
}

func TestImageProgressAndCancel(t *testing.T) {
	g := newToy(3)
	_, x := drawn(t, g, []float32{1, 0, 0}, []float32{0, 1, 0})
	last := 0
	_, err := invert.Image(t.Context(), g, x, nil, &invert.ImageOptions{Restarts: 5, Batch: 3, Progress: func(done, total int) {
		require.Greater(t, done, last)
		require.Equal(t, 2*(5+3), total)
		last = done
	}})
	require.NoError(t, err)
	require.Equal(t, 16, last)

	ctx, cancel := context.WithCancel(t.Context())
	_, err = invert.Image(ctx, g, x, nil, &invert.ImageOptions{Batch: 2, Workers: 1, Progress: func(int, int) { cancel() }})
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, "2 of 12")
}
