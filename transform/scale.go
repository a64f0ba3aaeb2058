package transform

import (
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/f32"
)

// span is where one output looks along an axis: at the sources lo and hi with the
// weights first and second. cover is the share of weight inside the frame; where
// that is 0, all are.
type span struct {
	lo, hi        int32
	first, second float32
	cover         float32
}

// newSpan looks at coordinate u of an axis of n pixels.
func newSpan(n int, u float64) span {
	// Wholly inside, which most are; the rest is for axis to tell.
	if shifted := u + snap; shifted >= 0 && shifted < float64(n-1) {
		lo := int32(shifted)
		frac := u - float64(lo)
		if frac < snap {
			return span{lo, lo, 1, 0, 1}
		}
		return span{lo, lo + 1, 1 - float32(frac), float32(frac), 1}
	}
	lo, hi, frac, cover := newAxis(n, u).source(0)
	if cover == 0 {
		return span{}
	}
	return span{int32(lo), int32(hi), 1 - frac, frac, cover}
}

// spans describes an axis of n pixels: output j looks at m·(j−centre) + offset,
// from the centre.
func spans(dst []span, n int, m, offset float64) {
	centre := float64(n-1) / 2
	for j := range dst {
		dst[j] = newSpan(n, m*(float64(j)-centre)+offset+centre)
	}
}

// scale is warp for a real m, where rows and columns are interpolated one after
// the other.
func (k *warpWork) scale(dst, mask, src *generator.Images, m float64, c complex128) {
	h, w := src.H, src.W
	across, down := room(&k.across, w), room(&k.down, h)
	spans(across, w, m, real(c))
	spans(down, h, m, imag(c))
	blend := k.between(w)
	for p := range src.N * src.C {
		from := k.flushed(src.Pix[p*h*w : (p+1)*h*w])
		for i, y := range down {
			out := dst.Pix[(p*h+i)*w : (p*h+i+1)*w]
			if y.cover == 0 {
				clear(out)
				continue
			}
			lo, hi := from[int(y.lo)*w:][:w], from[int(y.hi)*w:][:w]
			lerp(blend, lo, hi, y.second)
			gather(out, blend, across)
		}
	}
	if mask == nil {
		return
	}
	for i, y := range down {
		row := mask.Pix[i*w : (i+1)*w]
		for j, x := range across {
			row[j] = x.cover
		}
		f32.MulScalar(row, row, y.cover)
	}
}

// gather writes a row, interpolated along itself.
func gather(out, row []float32, across []span) {
	out = out[:len(across)]
	for j := range across {
		x := &across[j]
		out[j] = x.first*row[x.lo] + x.second*row[x.hi]
	}
}
