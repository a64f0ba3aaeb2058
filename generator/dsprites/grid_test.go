package dsprites

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAtEnds(t *testing.T) {
	first, err := At(0, 0, 0, 0, 0)
	require.NoError(t, err)
	require.Equal(t, Sprite{Shape: Square, Scale: 0.5}, first)
	last, err := At(NumShapes-1, NumScales-1, NumOrientations-1, NumPositions-1, NumPositions-1)
	require.NoError(t, err)
	require.Equal(t, Sprite{Heart, 1, 2 * math.Pi, 1, 1}, last)
}

func TestAtErrors(t *testing.T) {
	n := [5]int{NumShapes, NumScales, NumOrientations, NumPositions, NumPositions}
	names := [5]string{"shape", "scale", "orientation", "x", "y"}
	for k := range n {
		for _, bad := range []int{-1, n[k]} {
			var i [5]int
			i[k] = bad
			_, err := At(i[0], i[1], i[2], i[3], i[4])
			require.ErrorIs(t, err, ErrIndex)
			require.ErrorContains(t, err, names[k])
		}
	}
}

func TestNthCountsThroughTheGrid(t *testing.T) {
	require.Equal(t, 737280, NumImages)
	for _, i := range [][5]int{{0, 0, 0, 0, 0}, {0, 0, 0, 0, 31}, {0, 0, 0, 1, 0}, {1, 2, 3, 4, 5}, {2, 5, 39, 31, 31}} {
		want, err := At(i[0], i[1], i[2], i[3], i[4])
		require.NoError(t, err)
		got, err := Nth((((i[0]*NumScales+i[1])*NumOrientations+i[2])*NumPositions+i[3])*NumPositions + i[4])
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, bad := range []int{-1, NumImages} {
		_, err := Nth(bad)
		require.ErrorIs(t, err, ErrIndex)
	}
}
