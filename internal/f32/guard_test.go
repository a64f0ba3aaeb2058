package f32

import (
	"math/rand/v2"
	"testing"

	"github.com/lcfv-go/lcfv/internal/f32/guard"
)

// Nothing beyond the end of a slice is touched: where it is, the program ends.
func TestStaysInside(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		for _, n := range []int{1, 3, 7, 15, 16, 31, 33, 64, 65, 100} {
			dst, a, b := guard.Slice(t, n), guard.Slice(t, n), guard.Slice(t, n)
			for _, e := range elementwise {
				e.f(dst, a, b, 1, 2)
			}
			Sum(a)
			Dot(a, b)
			CopyRows(dst, 0, a, 0, 1, n)
			AddRows(dst, 0, a, 0, 1, n)
			InterleaveRows(dst, 0, a[:(n+1)/2], b[n-n/2:], 0, 1, n)
			DeinterleaveRows(a[n-(n+1)/2:], b[n-n/2:], 0, dst, 0, 1, n)
		}
		r := rand.New(rand.NewPCG(25, 26))
		for trial := range 100 {
			m, n, k := 1+r.IntN(20), 1+r.IntN(70), 1+r.IntN(20)
			a, b, c := guard.Slice(t, m*k), guard.Slice(t, k*n), guard.Slice(t, m*n)
			colBias := guard.Slice(t, n)
			scratch := guard.Slice(t, GemmScratch(m, n, k))
			ta, tb := trial&1 != 0, trial&2 != 0
			lda, ldb := k, n
			if ta {
				lda = m
			}
			if tb {
				ldb = k
			}
			GemmFused(ta, tb, m, n, k, 1+float32(trial&4), a, lda, b, ldb, float32(trial&8), c, n, Epilogue{ColBias: colBias}, scratch)
			GemmPacked(ta, m, 1, a, lda, PackB(tb, k, n, b, ldb), 0, c, n, Epilogue{ColBias: colBias}, scratch)
		}
	})
}
