package factor_test

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/lcfv-go/lcfv/factor"
	"github.com/lcfv-go/lcfv/generator"
)

// A factor that grows by 0.5 with each unit of the first latent number: the pairs
// move along it and wander a little across.
func ExampleFit() {
	const n, d = 200, 3
	r := rand.New(rand.NewPCG(1, 0))
	data := &factor.Data{Z0: generator.NewLatents(n, d), Z1: generator.NewLatents(n, d)}
	for i := range n {
		t := 0.1 * float64(i%5+1)
		z0, z1 := data.Z0.Row(i), data.Z1.Row(i)
		for j := range d {
			z0[j] = float32(r.NormFloat64())
			z1[j] = z0[j] + 0.1*float32(r.NormFloat64())
		}
		z1[0] = z0[0] + float32(t/0.5)
		data.T = append(data.T, t)
		data.Group = append(data.Group, i/5)
	}
	// Pairs without noise need nothing to hold the direction.
	m, err := factor.Fit(data, &factor.Options{Ridge: []float64{1e-9}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("slope %.3f, cross-validated error below 1e-6: %t\n", m.G.Slope(0), m.Report.CrossRMSE < 1e-6)

	z := []float32{0.2, -1, 1}
	m.Steer(z, z, 0.25)
	fmt.Printf("%.3f\n", z)
	// Output:
	// slope 0.500, cross-validated error below 1e-6: true
	// [0.700 -1.000 1.000]
}

func ExampleCalibration() {
	g := factor.Calibration{Knots: []float64{-1, 0, 2}, Values: []float64{-3, 0, 1}}
	fmt.Println(g.At(1), g.Inverse(0.5), g.Slope(5))
	fmt.Println(g.At(4), "continues the last cell")
	// Output:
	// 0.5 1 0.5
	// 2 continues the last cell
}

// How far can a fit to thirty trajectories be trusted?
func ExampleBootstrap() {
	g, inverse := linear(0.15)
	data := newWorld(4, g, inverse).pairs(30, steps(0.25, 4), 0.1, 0.01)
	m, err := factor.Fit(data, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := factor.Bootstrap(data, m, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("95 %% of directions within 0.1 rad: %t\n", s.AngleHigh < 0.1)
	low, high := m.Interval(0.1, 0.9)
	fmt.Printf("asked for 0.10, between %.2f and %.2f nine times out of ten\n", low, high)
	// Output:
	// 95 % of directions within 0.1 rad: true
	// asked for 0.10, between 0.08 and 0.12 nine times out of ten
}

// Codes that turn about the origin as the factor grows: no direction does that.
func ExampleFitCurve() {
	c, err := factor.FitCurve(circles(40, 3), &factor.CurveOptions{Order: 1, Ridge: 1e-9})
	if err != nil {
		fmt.Println(err)
		return
	}
	z := []float32{0.5, 0, 1}
	reached := c.Flow(z, z, 0.4) // a radian for each unit
	fmt.Printf("%.1f: %.2f\n", reached, z)
	fmt.Printf("%.1f is as far as it was learned\n", c.Flow(z, z, 2))
	// Output:
	// 0.4: [0.46 0.19 1.00]
	// 0.5 is as far as it was learned
}

// The first latent number is tried as the direction of a factor that it shares with
// the second.
func ExampleFitAlong() {
	g, inverse := linear(0.5)
	w := world{u: []float64{math.Sqrt(0.5), math.Sqrt(0.5), 0}, g: g, inverse: inverse}
	data := w.pairs(30, steps(0.25, 4), 0, 0)
	first, err := factor.FitAlong(data, []float64{1, 0, 0}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	both, err := factor.FitAlong(data, []float64{-1, -1, 0}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("slopes %.3f and %.3f\n", first.G.Slope(0), both.G.Slope(0))
	fmt.Printf("%.3f, the factor growing along it\n", both.U[:2])
	// Output:
	// slopes 0.707 and 0.500
	// [0.707 0.707], the factor growing along it
}
