package lcfv_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/factor"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/saliency"
	"github.com/lcfv-go/lcfv/transform"
)

// slanted is a set in closed form whose directions are not orthogonal: x is a tenth
// of z0, y a tenth of 0.6·z0 + 0.8·z1.
func slanted(t testing.TB) *lcfv.Controls {
	t.Helper()
	y := byHand()
	y.Transform, y.Unit, y.Model.U = "translate-y", "fraction of height", []float64{0.6, 0.8, 0, 0}
	set, err := lcfv.NewControls(byHand(), y)
	require.NoError(t, err)
	return set
}

func TestControlsMoveOneFactorAndLeaveTheOther(t *testing.T) {
	set := slanted(t)
	z, dst := []float32{0.5, -0.25, 8, 9}, make([]float32, 4)
	was, err := set.Positions(z)
	require.NoError(t, err)
	require.InDelta(t, 0.05, was["translate-x"], 1e-9)
	require.InDelta(t, 0.01, was["translate-y"], 1e-9)

	require.NoError(t, set.Steer(dst, z, map[string]float64{"translate-x": 0.1}))
	// z0 grows by 1, and z1 by as much as keeps 0.6·z0 + 0.8·z1.
	require.InDeltaSlice(t, []float32{1.5, -1, 8, 9}, dst, 1e-5)
	require.NoError(t, set.Steer(dst, z, map[string]float64{"translate-x": 0.1, "translate-y": -0.05}))
	is, err := set.Positions(dst)
	require.NoError(t, err)
	require.InDelta(t, 0.15, is["translate-x"], 1e-6)
	require.InDelta(t, -0.04, is["translate-y"], 1e-6)
	require.Equal(t, z[2:], dst[2:], "across the directions nothing moves")

	require.NoError(t, set.Set(dst, z, map[string]float64{"translate-y": -0.1}))
	is, err = set.Positions(dst)
	require.NoError(t, err)
	require.InDelta(t, 0.05, is["translate-x"], 1e-6)
	require.InDelta(t, -0.1, is["translate-y"], 1e-6)

	// Left to itself, x moves along its own direction.
	only, err := set.Only("translate-x")
	require.NoError(t, err)
	require.NoError(t, only.Steer(dst, z, map[string]float64{"translate-x": 0.1}))
	require.InDeltaSlice(t, []float32{1.5, -0.25, 8, 9}, dst, 1e-5)
	require.NoError(t, set.Steer(z, z, nil), "no request")
	require.Equal(t, []float32{0.5, -0.25, 8, 9}, z)
}

func TestControlsOutOfRange(t *testing.T) {
	set := slanted(t)
	z, dst := []float32{1, 0, 8, 9}, make([]float32, 4)
	err := set.Steer(dst, z, map[string]float64{"translate-x": 0.15, "translate-y": -0.3})
	require.ErrorIs(t, err, lcfv.ErrOutOfRange)
	var all lcfv.RangeErrors
	require.ErrorAs(t, err, &all)
	require.Len(t, all, 2)
	require.InDelta(t, 0.25, all["translate-x"].Asked, 1e-6)
	require.InDelta(t, 0.2, all["translate-x"].Nearest, 1e-6)
	require.InDelta(t, -0.2, all["translate-y"].Nearest, 1e-6)
	var one *lcfv.RangeError
	require.ErrorAs(t, err, &one)
	require.Equal(t, all["translate-x"], one)
	require.ErrorContains(t, err, "translate-y: -0.24")
	is, err := set.Positions(dst)
	require.NoError(t, err)
	require.InDelta(t, 0.2, is["translate-x"], 1e-6, "the nearest values are there for who wants to clamp")
	require.InDelta(t, -0.2, is["translate-y"], 1e-6)

	// What may be had is had although the other may not.
	err = set.Steer(dst, z, map[string]float64{"translate-x": math.NaN(), "translate-y": 0.05})
	require.ErrorAs(t, err, &all)
	require.Len(t, all, 1)
	is, err = set.Positions(dst)
	require.NoError(t, err)
	require.InDelta(t, 0.1, is["translate-x"], 1e-6)
	require.InDelta(t, 0.11, is["translate-y"], 1e-6)
	// A code beyond the range has no known factor to change, but may be set.
	far := []float32{3, 0, 0, 0}
	require.ErrorIs(t, set.Steer(dst, far, map[string]float64{"translate-x": -0.15}), lcfv.ErrOutOfRange)
	require.NoError(t, set.Steer(dst, far, map[string]float64{"translate-x": 0}))
	require.NoError(t, set.Set(dst, far, map[string]float64{"translate-x": 0.15}))
}

