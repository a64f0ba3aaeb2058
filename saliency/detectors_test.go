package saliency_test

import (
	"context"
	"flag"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/race"
	"github.com/lcfv-go/lcfv/saliency"
	"github.com/lcfv-go/lcfv/transform"
)

var networkScenes = flag.Int("u2netp", 0, "number of scenes that TestBarycentresOnTextures gives to U²-Net-p on ONNX Runtime")

// classical are the detectors that expect nothing of the ground's brightness.
func classical() []saliency.Detector {
	return []saliency.Detector{saliency.SpectralResidual{}, saliency.Barrier{}}
}

// What package documentation promises of every detector.
func TestDetectorContract(t *testing.T) {
	network, err := saliency.FromModel(toy(t, 0, 12, 12), &saliency.NetworkOptions{Preparation: plain(), Output: "mask", Workers: 2, Batch: 2})
	require.NoError(t, err)
	defer network.Close()
	for _, d := range append(classical(), saliency.Intensity{}, network) {
		t.Run(d.Name(), func(t *testing.T) {
			ctx, src := t.Context(), generator.NewImages(3, 3, 24, 32)
			one := blob(3, 24, 32)
			for n := range 3 {
				copy(src.Sample(n), one.Pix)
				src.Sample(n)[0] = float32(n) / 3
			}
			kept, dst := slices.Clone(src.Pix), generator.NewImages(1, 2, 3, 4)
			require.NoError(t, d.Detect(ctx, dst, src))
			require.Equal(t, []int{3, 1, 24, 32}, []int{dst.N, dst.C, dst.H, dst.W})
			require.Equal(t, kept, src.Pix, "the image is read only")
			for _, v := range dst.Pix {
				require.True(t, v >= 0 && v <= 1)
			}
			require.Positive(t, slices.Max(dst.Pix))

			// A sample is measured by itself, whoever its neighbours and at
			// whatever time.
			var wait sync.WaitGroup
			for n := range 3 {
				wait.Go(func() {
					alone := new(generator.Images)
					require.NoError(t, d.Detect(ctx, alone, src.Slice(n, n+1)))
					require.Equal(t, dst.Sample(n), alone.Sample(0))
				})
			}
			wait.Wait()
			spoilt := new(generator.Images)
			spoilt.CopyFrom(src)
			spoilt.Sample(1)[40] = float32(math.NaN())
			again := new(generator.Images)
			require.NoError(t, d.Detect(ctx, again, spoilt))
			require.Equal(t, dst.Sample(0), again.Sample(0))
			require.Equal(t, dst.Sample(2), again.Sample(2))

			for _, size := range [][2]int{{1, 1}, {1, 40}, {2, 3}, {90, 7}} {
				require.NoError(t, d.Detect(ctx, dst, blob(1, size[0], size[1])), "%v", size)
			}

			require.ErrorIs(t, d.Detect(ctx, src, src), saliency.ErrImages)
			require.ErrorIs(t, d.Detect(ctx, nil, src), saliency.ErrImages)
			require.ErrorIs(t, d.Detect(ctx, dst, new(generator.Images)), saliency.ErrImages)
			cancelled, cancel := context.WithCancel(ctx)
			cancel()
			require.ErrorIs(t, d.Detect(cancelled, dst, src), context.Canceled)
		})
	}
}

func TestClassicalSettings(t *testing.T) {
	require.Equal(t, "spectral", saliency.SpectralResidual{}.Name())
	require.Equal(t, "spectral(32,2.5)", saliency.SpectralResidual{Side: 32}.Name())
	require.Equal(t, "barrier", saliency.Barrier{}.Name())
	require.Equal(t, "barrier(0.2,0.015625)", saliency.Barrier{Border: 0.2}.Name())
	for _, d := range []saliency.Detector{
		saliency.SpectralResidual{Side: 4}, saliency.SpectralResidual{Sigma: -1}, saliency.SpectralResidual{Sigma: math.Inf(1)},
		saliency.Barrier{Border: 0.5}, saliency.Barrier{Border: -1}, saliency.Barrier{Blur: math.NaN()},
	} {
		require.ErrorIs(t, d.Detect(t.Context(), new(generator.Images), generator.NewImages(1, 1, 8, 8)), saliency.ErrSetting)
	}
}

