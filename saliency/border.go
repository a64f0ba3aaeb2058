package saliency

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// border measures how far the colours of c×h×w images are from those along their
// border. It is its own scratch memory.
type border struct {
	c, h, w  int
	strips   [4]strip // top, bottom, left, right
	mean     []float64
	spread   *mat.SymDense // covariance of the colours of a strip
	distance []float32     // to the colours of one strip
	sum, far []float32     // over strips: the sum and the largest
}

// strip is a rectangle of pixels.
type strip struct{ top, bottom, left, right int }

func newBorder(width float64, c, h, w int) *border {
	dy, dx := max(1, int(width*float64(h))), max(1, int(width*float64(w)))
	return &border{
		c: c, h: h, w: w,
		strips: [4]strip{{0, dy, 0, w}, {h - dy, h, 0, w}, {0, h, 0, dx}, {0, h, w - dx, w}},
		mean:   make([]float64, c), spread: mat.NewSymDense(c, nil),
		distance: make([]float32, h*w), sum: make([]float32, h*w), far: make([]float32, h*w),
	}
}

// add adds to dst the backgroundness of pix: of the Mahalanobis distances to the
// colours of the four strips, each scaled to 1, the sum without the largest, as
// the object may lie on one strip; that is again scaled to 1.
func (b *border) add(dst, pix []float32) {
	clear(b.sum)
	clear(b.far)
	for _, s := range b.strips {
		b.colours(s, pix)
		b.measure(pix)
		normalize(b.distance)
		for i, v := range b.distance {
			b.sum[i] += v
			b.far[i] = max(b.far[i], v)
		}
	}
	for i, v := range b.far {
		b.sum[i] -= v
	}
	normalize(b.sum)
	for i, v := range b.sum {
		dst[i] += v
	}
}

// leastVariance is added to the variance of colours, so that a plain border has one: that
// of a standard deviation of 0.03, eight steps of an eight-bit image.
const leastVariance = 1e-3

// colours computes mean and covariance of the colours of a strip.
func (b *border) colours(s strip, pix []float32) {
	plane, n := b.h*b.w, float64((s.bottom-s.top)*(s.right-s.left))
	each := func(f func(p int)) {
		for i := s.top; i < s.bottom; i++ {
			for j := s.left; j < s.right; j++ {
				f(i*b.w + j)
			}
		}
	}
	clear(b.mean)
	each(func(p int) {
		for c := range b.mean {
			b.mean[c] += float64(pix[c*plane+p]) / n
		}
	})
	b.spread.Zero()
	each(func(p int) {
		for c := range b.c {
			dc := float64(pix[c*plane+p]) - b.mean[c]
			for k := c; k < b.c; k++ {
				dk := float64(pix[k*plane+p]) - b.mean[k]
				b.spread.SetSym(c, k, b.spread.At(c, k)+dc*dk/n)
			}
		}
	})
	for c := range b.c {
		b.spread.SetSym(c, c, b.spread.At(c, c)+leastVariance)
	}
}

// measure computes the Mahalanobis distance of every pixel's colour.
func (b *border) measure(pix []float32) {
	clear(b.distance)
	var factor mat.Cholesky
	if !factor.Factorize(b.spread) {
		return // a pixel is not finite
	}
	var lower mat.TriDense
	factor.LTo(&lower)
	raw := lower.RawTriangular()
	plane, y := b.h*b.w, make([]float64, b.c)
	for p := range b.distance {
		var sum float64
		for c := range y { // y = L⁻¹(colour − mean)
			v := float64(pix[c*plane+p]) - b.mean[c]
			for k, l := range raw.Data[c*raw.Stride : c*raw.Stride+c] {
				v -= l * y[k]
			}
			y[c] = v / raw.Data[c*raw.Stride+c]
			sum += y[c] * y[c]
		}
		b.distance[p] = float32(math.Sqrt(sum))
	}
}