func TestControlsRefuse(t *testing.T) {
	set := slanted(t)
	z, dst := make([]float32, 4), []float32{1, 2, 3, 4}
	require.ErrorContains(t, set.Steer(dst, z[:3], nil), "length 3")
	require.ErrorContains(t, set.Steer(dst[:2], z, nil), "length 2")
	require.ErrorIs(t, set.Steer(dst, z, map[string]float64{"zoom": 0.1}), lcfv.ErrControls)
	require.Equal(t, []float32{1, 2, 3, 4}, dst)
	_, err := set.Only("zoom")
	require.ErrorContains(t, err, "only translate-x, translate-y")
	require.Nil(t, set.Control("zoom"))
	require.Equal(t, "translate-y", set.Control("translate-y").Transform)

	changed := func(change func(*lcfv.Control)) *lcfv.Control {
		c := byHand()
		c.Transform = "zoom"
		c.Model.U = []float64{0, 1, 0, 0}
		change(c)
		return c
	}
	for name, c := range map[string]struct {
		second *lcfv.Control
		is     error
		says   string
	}{
		"nil":       {nil, lcfv.ErrControls, "nil"},
		"twice":     {changed(func(c *lcfv.Control) { c.Transform = "translate-x" }), lcfv.ErrControls, "two controls of translate-x"},
		"parallel":  {changed(func(c *lcfv.Control) { c.Model.U = []float64{1, 0, 0, 0} }), lcfv.ErrControls, "translate-x and zoom (cosine 1.0000)"},
		"opposed":   {changed(func(c *lcfv.Control) { c.Model.U = []float64{-1, 0, 0, 0} }), lcfv.ErrControls, "depend on each other"},
		"elsewhere": {changed(func(c *lcfv.Control) { c.Generator.Fingerprint = "other" }), lcfv.ErrGenerator, "one generator"},
		"broken":    {changed(func(c *lcfv.Control) { c.Model.U = []float64{2, 0, 0, 0} }), factor.ErrModel, "zoom"},
	} {
		_, err := lcfv.NewControls(byHand(), c.second)
		require.ErrorIs(t, err, c.is, name)
		require.ErrorContains(t, err, c.says, name)
	}
	_, err = lcfv.NewControls()
	require.ErrorIs(t, err, lcfv.ErrControls)
}

func TestControlsFile(t *testing.T) {
	set := slanted(t)
	path := filepath.Join(t.TempDir(), "set.json")
	require.NoError(t, set.Save(path))
	again, err := lcfv.LoadControls(path, blob.Generator{})
	require.NoError(t, err)
	require.Equal(t, set, again)
	_, err = lcfv.LoadControls(path, blob.Generator{Angle: 1})
	require.ErrorIs(t, err, lcfv.ErrGenerator)
	_, err = lcfv.Load(path, nil)
	require.ErrorIs(t, err, lcfv.ErrFormat)
	require.ErrorContains(t, err, "LoadControls")

	// A single control is a set of its own.
	require.NoError(t, byHand().Save(path))
	one, err := lcfv.LoadControls(path, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"translate-x"}, one.Names())

	var text bytes.Buffer
	require.NoError(t, set.Write(&text))
	twice := strings.ReplaceAll(text.String(), "translate-y", "translate-x")
	_, err = lcfv.ReadControls(strings.NewReader(twice))
	require.ErrorIs(t, err, lcfv.ErrFormat)
	require.ErrorIs(t, err, lcfv.ErrControls)
	_, err = lcfv.ReadControls(strings.NewReader(`{"schema": 2, "library": "", "controls": []}`))
	require.ErrorIs(t, err, lcfv.ErrFormat)
}

