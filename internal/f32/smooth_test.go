package f32

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/internal/f32/guard"
)

// Every shape of rows and reach of a kernel, both ways, with guard pages around
// what may be read and written.
func TestSmooth(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(31, 32))
		for trial := range 400 {
			rows, n, reach := 1+r.IntN(5), 1+r.IntN(90), r.IntN(6)
			kernel := random(r, reach+1)
			srcStride, dstStride := n+r.IntN(4), n+r.IntN(4)
			step := 1
			if trial%2 != 0 {
				step = srcStride
			}
			x := guard.Slice(t, 2*reach*step+(rows-1)*srcStride+n)
			copy(x, random(r, len(x)))
			src := Plane{X: x, Start: reach * step, Stride: srcStride, Rows: rows, N: n}
			out := guard.Slice(t, (rows-1)*dstStride+n)
			for i := range out {
				out[i] = 5
			}
			Smooth(Plane{X: out, Stride: dstStride, Rows: rows, N: n}, src, kernel, step)
			for i, got := range out {
				if i%dstStride >= n {
					require.Equal(t, float32(5), got, "wrote between rows")
					continue
				}
				at := src.Start + i/dstStride*srcStride + i%dstStride
				want, scale := float64(kernel[0])*float64(x[at]), 0.0
				for k := 1; k <= reach; k++ {
					want += float64(kernel[k]) * (float64(x[at-k*step]) + float64(x[at+k*step]))
				}
				for k := range kernel {
					scale += math.Abs(float64(kernel[k])) * (math.Abs(float64(x[at-k*step])) + math.Abs(float64(x[at+k*step])))
				}
				require.InDelta(t, want, got, 1e-6*scale, "row %d, element %d of %d, reach %d, step %d", i/dstStride, i%dstStride, n, reach, step)
			}
		}
		x := make([]float32, 10)
		two := Plane{X: x, Start: 1, Stride: 4, Rows: 2, N: 4}
		require.Panics(t, func() { Smooth(Plane{X: x, Stride: 4, Rows: 1, N: 4}, two, []float32{1}, 1) })
		require.Panics(t, func() { Smooth(two, two, []float32{1, 1, 1}, 1) })
		require.Panics(t, func() { Smooth(two, two, nil, 1) })
		Smooth(Plane{}, Plane{}, []float32{1}, 1)
	})
}

func TestSame(t *testing.T) {
	nan := float32(math.NaN())
	a := []float32{1, nan, 0, 3}
	require.True(t, Same(a, []float32{1, nan, 0, 3}))
	require.False(t, Same(a, []float32{1, nan, float32(math.Copysign(0, -1)), 3}))
	require.False(t, Same(a, a[:3]))
	require.True(t, Same(nil, []float32{}))
}

func BenchmarkSmooth(b *testing.B) {
	const w, reach = 64, 5
	x, dst := make([]float32, (w+2*reach)*(w+2*reach)), make([]float32, w*w)
	kernel := make([]float32, reach+1)
	for name, src := range map[string]struct {
		Plane
		step int
	}{
		"along":  {Plane{X: x, Start: reach, Stride: w + reach, Rows: w, N: w}, 1},
		"across": {Plane{X: x, Start: reach * w, Stride: w, Rows: w, N: w}, w},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Smooth(Plane{X: dst, Stride: w, Rows: w, N: w}, src.Plane, kernel, src.step)
			}
		})
	}
}
