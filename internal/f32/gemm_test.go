package f32

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestGemm(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(3, 4))
		sizes := []int{1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 33, 48, 49, 50, 97}
		for trial := range 400 {
			m, n, k := sizes[r.IntN(len(sizes))], sizes[r.IntN(len(sizes))], r.IntN(60)
			if trial%40 == 0 {
				m, k = m+blockM, k+2*blockK
			}
			checkGemm(t, r, m, n, k, trial)
		}
	})
}

func checkGemm(t *testing.T, r *rand.Rand, m, n, k, trial int) {
	ta, tb := trial&1 != 0, trial&2 != 0
	alpha, beta := []float32{1, -0.5}[trial>>2&1], []float32{0, 1, 0.3}[trial%3]
	dims := func(trans bool, rows, cols int) (int, []float32) {
		if trans {
			rows, cols = cols, rows
		}
		ld := cols + r.IntN(4)
		return ld, random(r, max(rows, 1)*max(ld, 1))
	}
	lda, a := dims(ta, m, k)
	ldb, b := dims(tb, k, n)
	ldc := n + r.IntN(4)
	c := random(r, m*ldc)
	var ep Epilogue
	if r.IntN(2) == 0 {
		ep.ColBias = random(r, n)
	}
	ep.Act = Activation{Kind: ActivationKind(r.IntN(3)), Alpha: 0.1}

	want := append([]float32(nil), c...)
	for i := range m {
		for j := range n {
			var s float64
			for p := range k {
				ai, bi := i*lda+p, p*ldb+j
				if ta {
					ai = p*lda + i
				}
				if tb {
					bi = j*ldb + p
				}
				s += float64(a[ai]) * float64(b[bi])
			}
			s = float64(alpha)*s + float64(beta)*float64(c[i*ldc+j])
			if ep.ColBias != nil {
				s += float64(ep.ColBias[j])
			}
			out := []float32{float32(s)}
			ep.Act.Apply(out, out)
			want[i*ldc+j] = out[0]
		}
	}
	if beta == 0 { // must not be read
		for i := range m {
			for j := range n {
				c[i*ldc+j] = float32(math.NaN())
			}
		}
	}
	packed := append([]float32(nil), c...)
	scratch := make([]float32, GemmScratch(m, n, k))
	GemmFused(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, ep, scratch)
	tol := 1e-5 * (1 + math.Sqrt(float64(k)))
	for i := range want {
		require.InDelta(t, want[i], c[i], tol, "m %d n %d k %d trial %d element %d", m, n, k, trial, i)
	}
	GemmPacked(ta, m, alpha, a, lda, PackB(tb, k, n, b, ldb), beta, packed, ldc, ep, scratch)
	require.Equal(t, c, packed)
}

// The bytes of a row must not depend on the rows computed with it, nor those of a
// column on its neighbours.
func TestGemmSplitInvariant(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(5, 6))
		const m, n, k = 29, 75, blockK + 33
		a, b := random(r, m*k), random(r, k*n)
		whole := make([]float32, m*n)
		scratch := make([]float32, GemmScratch(m, n, k))
		Gemm(false, false, m, n, k, 1, a, k, b, n, 0, whole, n, scratch)
		for _, size := range []int{1, 2, 3, 7, 16} {
			part := make([]float32, m*n)
			for i := 0; i < m; i += size {
				rows := min(size, m-i)
				Gemm(false, false, rows, n, k, 1, a[i*k:], k, b, n, 0, part[i*n:], n, scratch)
			}
			require.Equal(t, whole, part, "rows by %d", size)
			clear(part)
			for j := 0; j < n; j += size {
				cols := min(size, n-j)
				Gemm(false, false, m, cols, k, 1, a, k, b[j:], n, 0, part[j:], n, scratch)
			}
			require.Equal(t, whole, part, "columns by %d", size)
		}
	})
}

func TestGemmAllocates(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	const m, n, k = 20, 50, 30
	a, b, c := random(r, m*k), random(r, k*n), make([]float32, m*n)
	p := PackB(false, k, n, b, n)
	scratch := make([]float32, GemmScratch(m, n, k))
	require.Zero(t, testing.AllocsPerRun(10, func() {
		Gemm(false, false, m, n, k, 2, a, k, b, n, 0, c, n, scratch)
		GemmPacked(false, m, 1, a, k, p, 1, c, n, Epilogue{ColBias: b[:n]}, scratch)
	}))
}

func ExampleGemm() {
	a := []float32{1, 2, 3, 4} // 2×2
	b := []float32{5, 6, 7, 8}
	c := make([]float32, 4)
	Gemm(false, true, 2, 2, 2, 1, a, 2, b, 2, 0, c, 2, make([]float32, GemmScratch(2, 2, 2)))
	fmt.Println(c)
	// Output: [17 23 39 53]
}

func BenchmarkGemm(b *testing.B) {
	for _, s := range [][3]int{{32, 256, 10}, {32, 256, 256}, {32, 512, 256}, {32, 256, 512}, {32, 10, 256}, {32, 2048, 128}, {256, 256, 256}, {512, 512, 512}, {1024, 1024, 1024}} {
		m, n, k := s[0], s[1], s[2]
		r := rand.New(rand.NewPCG(7, 8))
		x, w, c := random(r, m*k), random(r, k*n), make([]float32, m*n)
		scratch := make([]float32, GemmScratch(m, n, k))
		p := PackB(false, k, n, w, n)
		run := func(b *testing.B, f func()) {
			b.ReportAllocs()
			best := time.Duration(math.MaxInt64) // of one call: others use the machine too
			for b.Loop() {
				start := time.Now()
				f()
				best = min(best, time.Since(start))
			}
			b.ReportMetric(float64(best.Nanoseconds())/1e3, "best-µs")
			b.ReportMetric(2*float64(m*n*k)/float64(best.Nanoseconds()), "best-GFLOP/s")
		}
		b.Run(fmt.Sprintf("%dx%dx%d", m, n, k), func(b *testing.B) {
			run(b, func() { Gemm(false, false, m, n, k, 1, x, k, w, n, 0, c, n, scratch) })
		})
		b.Run(fmt.Sprintf("packed/%dx%dx%d", m, n, k), func(b *testing.B) {
			run(b, func() { GemmPacked(false, m, 1, x, k, p, 0, c, n, Epilogue{ColBias: w[:n]}, scratch) })
		})
	}
}

// Sums of many blocks are added up block by block, which is more accurate than
// one chain of additions by the root of their number or so.
func TestGemmLongSums(t *testing.T) {
	const m, n, k = 4, 16, 32 * blockK
	r := rand.New(rand.NewPCG(5, 6))
	a, b := random(r, m*k), random(r, k*n)
	var chain, exact [m * n]float64
	for i := range m {
		for j := range n {
			var s float32
			for p := range k {
				x, y := float64(a[i*k+p]), float64(b[p*n+j])
				s = float32(float64(s) + x*y)
				exact[i*n+j] += x * y
			}
			chain[i*n+j] = float64(s)
		}
	}
	eachLevel(t, func(t *testing.T) {
		c := make([]float32, m*n)
		Gemm(false, false, m, n, k, 1, a, k, b, n, 0, c, n, make([]float32, GemmScratch(m, n, k)))
		var got, worse float64
		for i, want := range exact {
			got += (float64(c[i]) - want) * (float64(c[i]) - want)
			worse += (chain[i] - want) * (chain[i] - want)
		}
		require.Less(t, 3*math.Sqrt(got), math.Sqrt(worse))
	})
}
