package f32

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// elementwise lists the functions of two slices and two numbers with their
// definitions in float64 and the error allowed, in units in the last place of the
// terms; zero asks for the bytes of the result rounded once.
var elementwise = []struct {
	name string
	f    func(dst, a, b []float32, s, r float32)
	ref  func(a, b, s, r float64) float64
	ulps float64
}{
	{"Add", func(dst, a, b []float32, s, r float32) { Add(dst, a, b) }, func(a, b, s, r float64) float64 { return a + b }, 0},
	{"Sub", func(dst, a, b []float32, s, r float32) { Sub(dst, a, b) }, func(a, b, s, r float64) float64 { return a - b }, 0},
	{"Mul", func(dst, a, b []float32, s, r float32) { Mul(dst, a, b) }, func(a, b, s, r float64) float64 { return a * b }, 0},
	{"Div", func(dst, a, b []float32, s, r float32) { Div(dst, a, b) }, func(a, b, s, r float64) float64 { return a / b }, 0},
	{"Sqrt", func(dst, a, b []float32, s, r float32) { Mul(dst, a, a); Sqrt(dst, dst) }, func(a, b, s, r float64) float64 { return math.Sqrt(float64(float32(a) * float32(a))) }, 0},
	{"AddScalar", func(dst, a, b []float32, s, r float32) { AddScalar(dst, a, s) }, func(a, b, s, r float64) float64 { return a + s }, 0},
	{"MulScalar", func(dst, a, b []float32, s, r float32) { MulScalar(dst, a, s) }, func(a, b, s, r float64) float64 { return a * s }, 0},
	{"MaxScalar", func(dst, a, b []float32, s, r float32) { MaxScalar(dst, a, s) }, func(a, b, s, r float64) float64 { return math.Max(a, s) }, 0},
	{"MinScalar", func(dst, a, b []float32, s, r float32) { MinScalar(dst, a, s) }, func(a, b, s, r float64) float64 { return math.Min(a, s) }, 0},
	{"Relu", func(dst, a, b []float32, s, r float32) { Relu(dst, a) }, func(a, b, s, r float64) float64 { return math.Max(a, 0) }, 0},
	{"ReluGrad", func(dst, a, b []float32, s, r float32) { ReluGrad(dst, a, b) }, func(a, b, s, r float64) float64 {
		if b > 0 {
			return a
		}
		return 0
	}, 0},
	{"Flush", func(dst, a, b []float32, s, r float32) { Flush(dst, a, s) }, func(a, b, s, r float64) float64 {
		if math.Abs(a) < s {
			return 0
		}
		return a
	}, 0},
	{"LeakyRelu", func(dst, a, b []float32, s, r float32) { LeakyRelu(dst, a, s) }, func(a, b, s, r float64) float64 {
		if a < 0 {
			return s * a
		}
		return a
	}, 0},
	{"LeakyReluGrad", func(dst, a, b []float32, s, r float32) { LeakyReluGrad(dst, a, b, s) }, func(a, b, s, r float64) float64 {
		if b > 0 {
			return a
		}
		return s * a
	}, 0},
	{"Axpy", func(dst, a, b []float32, s, r float32) { copy(dst, b); Axpy(dst, s, a) }, func(a, b, s, r float64) float64 { return s*a + b }, 1.5},
	{"ScaleShift", func(dst, a, b []float32, s, r float32) { ScaleShift(dst, a, s, r) }, func(a, b, s, r float64) float64 { return s*a + r }, 1.5},
	{"SigmoidGrad", func(dst, a, b []float32, s, r float32) { SigmoidGrad(dst, a, b) }, func(a, b, s, r float64) float64 { return a * b * (1 - b) }, 2},
	{"TanhGrad", func(dst, a, b []float32, s, r float32) { TanhGrad(dst, a, b) }, func(a, b, s, r float64) float64 { return a * (1 - b*b) }, 3.5}, // beyond tanh's range three roundings may add up
	{"Exp", func(dst, a, b []float32, s, r float32) { Exp(dst, a) }, func(a, b, s, r float64) float64 { return math.Exp(a) }, 2},
	{"Sigmoid", func(dst, a, b []float32, s, r float32) { Sigmoid(dst, a) }, func(a, b, s, r float64) float64 { return 1 / (1 + math.Exp(-a)) }, 3},
	{"Tanh", func(dst, a, b []float32, s, r float32) { Tanh(dst, a) }, func(a, b, s, r float64) float64 { return math.Tanh(a) }, 3},
}

