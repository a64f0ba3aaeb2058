package lcfv_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/factor"
	"github.com/lcfv-go/lcfv/factor/baseline"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

// A control along another method's direction is one like any other.
func TestLearnABaseline(t *testing.T) {
	ctx, g := context.Background(), blob.Generator{Angle: 0.5}
	o := quick(1)
	o.Baseline = baseline.Walk{Range: 0.12, Steps: 200, Seed: 1}
	c, err := lcfv.Learn(ctx, g, transform.TranslateX{}, o)
	require.NoError(t, err)
	require.Equal(t, o.Baseline.Name(), c.Baseline)
	cos := 0.0
	for i, u := range g.XDirection() {
		cos += u * c.Model.U[i]
	}
	require.Greater(t, cos, 0.999)

	e, err := lcfv.Evaluate(ctx, g, c, &lcfv.EvaluateOptions{Samples: 50, Deltas: []float64{-0.1, 0.1}})
	require.NoError(t, err)
	require.Less(t, e.RMSE, 0.01)
	require.InDelta(t, 1, e.Slope, 0.1)

	var file bytes.Buffer
	require.NoError(t, c.Write(&file))
	read, err := lcfv.Read(&file)
	require.NoError(t, err)
	require.Equal(t, c, read)
}

// Of several candidates the file says which was taken.
func TestBaselineSaysWhichCandidate(t *testing.T) {
	ctx, g := context.Background(), blob.Generator{}
	o := quick(1)
	pairs, err := invert.Run(ctx, g, transform.TranslateX{}, &o.Invert)
	require.NoError(t, err)
	three := fixed{{0, 0, 1, 0}, {1, 1, 0, 0}, {-1, 0, 0, 0}}
	c, err := lcfv.FromBaseline(ctx, g, transform.TranslateX{}, pairs, three, nil)
	require.NoError(t, err)
	require.Equal(t, "fixed, candidate 3 of 3", c.Baseline)
	require.InDelta(t, 1, c.Model.U[0], 1e-9)

	own, err := lcfv.FromPairs(g.Info(), transform.TranslateX{}, pairs, nil)
	require.NoError(t, err)
	require.Empty(t, own.Baseline)
	require.Equal(t, own.Inversion, c.Inversion, "both are of the same pairs")
}

func TestBaselineFails(t *testing.T) {
	ctx, g, tr := context.Background(), blob.Generator{}, transform.TranslateX{}
	pairs, err := invert.Run(ctx, g, tr, &quick(1).Invert)
	require.NoError(t, err)
	_, err = lcfv.FromBaseline(ctx, g, tr, pairs, nil, nil)
	require.ErrorContains(t, err, "nil")
	_, err = lcfv.FromBaseline(ctx, g, tr, pairs, baseline.SeFa{Samples: -1}, nil)
	require.ErrorIs(t, err, baseline.ErrOptions)
	_, err = lcfv.FromBaseline(ctx, g, tr, pairs, fixed{{1, 2}}, nil)
	require.ErrorIs(t, err, factor.ErrModel)
	require.ErrorContains(t, err, "fixed")
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	_, err = lcfv.FromBaseline(ctx, g, tr, pairs, baseline.SeFa{}, nil)
	require.ErrorIs(t, err, context.Canceled)
}

// fixed is a method of one's own.
type fixed [][]float64

func (fixed) Name() string { return "fixed" }

func (f fixed) Find(context.Context, generator.Differentiable, transform.Transform) (*baseline.Candidates, error) {
	return &baseline.Candidates{U: f}, nil
}

// A random direction, calibrated on the same pairs, is no match for the one that was
// learned from them.
func ExampleFromBaseline() {
	ctx, g, t := context.Background(), blob.Generator{}, transform.TranslateX{}
	pairs, err := invert.Run(ctx, g, t, &invert.Options{Range: 0.12, Steps: 4, Trajectories: 24})
	if err != nil {
		log.Fatal(err)
	}
	own, err := lcfv.FromPairs(g.Info(), t, pairs, nil)
	if err != nil {
		log.Fatal(err)
	}
	other, err := lcfv.FromBaseline(ctx, g, t, pairs, baseline.Random{Seed: 2}, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(other.Baseline)
	var errors [2]float64
	for i, c := range []*lcfv.Control{own, other} {
		e, err := lcfv.Evaluate(ctx, g, c, &lcfv.EvaluateOptions{Samples: 50, Deltas: []float64{-0.05, 0.05}})
		if err != nil {
			log.Fatal(err)
		}
		errors[i] = e.RMSE
	}
	fmt.Println("more than five times the error:", errors[1] > 5*errors[0])
	// Output:
	// random(seed=2)
	// more than five times the error: true
}
