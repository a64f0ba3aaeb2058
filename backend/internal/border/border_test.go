package border

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSource(t *testing.T) {
	for mode, want := range map[string][]int{
		"edge":    {0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2},
		"wrap":    {2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0},
		"reflect": {0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2},
	} {
		var got []int
		for i := -4; i < 7; i++ {
			at, ok := Source(mode, i, 3)
			require.True(t, ok)
			got = append(got, at)
		}
		require.Equal(t, want, got, mode)
		at, ok := Source(mode, -5, 1)
		require.True(t, ok)
		require.Zero(t, at, mode)
	}
	_, ok := Source("constant", 1, 3)
	require.False(t, ok)
}
