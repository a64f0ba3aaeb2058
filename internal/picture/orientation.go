package picture

import (
	"bytes"
	"encoding/binary"
	"io"
)

// orientation is how a camera was held (Exif 2.3, tag 0x0112): 1 for upright, else
// what the stored rows and columns are of the picture as it was seen.
type orientation int

const upright orientation = 1

// sideways reports whether rows are stored as columns.
func (o orientation) sideways() bool { return o >= 5 }

// stored returns where the pixel (x, y) of an upright picture of w×h is stored.
func (o orientation) stored(x, y, w, h int) (int, int) {
	right, below := w-1-x, h-1-y
	switch o {
	case 2:
		return right, y
	case 3:
		return right, below
	case 4:
		return x, below
	case 5:
		return y, x
	case 6:
		return y, right
	case 7:
		return below, right
	case 8:
		return below, x
	}
	return x, y
}

// orientationOf reads the orientation out of a JPEG file. Whatever has none, or is
// damaged, is upright: decoding tells.
func orientationOf(r io.Reader) orientation {
	var start [2]byte
	if _, err := io.ReadFull(r, start[:]); err != nil || start != [2]byte{0xff, 0xd8} {
		return upright
	}
	for {
		var head [4]byte
		if _, err := io.ReadFull(r, head[:]); err != nil || head[0] != 0xff {
			return upright
		}
		size := int(binary.BigEndian.Uint16(head[2:])) - 2
		if head[1] < 0xe0 || head[1] > 0xef || size < 0 { // Exif is among the application segments at the start
			return upright
		}
		segment := make([]byte, size)
		if _, err := io.ReadFull(r, segment); err != nil {
			return upright
		}
		if tiff, ok := bytes.CutPrefix(segment, []byte("Exif\x00\x00")); ok && head[1] == 0xe1 {
			return tagged(tiff)
		}
	}
}

// tagged finds the orientation in the first directory of a TIFF structure.
func tagged(tiff []byte) orientation {
	if len(tiff) < 8 {
		return upright
	}
	var order binary.ByteOrder = binary.LittleEndian
	if tiff[0] == 'M' {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return upright
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			break
		}
		if order.Uint16(entries) == 0x0112 {
			if o := orientation(order.Uint16(entries[8:])); o >= upright && o <= 8 {
				return o
			}
			break
		}
		entries = entries[12:]
	}
	return upright
}
