package conv

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/internal/f32"
)

func eachLevel(t *testing.T, f func(t *testing.T)) {
	for _, name := range f32.Levels() {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, f32.SetLevel(name))
			defer func() { require.NoError(t, f32.SetLevel("")) }()
			f(t)
		})
	}
}

func random(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

func widen(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// problem is a convolution with operands.
type problem struct {
	p              Params
	x, w, bias     []float32
	outLen, sample int
}

func newProblem(r *rand.Rand, p Params) problem {
	p = p.normal()
	od, oh, ow := p.OutSize()
	plane := od * oh * ow
	return problem{p: p, x: random(r, p.N*p.C*p.pixels()), w: random(r, p.M*p.C/p.Group*p.taps()),
		bias: random(r, p.M), outLen: p.N * p.M * plane, sample: p.M * plane}
}

// run computes the convolution of count samples from n on, with scratch that
// holds no zeros to rely on.
func (q problem) run(t testing.TB, n, count int, act f32.Activation, dynamic bool) []float32 {
	p := q.p
	p.N = count
	c, err := New(p)
	require.NoError(t, err)
	in := p.C * p.pixels()
	x := q.x[n*in : (n+count)*in]
	const guard = 64
	dst := make([]float32, count*q.sample+guard)
	for i := range dst {
		dst[i] = 1e9
	}
	size := c.Scratch()
	if dynamic {
		size = c.DynamicScratch()
	}
	scratch := make([]float32, size+guard)
	for i := range scratch {
		scratch[i] = 7
	}
	if dynamic {
		c.RunDynamic(dst[:count*q.sample], x, q.w, q.bias, act, scratch[:size])
	} else {
		c.Run(dst[:count*q.sample], x, c.Pack(q.w), q.bias, act, scratch[:size])
	}
	for i := range guard {
		require.Equal(t, float32(1e9), dst[count*q.sample+i], "written beyond the output")
		require.Equal(t, float32(7), scratch[size+i], "written beyond the scratch")
	}
	return dst[:count*q.sample]
}

func (q problem) check(t testing.TB) {
	c, err := New(q.p)
	require.NoError(t, err)
	want := make([]float64, q.outLen)
	c.Run64(want, widen(q.x), widen(q.w), widen(q.bias))
	got := q.run(t, 0, q.p.N, f32.Activation{}, false)
	worst := 0.0
	for i := range want {
		worst = max(worst, max(want[i]-float64(got[i]), float64(got[i])-want[i]))
	}
	require.Less(t, worst, 1e-3, "%+v", q.p)

	require.Equal(t, got, q.run(t, 0, q.p.N, f32.Activation{}, true), "weights packed by the call: %+v", q.p)
	act := f32.Activation{Kind: f32.ActLeakyRelu, Alpha: 0.125}
	leaky := make([]float32, len(got))
	act.Apply(leaky, got)
	require.Equal(t, leaky, q.run(t, 0, q.p.N, act, false), "%+v", q.p)
	if q.p.N > 1 {
		n := q.p.N / 2
		split := append(q.run(t, 0, n, f32.Activation{}, false), q.run(t, n, q.p.N-n, f32.Activation{}, false)...)
		require.Equal(t, got, split, "split over calls: %+v", q.p)
	}
}

func randomParams(r *rand.Rand) Params {
	for {
		g := 1 + r.IntN(3)*r.IntN(2)
		p := Params{
			N: 1 + r.IntN(7), C: g * (1 + r.IntN(5)), H: 1 + r.IntN(19), W: 1 + r.IntN(40), M: g * (1 + r.IntN(11)), Group: g,
			KH: 1 + r.IntN(4), KW: 1 + r.IntN(5), StrideH: 1 + r.IntN(3), StrideW: 1 + r.IntN(3), DilH: 1 + r.IntN(2), DilW: 1 + r.IntN(3),
			PadTop: r.IntN(3), PadLeft: r.IntN(3), PadBottom: r.IntN(3), PadRight: r.IntN(3), Transposed: r.IntN(2) == 0,
		}
		if r.IntN(4) == 0 {
			p.H, p.W = 1+r.IntN(4), 1+r.IntN(4)
		}
		if r.IntN(6) == 0 { // few output channels of many
			p.C, p.M = g*(8+r.IntN(3)), g*(1+r.IntN(2))
		}
		if r.IntN(20) == 0 {
			p.PadTop, p.PadRight = -p.PadTop, -p.PadRight
		}
		if r.IntN(3) == 0 { // with depth
			p.H, p.W = 1+p.H/2, 1+p.W/3
			p.D, p.KD, p.StrideD, p.DilD = 1+r.IntN(6), 1+r.IntN(3), 1+r.IntN(2), 1+r.IntN(2)
			p.PadFront, p.PadBack = r.IntN(3), r.IntN(4)-1
		}
		if p.Transposed {
			p.OutPadD, p.OutPadH, p.OutPadW = r.IntN(max(p.StrideD, 1)), r.IntN(p.StrideH), r.IntN(p.StrideW)
		}
		if _, err := New(p); err == nil {
			return p
		}
	}
}

// trials is the number of random convolutions that a test goes through.
func trials() int {
	if testing.Short() {
		return 40
	}
	return 150
}

func TestRandom(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(9, 10))
		for range trials() {
			newProblem(r, randomParams(r)).check(t)
		}
	})
}

