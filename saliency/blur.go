package saliency

import "math"

// blurrer smooths h×w planes with a Gaussian cut off beyond 3σ. Pixels beyond
// the frame do not count. It is its own scratch memory.
type blurrer struct {
	h, w   int
	kernel []float64 // at distances 0, 1, …
	other  []float32
}

func newBlurrer(h, w int, sigma float64) *blurrer {
	b := &blurrer{h: h, w: w, other: make([]float32, h*w)}
	for k := range int(math.Ceil(3*sigma)) + 1 {
		q := float64(k) / max(sigma, math.SmallestNonzeroFloat64)
		b.kernel = append(b.kernel, math.Exp(-q*q/2))
	}
	return b
}

// apply smooths plane in place.
func (b *blurrer) apply(plane []float32) {
	for i := range b.h {
		b.line(b.other[i*b.w:], plane[i*b.w:], b.w, 1)
	}
	for j := range b.w {
		b.line(plane[j:], b.other[j:], b.h, b.w)
	}
}

// line smooths n elements that are stride apart.
func (b *blurrer) line(dst, src []float32, n, stride int) {
	reach := len(b.kernel) - 1
	for i := range n {
		var sum, weight float64
		for k := max(0, i-reach); k <= min(n-1, i+reach); k++ {
			g := b.kernel[max(k-i, i-k)]
			sum += g * float64(src[k*stride])
			weight += g
		}
		dst[i*stride] = float32(sum / weight)
	}
}
