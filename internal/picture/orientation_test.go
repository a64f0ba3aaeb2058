package picture_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/internal/picture"
)

// exif is an application segment with an orientation, after an entry of another
// kind.
func exif(order binary.AppendByteOrder, mark string, way uint16) []byte {
	tiff := order.AppendUint32(order.AppendUint16([]byte(mark), 42), 8)
	tiff = order.AppendUint16(tiff, 2)
	for _, e := range [][2]uint16{{0x0100, 640}, {0x0112, way}} {
		tiff = order.AppendUint16(order.AppendUint16(tiff, e[0]), 3)
		tiff = order.AppendUint16(order.AppendUint32(tiff, 1), e[1])
		tiff = append(tiff, 0, 0)
	}
	tiff = append(tiff, 0, 0, 0, 0)
	segment := append([]byte("Exif\x00\x00"), tiff...)
	return append(binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(segment)+2)), segment...)
}

// stored are the rows of a picture with a white upper left quarter and a grey upper
// right one, as a camera held each way stores them.
func stored(way int) image.Image {
	quarters := map[int][4]uint8{ // upper left, upper right, lower left, lower right
		1: {255, 128, 0, 0}, 2: {128, 255, 0, 0}, 3: {0, 0, 128, 255}, 4: {0, 0, 255, 128},
		5: {255, 0, 128, 0}, 6: {128, 0, 255, 0}, 7: {0, 128, 0, 255}, 8: {0, 255, 0, 128},
	}[way]
	w, h := 64, 32
	if way >= 5 {
		w, h = h, w
	}
	img := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetGray(x, y, color.Gray{quarters[2*(2*y/h)+2*x/w]})
		}
	}
	return img
}

func TestReadTurnsPicturesUpright(t *testing.T) {
	for way := 1; way <= 8; way++ {
		var b bytes.Buffer
		require.NoError(t, jpeg.Encode(&b, stored(way), nil))
		for _, segment := range [][]byte{exif(binary.LittleEndian, "II", uint16(way)), exif(binary.BigEndian, "MM", uint16(way))} {
			data := append(append([]byte{0xff, 0xd8}, segment...), b.Bytes()[2:]...)
			x, whole, part, err := picture.Read(store(t, "a.jpg", data), 1, 4, 8)
			require.NoError(t, err)
			require.Equal(t, image.Pt(64, 32), whole)
			require.Equal(t, whole, part)
			require.InDelta(t, 1, x.Pix[0*8+1], 0.03, "way %d", way)
			require.InDelta(t, 0.5, x.Pix[0*8+6], 0.03, "way %d", way)
			require.InDelta(t, 0, x.Pix[3*8+1], 0.03, "way %d", way)
			require.InDelta(t, 0, x.Pix[3*8+6], 0.03, "way %d", way)
		}
	}
}

// Damaged Exif data are no reason to refuse a picture.
func TestReadWithoutOrientation(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, stored(1), nil))
	whole := exif(binary.LittleEndian, "II", 6)
	for n, segment := range map[string][]byte{
		"no such way":  exif(binary.LittleEndian, "II", 9),
		"far away":     bytes.Replace(whole, []byte{42, 0, 8, 0, 0, 0}, []byte{42, 0, 255, 255, 255, 255}, 1),
		"too many":     bytes.Replace(bytes.Replace(whole, []byte{8, 0, 0, 0, 2, 0}, []byte{8, 0, 0, 0, 255, 255}, 1), []byte{0x12, 1}, []byte{0x13, 1}, 1),
		"nothing":      {0xff, 0xe1, 0, 8, 'E', 'x', 'i', 'f', 0, 0},
		"another kind": {0xff, 0xe1, 0, 4, 'X', 'Y'},
	} {
		data := append(append([]byte{0xff, 0xd8}, segment...), b.Bytes()[2:]...)
		x, _, _, err := picture.Read(store(t, "a.jpg", data), 1, 4, 8)
		require.NoError(t, err, n)
		require.InDelta(t, 1, x.Pix[1], 0.03, n)
	}
}
