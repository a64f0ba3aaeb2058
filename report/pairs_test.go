package report_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/report"
	"github.com/lcfv-go/lcfv/transform"
)

// What the record of a control says finds the very pairs it was learned from.
func TestFindPairs(t *testing.T) {
	g := blob.Generator{Angle: 0.5}
	quick := func(o invert.Options) invert.Options {
		o.Range, o.Steps, o.Trajectories, o.Seed = 0.1, 2, 8, 3
		return o
	}
	published := quick(invert.Published())
	published.T = nil
	for name, o := range map[string]invert.Options{
		"default":   quick(invert.Options{}),
		"lbfgs":     quick(invert.Options{Method: invert.LBFGS{}, Batch: 4, MaxRelative: -1, Drop: -1}),
		"adam":      quick(invert.Options{Method: invert.DefaultAdam()}),
		"published": published,
		"levels":    quick(invert.Options{Levels: []generator.Level{{Name: "place", Low: 0, High: 2}}}),
	} {
		pairs, err := invert.Run(context.Background(), layered{g}, transform.TranslateX{}, &o)
		require.NoError(t, err, name)
		c, err := lcfv.FromPairs(layered{g}.Info(), transform.TranslateX{}, pairs, nil)
		require.NoError(t, err, name)
		calls := 0
		again, err := report.FindPairs(context.Background(), layered{g}, c, 1, func(invert.Progress) { calls++ })
		require.NoError(t, err, name)
		require.Equal(t, pairs, again, name)
		require.Positive(t, calls)
	}
}

func TestPairsThatCannotBeFound(t *testing.T) {
	g, set, _ := blobs(t)
	ctx := context.Background()
	_, err := report.FindPairs(ctx, g, nil, 1, nil)
	require.ErrorContains(t, err, "nil")

	c := *set.Control("zoom")
	c.Inversion.Method = "by hand"
	_, err = report.FindPairs(ctx, g, &c, 1, nil)
	require.ErrorIs(t, err, report.ErrPairs)
	require.ErrorContains(t, err, "by hand")
	c.Inversion = lcfv.InversionRecord{}
	_, err = report.FindPairs(ctx, g, &c, 1, nil)
	require.ErrorIs(t, err, report.ErrPairs)
	c.Classes = []lcfv.ClassRecord{{Condition: "class 3"}}
	_, err = report.FindPairs(ctx, g, &c, 1, nil)
	require.ErrorIs(t, err, report.ErrPairs)
	c.Classes, c.Transform = nil, "my own"
	_, err = report.FindPairs(ctx, g, &c, 1, nil)
	require.ErrorIs(t, err, transform.ErrUnknown)

	ended, cancel := context.WithCancel(ctx)
	cancel()
	_, err = report.FindPairs(ended, g, set.Control("zoom"), 1, nil)
	require.ErrorIs(t, err, context.Canceled)
}
