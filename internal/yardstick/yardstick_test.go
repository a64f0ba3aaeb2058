package yardstick_test

import (
	"bytes"
	"context"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/factor/baseline"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/internal/yardstick"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

func TestCompare(t *testing.T) {
	ctx, g, tr := context.Background(), blob.Generator{Angle: 0.5}, transform.TranslateX{}
	pairs, err := invert.Run(ctx, g, tr, &invert.Options{Range: 0.12, Steps: 4, Trajectories: 24, Seed: 1})
	require.NoError(t, err)
	o := &lcfv.EvaluateOptions{Samples: 40, Deltas: []float64{-0.05, 0.05}}
	control, err := lcfv.FromPairs(g.Info(), tr, pairs, nil)
	require.NoError(t, err)
	rows, err := yardstick.Compare(ctx, g, tr, pairs, control, o)
	require.NoError(t, err)
	require.Same(t, control, rows[0].Control)
	require.Len(t, rows, 1+len(baseline.Names()))
	by := map[string]yardstick.Row{}
	for _, r := range rows {
		require.NotNil(t, r.Evaluation, "%s: %v", r.Method, r.Why)
		by[r.Method] = r
	}

	own := by["lcfv"]
	require.Equal(t, pairs.ForwardEquivalents*24, own.Work)
	require.Equal(t, len(own.Evaluation.Requests), own.Both.N)
	require.InDelta(t, own.Evaluation.RMSE, own.Both.LCFV, 1e-12)
	require.Zero(t, own.Both.Gain)

	// The walk finds the same direction; a random one does not.
	walk, random := by["walk"], by["random"]
	require.Equal(t, 4.*400*16, walk.Work)
	require.InDelta(t, 0, walk.Both.Gain, 0.003)
	require.InDelta(t, own.Alone, walk.Alone, 0.001)
	require.Less(t, own.Alone, 0.01)
	require.Positive(t, random.Both.GainCI[0])
	require.LessOrEqual(t, random.Both.N, min(len(own.Evaluation.Requests), len(random.Evaluation.Requests)))
	require.True(t, random.Both.GainCI[0] <= random.Both.Gain && random.Both.Gain <= random.Both.GainCI[1])

	var table bytes.Buffer
	yardstick.Head(&table)
	yardstick.Write(&table, "blob", rows)
	lines := strings.Split(strings.TrimSpace(table.String()), "\n")
	require.Len(t, lines, 2+len(rows))
	for _, line := range lines {
		require.Equal(t, strings.Count(lines[0], "|"), strings.Count(line, "|"), line)
	}

	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = yardstick.Compare(cancelled, g, tr, pairs, nil, o)
	require.ErrorIs(t, err, context.Canceled)
}

// A method that finds nothing has a row that says so.
func TestWriteNothing(t *testing.T) {
	var table bytes.Buffer
	yardstick.Write(&table, "blob", []yardstick.Row{{Method: "pca", Why: baseline.ErrNoDirection, Alone: math.NaN()}})
	require.Equal(t, "| blob | pca | none | | | | | none | 0 |\n", table.String())
}
