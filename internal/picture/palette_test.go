package picture

import (
	"image"
	"image/color"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPalettedKeepsFewColours(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 16, 16))
	for k := range 256 {
		img.Set(k%16, k/16, color.RGBA{uint8(k), uint8(255 - k), 7, 255})
	}
	p := paletted(img)
	for k := range 256 {
		require.Equal(t, img.At(k%16, k/16), p.At(k%16, k/16))
	}
}

// A smooth picture of many colours is off by little, and the same every time.
func TestPalettedIsNear(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 64, 64))
	for k := range 64 * 64 {
		img.Set(k%64, k/64, color.RGBA{uint8(4 * (k % 64)), uint8(4 * (k / 64)), uint8(2 * (k%64 + k/64)), 255})
	}
	p, again := paletted(img), paletted(img)
	require.Equal(t, p.Pix, again.Pix)
	require.Equal(t, p.Palette, again.Palette)
	require.LessOrEqual(t, len(p.Palette), 256)
	total := 0.0
	for k := range 64 * 64 {
		a, b := img.RGBAAt(k%64, k/64), p.Palette[p.Pix[k]].(color.RGBA)
		for _, d := range []int{int(a.R) - int(b.R), int(a.G) - int(b.G), int(a.B) - int(b.B)} {
			total += float64(d * d)
		}
	}
	require.Less(t, total/(3*64*64), 40.0, "mean square, of 256² at most")
}
