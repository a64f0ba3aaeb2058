package saliency_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/saliency"
	"github.com/lcfv-go/lcfv/transform"
)

// blob is a soft coloured ellipse on black, leaning to the right by 30°.
func blob(c, h, w int) *generator.Images {
	m := generator.NewImages(1, c, h, w)
	for at := range m.Pix {
		k := at / (h * w)
		x, y := float64(at%w)-0.45*float64(w), 0.55*float64(h)-float64(at/w%h)
		along, across := x*math.Cos(math.Pi/6)+y*math.Sin(math.Pi/6), y*math.Cos(math.Pi/6)-x*math.Sin(math.Pi/6)
		m.Pix[at] = float32(math.Exp(-along*along/50-across*across/18) * (0.5 - 0.1*float64(k%3)))
	}
	return m
}

// Each built-in transform moves the measure it names by t.
func TestMeasuresFollowTransforms(t *testing.T) {
	ctx := context.Background()
	for _, name := range transform.Names() {
		t.Run(name, func(t *testing.T) {
			tr, err := transform.ByName(name)
			require.NoError(t, err)
			measure, err := saliency.MeasureByName(tr.(transform.Measured).Measures())
			require.NoError(t, err)
			require.Equal(t, tr.Unit(), measure.Unit)
			src := blob(3, 48, 64)
			if name == "contrast" {
				// Stretched about middle grey; black would clip.
				for i := range src.Pix {
					src.Pix[i] = 0.3 + 0.4*src.Pix[i]
				}
			}
			meter, value, dst := saliency.Meter{Measure: measure}, make([]float64, 1), new(generator.Images)
			require.NoError(t, meter.Read(ctx, value, src))
			before := value[0]
			for _, by := range []float64{-0.15, -0.02, 0.05, 0.15} {
				require.NoError(t, tr.Apply(dst, nil, src, by))
				require.NoError(t, meter.Read(ctx, value, dst))
				require.InDelta(t, by, measure.Change(before, value[0]), 0.002)
			}
		})
	}
}

func TestMoments(t *testing.T) {
	// Two pixels of a 4×6 map, one twice as heavy.
	m := make([]float32, 24)
	m[1*6+1], m[2*6+4] = 0.5, 1
	x, y := saliency.Barycentre(m, 4, 6)
	require.InDelta(t, (1.5+2*4.5)/3/6, x, 1e-12)
	require.InDelta(t, (1.5+2*2.5)/3/4, y, 1e-12)
	require.InDelta(t, 1.5/24, saliency.Area(m), 1e-12)
	// They lie on a line that falls by 1 over 3.
	angle, elongation := saliency.Orientation(m, 4, 6)
	require.InDelta(t, math.Atan2(-1, 3), angle, 1e-12)
	require.InDelta(t, 1, elongation, 1e-12)

	x, _ = saliency.Barycentre(make([]float32, 24), 4, 6)
	require.True(t, math.IsNaN(x))
	_, elongation = saliency.Orientation([]float32{1, 1, 1, 1}, 2, 2)
	require.InDelta(t, 0, elongation, 1e-12)
}

func TestChangeOfAngles(t *testing.T) {
	orientation, err := saliency.MeasureByName("orientation")
	require.NoError(t, err)
	require.InDelta(t, 0.2, orientation.Change(math.Pi/2-0.1, -math.Pi/2+0.1), 1e-12)
	hue, err := saliency.MeasureByName("hue")
	require.NoError(t, err)
	require.InDelta(t, -0.2, hue.Change(-math.Pi+0.1, math.Pi-0.1), 1e-12)
	scale, err := saliency.MeasureByName("log-scale")
	require.NoError(t, err)
	require.Equal(t, 7.0, scale.Change(-3, 4))
}

func TestIntensity(t *testing.T) {
	src := generator.NewImages(2, 3, 1, 2)
	copy(src.Pix, []float32{1, 0, 0, 0, 0, 0.5, 0, 1, 1, 1, 0, 2})
	maps := new(generator.Images)
	ctx := context.Background()
	require.NoError(t, saliency.Intensity{}.Detect(ctx, maps, src))
	require.Equal(t, []int{2, 1, 1, 2}, []int{maps.N, maps.C, maps.H, maps.W})
	require.InDeltaSlice(t, []float32{0.299, 0.057, 0.587, 1}, maps.Pix, 1e-6)
	require.NoError(t, saliency.Intensity{Dark: true, Threshold: 0.5}.Detect(ctx, maps, src))
	require.InDeltaSlice(t, []float32{0.701, 0.943, 0, 0}, maps.Pix, 1e-6)
	two := generator.NewImages(1, 2, 1, 1)
	copy(two.Pix, []float32{0.2, 0.6})
	require.NoError(t, saliency.Intensity{}.Detect(ctx, maps, two))
	require.InDelta(t, 0.4, maps.Pix[0], 1e-6)

	require.Equal(t, "intensity", saliency.Intensity{}.Name())
	require.Equal(t, "intensity-dark(0.5)", saliency.Intensity{Dark: true, Threshold: 0.5}.Name())
	require.ErrorIs(t, saliency.Intensity{Threshold: 1}.Detect(ctx, maps, src), saliency.ErrSetting)
	require.ErrorIs(t, saliency.Intensity{}.Detect(ctx, src, src), saliency.ErrImages)
	require.ErrorIs(t, saliency.Intensity{}.Detect(ctx, maps, new(generator.Images)), saliency.ErrImages)
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	require.ErrorIs(t, saliency.Intensity{}.Detect(cancelled, maps, src), context.Canceled)
}