// Where nothing stands out, nothing is found.
func TestNothingThere(t *testing.T) {
	src := generator.NewImages(1, 3, 32, 32)
	for i := range src.Pix {
		src.Pix[i] = 0.4 + 0.01*float32(i%2)
	}
	for _, d := range classical() {
		dst := new(generator.Images)
		require.NoError(t, d.Detect(t.Context(), dst, src))
		require.Zero(t, slices.Max(dst.Pix), d.Name())
	}
}

// A square is all that Barrier marks; the bar that touches the border is reached
// from there without a barrier.
func TestBarrierFindsWhatIsEnclosed(t *testing.T) {
	const side = 64
	src, truth := generator.NewImages(1, 1, side, side), make([]float32, side*side)
	for i := range side {
		for j := range side {
			v := float32(0.2)
			switch {
			case i >= 20 && i < 32 && j >= 36 && j < 48:
				v, truth[i*side+j] = 0.6, 1
			case i >= 50 && j < 30:
				v = 0.4
			}
			src.Pix[i*side+j] = v
		}
	}
	dst := new(generator.Images)
	require.NoError(t, saliency.Barrier{}.Detect(t.Context(), dst, src))
	require.Less(t, offBy(dst.Pix, truth, side, side), 0.003)
	require.InDelta(t, saliency.Area(truth), saliency.Area(dst.Pix), 0.2*saliency.Area(truth))
	require.Greater(t, saliency.Confidence(dst.Pix), 0.8)
	require.Greater(t, offBy(src.Pix, truth, side, side), 0.1, "intensity alone does not do")
}

// Fractions of a pixel are seen.
func TestClassicalFollowsShifts(t *testing.T) {
	x, err := saliency.MeasureByName("barycentre-x")
	require.NoError(t, err)
	shift, err := transform.ByName("translate-x")
	require.NoError(t, err)
	src, moved, values := blob(3, 64, 64), new(generator.Images), make([]float64, 1)
	for _, d := range classical() {
		meter := saliency.Meter{Detector: d, Measure: x}
		require.NoError(t, meter.Read(t.Context(), values, src))
		before := values[0]
		for _, by := range []float64{-0.1, 0.005, 0.03, 0.15} {
			require.NoError(t, shift.Apply(moved, nil, src, by))
			require.NoError(t, meter.Read(t.Context(), values, moved))
			require.InDelta(t, by, values[0]-before, 0.008, d.Name())
		}
	}
}

// What Barrier marks grows with the object, on a ground of another colour too.
func TestBarrierFollowsZoom(t *testing.T) {
	scale, err := saliency.MeasureByName("log-scale")
	require.NoError(t, err)
	zoom, err := transform.ByName("zoom")
	require.NoError(t, err)
	src, moved, values := generator.NewImages(1, 3, 64, 64), new(generator.Images), make([]float64, 1)
	for i := range src.Pix {
		ground, object := []float32{0.8, 0.6, 0.2}[i/4096], []float32{0.1, 0.5, 0.4}[i/4096]
		cover := float32(min(1, max(0, 10.5-math.Hypot(float64(i%64)-29, float64(i%4096/64)-34))))
		src.Pix[i] = ground + cover*(object-ground)
	}
	meter := saliency.Meter{Detector: saliency.Barrier{}, Measure: scale}
	require.NoError(t, meter.Read(t.Context(), values, src))
	before := values[0]
	require.InDelta(t, math.Log(math.Pi*100/4096)/2, before, 0.03)
	for _, by := range []float64{-0.3, -0.1, 0.1, 0.3} {
		require.NoError(t, zoom.Apply(moved, nil, src, by))
		// Beyond the frame lies what the ground is.
		for i := range moved.Pix {
			if y, x := i%4096/64, i%64; math.Hypot(float64(x)-29, float64(y)-34) > 20 {
				moved.Pix[i] = src.Pix[i/4096*4096]
			}
		}
		require.NoError(t, meter.Read(t.Context(), values, moved))
		require.InDelta(t, by, values[0]-before, 0.03)
	}
}

