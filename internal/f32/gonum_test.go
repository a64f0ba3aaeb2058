package f32

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// Gonum's products are the independent reference, on shapes drawn at random with
// the edges of tiles and blocks among them.
func TestGemmAgainstGonum(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(9, 10))
		edges := []int{1, Rows() - 1, Rows(), Rows() + 1, Lanes(), Lanes() + 1, 3 * Lanes(), 3*Lanes() + 1}
		side := func() int {
			if r.IntN(2) == 0 {
				return edges[r.IntN(len(edges))]
			}
			return 1 + r.IntN(120)
		}
		for trial := range 60 {
			m, n, k := side(), side(), side()
			if trial%20 == 0 {
				k += blockK
			}
			ta, tb := trial&1 != 0, trial&2 != 0
			lda, ldb := k, n
			tA, tB := blas.NoTrans, blas.NoTrans
			if ta {
				lda, tA = m, blas.Trans
			}
			if tb {
				ldb, tB = k, blas.Trans
			}
			a, b, c := random(r, m*k), random(r, k*n), random(r, m*n)
			want := append([]float32(nil), c...)
			gonum.Implementation{}.Sgemm(tA, tB, m, n, k, 0.5, a, lda, b, ldb, 2, want, n)
			Gemm(ta, tb, m, n, k, 0.5, a, lda, b, ldb, 2, c, n, make([]float32, GemmScratch(m, n, k)))
			require.InDeltaSlice(t, want, c, 1e-5*(1+math.Sqrt(float64(k))), "%d×%d×%d, transposed %v %v", m, n, k, ta, tb)
		}
	})
}
