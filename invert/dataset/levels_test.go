package dataset

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/invert"
)

// A folder knows which levels its pairs could move, and takes no others.
func TestLevelsAreKept(t *testing.T) {
	dir := t.TempDir()
	opts := quick(8)
	opts.Invert.Levels = []generator.Level{{Name: "light", Low: 3, High: 4}, {Name: "place", High: 2}}
	opts.Invert.MaxRelative = -1
	want, err := invert.Run(t.Context(), blob.Generator{}, shift, &opts.Invert)
	require.NoError(t, err)
	d := fill(t, dir, opts)
	got, err := d.Pairs(8, &opts.Invert)
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.Equal(t, []generator.Level{{Name: "place", High: 2}, {Name: "light", Low: 3, High: 4}}, d.Manifest().Levels)

	for _, levels := range [][]generator.Level{nil, {{Name: "place", High: 2}}} {
		opts.Invert.Levels = levels
		_, err = Make(t.Context(), dir, blob.Generator{}, shift, opts)
		var mismatch *MismatchError
		require.ErrorAs(t, err, &mismatch)
		require.Len(t, mismatch.Differences, 1)
		require.Equal(t, "levels", mismatch.Differences[0].Field)
		require.Equal(t, "place [0, 2), light [3, 4)", mismatch.Differences[0].There)
	}
}