// The goal of issue 6: the classical detectors place the barycentre of sprites on
// textures within 0.03 of the truth in four fifths of 500 images. With -v, the
// table of all detectors.
func TestBarycentresOnTextures(t *testing.T) {
	n := 500
	if race.Enabled || testing.Short() {
		n = 100
	}
	for _, apart := range []float64{0.5, 0.3} {
		images, sprites := scenes(t, n, 1, apart)
		t.Logf("%d sprites at least %.1f from the texture's colours; share within 0.03 by texture %v", n, apart, textureNames())
		judge := func(d saliency.Detector, n int) float64 {
			dst, start := new(generator.Images), time.Now()
			require.NoError(t, d.Detect(t.Context(), dst, images.Slice(0, n)))
			each := time.Since(start) / time.Duration(n)
			close, count := make([]float64, len(textures)), make([]float64, len(textures))
			var all float64
			var off []float64
			for i := range n {
				e := offBy(dst.Sample(i), sprites.Sample(i), images.H, images.W)
				if math.IsNaN(e) {
					e = 1
				}
				off = append(off, e)
				count[i%len(textures)]++
				if e <= 0.03 {
					close[i%len(textures)]++
					all++
				}
			}
			by := ""
			for k := range textures {
				by += fmt.Sprintf(" %4.0f %%", 100*close[k]/count[k])
			}
			slices.Sort(off)
			t.Logf("%-12s %5.1f %% |%s | median %.4f, ninth decile %.4f | %v an image", d.Name(), 100*all/float64(n), by, off[n/2], off[n*9/10], each.Round(10*time.Microsecond))
			return all / float64(n)
		}
		judge(saliency.Intensity{}, n)
		for _, d := range classical() {
			require.GreaterOrEqual(t, judge(d, n), 0.8, d.Name())
		}
		if k := min(n, *networkScenes); k > 0 {
			judge(u2netp(t, false), k)
		}
	}
}

func textureNames() (names []string) {
	for _, k := range textures {
		names = append(names, k.name)
	}
	return names
}

func ExampleBarrier() {
	images := generator.NewImages(1, 1, 64, 64) // a grey square on a white ground
	for i := range images.Pix {
		images.Pix[i] = 1
		if y, x := i/64, i%64; y >= 16 && y < 32 && x >= 40 && x < 56 {
			images.Pix[i] = 0.5
		}
	}
	maps := new(generator.Images)
	if err := (saliency.Barrier{}).Detect(context.Background(), maps, images); err != nil {
		fmt.Println(err)
		return
	}
	x, y := saliency.Barycentre(maps.Sample(0), maps.H, maps.W)
	fmt.Printf("%.2f %.2f\n", x, y)
	// Output: 0.75 0.38
}

func ExampleSpectralResidual() {
	images := generator.NewImages(1, 1, 64, 64) // a spot among stripes
	for i := range images.Pix {
		images.Pix[i] = float32(i/4%2) * 0.3
		if y, x := i/64, i%64; math.Hypot(float64(x)-20, float64(y)-40) < 5 {
			images.Pix[i] = 0.9
		}
	}
	maps := new(generator.Images)
	if err := (saliency.SpectralResidual{}).Detect(context.Background(), maps, images); err != nil {
		fmt.Println(err)
		return
	}
	x, y := saliency.Barycentre(maps.Sample(0), maps.H, maps.W)
	fmt.Printf("%.1f %.1f\n", x, y)
	// Output: 0.3 0.6
}

func BenchmarkDetect(b *testing.B) {
	src := blob(3, 64, 64)
	for _, d := range append(classical(), saliency.Intensity{}) {
		b.Run(d.Name(), func(b *testing.B) {
			dst := new(generator.Images)
			b.ReportAllocs()
			for b.Loop() {
				if err := d.Detect(b.Context(), dst, src); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
