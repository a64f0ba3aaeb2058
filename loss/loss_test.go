package loss_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/race"
	"github.com/lcfv-go/lcfv/loss"
	"github.com/lcfv-go/lcfv/loss/losstest"
)

func TestConformance(t *testing.T) {
	for _, l := range []loss.Loss{
		loss.MSE{}, loss.Blurred{}, loss.Blurred{Sigma: 0.3}, loss.Blurred{Sigma: 1.5},
		loss.Blurred{Sigma: 4}, loss.Blurred{Sigma: 50},
	} {
		t.Run(l.Name(), func(t *testing.T) { losstest.Test(t, l, nil) })
	}
	t.Run("one row", func(t *testing.T) {
		losstest.Test(t, loss.Blurred{Sigma: 2}, &losstest.Options{Channels: 1, Height: 3, Width: 40})
	})
}

func random(seed uint64, n, c, h, w int) *generator.Images {
	r := rand.New(rand.NewPCG(seed, 0))
	m := generator.NewImages(n, c, h, w)
	for i := range m.Pix {
		m.Pix[i] = r.Float32()
	}
	return m
}

// direct evaluates the formula of Blurred in float64, pixel by pixel.
func direct(sigma float64, x, y, mask *generator.Images, n int) float64 {
	radius := int(math.Ceil(3 * sigma))
	k := func(d int) float64 {
		if sigma == 0 {
			return 1
		}
		return math.Exp(-float64(d*d) / (2 * sigma * sigma))
	}
	m := mask.Sample(n)
	var sum, weight float64
	for c := range x.C {
		for i := range x.H {
			for j := range x.W {
				var num, den float64
				for di := -radius; di <= radius; di++ {
					for dj := -radius; dj <= radius; dj++ {
						if i+di < 0 || i+di >= x.H || j+dj < 0 || j+dj >= x.W {
							continue
						}
						p := (i+di)*x.W + j + dj
						g := k(di) * k(dj) * float64(m[p])
						num += g * float64(x.Sample(n)[c*x.H*x.W+p]-y.Sample(n)[c*x.H*x.W+p])
						den += g
					}
				}
				if w := float64(m[i*x.W+j]); w > 0 {
					sum += w * num / den * num / den
					weight += w
				}
			}
		}
	}
	return sum / weight
}

func TestBlurredIsItsFormula(t *testing.T) {
	x, y, mask := random(1, 2, 2, 11, 17), random(2, 2, 2, 11, 17), random(3, 2, 1, 11, 17)
	for i, m := range mask.Pix {
		if m < 0.4 {
			mask.Pix[i] = 0
		}
	}
	value := make([]float64, 2)
	for _, sigma := range []float64{0, 0.2, 0.8, 1.5, 3.3, 9} {
		require.NoError(t, loss.Blurred{Sigma: sigma}.Eval(value, nil, x, y, mask))
		for n, v := range value {
			require.InEpsilon(t, direct(sigma, x, y, mask, n), v, 2e-6, "σ = %v", sigma)
		}
	}
}

// A constant difference has the same loss whatever the blur and the mask: the
// kernel has unit sum, and nothing leaks in.
func TestConstantDifference(t *testing.T) {
	x, y := random(4, 1, 3, 20, 24), new(generator.Images)
	y.CopyFrom(x)
	for i := range y.Pix {
		y.Pix[i] -= 0.25
	}
	mask := generator.NewImages(1, 1, 20, 24)
	for i := range mask.Pix {
		if i%24 > 7 {
			mask.Pix[i] = 1
		} else { // undefined: garbage
			x.Pix[i] = 100
		}
	}
	value := make([]float64, 1)
	for _, l := range []loss.Loss{loss.MSE{}, loss.Blurred{Sigma: 1}, loss.Blurred{Sigma: 7.5}, loss.Blurred{Sigma: 1e6}} {
		require.NoError(t, l.Eval(value, nil, x, y, mask))
		require.InDelta(t, 0.0625, value[0], 1e-6, l.Name())
	}
}

// Two spots that do not overlap: MSE does not see how far apart they are, the
// blurred loss does.
func TestBlurSeesDistance(t *testing.T) {
	spot := func(at int) *generator.Images {
		m := generator.NewImages(1, 1, 1, 40)
		m.Pix[at] = 1
		return m
	}
	at := func(l loss.Loss, distance int) float64 {
		v := make([]float64, 1)
		require.NoError(t, l.Eval(v, nil, spot(15+distance), spot(15), nil))
		return v[0]
	}
	require.Equal(t, at(loss.MSE{}, 2), at(loss.MSE{}, 5))
	require.Less(t, at(loss.Blurred{Sigma: 3}, 2), 0.6*at(loss.Blurred{Sigma: 3}, 5))
}

