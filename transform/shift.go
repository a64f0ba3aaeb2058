package transform

import (
	"math"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/f32"
)

// snap is the distance in pixels below which a coordinate counts as that of the
// nearest pixel, so that 0.07·100 pixels are exactly 7.
const snap = 1e-6

// split returns the pixel index at or below coordinate u and how far u lies
// beyond it, in [0, 1).
func split(u float64) (i int, frac float64) {
	floor := math.Floor(u + snap)
	frac = u - floor
	if frac < snap {
		frac = 0
	}
	return int(floor), frac
}

// axis describes a shift along one axis of n pixels: output j takes (1−frac) of
// source j+step and frac of source j+step+1.
type axis struct {
	n, step int
	frac    float32
}

// newAxis describes the shift by which output j looks at source j+offset.
func newAxis(n int, offset float64) axis {
	// From the width of the frame on, all offsets are alike; these fit an int.
	offset = min(max(offset, -float64(n)), float64(n))
	step, frac := split(offset)
	return axis{n: n, step: step, frac: float32(frac)}
}

// source returns the two source indices of output j, the weight of the second,
// and the share of weight inside the frame. An index outside is replaced by the
// other one; both are 0 where nothing lies inside.
func (a axis) source(j int) (lo, hi int, frac, cover float32) {
	lo = j + a.step
	hi = lo + 1
	switch {
	case lo >= 0 && a.frac == 0 && lo < a.n:
		return lo, lo, 0, 1
	case lo >= 0 && hi < a.n:
		return lo, hi, a.frac, 1
	case lo == -1:
		return 0, 0, 0, a.frac
	case hi == a.n:
		return lo, lo, 0, 1 - a.frac
	}
	return 0, 0, 0, 0
}

// inner returns the range [j0, j1) of outputs that lie wholly inside.
func (a axis) inner() (j0, j1 int) {
	last := a.n - a.step
	if a.frac != 0 {
		last--
	}
	j0 = min(max(-a.step, 0), a.n)
	return j0, max(min(last, a.n), j0)
}

// shift writes src displaced by a constant: output (j, i) shows source
// (j+dx, i+dy). Rows and columns are interpolated one after the other.
func shift(dst, mask, src *generator.Images, dx, dy float64) {
	ax, ay := newAxis(src.W, dx), newAxis(src.H, dy)
	work := warpPool.Get().(*warpWork)
	defer warpPool.Put(work)
	blend := work.row(src.W)

	h, w := src.H, src.W
	for p := range src.N * src.C {
		from, to := src.Pix[p*h*w:(p+1)*h*w], dst.Pix[p*h*w:(p+1)*h*w]
		for i := range h {
			out := to[i*w : (i+1)*w]
			lo, hi, frac, cover := ay.source(i)
			if cover == 0 {
				clear(out)
				continue
			}
			row := from[lo*w : (lo+1)*w]
			if frac != 0 {
				f32.MulScalar(blend, row, 1-frac)
				f32.Axpy(blend, frac, from[hi*w:(hi+1)*w])
				row = blend
			}
			shiftRow(out, row, ax)
		}
	}
	if mask != nil {
		shiftMask(mask, ax, ay)
	}
}

// shiftRow writes one shifted row.
func shiftRow(out, row []float32, a axis) {
	j0, j1 := a.inner()
	k0, k1 := j0+a.step, j1+a.step
	if a.frac == 0 {
		copy(out[j0:j1], row[k0:])
	} else if j0 < j1 {
		f32.MulScalar(out[j0:j1], row[k0:k1], 1-a.frac)
		f32.Axpy(out[j0:j1], a.frac, row[k0+1:k1+1])
	}
	for j := range out[:j0] {
		out[j] = border(row, a, j)
	}
	for j := j1; j < len(out); j++ {
		out[j] = border(row, a, j)
	}
}

// border returns output j of a shifted row where it reaches beyond the frame.
func border(row []float32, a axis, j int) float32 {
	lo, _, _, cover := a.source(j)
	if cover == 0 {
		return 0
	}
	return row[lo]
}

// shiftMask writes the mask of a shift, the same for every sample.
func shiftMask(mask *generator.Images, ax, ay axis) {
	first := mask.Sample(0)
	for i := range mask.H {
		_, _, _, down := ay.source(i)
		row := first[i*mask.W : (i+1)*mask.W]
		for j := range row {
			_, _, _, across := ax.source(j)
			row[j] = across * down
		}
	}
	repeatFirst(mask)
}

// repeatFirst copies the first sample to all others.
func repeatFirst(m *generator.Images) {
	for n := 1; n < m.N; n++ {
		copy(m.Sample(n), m.Sample(0))
	}
}