// FuzzParams convolves whatever parameters New accepts, within bounds that keep
// it quick.
func FuzzParams(f *testing.F) {
	f.Add([]byte{2, 3, 9, 20, 4, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1})
	f.Add([]byte{1, 9, 16, 16, 1, 4, 4, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1})
	f.Add([]byte{5, 4, 4, 4, 8, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 2, 0, 0, 0})
	f.Add([]byte{2, 3, 5, 9, 4, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1, 0, 1, 3, 4, 2, 2, 1, 1, 0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 19 {
			return
		}
		bound := func(i, most int) int { return int(b[i]) % (most + 1) }
		pad := func(i int) int { return int(int8(b[i])) % 4 }
		p := Params{
			N: bound(0, 5), C: bound(1, 12), H: bound(2, 20), W: bound(3, 40), M: bound(4, 12),
			KH: bound(5, 5), KW: bound(6, 5), StrideH: bound(7, 4), StrideW: bound(8, 4), DilH: bound(9, 3), DilW: bound(10, 3),
			PadTop: pad(11), PadLeft: pad(12), PadBottom: pad(13), PadRight: pad(14),
			Group: bound(15, 4), OutPadH: bound(16, 2), OutPadW: bound(17, 2), Transposed: b[18]&1 != 0,
		}
		if len(b) >= 26 {
			p.D, p.KD, p.StrideD, p.DilD = bound(19, 6), bound(20, 4), bound(21, 3), bound(22, 3)
			p.PadFront, p.PadBack, p.OutPadD = pad(23), pad(24), bound(25, 2)
		}
		if _, err := New(p); err != nil {
			require.ErrorIs(t, err, ErrParams)
			return
		}
		newProblem(rand.New(rand.NewPCG(1, uint64(b[0]))), p).check(t)
	})
}

// Each method has shapes for which it is meant.
func TestMethods(t *testing.T) {
	method := func(p Params) string {
		c, err := New(p)
		require.NoError(t, err)
		switch {
		case c.product != noProduct:
			return "product"
		case c.spread != nil:
			return "spread"
		case c.in.direct:
			return "direct"
		}
		return "padded"
	}
	require.Equal(t, "product", method(Params{N: 4, C: 100, H: 1, W: 1, M: 64, KH: 4, KW: 4, Transposed: true}))
	require.Equal(t, "product", method(Params{N: 4, C: 64, H: 4, W: 4, M: 100, KH: 4, KW: 4}))
	require.Equal(t, "spread", method(square(32, 32, 1, 4, 2, 1, true)))
	require.Equal(t, "padded", method(square(32, 32, 3, 4, 2, 1, true)))
	require.Equal(t, "direct", method(square(16, 32, 16, 1, 1, 0, false)))
}

func TestShapes(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(11, 12))
		for _, s := range shapes {
			p := s.p
			p.N = 2
			if testing.Short() && p.flops() > 2e7 {
				continue
			}
			newProblem(r, p).check(t)
		}
	})
}

