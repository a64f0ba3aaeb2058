package picture_test

import (
	"context"
	"image"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/factor"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/internal/picture"
)

// control moves the blob by a tenth of the width a unit of the first latent.
func control() *lcfv.Control {
	return &lcfv.Control{
		Transform: "translate-x",
		Model: factor.Model{
			U: []float64{1, 0, 0, 0},
			G: factor.Calibration{Knots: []float64{-1, 1}, Values: []float64{-0.1, 0.1}}, Low: -0.2, High: 0.2,
		},
	}
}

// column is where the picture is brightest.
func column(img image.Image) int {
	best, brightest := 0, uint32(0)
	for x := range img.Bounds().Dx() {
		if r, _, _, _ := img.At(x, img.Bounds().Dy()/2).RGBA(); r > brightest {
			best, brightest = x, r
		}
	}
	return best
}

func TestSteered(t *testing.T) {
	z := generator.NewLatents(2, blob.D)
	z.Row(1)[0] = 1 // a tenth to the right already
	sheet, refused, err := picture.Steered(context.Background(), blob.Generator{}, control(), z, []float64{-0.125, 0, 0.125})
	require.NoError(t, err)
	require.Equal(t, 1, refused)
	require.Nil(t, sheet[1][2], "out of range")
	require.InDelta(t, 12, column(sheet[0][0]), 1)
	require.InDelta(t, 16, column(sheet[0][1]), 1)
	require.InDelta(t, 20, column(sheet[0][2]), 1)
}

func TestWalk(t *testing.T) {
	z := generator.NewLatents(3, blob.D)
	walk, held, err := picture.Walk(context.Background(), blob.Generator{}, control(), z, -0.125, 0.25, 5)
	require.NoError(t, err)
	require.Len(t, walk, 8, "there and back, the ends once")
	require.Len(t, walk[0], 2, "three samples in two rows")
	require.Len(t, walk[0][0], 2)
	require.InDelta(t, 12, column(walk[0][0][0]), 1)
	require.InDelta(t, 22, column(walk[4][0][0]), 1, "held at the end of the range")
	require.Positive(t, held)
	require.Equal(t, walk[3], walk[5])
}
