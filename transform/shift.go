package transform

import (
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/f32"
)

// shift writes src displaced by a constant: output (j, i) shows source
// (j+dx, i+dy). Rows and columns are interpolated one after the other.
func shift(dst, mask, src *generator.Images, dx, dy float64) {
	ax, ay := newAxis(src.W, dx), newAxis(src.H, dy)
	work := warpPool.Get().(*warpWork)
	defer warpPool.Put(work)
	size, w := src.H*src.W, src.W
	between := work.between(size)
	for p := range src.N * src.C {
		from, to := src.Pix[p*size:(p+1)*size], dst.Pix[p*size:(p+1)*size]
		if ax.frac != 0 || ay.frac != 0 {
			from = work.flushed(from)
		}
		switch {
		case dy == 0:
			shiftColumns(to, from, w, ax)
		case dx == 0:
			shiftRows(to, from, w, ay)
		default:
			shiftRows(between, from, w, ay)
			shiftColumns(to, between, w, ax)
		}
	}
	if mask != nil {
		shiftMask(mask, ax, ay)
	}
}

// lerp computes dst = (1−frac)·x, then adds frac·y.
func lerp(dst, x, y []float32, frac float32) {
	if frac == 0 {
		copy(dst, x)
		return
	}
	f32.MulScalar(dst, x, 1-frac)
	f32.Axpy(dst, frac, y)
}

// shiftRows moves the rows of a plane, w pixels wide, up and down.
func shiftRows(out, in []float32, w int, a axis) {
	i0, i1 := a.inner()
	if i0 < i1 {
		n, k := (i1-i0)*w, (i0+a.step)*w
		lerp(out[i0*w:i1*w], in[k:k+n], in[min(k+w, len(in)-n):][:n], a.frac)
	}
	first, last := a.border(i0, i1)
	clear(out[:i0*w])
	clear(out[i1*w:])
	if first >= 0 {
		copy(out[first*w:(first+1)*w], in)
	}
	if last >= 0 {
		copy(out[last*w:(last+1)*w], in[len(in)-w:])
	}
}

// shiftColumns moves the columns of a plane, w pixels wide, left and right.
func shiftColumns(out, in []float32, w int, a axis) {
	j0, j1 := a.inner()
	if j0 < j1 {
		// All rows at once. What runs over their ends is mended below.
		n, k := len(out)-w+j1-j0, j0+a.step
		lerp(out[j0:j0+n], in[k:k+n], in[min(k+1, len(in)-n):][:n], a.frac)
	}
	first, last := a.border(j0, j1)
	for i := 0; i < len(out); i += w {
		row := out[i : i+w]
		clear(row[:j0])
		clear(row[j1:])
		if first >= 0 {
			row[first] = in[i]
		}
		if last >= 0 {
			row[last] = in[i+w-1]
		}
	}
}

// shiftMask writes the mask of a shift, the same for every sample.
func shiftMask(mask *generator.Images, ax, ay axis) {
	first := mask.Sample(0)
	across := first[:mask.W]
	for j := range across {
		_, _, _, across[j] = ax.source(j)
	}
	for i := mask.H - 1; i >= 0; i-- { // the row that the others are made of last
		_, _, _, down := ay.source(i)
		f32.MulScalar(first[i*mask.W:(i+1)*mask.W], across, down)
	}
	repeatFirst(mask)
}

// repeatFirst copies the first sample to all others.
func repeatFirst(m *generator.Images) {
	for n := 1; n < m.N; n++ {
		copy(m.Sample(n), m.Sample(0))
	}
}
