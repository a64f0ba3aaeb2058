package invert_test

import (
	"math"
	"testing"

	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/testmodels"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
	"github.com/stretchr/testify/require"
)

// On a decoder that other people trained, the default reaches lower errors than
// the published settings with less work, and sprites that would have to leave the
// places the decoder knows are told apart.
func TestDefaultBeatsPublished(t *testing.T) {
	path := testmodels.Path(t, "disvae_btcvae_dsprites", "generator.onnx")
	if testing.Short() {
		t.Skip("inverts a real decoder for a few seconds")
	}
	m, err := native.Open(path, nil)
	require.NoError(t, err)
	defer m.Close()
	g, err := generator.FromModel(m, nil)
	require.NoError(t, err)
	run := func(method invert.Method, steps int) *invert.Dataset {
		set, err := invert.Run(t.Context(), g, transform.TranslateX{}, &invert.Options{
			Method: method, Trajectories: 12, Range: 0.125, Steps: steps, Seed: 1, Drop: -1})
		require.NoError(t, err)
		return set
	}
	// Steps in t of 1/32 and, as near as they have it in common, of the
	// published 1/10 scaled to the range.
	ours, published := run(nil, 4), run(invert.Published().Method, 2)
	require.Less(t, ours.ForwardEquivalents, 0.85*published.ForwardEquivalents)
	far, theirs := ours.Summarize()[3], published.Summarize()[1]
	require.Equal(t, theirs.T, far.T)
	t.Logf("median error %.2g with %.0f forward equivalents, published %.2g with %.0f",
		far.MedianError, ours.ForwardEquivalents, theirs.MedianError, published.ForwardEquivalents)
	require.Less(t, far.MedianError, theirs.MedianError)
	require.Less(t, far.MedianRelative, 0.01)
	require.Positive(t, ours.Count(invert.Unreached))
	for _, p := range ours.Pairs {
		// The better half of each t does better than that here.
		far := p.Relative() > 0.0125*0.125/math.Abs(p.T)
		require.Equal(t, far, p.Status == invert.Unreached || p.Status == invert.Left)
	}
}
