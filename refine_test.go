package lcfv_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/internal/testmodels"
	"github.com/lcfv-go/lcfv/invert"
)

// askew is a control that moves the blob as much down as to the right, and too far.
func askew() *lcfv.Control {
	c := byHand()
	c.Model.U = []float64{math.Sqrt(0.5), math.Sqrt(0.5), 0, 0}
	return c
}

// The codes that Refine finds are known: only the number that is x has changed.
func TestRefineMendsAControl(t *testing.T) {
	g := blob.Generator{}
	z := generator.NewLatents(5, blob.D)
	generator.Prior{}.Sample(z, 7, 0)
	for i := range z.Data {
		z.Data[i] *= 0.3 // so that every code asked for is in the ball
	}
	found, err := askew().Refine(t.Context(), g, z, 0.08, &lcfv.RefineOptions{
		Correct: invert.CorrectOptions{Method: invert.LevenbergMarquardt{Exact: 1e-9, Tolerance: 1e-3, Iterations: 30}}})
	require.NoError(t, err)
	for i, r := range found {
		require.Equal(t, invert.Kept, r.Status)
		require.Less(t, r.Error, r.Before)
		want := append([]float32(nil), z.Row(i)...)
		want[0] += 0.8                                        // x moves by 0.1 a unit
		for j, far := range []float64{0.05, 0.05, 0.2, 0.2} { // size and light tell apart badly where the frame cuts a blob
			require.InDelta(t, want[j], r.Code[j], far, "number %d of code %d", j, i)
		}
		require.Greater(t, r.ForwardEquivalents, 5.0)
	}
}

func TestRefineByNothing(t *testing.T) {
	z := generator.NewLatents(1, blob.D)
	copy(z.Row(0), []float32{9, 8, 7, 6})
	found, err := askew().Refine(t.Context(), blob.Generator{}, z, 0, nil)
	require.NoError(t, err)
	require.Equal(t, z.Row(0), found[0].Code)
	require.Zero(t, found[0].ForwardEquivalents)
}

// What cannot be drawn is reported and left out of an evaluation.
func TestEvaluateRefined(t *testing.T) {
	opts := &lcfv.EvaluateOptions{Samples: 24, Deltas: []float64{-0.05, 0.05, 0.45}, Refine: &lcfv.RefineOptions{}}
	e, err := lcfv.Evaluate(t.Context(), blob.Generator{}, askew(), opts)
	require.NoError(t, err)
	require.Less(t, e.RMSE, 0.01)
	require.InDelta(t, 1, e.Slope, 0.05)
	require.Greater(t, e.ForwardEquivalents, 5.0)
	require.GreaterOrEqual(t, e.Refused, 12, "0.45 of the width is out of the frame for half of the blobs")
	opts.Refine = nil
	e, err = lcfv.Evaluate(t.Context(), blob.Generator{}, askew(), opts)
	require.NoError(t, err)
	require.Greater(t, math.Abs(e.Slope-1), 0.2)
	require.Zero(t, e.ForwardEquivalents)
}

func TestRefineRefuses(t *testing.T) {
	ctx, g, z := t.Context(), blob.Generator{}, generator.NewLatents(1, blob.D)
	_, err := askew().Refine(ctx, nil, z, 0.1, nil)
	require.ErrorContains(t, err, "nil")
	_, err = askew().Refine(ctx, g, nil, 0.1, nil)
	require.Error(t, err)
	_, err = askew().Refine(ctx, g, generator.NewLatents(1, 3), 0.1, nil)
	require.ErrorContains(t, err, "length 3")
	_, err = askew().Refine(ctx, g, z, math.NaN(), nil)
	require.ErrorIs(t, err, invert.ErrOptions)
	_, err = askew().Refine(ctx, g, z, 0.1, &lcfv.RefineOptions{Correct: invert.CorrectOptions{Batch: -1}})
	require.ErrorIs(t, err, invert.ErrOptions)
	own := askew()
	own.Transform = "my own"
	_, err = own.Refine(ctx, g, z, 0.1, nil)
	require.ErrorContains(t, err, "RefineOptions.Transform")
	_, err = lcfv.Evaluate(ctx, drawsOnly{g}, askew(), &lcfv.EvaluateOptions{Samples: 2, Refine: &lcfv.RefineOptions{}})
	require.ErrorContains(t, err, "FiniteDifference")
	stopped, stop := context.WithCancel(ctx)
	stop()
	_, err = askew().Refine(stopped, g, z, 0.1, nil)
	require.ErrorIs(t, err, context.Canceled)
}

// drawsOnly hides a generator's derivatives.
type drawsOnly struct{ generator.Generator }

// No direction carries position on these two, so any will do for a first guess; with
// the generator's help, changes are met all the same.
func TestRefineOnEntangledGenerators(t *testing.T) {
	if testing.Short() {
		t.Skip("refines codes of two decoders for seconds")
	}
	for _, name := range []string{"disvae_betaH_dsprites", "disvae_VAE_dsprites"} {
		t.Run(name, func(t *testing.T) {
			m, err := native.Open(testmodels.Path(t, name, "generator.onnx"), nil)
			require.NoError(t, err)
			g, err := generator.FromModel(m, &generator.ModelOptions{Name: name})
			require.NoError(t, err)
			defer g.Close()
			c := byHand()
			c.Model.U = make([]float64, g.Info().D)
			c.Model.U[0] = 1
			e, err := lcfv.Evaluate(t.Context(), g, c, &lcfv.EvaluateOptions{
				Samples: 24, Deltas: []float64{-0.15, -0.05, 0.1}, Refine: &lcfv.RefineOptions{}})
			require.NoError(t, err)
			require.Less(t, e.RMSE, 0.035)
			require.Less(t, float64(e.Refused+e.Undetected)/float64(e.N), 0.35)
			require.Less(t, e.ForwardEquivalents, 100.0)
		})
	}
}