// Learned together, each factor moves without the others.
func TestLearnAll(t *testing.T) {
	g := blob.Generator{Angle: 0.5}
	ts := []transform.Transform{transform.TranslateX{}, transform.TranslateY{}, transform.Zoom{}}
	set, err := lcfv.LearnAll(context.Background(), g, ts, quick(1))
	require.NoError(t, err)
	require.Equal(t, []string{"translate-x", "translate-y", "zoom"}, set.Names())
	x := set.Control("translate-x")
	require.Equal(t, []string{"translate-y", "zoom"}, x.With)
	cos := 0.0
	for i, u := range g.XDirection() {
		cos += u * x.Model.U[i]
	}
	require.Greater(t, cos, 0.995)

	done := 0
	e, err := lcfv.EvaluateAll(context.Background(), g, set, &lcfv.EvaluateOptions{
		Samples: 60, Deltas: []float64{-0.1, -0.05, 0.05, 0.1},
		Progress: func(now, total int) {
			done++
			require.Equal(t, done, now)
			require.Equal(t, 3*(4+2)+4*4, total)
		},
	})
	require.NoError(t, err)
	require.Equal(t, 3*(4+2)+4*4, done)
	for i, row := range e.CrossTalk {
		require.InDelta(t, e.Each[i].Slope, row[i].Value, 1e-9, "one and the same slope")
		for j, s := range row {
			want, off := 0.0, 0.08
			if i == j {
				want, off = 1, 0.12 // a blob has no edge: how large it is depends on what is cut off
			}
			require.InDelta(t, want, s.Value, off, "%s -> %s", e.Factors[i], e.Factors[j])
			require.True(t, s.CI[0] <= s.Value && s.Value <= s.CI[1])
			require.Positive(t, s.N)
		}
	}
	_, _, share := e.Worst()
	require.Less(t, share, 0.08)
	require.Len(t, e.Together, 4, "every two, and all three")
	both := e.Together[0]
	require.Equal(t, []string{"translate-x", "translate-y"}, both.Factors)
	require.Less(t, both.RMSE[0], 0.012)
	require.Less(t, both.RMSE[1], 0.012)
	require.True(t, both.RMSECI[0][0] <= both.RMSE[0] && both.RMSE[0] <= both.RMSECI[0][1])
}

// A set whose y moves x as well shows that, by as much as it does.
func TestEvaluateAllSeesCrossTalk(t *testing.T) {
	y := byHand()
	y.Transform, y.Unit, y.Model.U = "translate-y", "fraction of height", []float64{0, 1, 0, 0}
	x := byHand()
	set, err := lcfv.NewControls(x, y)
	require.NoError(t, err)
	opts := &lcfv.EvaluateOptions{Samples: 50, Deltas: []float64{-0.05, 0.05}}
	// In this generator, what draws further right by 1 draws further down by 0.2.
	e, err := lcfv.EvaluateAll(context.Background(), blob.Generator{Angle: math.Atan(0.2)}, set, opts)
	require.NoError(t, err)
	require.InDelta(t, -0.2*math.Cos(math.Atan(0.2)), e.CrossTalk[0][1].Value, 0.01)
	require.InDelta(t, 0.2*math.Cos(math.Atan(0.2)), e.CrossTalk[1][0].Value, 0.01)
	_, _, share := e.Worst()
	require.InDelta(t, 0.2, share, 0.01)

	_, err = lcfv.EvaluateAll(context.Background(), blob.Generator{}, nil, nil)
	require.ErrorContains(t, err, "nil")
	m, err := saliency.MeasureByName("barycentre-x")
	require.NoError(t, err)
	_, err = lcfv.EvaluateAll(context.Background(), blob.Generator{}, set, &lcfv.EvaluateOptions{Measure: &m})
	require.ErrorContains(t, err, "EvaluateOptions.Measures")
	// Measured by the wrong one, y does not move.
	opts.Measures = map[string]saliency.Measure{"translate-y": m}
	e, err = lcfv.EvaluateAll(context.Background(), blob.Generator{}, set, opts)
	require.NoError(t, err)
	require.InDelta(t, 0, e.CrossTalk[1][1].Value, 0.01)
}