func TestNewRefuses(t *testing.T) {
	ok := Params{N: 1, C: 4, H: 5, W: 5, M: 6, KH: 3, KW: 3}
	_, err := New(ok)
	require.NoError(t, err)
	for name, change := range map[string]func(*Params){
		"N is 0":         func(p *Params) { p.N = 0 },
		"KW is -1":       func(p *Params) { p.KW = -1 },
		"groups":         func(p *Params) { p.Group = 4 },
		"too small":      func(p *Params) { p.KH = 6 },
		"output padding": func(p *Params) { p.OutPadW = 1 },
		"2³¹":            func(p *Params) { p.H, p.W = 1<<16, 1<<16 },
		"2²⁶":            func(p *Params) { p.C, p.M, p.H, p.W = 1, 1, 1<<14, 1<<13 },
		"strides":        func(p *Params) { p.Transposed, p.StrideH, p.StrideW = true, 100, 100 },
	} {
		p := ok
		change(&p)
		_, err := New(p)
		require.ErrorIs(t, err, ErrParams)
		require.ErrorContains(t, err, name)
	}
}

func TestRunAllocates(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for _, s := range shapes {
		p := s.p
		p.N = 2
		q := newProblem(r, p)
		c, err := New(p)
		require.NoError(t, err)
		dst, scratch, w := make([]float32, q.outLen), make([]float32, c.DynamicScratch()), c.Pack(q.w)
		require.Zero(t, testing.AllocsPerRun(2, func() {
			c.Run(dst, q.x, w, q.bias, f32.Activation{Kind: f32.ActRelu}, scratch)
			c.RunDynamic(dst, q.x, q.w, nil, f32.Activation{}, scratch)
		}), s.name)
	}
}

func square(c, hw, m, k, stride, pad int, transposed bool) Params {
	return Params{N: 16, C: c, H: hw, W: hw, M: m, KH: k, KW: k, StrideH: stride, StrideW: stride,
		PadTop: pad, PadLeft: pad, PadBottom: pad, PadRight: pad, Transposed: transposed}
}

// shapes are those of the decoders that matter most and of their pullbacks.
var shapes = []struct {
	name string
	p    Params
}{
	{"up/32x4-32x8", square(32, 4, 32, 4, 2, 1, true)},
	{"up/32x8-32x16", square(32, 8, 32, 4, 2, 1, true)},
	{"up/32x16-32x32", square(32, 16, 32, 4, 2, 1, true)},
	{"up/32x32-1x64", square(32, 32, 1, 4, 2, 1, true)},
	{"up/32x32-3x64", square(32, 32, 3, 4, 2, 1, true)},
	{"down/1x64-32x32", square(1, 64, 32, 4, 2, 1, false)},
	{"down/3x64-32x32", square(3, 64, 32, 4, 2, 1, false)},
	{"down/32x32-32x16", square(32, 32, 32, 4, 2, 1, false)},
	{"down/32x16-32x8", square(32, 16, 32, 4, 2, 1, false)},
	{"down/32x8-32x4", square(32, 8, 32, 4, 2, 1, false)},
	{"up/128x4-64x8", square(128, 4, 64, 4, 2, 1, true)},
	{"up/64x8-64x16", square(64, 8, 64, 4, 2, 1, true)},
	{"up/64x16-32x32", square(64, 16, 32, 4, 2, 1, true)},
	{"up/32x32-32x64", square(32, 32, 32, 4, 2, 1, true)},
	{"up/32x64-3x65", square(32, 64, 3, 4, 1, 1, true)},
	{"down/3x65-32x64", square(3, 65, 32, 4, 1, 1, false)},
	{"down/32x64-32x32", square(32, 64, 32, 4, 2, 1, false)},
	{"down/32x32-64x16", square(32, 32, 64, 4, 2, 1, false)},
	{"down/64x16-64x8", square(64, 16, 64, 4, 2, 1, false)},
	{"down/64x8-128x4", square(64, 8, 128, 4, 2, 1, false)},
	{"same/64x4", square(64, 4, 64, 3, 1, 1, false)},
	{"same/64x8", square(64, 8, 64, 3, 1, 1, false)},
	{"same/32x16", square(32, 16, 32, 3, 1, 1, false)},
	{"same/16x32", square(16, 32, 16, 3, 1, 1, false)},
	{"point/64x4", square(64, 4, 64, 1, 1, 0, false)},
	{"point/16x32", square(16, 32, 16, 1, 1, 0, false)},
	{"same/128x7", square(128, 7, 128, 3, 1, 1, false)},
	{"same/64x28-1x28", square(64, 28, 1, 3, 1, 1, false)},
	{"same/1x28-64x28", square(1, 28, 64, 3, 1, 1, false)},
}

