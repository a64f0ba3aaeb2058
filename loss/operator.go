package loss

import (
	"math"
	"sync"

	"github.com/lcfv-go/lcfv/internal/f32"
)

// operator is the linear map r = P·(K * (M·d)) of one plane of H×W pixels,
// where P = √(M/(C·Σ M)) / (K * M). It is its own scratch memory.
type operator struct {
	smoother
	c int

	known bool      // whether m and p are set
	all   bool      // whether they are those of no mask
	m, p  []float32 // M and P
}

var operators = sync.Pool{New: func() any { return new(operator) }}

// acquire returns an operator for the given settings; a pooled one may still
// know its weights for the mask it saw last.
func acquire(sigma float64, c, h, w int) *operator {
	op := operators.Get().(*operator)
	if op.fits(sigma, h, w) && op.c == c {
		return op
	}
	op.setUp(sigma, h, w)
	op.c, op.known = c, false
	op.m, op.p = zeros(op.m, h*w), zeros(op.p, h*w)
	return op
}

func (op *operator) release() { operators.Put(op) }

// setMask computes M and P for the mask of one sample, nil for all ones, unless
// they are there already: within a batch and from one iteration to the next,
// masks mostly repeat.
func (op *operator) setMask(mask []float32) {
	if op.known && op.all == (mask == nil) && (op.all || f32.Same(mask, op.m)) {
		return
	}
	op.known, op.all = true, mask == nil
	if op.all {
		for i := range op.m {
			op.m[i] = 1
		}
	} else {
		copy(op.m, mask)
	}
	total := float64(op.c) * f32.Sum(op.m)
	if total == 0 {
		clear(op.p)
		return
	}
	copy(op.plane, op.m)
	op.blur()
	f32.MulScalar(op.plane, op.plane, float32(math.Sqrt(total)))
	f32.MaxScalar(op.plane, op.plane, least) // where M is 0, so may be K * M
	f32.MaxScalar(op.p, op.m, 0)
	f32.Sqrt(op.p, op.p)
	f32.Div(op.p, op.p, op.plane)
}

// least is the smallest difference that is not taken for 0. Those of sprites on a
// black ground are often smaller than any that a pixel could show, and after a
// blur would be below float32's normal range, where processors are slow.
const least = 1e-20

// residual sets r, which may be plane, to P·(K * (M·(x − y))); a nil y stands for
// zeros.
func (op *operator) residual(r, x, y []float32) {
	if y != nil {
		f32.Sub(op.plane, x, y)
		x = op.plane
	}
	f32.Flush(op.plane, x, least)
	f32.Mul(op.plane, op.plane, op.m)
	op.blur()
	f32.Mul(r, op.plane, op.p)
}

// gradient sets grad to that of the sum of the squares of the residual in plane:
// to 2·M·(K * (P·plane)), K being symmetric.
func (op *operator) gradient(grad []float32) {
	f32.Mul(op.plane, op.plane, op.p)
	op.blur()
	f32.MulScalar(op.plane, op.plane, 2)
	f32.Mul(grad, op.plane, op.m)
}
