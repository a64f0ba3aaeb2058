package picture

import (
	"cmp"
	"image"
	"image/color"
	"slices"
)

// paletted returns an image in at most 256 colours of its own: those it has, where
// they are no more, else those of the boxes that median cut makes of them (Heckbert,
// Color image quantization for frame buffer display, SIGGRAPH 1982).
func paletted(img *image.RGBA) *image.Paletted {
	counts := map[[3]uint8]int{}
	for i := 0; i < len(img.Pix); i += 4 {
		counts[[3]uint8(img.Pix[i:i+3])]++
	}
	all := make([]shade, 0, len(counts))
	for c, n := range counts {
		all = append(all, shade{c, n})
	}
	slices.SortFunc(all, func(a, b shade) int { return slices.Compare(a.rgb[:], b.rgb[:]) }) // maps have no order
	boxes := [][]shade{all}
	for len(boxes) < 256 {
		widest, channel, length := 0, 0, 0
		for i, b := range boxes {
			if c, l := longest(b); l > length {
				widest, channel, length = i, c, l
			}
		}
		if length == 0 { // every box is of one colour
			break
		}
		low, high := halves(boxes[widest], channel)
		boxes[widest] = low
		boxes = append(boxes, high)
	}
	out := &image.Paletted{Pix: make([]uint8, len(img.Pix)/4), Stride: img.Rect.Dx(), Rect: img.Rect}
	index := make(map[[3]uint8]uint8, len(counts))
	for i, b := range boxes {
		out.Palette = append(out.Palette, mean(b))
		for _, s := range b {
			index[s.rgb] = uint8(i)
		}
	}
	for i := range out.Pix {
		out.Pix[i] = index[[3]uint8(img.Pix[4*i:4*i+3])]
	}
	return out
}

// shade is a colour and how many pixels have it.
type shade struct {
	rgb [3]uint8
	n   int
}

// longest returns the channel in which shades differ most, and by how much.
func longest(box []shade) (channel, length int) {
	for c := range 3 {
		low, high := 255, 0
		for _, s := range box {
			low, high = min(low, int(s.rgb[c])), max(high, int(s.rgb[c]))
		}
		if high-low > length {
			channel, length = c, high-low
		}
	}
	return channel, length
}

// halves parts shades where half of the pixels are on either side, none of the
// parts being empty.
func halves(box []shade, channel int) (low, high []shade) {
	slices.SortStableFunc(box, func(a, b shade) int { return cmp.Compare(a.rgb[channel], b.rgb[channel]) })
	total, sum := 0, 0
	for _, s := range box {
		total += s.n
	}
	at := 1
	for at < len(box)-1 {
		if sum += box[at-1].n; 2*sum >= total {
			break
		}
		at++
	}
	return box[:at], box[at:]
}

// mean returns the mean colour of the pixels of a box.
func mean(box []shade) color.RGBA {
	var sum [3]int
	n := 0
	for _, s := range box {
		n += s.n
		for c := range sum {
			sum[c] += int(s.rgb[c]) * s.n
		}
	}
	n = max(n, 1)
	return color.RGBA{uint8((sum[0] + n/2) / n), uint8((sum[1] + n/2) / n), uint8((sum[2] + n/2) / n), 255}
}
