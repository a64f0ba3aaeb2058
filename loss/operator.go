package loss

import (
	"math"
	"slices"
	"sync"

	"github.com/lcfv-go/lcfv/internal/f32"
)

// operator is the linear map r = P·(K * (M·d)) of one plane of H×W pixels,
// where P = √(M/(C·Σ M)) / (K * M). It is its own scratch memory.
//
// Planes are stored with a stride of w+gap numbers, zero in the gaps, and gap
// zeros before the first row: a shift by up to gap columns then never reads a
// neighbouring row, so that both passes of the blur are a handful of vector
// operations over a whole plane instead of a few short ones per row.
type operator struct {
	sigma  float64
	c      int
	h, w   int
	gap    int       // zeros between rows
	kernel []float32 // K at distance 0, 1, 2, …

	plane []float32 // current plane, h rows of w+gap
	temp  []float32 // gap zeros, then a plane
	temp2 []float32

	known bool      // whether mask, m and p are set
	mask  []float32 // the mask they belong to, nil if all ones
	held  []float32 // memory of mask
	m, p  []float32 // M and P in the layout of plane, zero in the gaps
}

var operators = sync.Pool{New: func() any { return new(operator) }}

// acquire returns an operator for the given settings; a pooled one may still
// know its weights for the mask it saw last.
func acquire(sigma float64, c, h, w int) *operator {
	op := operators.Get().(*operator)
	if op.kernel != nil && op.sigma == sigma && op.c == c && op.h == h && op.w == w {
		return op
	}
	op.sigma, op.c, op.h, op.w, op.known = sigma, c, h, w, false
	op.kernel = gaussian(op.kernel[:0], sigma, max(h, w)-1)
	op.gap = min(len(op.kernel), w) - 1
	size := h * (w + op.gap)
	for _, s := range []*[]float32{&op.plane, &op.m, &op.p} {
		*s = zeros(*s, size)
	}
	op.temp = zeros(op.temp, op.gap+size+op.gap)
	op.temp2 = zeros(op.temp2, size)
	return op
}

func (op *operator) release() { operators.Put(op) }

// zeros returns n zeros, in the memory of s if that is large enough.
func zeros(s []float32, n int) []float32 {
	s = slices.Grow(s[:0], n)[:n]
	clear(s)
	return s
}

// gaussian appends the kernel at distances 0 to min(⌈3σ⌉, most) to dst, scaled
// so that both sides together sum to one.
func gaussian(dst []float32, sigma float64, most int) []float32 {
	radius := int(min(math.Ceil(3*sigma), float64(most)))
	value := func(k int) float64 {
		if k == 0 {
			return 1
		}
		q := float64(k) / sigma
		return math.Exp(-q * q / 2)
	}
	sum := -value(0)
	for k := 0; k <= radius; k++ {
		sum += 2 * value(k)
	}
	for k := 0; k <= radius; k++ {
		dst = append(dst, float32(value(k)/sum))
	}
	return dst
}

// setMask computes M and P for the mask of one sample, nil for all ones, unless
// they are there already: within a batch and from one iteration to the next,
// masks mostly repeat.
func (op *operator) setMask(mask []float32) {
	if op.known && (mask == nil) == (op.mask == nil) && slices.Equal(mask, op.mask) {
		return
	}
	if mask == nil {
		op.mask = nil
		for i := range op.h {
			pixels, _ := op.row(op.m, i)
			for j := range pixels {
				pixels[j] = 1
			}
		}
	} else {
		op.held = append(op.held[:0], mask...)
		op.mask = op.held
		op.load(op.m, mask)
	}
	op.known = true

	total := float64(op.c) * f32.Sum(op.m)
	copy(op.plane, op.m)
	op.blur()
	for i, weight := range op.m {
		op.p[i] = 0
		if weight > 0 {
			op.p[i] = float32(math.Sqrt(float64(weight)/total) / float64(op.plane[i]))
		}
	}
}

func (op *operator) stride() int { return op.w + op.gap }

// row returns row i of a plane without its gap, and the gap.
func (op *operator) row(plane []float32, i int) (pixels, gap []float32) {
	all := plane[i*op.stride() : (i+1)*op.stride()]
	return all[:op.w], all[op.w:]
}

// load sets dst, in the layout of plane, to x. The gaps are cleared and not
// taken for zero: a sample with pixels that are not finite leaves its marks
// there.
func (op *operator) load(dst, x []float32) {
	for i := range op.h {
		pixels, gap := op.row(dst, i)
		copy(pixels, x[i*op.w:])
		clear(gap)
	}
}

// subtract sets plane to x − y.
func (op *operator) subtract(x, y []float32) {
	for i := range op.h {
		pixels, gap := op.row(op.plane, i)
		lo, hi := i*op.w, (i+1)*op.w
		f32.Sub(pixels, x[lo:hi], y[lo:hi])
		clear(gap)
	}
}

// store writes alpha times plane to dst.
func (op *operator) store(dst []float32, alpha float32) {
	for i := range op.h {
		pixels, _ := op.row(op.plane, i)
		f32.MulScalar(dst[i*op.w:(i+1)*op.w], pixels, alpha)
	}
}

// forward replaces plane by P·(K * (M·plane)).
func (op *operator) forward() {
	f32.Mul(op.plane, op.plane, op.m)
	op.blur()
	f32.Mul(op.plane, op.plane, op.p)
}

// adjoint replaces plane by M·(K * (P·plane)), K being symmetric.
func (op *operator) adjoint() {
	f32.Mul(op.plane, op.plane, op.p)
	op.blur()
	f32.Mul(op.plane, op.plane, op.m)
}
