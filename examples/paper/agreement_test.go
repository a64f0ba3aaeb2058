package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

// gentle are settings that do for a blob.
var gentle = invert.Options{Range: 0.12, Steps: 4, Trajectories: 20, Seed: 1}

// Figures of requests are those that lcfv.Evaluate gives.
func TestAgreementIsThatOfEvaluate(t *testing.T) {
	l := testLab(t, "test")
	g := blob.Generator{Angle: 0.5}
	c, err := learned(t.Context(), l, g, transform.TranslateX{}, gentle)
	require.NoError(t, err)
	again, err := learned(t.Context(), l, g, transform.TranslateX{}, gentle)
	require.NoError(t, err)
	require.Equal(t, c, again)
	e, err := lcfv.Evaluate(t.Context(), g, c, &lcfv.EvaluateOptions{Samples: 50, Seed: evaluateSeed, Deltas: []float64{-0.1, 0.05, 0.1}})
	require.NoError(t, err)
	got := agreementOf(e.Requests, 50)
	require.InDelta(t, e.RMSE, got.RMSE.Value, 1e-12)
	require.InDelta(t, e.Slope, got.Slope.Value, 1e-12)
	require.InDelta(t, e.Spearman, got.Spearman, 1e-12)
	require.InDelta(t, e.RMSECI[0], got.RMSE.CI[0], 0.2*e.RMSE)
	require.InDelta(t, e.RMSECI[1], got.RMSE.CI[1], 0.2*e.RMSE)
	require.Less(t, got.Slope.CI[0], got.Slope.Value)
	require.Zero(t, agreementOf(nil, 50))
}

func TestRanksShareTies(t *testing.T) {
	require.Equal(t, []float64{3, 0.5, 2, 0.5}, ranks([]float64{7, 1, 2, 1}))
}