func TestLearnAllRefuses(t *testing.T) {
	ctx := context.Background()
	_, err := lcfv.LearnAll(ctx, nil, []transform.Transform{transform.Zoom{}}, nil)
	require.ErrorContains(t, err, "generator is nil")
	for _, ts := range [][]transform.Transform{nil, {nil}} {
		_, err = lcfv.LearnAll(ctx, blob.Generator{}, ts, nil)
		require.ErrorContains(t, err, "give one a factor")
	}
	_, err = lcfv.LearnAll(ctx, blob.Generator{}, []transform.Transform{transform.Zoom{}, transform.Zoom{}}, nil)
	require.ErrorIs(t, err, lcfv.ErrControls)
	_, err = lcfv.FromAllPairs(blob.Generator{}.Info(), []transform.Transform{transform.Zoom{}}, nil, nil)
	require.ErrorContains(t, err, "RunAll")
}

// The measured positions of samples are distributed as asked, whatever the prior's
// are: at the 1 % level a Kolmogorov–Smirnov distance of 1.63/√n tells two
// distributions apart.
func TestSample(t *testing.T) {
	g := blob.Generator{}
	z := generator.NewLatents(1000, blob.D)
	var images generator.Images
	m, err := saliency.MeasureByName("barycentre-x")
	require.NoError(t, err)
	values := make([]float64, z.N)
	for name, c := range map[string]struct {
		q   lcfv.Quantile
		cdf func(float64) float64
	}{
		"uniform": {lcfv.Uniform(-0.15, 0.15), func(t float64) float64 { return min(max((t+0.15)/0.3, 0), 1) }},
		"normal":  {lcfv.Normal(0.02, 0.03), func(t float64) float64 { return (1 + math.Erf((t-0.02)/0.03/math.Sqrt2)) / 2 }},
	} {
		err := byHand().Sample(z, generator.Prior{}, c.q, 5)
		if name == "uniform" {
			require.NoError(t, err)
		}
		require.NoError(t, g.Generate(context.Background(), &images, z))
		require.NoError(t, saliency.Meter{Measure: m}.Read(context.Background(), values, &images))
		seen := slices.DeleteFunc(slices.Clone(values), math.IsNaN)
		require.Greater(t, len(seen), 900)
		slices.Sort(seen)
		distance, n := 0.0, float64(len(seen))
		for i, v := range seen {
			p := c.cdf(v - 0.5) // position 0 draws in the middle
			distance = max(distance, p-float64(i)/n, float64(i+1)/n-p)
		}
		require.Less(t, distance, 1.63/math.Sqrt(n), name)
	}
}

func TestSampleLeavesTheRestAlone(t *testing.T) {
	set := slanted(t)
	z, prior := generator.NewLatents(20, 4), generator.NewLatents(20, 4)
	generator.Prior{}.Sample(prior, 3, 0)
	require.NoError(t, set.Sample(z, generator.Prior{}, map[string]lcfv.Quantile{"translate-x": lcfv.Uniform(-0.1, 0.1)}, 3))
	for i := range z.N {
		was, err := set.Positions(prior.Row(i))
		require.NoError(t, err)
		is, err := set.Positions(z.Row(i))
		require.NoError(t, err)
		require.InDelta(t, was["translate-y"], is["translate-y"], 1e-6)
		require.LessOrEqual(t, math.Abs(is["translate-x"]), 0.1+1e-6)
		require.Equal(t, prior.Row(i)[2:], z.Row(i)[2:])
	}
	again := generator.NewLatents(5, 4)
	require.NoError(t, set.Sample(again, generator.Prior{}, map[string]lcfv.Quantile{"translate-x": lcfv.Uniform(-0.1, 0.1)}, 3))
	require.Equal(t, z.Data[:20], again.Data, "a row depends on its index alone")
}

