package invert_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

func TestRunAllFindsWhatRunFinds(t *testing.T) {
	g := blob.Generator{Angle: 0.4}
	trs := []transform.Transform{transform.TranslateX{}, transform.TranslateY{}, transform.Zoom{}}
	for name, method := range map[string]invert.Method{"lm": invert.LevenbergMarquardt{}, "lbfgs": invert.LBFGS{Iterations: 5}} {
		o := &invert.Options{Method: method, Range: 0.1, Steps: 2, Trajectories: 6, Batch: 4, Seed: 3, Workers: 2}
		sets, err := invert.RunAll(t.Context(), g, trs, o)
		require.NoError(t, err)
		require.Len(t, sets, len(trs))
		together, apart := 0.0, 0.0
		for k, tr := range trs {
			alone, err := invert.Run(t.Context(), g, tr, o)
			require.NoError(t, err)
			together += sets[k].ForwardEquivalents
			apart += alone.ForwardEquivalents
			alone.ForwardEquivalents = sets[k].ForwardEquivalents
			require.Equal(t, alone, sets[k], name)
		}
		// Two of three starts, and two of three Jacobians there, are saved.
		require.InDelta(t, 2*(1+1+blob.D), apart-together, 1e-9, name)
	}
}

func TestRunAllRefuses(t *testing.T) {
	for _, trs := range [][]transform.Transform{nil, {nil}} {
		_, err := invert.RunAll(t.Context(), blob.Generator{}, trs, nil)
		require.ErrorIs(t, err, invert.ErrOptions)
	}
	_, err := invert.RunAll(t.Context(), nil, []transform.Transform{transform.Zoom{}}, nil)
	require.ErrorIs(t, err, invert.ErrOptions)
}
