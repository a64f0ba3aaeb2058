package picture_test

import (
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/picture"
)

func rgba(r, g, b uint8) color.Color { return color.RGBA{r, g, b, 255} }

func TestRGBA(t *testing.T) {
	grey := generator.NewImages(2, 1, 1, 2)
	copy(grey.Pix, []float32{0, 0, 0.5, 1.5})
	img := picture.RGBA(grey, 1)
	require.Equal(t, rgba(128, 128, 128), img.At(0, 0))
	require.Equal(t, rgba(255, 255, 255), img.At(1, 0), "clipped")

	colour := generator.NewImages(1, 3, 1, 1)
	copy(colour.Pix, []float32{1, 0, 0.2})
	require.Equal(t, rgba(255, 0, 51), picture.RGBA(colour, 0).At(0, 0))
}

func TestSheet(t *testing.T) {
	x := generator.NewImages(1, 1, 48, 48)
	for i := range x.Pix {
		x.Pix[i] = 0.4
	}
	sheet := picture.Sheet{{picture.RGBA(x, 0), nil}, {nil, nil}}
	img := sheet.Draw()
	require.Equal(t, image.Pt(2*96+3*4, 2*96+3*4), img.Bounds().Size(), "enlarged twice, gaps around")
	require.Equal(t, rgba(102, 102, 102), img.At(50, 50))
	require.Equal(t, rgba(225, 225, 225), img.At(150, 50), "an empty cell")
	require.Equal(t, rgba(255, 255, 255), img.At(1, 1), "paper")

	dir := t.TempDir()
	require.NoError(t, picture.WritePNG(filepath.Join(dir, "a.png"), img))
	f, err := os.Open(filepath.Join(dir, "a.png"))
	require.NoError(t, err)
	defer f.Close()
	again, err := png.Decode(f)
	require.NoError(t, err)
	require.Equal(t, img.At(50, 50), color.RGBAModel.Convert(again.At(50, 50)))

	require.NoError(t, picture.WriteGIF(filepath.Join(dir, "a.gif"), []picture.Sheet{sheet, sheet}, 5))
	g, err := os.Open(filepath.Join(dir, "a.gif"))
	require.NoError(t, err)
	defer g.Close()
	anim, err := gif.DecodeAll(g)
	require.NoError(t, err)
	require.Len(t, anim.Image, 2)
	require.Equal(t, img.At(50, 50), color.RGBAModel.Convert(anim.Image[1].At(50, 50)))
}