// Every function at every length up to some vectors, in place too, with what
// lies beyond the slices untouched.
func TestElementwise(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(17, 18))
		for _, e := range elementwise {
			for n := range 150 {
				a, b := random(r, n), random(r, n)
				s, q := float32(r.NormFloat64()), float32(r.NormFloat64())
				buf := make([]float32, n+40)
				for i := range buf {
					buf[i] = 5
				}
				dst := buf[3 : 3+n : 3+n]
				e.f(dst, a, b, s, q)
				for i := range n {
					checkClose(t, e.name, e.ref(float64(a[i]), float64(b[i]), float64(s), float64(q)), dst[i], e.ulps, a[i], b[i], s, q)
				}
				for i, v := range buf {
					if i < 3 || i >= 3+n {
						require.Equal(t, float32(5), v, "%s wrote beyond its %d elements", e.name, n)
					}
				}
				if e.name != "Axpy" {
					same := append([]float32{}, a...)
					e.f(same, same, b, s, q)
					require.Equal(t, dst, same, "%s in place", e.name)
				}
				// Each element alone gives the same bytes.
				if n > 0 {
					i := r.IntN(n)
					one := make([]float32, 1)
					e.f(one, a[i:i+1], b[i:i+1], s, q)
					require.Equal(t, dst[i], one[0], e.name)
				}
			}
			require.Panics(t, func() {
				e.f(make([]float32, 2), make([]float32, 2), make([]float32, 1), 1, 1)
				e.f(make([]float32, 1), make([]float32, 2), make([]float32, 2), 1, 1)
			}, e.name)
		}
	})
}

func checkClose(t *testing.T, name string, want float64, got float32, ulps float64, args ...float32) {
	if float32(want) == got {
		return
	}
	scale := math.Abs(want)
	if len(args) > 0 { // sums may cancel: measure against their terms
		scale = max(scale, 1e-38)
		for _, a := range args {
			scale = max(scale, math.Abs(float64(a)))
		}
	}
	_, exp := math.Frexp(scale)
	ulp := math.Ldexp(1, max(exp-24, -149))
	require.LessOrEqual(t, math.Abs(want-float64(got)), ulps*ulp, "%s%v = %v, want %v", name, args, got, want)
	require.NotZero(t, ulps, "%s%v = %v, want %v", name, args, got, want)
}

func TestTranscendental(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	eachLevel(t, func(t *testing.T) {
		for _, f := range []struct {
			name string
			f    func(dst, x []float32)
			ref  func(float64) float64
			ulps float64
		}{
			{"Exp", Exp, math.Exp, 1.5},
			{"Sigmoid", Sigmoid, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, 3},
			{"Tanh", Tanh, math.Tanh, 3},
		} {
			var x []float32
			for v := -110.0; v < 100; v += 0.00437 {
				x = append(x, float32(v))
			}
			for v := 1e-40; v < 1; v *= 1.01 {
				x = append(x, float32(v), float32(-v))
			}
			x = append(x, 0, inf, -inf, 1e30, -1e30, 88.72, 88.73, -87.34, -103.9, -104.1, 0.625, -0.625)
			dst := make([]float32, len(x))
			f.f(dst, x)
			for i, v := range x {
				if f.name == "Sigmoid" && v < -87.3 { // documented
					require.InDelta(t, f.ref(float64(v)), dst[i], 0x1p-126)
					continue
				}
				checkClose(t, f.name, f.ref(float64(v)), dst[i], f.ulps)
			}
			f.f(dst[:20], []float32{nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, 1, 1, nan})
			require.True(t, math.IsNaN(float64(dst[0])) && math.IsNaN(float64(dst[16])) && math.IsNaN(float64(dst[19])), f.name)
			require.False(t, math.IsNaN(float64(dst[17])))
		}
		dst := make([]float32, 3)
		Tanh(dst, []float32{float32(math.Copysign(0, -1)), inf, -inf})
		require.True(t, math.Signbit(float64(dst[0])))
		require.Equal(t, []float32{0, 1, -1}, dst)
	})
}

func TestNaN(t *testing.T) {
	nan := float32(math.NaN())
	eachLevel(t, func(t *testing.T) {
		x := []float32{nan, 1, nan, -1, nan, nan, nan, nan, nan, nan}
		for name, f := range map[string]func(dst []float32){
			"Relu":      func(dst []float32) { Relu(dst, x) },
			"LeakyRelu": func(dst []float32) { LeakyRelu(dst, x, 0.1) },
			"MaxScalar": func(dst []float32) { MaxScalar(dst, x, 0.5) },
			"MinScalar": func(dst []float32) { MinScalar(dst, x, 0.5) },
			"Flush":     func(dst []float32) { Flush(dst, x, 0.5) },
		} {
			dst := make([]float32, len(x))
			f(dst)
			for i := range x {
				require.Equal(t, math.IsNaN(float64(x[i])), math.IsNaN(float64(dst[i])), "%s element %d", name, i)
			}
		}
		for _, kind := range []ActivationKind{ActRelu, ActLeakyRelu} {
			c := make([]float32, 1)
			GemmFused(false, false, 1, 1, 1, 1, []float32{nan}, 1, []float32{1}, 1, 0, c, 1, Epilogue{Act: Activation{Kind: kind}}, make([]float32, GemmScratch(1, 1, 1)))
			require.True(t, math.IsNaN(float64(c[0])))
		}
	})
}