// halfMap is a detector that returns maps of the wrong size.
type halfMap struct{ saliency.Intensity }

func (halfMap) Detect(_ context.Context, dst, src *generator.Images) error {
	dst.Resize(src.N, 1, src.H/2, src.W/2)
	return nil
}

func TestMeter(t *testing.T) {
	ctx := context.Background()
	x, err := saliency.MeasureByName("barycentre-x")
	require.NoError(t, err)
	src := generator.NewImages(2, 1, 10, 10)
	src.Sample(1)[52] = 1 // a hundredth of the frame
	value := make([]float64, 2)
	require.NoError(t, saliency.Meter{Measure: x}.Read(ctx, value, src))
	require.True(t, math.IsNaN(value[0]), "nothing there")
	require.InDelta(t, 0.25, value[1], 1e-12)
	require.NoError(t, saliency.Meter{Measure: x, MinArea: 0.02}.Read(ctx, value, src))
	require.True(t, math.IsNaN(value[1]), "too small")

	require.ErrorIs(t, saliency.Meter{}.Read(ctx, value, src), saliency.ErrSetting)
	require.ErrorIs(t, saliency.Meter{Measure: x}.Read(ctx, value[:1], src), saliency.ErrImages)
	require.ErrorIs(t, saliency.Meter{Measure: x}.Read(ctx, value, nil), saliency.ErrImages)
	require.ErrorIs(t, saliency.Meter{Measure: x, Detector: halfMap{}}.Read(ctx, value, src), saliency.ErrSetting)

	// Measures that do not apply are undefined, not wrong.
	disc := generator.NewImages(1, 1, 9, 9)
	for i := range disc.Pix {
		if math.Hypot(float64(i%9-4), float64(i/9-4)) < 3.5 {
			disc.Pix[i] = 0.5
		}
	}
	for _, name := range []string{"orientation", "hue", "log-saturation"} {
		m, err := saliency.MeasureByName(name)
		require.NoError(t, err)
		require.NoError(t, saliency.Meter{Measure: m}.Read(ctx, value[:1], disc))
		require.True(t, math.IsNaN(value[0]), name)
	}
	_, err = saliency.MeasureByName("weight")
	require.ErrorIs(t, err, saliency.ErrUnknown)
	require.ErrorContains(t, err, "barycentre-x, barycentre-y")
}

func ExampleMeter() {
	images := generator.NewImages(1, 1, 8, 8)
	images.Pix[3*8+5] = 1 // row 3, column 5
	measure, err := saliency.MeasureByName("barycentre-x")
	if err != nil {
		fmt.Println(err)
		return
	}
	values := make([]float64, 1)
	meter := saliency.Meter{Detector: saliency.Intensity{}, Measure: measure}
	if err := meter.Read(context.Background(), values, images); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f %s\n", values[0], measure.Unit)
	// Output: 0.6875 fraction of width
}

func TestBoxAndConfidence(t *testing.T) {
	m := make([]float32, 4*8)
	m[1*8+2], m[2*8+4], m[3*8+7] = 1, 0.5, 0.4
	box, ok := saliency.BoundingBox(m, 4, 8)
	require.True(t, ok)
	require.Equal(t, saliency.Box{Left: 0.25, Top: 0.25, Right: 0.625, Bottom: 0.75}, box)
	require.InDelta(t, (1+0.25+0.16)/1.9, saliency.Confidence(m), 1e-7)
	empty := make([]float32, 32)
	_, ok = saliency.BoundingBox(empty, 4, 8)
	require.False(t, ok)
	require.Zero(t, saliency.Confidence(empty))

	src := generator.NewImages(1, 1, 4, 8)
	copy(src.Pix, m)
	for name, want := range map[string]float64{"area": 1.9 / 32, "box-width": 0.375, "box-height": 0.5, "confidence": 1.41 / 1.9} {
		measure, err := saliency.MeasureByName(name)
		require.NoError(t, err)
		value := make([]float64, 1)
		require.NoError(t, saliency.Meter{Measure: measure}.Read(t.Context(), value, src))
		require.InDelta(t, want, value[0], 1e-6, name)
	}
}

// The measures of the paper count from the middle and leave small objects out.
func TestPublishedMeasures(t *testing.T) {
	src := generator.NewImages(2, 1, 10, 10)
	src.Sample(0)[2*10+7], src.Sample(0)[2*10+6], src.Sample(0)[3*10+7] = 1, 0.5, 1 // a mean of 0.025
	src.Sample(1)[2*10+7], src.Sample(1)[0] = 1, 1                                  // a mean of 0.02
	for name, want := range map[string]float64{
		"published-x": (2*7.5+0.5*6.5)/2.5/10 - 0.5, "published-y": (1.5*2.5+3.5)/2.5/10 - 0.5, "published-scale": 0.025,
	} {
		measure, err := saliency.MeasureByName(name)
		require.NoError(t, err)
		values := make([]float64, 2)
		require.NoError(t, saliency.Meter{Measure: measure}.Read(t.Context(), values, src))
		require.InDelta(t, want, values[0], 1e-6, name)
		require.True(t, math.IsNaN(values[1]), name)
	}
}
