package saliency

import "math"

// resizer resamples planes of one size to another with a triangle filter: each
// new pixel is the mean of the old ones around its centre, weighted by a
// triangle as wide as the larger of an old and a new pixel to either side. That
// is bilinear interpolation where a plane grows and does not alias where it
// shrinks; it is what Pillow calls BILINEAR and PyTorch bilinear with
// antialias=True. Pixels beyond the frame do not count, so its border stays as
// it is. A resizer is its own scratch memory.
type resizer struct {
	rows, columns taps
	tall          []float32 // rows not yet resampled
}

// newResizer resamples h0×w0 planes to h×w.
func newResizer(h0, w0, h, w int) *resizer {
	return &resizer{rows: newTaps(h0, h), columns: newTaps(w0, w), tall: make([]float32, h0*w)}
}

// apply writes src, resampled, to dst.
func (r *resizer) apply(dst, src []float32) {
	w0, w := r.columns.from, len(r.columns.first)
	for i := range r.rows.from {
		in, out := src[i*w0:(i+1)*w0], r.tall[i*w:(i+1)*w]
		for j := range out {
			var sum float32
			weights, first := r.columns.at(j)
			for k, weight := range weights {
				sum += weight * in[first+k]
			}
			out[j] = sum
		}
	}
	for i := range r.rows.first {
		out := dst[i*w : (i+1)*w]
		clear(out)
		weights, first := r.rows.at(i)
		for k, weight := range weights {
			for j, v := range r.tall[(first+k)*w : (first+k+1)*w] {
				out[j] += weight * v
			}
		}
	}
}

// taps are the weights of old pixels in new ones, along one axis.
type taps struct {
	from    int   // old pixels
	first   []int // first old pixel that counts, for each new one
	start   []int // where its weights begin; one more entry ends the last
	weights []float32
}

func newTaps(from, to int) taps {
	t := taps{from: from, first: make([]int, to), start: make([]int, to+1)}
	scale := float64(from) / float64(to)
	reach := max(1, scale)
	for j := range to {
		centre := (float64(j)+0.5)*scale - 0.5
		first := max(0, int(math.Ceil(centre-reach)))
		last := min(from-1, int(math.Floor(centre+reach)))
		var sum float64
		for i := first; i <= last; i++ {
			sum += triangle((float64(i) - centre) / reach)
		}
		for i := first; i <= last; i++ {
			t.weights = append(t.weights, float32(triangle((float64(i)-centre)/reach)/sum))
		}
		t.first[j], t.start[j+1] = first, len(t.weights)
	}
	return t
}

func triangle(x float64) float64 { return max(0, 1-math.Abs(x)) }

// at returns the weights for new pixel j and the old pixel of the first.
func (t *taps) at(j int) ([]float32, int) {
	return t.weights[t.start[j]:t.start[j+1]], t.first[j]
}
