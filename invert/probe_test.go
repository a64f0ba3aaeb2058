package invert_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/loss"
	"github.com/stretchr/testify/require"
)

func TestProbe(t *testing.T) {
	g := newToy(4)
	for name, m := range map[string]invert.Method{
		"automatic": nil,
		"lbfgs":     invert.LBFGS{},
	} {
		got, err := invert.Probe(t.Context(), g, &invert.ProbeOptions{Method: m, Loss: loss.MSE{}, Seed: 1})
		require.NoError(t, err, name)
		require.Len(t, got, 5)
		for _, p := range got {
			require.InDelta(t, 1, p.Recovered, 1e-9, "a linear generator can be inverted from anywhere")
			require.Less(t, p.MedianCode, 0.1)
			require.Positive(t, p.ForwardEquivalents)
		}
		again, err := invert.Probe(t.Context(), g, &invert.ProbeOptions{Method: m, Loss: loss.MSE{}, Seed: 1})
		require.NoError(t, err)
		require.Equal(t, got, again)
	}
}

// Two codes for every image: the image is found, the code is not.
func TestProbeTellsCodesFromImages(t *testing.T) {
	g := newToy(4)
	for p := range side * side {
		g.b[p*4] = 0 // the first number is not drawn
	}
	got, err := invert.Probe(t.Context(), g, &invert.ProbeOptions{Loss: loss.MSE{}, Distances: []float64{0.5}})
	require.NoError(t, err)
	require.Less(t, got[0].MedianRelative, 1e-3)
	require.Greater(t, got[0].MedianCode, 0.1)
}

func TestProbeOptionsAreChecked(t *testing.T) {
	g := newToy(4)
	for _, o := range []*invert.ProbeOptions{{Codes: -1}, {Distances: []float64{2}}, {Distances: []float64{0}}, {Loss: square{}, Method: invert.LevenbergMarquardt{}}} {
		_, err := invert.Probe(t.Context(), g, o)
		require.ErrorIs(t, err, invert.ErrOptions)
	}
	_, err := invert.Probe(t.Context(), nil, nil)
	require.ErrorIs(t, err, invert.ErrOptions)
	var bad generator.Prior
	bad.Kind, bad.Low, bad.High = generator.TruncatedNormal, 2, 1
	g.prior = bad
	_, err = invert.Probe(t.Context(), g, nil)
	require.ErrorIs(t, err, invert.ErrOptions)
}

func ExampleProbe() {
	probed, err := invert.Probe(context.Background(), newToy(4), &invert.ProbeOptions{Loss: loss.MSE{}, Distances: []float64{0.1, 1}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range probed {
		fmt.Printf("from %.0f %% of the way to another code: %.0f %% found again\n", 100*p.Distance, 100*p.Recovered)
	}
	// Output:
	// from 10 % of the way to another code: 100 % found again
	// from 100 % of the way to another code: 100 % found again
}
