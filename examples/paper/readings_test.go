package main

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/blob"
)

func TestReadingsSurviveJSON(t *testing.T) {
	text, err := json.Marshal(readings{1.0 / 3, math.NaN(), 0})
	require.NoError(t, err)
	require.Equal(t, "[0.3333333333333333,null,0]", string(text))
	var got readings
	require.NoError(t, json.Unmarshal(text, &got))
	require.Len(t, got, 3)
	require.Equal(t, []float64{1.0 / 3, 0}, got.defined())
	require.True(t, math.IsNaN(got[1]))
	require.InDelta(t, 1.0/3, got.missing(), 1e-12)
	require.InDelta(t, 1.0/6, got.deviation(), 1e-12)
	require.Error(t, json.Unmarshal([]byte(`["1"]`), &got))
}

// The blob's place and size are known functions of its code.
func TestMeasuredReadsAllImages(t *testing.T) {
	z := generator.NewLatents(drawnAtOnce+3, blob.D)
	last := z.Row(drawnAtOnce + 2)
	last[0], last[1] = 1, -1
	z.Row(1)[3] = -10 // next to black
	got, err := measured(t.Context(), blob.Generator{}, z, "barycentre-x", "barycentre-y")
	require.NoError(t, err)
	require.Len(t, got[0], z.N)
	require.InDelta(t, 0.6, got[0][z.N-1], 1e-3)
	require.InDelta(t, 0.4, got[1][z.N-1], 1e-3)
	require.InDelta(t, 0.5, got[0][0], 1e-6)
	require.True(t, math.IsNaN(got[0][1]))
	_, err = measured(t.Context(), blob.Generator{}, z, "charm")
	require.ErrorContains(t, err, "charm")
}
