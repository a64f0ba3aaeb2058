package picture_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/internal/picture"
)

func store(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, data, 0o666))
	return path
}

func encoded(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	return b.Bytes()
}

// A picture of the right size is taken as it is.
func TestReadSameSize(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 8, 6))
	for i := range img.Pix {
		img.Pix[i] = uint8(5 * i)
	}
	x, whole, part, err := picture.Read(store(t, "a.png", encoded(t, img)), 1, 6, 8)
	require.NoError(t, err)
	require.Equal(t, image.Pt(8, 6), whole)
	require.Equal(t, whole, part)
	for i, v := range img.Pix {
		require.InDelta(t, float64(v)/255, x.Pix[i], 1e-4)
	}
}

func TestReadColours(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 2, 1))
	img.Set(0, 0, color.NRGBA{255, 0, 51, 255})
	img.Set(1, 0, color.NRGBA{255, 255, 255, 102}) // two fifths of white on black
	path := store(t, "a.png", encoded(t, img))
	x, _, _, err := picture.Read(path, 3, 1, 2)
	require.NoError(t, err)
	for i, want := range []float64{1, 0.4, 0, 0.4, 0.2, 0.4} {
		require.InDelta(t, want, x.Pix[i], 1e-4)
	}
	x, _, _, err = picture.Read(path, 1, 1, 2)
	require.NoError(t, err)
	require.InDelta(t, 0.299+0.114*0.2, x.Pix[0], 1e-4)
	require.InDelta(t, 0.4, x.Pix[1], 1e-4)
}

// Of a wide picture the middle is used, and averaged: stripes finer than the
// generator's pixels become grey.
func TestReadCropsAndScales(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 160, 64))
	for i := range img.Pix {
		col := i % 160
		switch {
		case col < 48 || col >= 112:
			img.Pix[i] = 255 // to be cut off
		case col%2 == 0:
			img.Pix[i] = 200
		}
	}
	x, whole, part, err := picture.Read(store(t, "a.png", encoded(t, img)), 1, 8, 8)
	require.NoError(t, err)
	require.Equal(t, image.Pt(160, 64), whole)
	require.Equal(t, image.Pt(64, 64), part)
	for r := range 8 {
		for c := 1; c < 7; c++ {
			require.InDelta(t, 100.0/255, x.Pix[r*8+c], 0.01)
		}
	}

	tall := image.NewGray(image.Rect(0, 0, 3, 100))
	_, _, part, err = picture.Read(store(t, "b.png", encoded(t, tall)), 1, 28, 28)
	require.NoError(t, err)
	require.Equal(t, image.Pt(3, 3), part)
	_, _, part, err = picture.Read(store(t, "c.png", encoded(t, tall)), 3, 1, 64)
	require.NoError(t, err)
	require.Equal(t, image.Pt(3, 1), part, "never empty")
}

func TestReadFormats(t *testing.T) {
	img := image.NewPaletted(image.Rect(0, 0, 16, 16), color.Palette{color.Gray{200}})
	var j, g bytes.Buffer
	require.NoError(t, jpeg.Encode(&j, img, nil))
	require.NoError(t, gif.Encode(&g, img, nil))
	for name, data := range map[string][]byte{"a.jpg": j.Bytes(), "a.gif": g.Bytes(), "wrong.txt": encoded(t, img)} {
		x, _, _, err := picture.Read(store(t, name, data), 3, 4, 4)
		require.NoError(t, err, name)
		require.InDelta(t, 200.0/255, x.Pix[21], 0.02, name)
	}
}

func TestReadMistakes(t *testing.T) {
	whole := encoded(t, image.NewGray(image.Rect(0, 0, 100, 100)))
	huge := bytes.Clone(whole)
	binary.BigEndian.PutUint32(huge[16:], 2_000_000) // the width in the header
	binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
	for want, path := range map[string]string{
		"no such file":                 filepath.Join(t.TempDir(), "none.png"),
		"give a PNG, JPEG or GIF file": store(t, "a.png", []byte("not a picture")),
		"damaged":                      store(t, "b.png", whole[:len(whole)-30]),
		"100 million":                  store(t, "c.png", huge),
		"folder":                       t.TempDir(),
	} {
		_, _, _, err := picture.Read(path, 1, 8, 8)
		require.ErrorContains(t, err, want)
	}
	_, _, _, err := picture.Read(store(t, "d.png", whole), 4, 8, 8)
	require.ErrorContains(t, err, "4 channels")
}