func TestSumRuns(t *testing.T) {
	r := rand.New(rand.NewPCG(27, 28))
	for _, n := range []int{1, 2, 3, 7, 40} {
		x, dst := random(r, 9*n), make([]float32, 9)
		SumRuns(dst, x, n)
		for i, got := range dst {
			require.InDelta(t, Sum(x[i*n:(i+1)*n]), got, 1e-6*float64(n), "run %d of %d", i, n)
		}
	}
	require.Panics(t, func() { SumRuns(make([]float32, 2), make([]float32, 5), 2) })
}

// The sums are the same bytes at every level.
func TestSum(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 20))
	for _, n := range []int{0, 1, 5, 31, 32, 33, 64, 100, 1000} {
		a, b := random(r, n), random(r, n)
		var sum, dot float64
		for i := range a {
			sum += float64(a[i])
			dot += float64(a[i]) * float64(b[i])
		}
		require.NoError(t, SetLevel("go"))
		wantSum, wantDot := Sum(a), Dot(a, b)
		eachLevel(t, func(t *testing.T) {
			require.InDelta(t, sum, Sum(a), 1e-11)
			require.InDelta(t, dot, Dot(a, b), 1e-11)
			require.Equal(t, wantSum, Sum(a))
			require.Equal(t, wantDot, Dot(a, b))
		})
		require.NoError(t, SetLevel(""))
	}
}

func TestMoves(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(21, 22))
		for n := range 40 {
			const rows = 3
			wide, narrow := n+r.IntN(3), (n+1)/2+r.IntN(3)
			src := random(r, rows*wide+1)
			dst := make([]float32, rows*wide+1)
			CopyRows(dst, wide, src, wide, rows, n)
			a, b := make([]float32, rows*narrow+1), make([]float32, rows*narrow+1)
			DeinterleaveRows(a, b, narrow, src, wide, rows, n)
			back := make([]float32, rows*wide+1)
			InterleaveRows(back, wide, a, b, narrow, rows, n)
			want := make([]float32, rows*wide+1)
			for i := range rows {
				for j := range n {
					want[i*wide+j] = src[i*wide+j]
					half := [2][]float32{a, b}[j%2]
					require.Equal(t, src[i*wide+j], half[i*narrow+j/2])
				}
			}
			require.Equal(t, want, dst)
			require.Equal(t, want, back)
			AddRows(dst, wide, src, wide, rows, n)
			MulScalar(want, want, 2)
			require.Equal(t, want, dst)
		}
		for _, width := range []int{4, 8, 16} {
			if width > Lanes() {
				continue
			}
			const stride, rows = 21, 4
			src, off, starts := random(r, 150), []int32{3, 0, 17, 31}, [4]int{0, 50, 30, 100}
			dst := make([]float32, stride*rows)
			GatherVector(dst, stride, src, &starts, off, width)
			want := make([]float32, len(dst))
			for p, o := range off {
				for i := range Lanes() {
					want[p*stride+i] = src[starts[i/width]+i%width+int(o)]
				}
			}
			require.Equal(t, want, dst)

			other := random(r, stride*rows)
			out, wantOut := make([]float32, 1000), make([]float32, 1000)
			at := [4]int{200, 0, 33, 77}
			InterleaveVector(out, &at, 240, dst, other, stride, rows, width)
			for q := range rows {
				for i := range Lanes() {
					to := q*240 + at[i/width] + 2*(i%width)
					wantOut[to], wantOut[to+1] = dst[q*stride+i], other[q*stride+i]
				}
			}
			require.Equal(t, wantOut, out)
		}
	})
}

func BenchmarkVec(b *testing.B) {
	const n = 4096
	r := rand.New(rand.NewPCG(23, 24))
	x, y, dst := random(r, n), random(r, n), make([]float32, n)
	for _, e := range elementwise {
		b.Run(e.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e.f(dst, x, y, 0.5, 2)
			}
			b.ReportMetric(float64(n)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "elements/ns")
		})
	}
	b.Run("Sum", func(b *testing.B) {
		for b.Loop() {
			Sum(x)
		}
	})
	b.Run("Dot", func(b *testing.B) {
		for b.Loop() {
			Dot(x, y)
		}
	})
}
