package transform

import (
	"sync"

	"github.com/lcfv-go/lcfv/generator"
)

// tap is one output pixel of a bilinear warp: where it looks in a plane of the
// source and with which weights.
type tap struct {
	at     [4]int32
	weight [4]float32
}

// warpWork is what the warps need beside their arguments.
type warpWork struct {
	taps  []tap
	blend []float32
}

// warpPool keeps steady-state calls free of allocation.
var warpPool = sync.Pool{New: func() any { return new(warpWork) }}

func (k *warpWork) row(w int) []float32 {
	if cap(k.blend) < w {
		k.blend = make([]float32, w)
	}
	return k.blend[:w]
}

func (k *warpWork) tapRow(w int) []tap {
	if cap(k.taps) < w {
		k.taps = make([]tap, w)
	}
	return k.taps[:w]
}

// warp writes src under a similarity by bilinear interpolation: the output at w
// shows the source at m·w + c, both in pixels from the image centre. Where to
// look is worked out once a row for all channels and samples.
func warp(dst, mask, src *generator.Images, m, c complex128) {
	work := warpPool.Get().(*warpWork)
	defer warpPool.Put(work)
	taps := work.tapRow(src.W)

	h, w := src.H, src.W
	centre := complex(float64(w-1)/2, float64(h-1)/2)
	for i := range h {
		var cover []float32
		if mask != nil {
			cover = mask.Pix[i*w : (i+1)*w]
		}
		for j := range taps {
			at := m*(complex(float64(j), float64(i))-centre) + c + centre
			inside := locate(&taps[j], real(at), imag(at), h, w)
			if cover != nil {
				cover[j] = inside
			}
		}
		for p := range src.N * src.C {
			warpRow(dst.Pix[(p*h+i)*w:(p*h+i+1)*w], src.Pix[p*h*w:(p+1)*h*w], taps)
		}
	}
	if mask != nil {
		repeatFirst(mask)
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
	left, right, fx, coverX := newAxis(w, u).source(0)
	top, bottom, fy, coverY := newAxis(h, v).source(0)
	cover := coverX * coverY
	if cover == 0 {
		*t = tap{}
		return 0
	}
	t.at = [4]int32{int32(top*w + left), int32(top*w + right), int32(bottom*w + left), int32(bottom*w + right)}
	t.weight = [4]float32{(1 - fy) * (1 - fx), (1 - fy) * fx, fy * (1 - fx), fy * fx}
	return cover
}
