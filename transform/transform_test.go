package transform_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/race"
	"github.com/lcfv-go/lcfv/transform"
	"github.com/lcfv-go/lcfv/transform/transformtest"
)

func byName(t testing.TB, name string) transform.Transform {
	tr, err := transform.ByName(name)
	require.NoError(t, err)
	return tr
}

func TestConformance(t *testing.T) {
	for _, name := range append(transform.Names(),
		"translate-x+translate-y", "zoom+0.5*rotate", "translate-x+zoom+-2*rotate", "0.5*translate-x") {
		t.Run(name, func(t *testing.T) { transformtest.Test(t, byName(t, name), nil) })
	}
	// At the edge of a clipped area, interpolation mixes what was clipped with
	// what was not, and no mask can tell.
	for _, name := range []string{"translate-y+brightness", "zoom+contrast", "hue+rotate"} {
		t.Run(name, func(t *testing.T) {
			transformtest.Test(t, byName(t, name), &transformtest.Options{T: []float64{-0.06, -0.03, 0.03, 0.06}, Tolerance: 0.03})
		})
	}
	for _, name := range []string{"translate-x", "rotate", "brightness", "contrast"} {
		t.Run(name+"/grey", func(t *testing.T) {
			transformtest.Test(t, byName(t, name), &transformtest.Options{Channels: 1, Height: 64, Width: 64})
		})
	}
}

func TestNames(t *testing.T) {
	require.Equal(t, []string{"translate-x", "translate-y", "zoom", "rotate", "brightness", "contrast", "saturation", "hue"}, transform.Names())
	for _, name := range append(transform.Names(), "translate-x+0.5*zoom", "-1*hue") {
		tr := byName(t, name)
		require.Equal(t, name, tr.Name())
	}
	require.Equal(t, transform.TranslateX{}, byName(t, "translate-x"))
	for _, name := range []string{"", "translate", "2*", "x*zoom", "0*zoom", "zoom+", "NaN*zoom"} {
		_, err := transform.ByName(name)
		require.Error(t, err, name)
	}
	_, err := transform.ByName("translate")
	require.ErrorIs(t, err, transform.ErrUnknown)
	require.ErrorContains(t, err, "translate-x, translate-y, zoom")
}

func TestErrors(t *testing.T) {
	src, dst := generator.NewImages(1, 1, 4, 4), new(generator.Images)
	for _, name := range transform.Names() {
		tr := byName(t, name)
		rgb := generator.NewImages(1, 3, 4, 4)
		require.ErrorIs(t, tr.Apply(nil, nil, rgb, 0.1), transform.ErrImages, name)
		require.ErrorIs(t, tr.Apply(rgb, nil, rgb, 0.1), transform.ErrImages, name)
		require.ErrorIs(t, tr.Apply(dst, dst, rgb, 0.1), transform.ErrImages, name)
		require.ErrorIs(t, tr.Apply(dst, nil, nil, 0.1), transform.ErrImages, name)
		require.ErrorIs(t, tr.Apply(dst, nil, rgb, math.NaN()), transform.ErrParameter, name)
	}
	for _, name := range []string{"saturation", "hue"} {
		require.ErrorContains(t, byName(t, name).Apply(dst, nil, src, 0.1), "3 (red, green, blue)")
	}
	for _, name := range []string{"zoom", "brightness", "contrast"} {
		err := errors.Join(byName(t, name).Apply(dst, nil, src, 1e3), byName(t, name).Apply(dst, nil, src, -1e3))
		require.ErrorIs(t, err, transform.ErrParameter, name)
	}
}

// A steady state allocates nothing.
func TestAllocates(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector empties pools")
	}
	src, dst, mask := generator.NewImages(4, 3, 32, 32), new(generator.Images), new(generator.Images)
	for _, name := range append(transform.Names(), "translate-x+zoom+brightness", "brightness+translate-y") {
		tr := byName(t, name)
		allocs := testing.AllocsPerRun(50, func() {
			_ = tr.Apply(dst, mask, src, 0.1)
			_ = tr.Apply(dst, mask, src, -0.1)
		})
		// The pool may be emptied by a collection in between.
		require.Less(t, allocs, 1.0, name)
	}
}

func ExampleTranslateX() {
	src := generator.NewImages(1, 1, 1, 4)
	copy(src.Pix, []float32{0.25, 0.5, 0.75, 1})
	dst, mask := new(generator.Images), new(generator.Images)
	// Three eighths of four pixels: one and a half.
	if err := (transform.TranslateX{}).Apply(dst, mask, src, 0.375); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(dst.Pix)
	fmt.Println(mask.Pix)
	// Output:
	// [0 0.25 0.375 0.625]
	// [0 0.5 1 1]
}

func ExampleCompose() {
	tr, err := transform.Compose(
		transform.Part{Transform: transform.TranslateX{}},
		transform.Part{Transform: transform.Zoom{}, Weight: 0.5},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(tr.Name())
	fmt.Println(tr.Unit())
	// Output:
	// translate-x+0.5*zoom
	// fraction of width + 0.5 × log scale
}

func ExampleByName() {
	tr, err := transform.ByName("zoom")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(tr.Name(), "by", tr.Unit())
	// Output: zoom by log scale
}

func BenchmarkApply(b *testing.B) {
	const n = 16
	src, dst, mask := generator.NewImages(n, 3, 64, 64), new(generator.Images), new(generator.Images)
	for i := range src.Pix {
		src.Pix[i] = float32(i%17) / 17
	}
	for _, name := range transform.Names() {
		b.Run(name, func(b *testing.B) {
			tr := byName(b, name)
			b.ReportAllocs()
			for b.Loop() {
				if err := tr.Apply(dst, mask, src, -0.1); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/n, "µs/sample")
		})
	}
}
