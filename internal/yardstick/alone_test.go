package yardstick

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/transform"
)

// The blob moves by a tenth of the width with each unit along its direction,
// wherever it is, and not at all along another one.
func TestAlone(t *testing.T) {
	ctx, g := context.Background(), blob.Generator{Angle: 0.5}
	c, err := newCourse(ctx, g, transform.TranslateX{}, &lcfv.EvaluateOptions{Samples: 50, Deltas: []float64{-0.1, 0.02}})
	require.NoError(t, err)
	require.InDelta(t, 0.05, c.move, 1e-12)
	e, err := c.error(ctx, g.XDirection())
	require.NoError(t, err)
	require.Less(t, e, 0.01, "but for blobs that the frame cuts")
	mean, err := c.shift(ctx, g.XDirection(), 0.5)
	require.NoError(t, err)
	require.InDelta(t, 0.05, mean, 0.003)

	e, err = c.error(ctx, []float64{0, 0, 0, 1})
	require.NoError(t, err)
	require.True(t, math.IsNaN(e), "%g", e)

	// Half of the codes move 0.05 too little one way and too far the other, which
	// leaves the mean as it is.
	for i := range c.before {
		c.before[i] += 0.05 * float64(i%2)
	}
	e, err = c.error(ctx, g.XDirection())
	require.NoError(t, err)
	require.InDelta(t, 0.05/math.Sqrt2, e, 0.002)

	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = c.error(cancelled, g.XDirection())
	require.ErrorIs(t, err, context.Canceled)
}

func TestAloneNeedsAMeasure(t *testing.T) {
	_, err := newCourse(context.Background(), blob.Generator{}, unmeasured{transform.TranslateX{}}, nil)
	require.ErrorContains(t, err, "EvaluateOptions.Measure")
}

// unmeasured hides what a transform's effect is measured by.
type unmeasured struct{ transform.Transform }