func BenchmarkConv(b *testing.B) {
	for _, s := range shapes {
		b.Run(s.name, func(b *testing.B) {
			if s.p.flops() > 3e8 {
				s.p.N /= 2 // a call that takes long is never left alone
			}
			r := rand.New(rand.NewPCG(15, 16))
			q := newProblem(r, s.p)
			c, err := New(s.p)
			require.NoError(b, err)
			dst, scratch, w := make([]float32, q.outLen), make([]float32, c.Scratch()), c.Pack(q.w)
			b.ReportAllocs()
			best := time.Duration(math.MaxInt64) // of one call: others use the machine too
			for b.Loop() {
				start := time.Now()
				c.Run(dst, q.x, w, q.bias, f32.Activation{Kind: f32.ActRelu}, scratch)
				best = min(best, time.Since(start))
			}
			b.ReportMetric(float64(best.Nanoseconds())/1e3, "best-µs")
			b.ReportMetric(s.p.flops()/float64(best.Nanoseconds()), "best-GFLOP/s")
		})
	}
}

// flops counts the multiplications and additions by the definition, those with
// padding included.
func (p Params) flops() float64 {
	p = p.normal()
	od, oh, ow := p.OutSize()
	pixels := od * oh * ow
	if p.Transposed {
		pixels = p.pixels()
	}
	return 2 * float64(p.N*p.M*p.C/p.Group) * float64(p.taps()*pixels)
}

func ExampleConv_Run() {
	p := Params{N: 1, C: 1, H: 3, W: 3, M: 1, KH: 2, KW: 2}
	c, err := New(p)
	if err != nil {
		panic(err)
	}
	x := []float32{1, 2, 3, 4, 5, 6, 7, 8, 9}
	w := c.Pack([]float32{1, 0, 0, -1})
	dst := make([]float32, 4)
	c.Run(dst, x, w, []float32{5}, f32.Activation{Kind: f32.ActRelu}, make([]float32, c.Scratch()))
	fmt.Println(dst)
	// Output: [1 1 1 1]
}

// Long sums are added up block by block, whether results are stored as they are
// (W = 16) or by way of a tile beside the output (W = 19): errors are well below
// those of one chain of additions, of which those of the middle pixel are made here.
func TestLongSums(t *testing.T) {
	for _, w := range []int{16, 19} {
		p := Params{N: 1, C: 1024, H: 3, W: w, M: 64, KH: 3, KW: 3, PadTop: 1, PadBottom: 1, PadLeft: 1, PadRight: 1}
		q := newProblem(rand.New(rand.NewPCG(17, uint64(w))), p)
		at, k := w+w/2, p.C*9
		var exact, chain []float64
		for m := range p.M {
			e, s := float64(q.bias[m]), q.bias[m]
			for i := range k {
				y, x := i%9/3, w/2-1+i%3
				product := float64(q.w[m*k+i]) * float64(q.x[(i/9*p.H+y)*w+x])
				e += product
				s = float32(float64(s) + product)
			}
			exact, chain = append(exact, e), append(chain, float64(s))
		}
		eachLevel(t, func(t *testing.T) {
			got := q.run(t, 0, 1, f32.Activation{}, false)
			var off, worse float64
			for m, want := range exact {
				off += math.Pow(float64(got[m*p.H*w+at])-want, 2)
				worse += math.Pow(chain[m]-want, 2)
			}
			require.Less(t, 3*math.Sqrt(off), math.Sqrt(worse), "W = %d", w)
		})
	}
}
