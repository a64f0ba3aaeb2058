package loss_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/race"
	"github.com/lcfv-go/lcfv/loss"
	"github.com/lcfv-go/lcfv/loss/losstest"
)

func TestStructuralConformance(t *testing.T) {
	for _, l := range []loss.Structural{{}, {Sigma: 0.4}, {Sigma: 5}, {K1: 0.1, K2: 0.2}} {
		t.Run(l.Name(), func(t *testing.T) { losstest.Test(t, l, &losstest.Options{Step: 1e-3, Tolerance: 2e-3}) })
	}
}

// dssim evaluates the published formula in float64, window by window.
func dssim(x, y, mask *generator.Images, n int) float64 {
	const sigma, radius, c1, c2 = 1.5, 5, 1e-4, 9e-4
	m, size := mask.Sample(n), x.H*x.W
	var sum, weight float64
	for c := range x.C {
		px, py := x.Sample(n)[c*size:], y.Sample(n)[c*size:]
		for i := range x.H {
			for j := range x.W {
				var g, mx, my, xx, yy, xy float64
				for di := max(-radius, -i); di <= min(radius, x.H-1-i); di++ {
					for dj := max(-radius, -j); dj <= min(radius, x.W-1-j); dj++ {
						p := (i+di)*x.W + j + dj
						k := math.Exp(-float64(di*di+dj*dj)/(2*sigma*sigma)) * float64(m[p])
						a, b := float64(px[p]), float64(py[p])
						g, mx, my = g+k, mx+k*a, my+k*b
						xx, yy, xy = xx+k*a*a, yy+k*b*b, xy+k*a*b
					}
				}
				w := float64(m[i*x.W+j])
				if w == 0 {
					continue
				}
				mx, my, xx, yy, xy = mx/g, my/g, xx/g, yy/g, xy/g
				ssim := (2*mx*my + c1) * (2*(xy-mx*my) + c2) / ((mx*mx + my*my + c1) * (xx - mx*mx + yy - my*my + c2))
				sum, weight = sum+w*(1-ssim)/2, weight+w
			}
		}
	}
	return sum / weight
}

func TestStructuralIsItsFormula(t *testing.T) {
	x, y, mask := random(1, 2, 2, 19, 23), random(2, 2, 2, 19, 23), random(3, 2, 1, 19, 23)
	for i, m := range mask.Pix {
		if m < 0.4 {
			mask.Pix[i] = 0
		}
		// The second sample is nearly its target.
		if n := len(x.Pix) / 2; i < n {
			x.Pix[n+i] = y.Pix[n+i] + 0.003*(x.Pix[n+i]-0.5)
		}
	}
	value := make([]float64, 2)
	require.NoError(t, loss.Structural{}.Eval(value, nil, x, y, mask))
	for n, v := range value {
		require.InEpsilon(t, dssim(x, y, mask, n), v, 1e-4)
	}
}

// Two constant images differ in their means alone.
func TestStructuralOfConstants(t *testing.T) {
	x, y := generator.NewImages(1, 3, 20, 12), generator.NewImages(1, 3, 20, 12)
	for i := range x.Pix {
		x.Pix[i], y.Pix[i] = 0.75, 0.25
	}
	value := make([]float64, 1)
	require.NoError(t, loss.Structural{}.Eval(value, nil, x, y, nil))
	require.InDelta(t, 0.5-0.5*(2*0.75*0.25+1e-4)/(0.75*0.75+0.25*0.25+1e-4), value[0], 1e-5)
	// An image and its negative have opposite structure.
	x = random(1, 1, 1, 40, 40)
	y.Resize(1, 1, 40, 40)
	for i, v := range x.Pix {
		y.Pix[i] = 1 - v
	}
	require.NoError(t, loss.Structural{}.Eval(value, nil, x, y, nil))
	require.Greater(t, value[0], 0.9)
}

func TestStructuralSettings(t *testing.T) {
	require.Equal(t, "structural(1.5)", loss.Structural{}.Name())
	require.Equal(t, "structural(3,0.01,0.1)", loss.Structural{Sigma: 3, K2: 0.1}.Name())
	x := random(7, 1, 1, 4, 4)
	for _, l := range []loss.Structural{{Sigma: -1}, {K1: -1}, {K2: math.NaN()}, {Sigma: math.Inf(1)}} {
		require.ErrorIs(t, l.Eval(make([]float64, 1), nil, x, x, nil), loss.ErrSetting)
	}
}

func TestStructuralAllocates(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector empties pools")
	}
	x, y, mask := random(8, 4, 3, 32, 32), random(9, 4, 3, 32, 32), random(10, 4, 1, 32, 32)
	value, grad := make([]float64, 4), new(generator.Images)
	allocs := testing.AllocsPerRun(50, func() { _ = loss.Structural{}.Eval(value, grad, x, y, mask) })
	require.Less(t, allocs, 1.0)
}

func ExampleStructural() {
	x, target := generator.NewImages(1, 1, 32, 32), generator.NewImages(1, 1, 32, 32)
	for i := range x.Pix {
		x.Pix[i] = float32(i % 2)
		target.Pix[i] = 0.5 * x.Pix[i] // half the contrast
	}
	value := make([]float64, 1)
	if err := (loss.Structural{}).Eval(value, nil, x, target, nil); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f\n", value[0])
	// Output: 0.18
}
