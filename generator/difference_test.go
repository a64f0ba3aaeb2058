package generator_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
)

func TestFiniteDifferenceOfSteps(t *testing.T) {
	for _, step := range []float64{0, 0.5, -1, math.NaN(), math.Inf(1)} {
		lin, err := generator.FiniteDifference(balance{}, step).Linearize(t.Context(), generator.NewLatents(1, 1))
		require.NoError(t, err)
		var dx generator.Images
		require.NoError(t, lin.JVP(t.Context(), &dx, &generator.Latents{N: 1, D: 1, Data: []float32{3}}))
		require.InDeltaSlice(t, []float32{0.3, -0.6}, dx.Pix, 1e-4, "step %g", step)
		require.NoError(t, lin.JVP(t.Context(), &dx, generator.NewLatents(1, 1)))
		require.Equal(t, []float32{0, 0}, dx.Pix, "a tangent of length 0")
		require.NoError(t, lin.Close())
	}
}

func TestFiniteDifferenceRefuses(t *testing.T) {
	ctx := t.Context()
	lin, err := generator.FiniteDifference(balance{}, 0).Linearize(ctx, generator.NewLatents(2, 1))
	require.NoError(t, err)
	var dx generator.Images
	var dz generator.Latents
	require.ErrorContains(t, lin.JVP(ctx, &dx, nil), "nil")
	require.ErrorContains(t, lin.VJP(ctx, &dz, nil), "nil")
	require.ErrorContains(t, lin.JVP(ctx, &dx, generator.NewLatents(1, 1)), "1 samples")
	require.ErrorContains(t, lin.JVP(ctx, &dx, generator.NewLatents(2, 3)), "length 3")
	require.ErrorContains(t, lin.VJP(ctx, &dz, generator.NewImages(2, 1, 2, 2)), "2×1×2×2")
	require.NoError(t, lin.Close())
	require.ErrorContains(t, lin.JVP(ctx, &dx, generator.NewLatents(2, 1)), "closed")
}