func TestSampleOutOfRange(t *testing.T) {
	z := generator.NewLatents(500, 4)
	err := byHand().Sample(z, generator.Prior{}, lcfv.Uniform(-0.3, 0.7), 1) // reaches from -0.2 to 0.2
	require.ErrorIs(t, err, lcfv.ErrOutOfRange)
	var e *lcfv.DistributionError
	require.ErrorAs(t, err, &e)
	require.InDelta(t, 0.1, e.Below, 1e-3)
	require.InDelta(t, 0.5, e.Above, 1e-3)
	require.ErrorContains(t, err, "translate-x: ")
	atTop := 0
	for i := range z.N {
		p, err := byHand().Position(z.Row(i))
		require.NoError(t, err)
		require.LessOrEqual(t, math.Abs(p), 0.2+1e-6)
		if p > 0.2-1e-6 {
			atTop++
		}
	}
	require.InDelta(t, 0.5, float64(atTop)/float64(z.N), 0.1, "held at the end of the range")
	require.NoError(t, byHand().Sample(z, generator.Prior{}, lcfv.Uniform(-0.2, 0.2), 1), "the whole range")

	require.ErrorContains(t, byHand().Sample(z, generator.Prior{}, nil, 1), "nil")
	require.ErrorContains(t, byHand().Sample(z, generator.Prior{}, func(float64) float64 { return math.NaN() }, 1), "not a number")
	require.ErrorIs(t, byHand().Sample(generator.NewLatents(1, 3), generator.Prior{}, lcfv.Uniform(0, 0.1), 1), lcfv.ErrGenerator)
}

// Two requests at once, one of which is out of reach.
func ExampleControls_Steer() {
	y := byHand()
	y.Transform, y.Model.U = "translate-y", []float64{0.6, 0.8, 0, 0}
	set, err := lcfv.NewControls(byHand(), y)
	if err != nil {
		log.Fatal(err)
	}
	z := make([]float32, 4)
	if err := set.Steer(z, z, map[string]float64{"translate-x": 0.1, "translate-y": -0.05}); err != nil {
		log.Fatal(err)
	}
	at, _ := set.Positions(z)
	fmt.Printf("x %.2f, y %.2f\n", at["translate-x"], at["translate-y"])

	err = set.Steer(z, z, map[string]float64{"translate-x": 0.3})
	var out lcfv.RangeErrors
	if errors.As(err, &out) {
		fmt.Printf("x reaches %.2f\n", out["translate-x"].Nearest)
	}
	at, _ = set.Positions(z)
	fmt.Printf("x %.2f, y %.2f\n", at["translate-x"], at["translate-y"])
	// Output:
	// x 0.10, y -0.05
	// x reaches 0.20
	// x 0.20, y -0.05
}

// Codes whose factor is distributed evenly, whatever the prior makes of it.
func ExampleControl_Sample() {
	z := generator.NewLatents(1000, 4)
	if err := byHand().Sample(z, generator.Prior{}, lcfv.Uniform(-0.15, 0.15), 1); err != nil {
		log.Fatal(err)
	}
	low := 0
	for i := range z.N {
		if p, _ := byHand().Position(z.Row(i)); p < -0.05 {
			low++
		}
	}
	fmt.Println("a third of the codes in the lowest third:", low > 280 && low < 390)
	// Output: a third of the codes in the lowest third: true
}
