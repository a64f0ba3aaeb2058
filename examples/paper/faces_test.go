package main

import (
	"bytes"
	"context"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/saliency"
	"github.com/lcfv-go/lcfv/transform"
)

// counting counts the images it is shown.
type counting struct {
	saliency.Detector
	images *int
}

func (c counting) Detect(ctx context.Context, dst, src *generator.Images) error {
	*c.images += src.N
	return c.Detector.Detect(ctx, dst, src)
}

func TestMapsAreKept(t *testing.T) {
	l := testLab(t, "faces")
	n := 0
	k := keptMaps{l, counting{saliency.Intensity{}, &n}}
	x := generator.NewImages(2*mapsOfACell+3, 3, 4, 5)
	for i := range x.Pix {
		x.Pix[i] = float32(i%17) / 16
	}
	var first, again, want generator.Images
	require.NoError(t, k.Detect(t.Context(), &first, x))
	require.NoError(t, saliency.Intensity{}.Detect(t.Context(), &want, x))
	require.True(t, first.SameSize(&want))
	require.InDeltaSlice(t, want.Pix, first.Pix, 1e-5)
	require.Equal(t, x.N, n)

	require.NoError(t, k.Detect(t.Context(), &again, x))
	require.Equal(t, first.Pix, again.Pix)
	require.Equal(t, x.N, n)
	x.Pix[len(x.Pix)-1] = 0.7 // of the last three
	require.NoError(t, k.Detect(t.Context(), &again, x))
	require.Equal(t, x.N+3, n)

	files, err := filepath.Glob(filepath.Join(l.out, "cells", "*.json"))
	require.NoError(t, err)
	require.Len(t, files, 4)
	for _, file := range files {
		require.NoError(t, os.WriteFile(file, []byte("{"), 0o666))
	}
	require.ErrorContains(t, k.Detect(t.Context(), &again, x), "delete it")
	require.ErrorIs(t, k.Detect(t.Context(), &again, new(generator.Images)), saliency.ErrImages)
}

// The nearest defined pixel is that of the same row where columns are missing.
func TestEdgesAreRepeated(t *testing.T) {
	x, mask := generator.NewImages(2, 2, 2, 3), generator.NewImages(2, 1, 2, 3)
	for i := range x.Pix {
		x.Pix[i] = float32(i)
	}
	copy(mask.Sample(0), []float32{0.5, 1, 1, 0, 1, 1}) // all but the left column
	copy(mask.Sample(1), make([]float32, 6))            // nothing
	repeatEdges(x, mask)
	require.Equal(t, []float32{1, 1, 2, 4, 4, 5, 7, 7, 8, 10, 10, 11}, x.Sample(0))
	require.Equal(t, []float32{12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}, x.Sample(1))
	copy(mask.Sample(1), []float32{0, 0, 0, 0, 1, 0})
	repeatEdges(x, mask)
	require.Equal(t, []float32{16, 16, 16, 16, 16, 16}, x.Sample(1)[:6])
}

// A detector that sees the blob itself finds exact changes exact, of those that are
// not refused.
func TestExactChangesOfABlob(t *testing.T) {
	l := testLab(t, "faces")
	g := blob.Generator{}
	f := looked{transform.TranslateX{}, []float64{-0.1, 0.1}, 20}
	c, err := learned(t.Context(), l, g, f.transform, gentle)
	require.NoError(t, err)
	b, err := f.beforehand(t.Context(), g, saliency.Intensity{})
	require.NoError(t, err)
	require.Len(t, b.confidence, 20)
	requests, err := f.exactly(t.Context(), c, b, saliency.Intensity{})
	require.NoError(t, err)
	moved, refused, err := b.steer(c, 0.1)
	require.NoError(t, err)
	_, before, err := b.steer(c, -0.1)
	require.NoError(t, err)
	require.Len(t, requests, 40-count(refused)-count(before))
	require.Positive(t, count(refused))
	require.Less(t, count(refused), 20)
	require.Greater(t, moved.Row(0)[0], b.z.Row(0)[0])
	of := agreementOf(requests, 20)
	require.InDelta(t, 1, of.Slope.Value, 0.05)
	require.Less(t, of.RMSE.Value, 0.01)

	// Brightness needs no detector.
	f = looked{transform.Brightness{}, []float64{0.1}, 5}
	b, err = f.beforehand(t.Context(), g, nil)
	require.NoError(t, err)
	require.Nil(t, b.confidence)
	require.Len(t, b.values.defined(), 5)
}

func TestFacesOnSprites(t *testing.T) {
	l := testLab(t, "faces")
	l.samples = 12
	n := 0
	run := func() string {
		var b bytes.Buffer
		factors := []looked{{transform.TranslateX{}, []float64{-0.1, 0.1}, 0}}
		require.NoError(t, faces(t.Context(), l, &b, []string{bundled}, factors, counting{saliency.Intensity{}, &n}))
		return b.String()
	}
	text := run()
	require.Regexp(t, `\| bundled, translate-x \| steered \| 12 \| 0\.00\d .* \| 0\.100 \| (0\.9|1\.0)`, text)
	require.Regexp(t, `\| bundled, translate-x \| transformed \| 12 \| 0\.00`, text)
	seen := n
	require.Positive(t, seen)
	require.Regexp(t, `\| steered, confidence ≥ 0\.8 \| (\d|1[0-2]) \| `, text)
	require.Equal(t, text, run())
	require.Equal(t, seen, n)
	// Images and maps of six codes, in five columns of 64 pixels.
	file, err := os.Open(filepath.Join(l.out, "faces-bundled-translate-x.png"))
	require.NoError(t, err)
	defer file.Close()
	size, err := png.DecodeConfig(file)
	require.NoError(t, err)
	require.Greater(t, size.Width, 5*64)
	require.Greater(t, size.Height, 2*shown*64)
}
