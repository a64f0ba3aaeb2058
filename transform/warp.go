package transform

import (
	"slices"
	"sync"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/f32"
)

// warpWork is what the geometric transforms need beside their arguments.
type warpWork struct {
	taps          []tap
	across, down  []span
	clear, middle []float32
}

// warpPool keeps steady-state calls free of allocation.
var warpPool = sync.Pool{New: func() any { return new(warpWork) }}

// room returns n elements, in the memory of s if that is large enough.
func room[T any](s *[]T, n int) []T {
	*s = slices.Grow((*s)[:0], n)[:n]
	return *s
}

func (k *warpWork) between(size int) []float32 { return room(&k.middle, size) }

// faint is the smallest value that interpolation does not take for 0. Generators
// of sprites draw a black ground with values that weights bring below float32's
// normal range, where processors are slow.
const faint = 1e-20

// flushed returns a copy of pixels without faint values.
func (k *warpWork) flushed(pix []float32) []float32 {
	out := room(&k.clear, len(pix))
	f32.Flush(out, pix, faint)
	return out
}

// warp writes src under a similarity by bilinear interpolation: the output at w
// shows the source at m·w + c, both in pixels from the image centre.
func warp(dst, mask, src *generator.Images, m, c complex128) {
	work := warpPool.Get().(*warpWork)
	defer warpPool.Put(work)
	if imag(m) == 0 {
		work.scale(dst, mask, src, real(m), c)
	} else {
		work.turn(dst, mask, src, m, c)
	}
	if mask != nil {
		repeatFirst(mask)
	}
}

// tap is one output pixel of a bilinear warp: where it looks in a plane of the
// source and with which weights.
type tap struct {
	at     [4]int32
	weight [4]float32
}

// turn is warp for any m. Where to look is worked out once a row for all channels
// and samples.
func (k *warpWork) turn(dst, mask, src *generator.Images, m, c complex128) {
	h, w := src.H, src.W
	taps, from := room(&k.taps, w), k.flushed(src.Pix)
	centre := complex(float64(w-1)/2, float64(h-1)/2)
	for i := range h {
		start := m*(complex(0, float64(i))-centre) + c + centre
		for j := range taps {
			at := start + complex(real(m)*float64(j), imag(m)*float64(j))
			inside := locate(&taps[j], real(at), imag(at), h, w)
			if mask != nil {
				mask.Pix[i*w+j] = inside
			}
		}
		for p := range src.N * src.C {
			warpRow(dst.Pix[(p*h+i)*w:(p*h+i+1)*w], from[p*h*w:(p+1)*h*w], taps)
		}
	}
}

// warpRow writes one row of one plane.
func warpRow(out, plane []float32, taps []tap) {
	out = out[:len(taps)]
	for j := range taps {
		t := &taps[j]
		out[j] = t.weight[0]*plane[t.at[0]] + t.weight[1]*plane[t.at[1]] +
			t.weight[2]*plane[t.at[2]] + t.weight[3]*plane[t.at[3]]
	}
}

// locate sets t to look at the point (u, v) of an h×w plane and returns the
// share of the bilinear weight that lies inside the frame.
func locate(t *tap, u, v float64, h, w int) float32 {
	x, y := newSpan(w, u), newSpan(h, v)
	top, bottom := y.lo*int32(w), y.hi*int32(w)
	t.at = [4]int32{top + x.lo, top + x.hi, bottom + x.lo, bottom + x.hi}
	t.weight = [4]float32{y.first * x.first, y.first * x.second, y.second * x.first, y.second * x.second}
	return x.cover * y.cover
}