// A sample that is not finite spoils neither its neighbours nor later calls
// that use the same scratch memory.
func TestNaNStaysInItsSample(t *testing.T) {
	l := loss.Blurred{Sigma: 2}
	x, y := random(5, 3, 1, 8, 8), random(6, 3, 1, 8, 8)
	want, wantGrad := make([]float64, 3), new(generator.Images)
	require.NoError(t, l.Eval(want, wantGrad, x, y, nil))
	x.Sample(1)[9] = float32(math.NaN())
	got, grad := make([]float64, 3), new(generator.Images)
	for range 2 {
		require.NoError(t, l.Eval(got, grad, x, y, nil))
		require.True(t, math.IsNaN(got[1]))
		for _, i := range []int{0, 2} {
			require.Equal(t, want[i], got[i])
			require.Equal(t, wantGrad.Sample(i), grad.Sample(i))
		}
	}
}

func TestErrors(t *testing.T) {
	x := random(7, 2, 1, 4, 4)
	v := make([]float64, 2)
	for _, sigma := range []float64{-1, math.NaN(), math.Inf(1)} {
		require.ErrorIs(t, loss.Blurred{Sigma: sigma}.Eval(v, nil, x, x, nil), loss.ErrSetting)
	}
	require.ErrorIs(t, loss.MSE{}.Eval(v, nil, nil, x, nil), loss.ErrImages)
	require.ErrorIs(t, loss.MSE{}.Eval(v[:1], nil, x, x, nil), loss.ErrImages)
	require.ErrorIs(t, loss.MSE{}.Eval(v, nil, x, x, random(1, 2, 3, 4, 4)), loss.ErrImages)
	require.ErrorIs(t, loss.MSE{}.Residual(nil, x, x, nil), loss.ErrImages)
	require.ErrorIs(t, loss.MSE{}.ApplyLinear(nil, x, nil), loss.ErrImages)
}

func TestAllocates(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector empties pools")
	}
	l := loss.Blurred{Sigma: 1.5}
	x, y, mask := random(8, 4, 3, 32, 32), random(9, 4, 3, 32, 32), random(10, 4, 1, 32, 32)
	value, grad, r := make([]float64, 4), new(generator.Images), new(generator.Images)
	allocs := testing.AllocsPerRun(50, func() {
		_ = l.Eval(value, grad, x, y, mask)
		_ = l.Residual(r, x, y, nil)
		_ = l.ApplyLinear(r, x, mask)
	})
	// The pool may be emptied by a collection in between.
	require.Less(t, allocs, 1.0)
}

func ExampleBlurred() {
	x, target := generator.NewImages(1, 1, 8, 8), generator.NewImages(1, 1, 8, 8)
	for i := range x.Pix {
		x.Pix[i], target.Pix[i] = 0.5, 0.25
	}
	value, grad := make([]float64, 1), new(generator.Images)
	if err := (loss.Blurred{Sigma: 1.5}).Eval(value, grad, x, target, nil); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f\n", value[0])
	// Output: 0.0625
}

func BenchmarkEval(b *testing.B) {
	for _, c := range []struct {
		l        loss.Loss
		channels int
	}{{loss.MSE{}, 1}, {loss.Blurred{Sigma: 1.5}, 1}, {loss.Blurred{Sigma: 1.5}, 3}, {loss.Structural{}, 1}, {loss.Structural{}, 3}} {
		b.Run(fmt.Sprintf("%s/%dx64x64", c.l.Name(), c.channels), func(b *testing.B) {
			const n = 16
			x, y := random(1, n, c.channels, 64, 64), random(2, n, c.channels, 64, 64)
			mask := generator.NewImages(n, 1, 64, 64)
			for i := range mask.Pix {
				if i%64 > 5 {
					mask.Pix[i] = 1
				}
			}
			value, grad := make([]float64, n), new(generator.Images)
			b.ReportAllocs()
			for b.Loop() {
				if err := c.l.Eval(value, grad, x, y, mask); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/n, "µs/sample")
		})
	}
}
