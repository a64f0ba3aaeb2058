package main

import (
	"bytes"
	"context"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/testmodels"
	"github.com/lcfv-go/lcfv/invert"
)

func TestHeldOutSpritesCanMove(t *testing.T) {
	l := testLab(t, "test")
	g, err := l.generator(bundled)
	require.NoError(t, err)
	near, err := heldOut(t.Context(), g, 20, 0.05)
	require.NoError(t, err)
	far, err := heldOut(t.Context(), g, 20, 0.25)
	require.NoError(t, err)
	require.Len(t, near, 20)
	require.Len(t, far, 20)
	require.IsIncreasing(t, near)
	require.IsIncreasing(t, far)
	require.Less(t, near[19], far[19]) // fewer can move far
	last := 0.0                        // of the places of those that can
	for _, i := range far {
		x, err := places(t.Context(), g, heldOutSeed, i, 1)
		require.NoError(t, err)
		last = max(last, x[0])
	}
	require.Less(t, last, 0.6) // the middle of the frame is at 0.5

	_, err = heldOut(t.Context(), g, 3, 2)
	require.ErrorContains(t, err, "only 0 have a sprite that can move by 2")
}

// Every trajectory is found again by its index, and Levenberg–Marquardt moves
// sprites to where they are wanted.
func TestRunFollowsTheTrajectoriesAskedFor(t *testing.T) {
	l := testLab(t, "test")
	g, err := l.generator(bundled)
	require.NoError(t, err)
	which, err := heldOut(t.Context(), g, 4, 0.1)
	require.NoError(t, err)
	o := &invert.Options{T: []float64{0.0625, 0.125}, Seed: heldOutSeed, MaxRelative: -1, Drop: -1}
	p, err := run(t.Context(), g, o, which)
	require.NoError(t, err)
	ball := invert.ConstraintFor(g.Info())
	var x0, x generator.Images
	require.NoError(t, g.Generate(t.Context(), &x0, p.z0))
	require.NoError(t, g.Generate(t.Context(), &x, p.z[1]))
	from, err := read(t.Context(), "barycentre-x", &x0)
	require.NoError(t, err)
	to, err := read(t.Context(), "barycentre-x", &x)
	require.NoError(t, err)
	for n, i := range which {
		z := generator.NewLatents(1, g.Info().D)
		g.Info().Prior.Sample(z, heldOutSeed, uint64(i))
		ball.Project(z.Row(0))
		require.Equal(t, z.Row(0), p.z0.Row(n))
		require.InDelta(t, 0.125, to[n]-from[n], 0.01)
	}
	require.Greater(t, p.work[1], p.work[0])

	o.Method = stay{}
	p, err = run(t.Context(), g, o, which)
	require.NoError(t, err)
	require.Equal(t, p.z0, p.z[1])
	require.Equal(t, []float64{1, 1}, p.work)
}

func TestDetailIsLessWhereImagesAreBlurred(t *testing.T) {
	y, mask := generator.NewImages(3, 1, 4, 4), generator.NewImages(3, 1, 4, 4)
	for i := range y.Pix {
		y.Pix[i], mask.Pix[i] = float32(i%2), 1
	}
	x := generator.NewImages(3, 1, 4, 4)
	for i, v := range y.Pix {
		x.Pix[i] = v
		if i >= 16 {
			x.Pix[i] = 0.5 + (v-0.5)/4 // the second and the third have a quarter of the contrast,
		}
	}
	copy(x.Sample(2)[8:], y.Sample(2)[8:])
	clear(mask.Sample(2)[8:]) // the third where it is defined
	require.InDeltaSlice(t, []float64{1, 0.25, 0.25}, detail(x, y, mask), 1e-6)
}

func TestUndefinedPixelsAreGrey(t *testing.T) {
	x, mask := generator.NewImages(1, 2, 1, 2), generator.NewImages(1, 1, 1, 2)
	copy(x.Pix, []float32{1, 1, 0, 0})
	mask.Pix[0] = 1
	grey(x, mask)
	require.Equal(t, []float32{1, 0.5, 0, 0.5}, x.Pix)
}

func TestProlonged(t *testing.T) {
	require.Equal(t, invert.Adam{Rate: 0.01, Iterations: 150}, prolonged(invert.Published().Method, 3))
	require.Equal(t, invert.LBFGS{Iterations: 100}, prolonged(invert.LBFGS{Iterations: 50}, 2))
	require.Equal(t, invert.LevenbergMarquardt{Iterations: 14, Halvings: -1}, prolonged(invert.LevenbergMarquardt{Iterations: 7}, 2))

	// The default's iterations are those that the settings stand for.
	for _, d := range []int{10, 128} {
		info := generator.Info{D: d, W: 64}
		own := optimisers(info)[0]
		require.Equal(t, invert.Automatic(info, defaultBlur(64)).Name(), own.method.Name())
	}
}

// The 99 % quantile of χ² with 10 degrees of freedom is 23.209.
func TestUsualNorm(t *testing.T) {
	require.InDelta(t, math.Sqrt(2.3209), usual(10), 1e-4)
}

// Each experiment, on the bundled generator and two codes: what it measures is kept,
// so that a second run prints the same without measuring anything.
func TestExperiments(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds of searches")
	}
	models := filepath.Dir(filepath.Dir(testmodels.Path(t, "lpips_squeeze", "lpips.onnx")))
	for name, c := range map[string]struct {
		run  func(context.Context, *lab, io.Writer) error
		want []string // in the tables
		draw []string // pictures
	}{
		"loss": {
			func(ctx context.Context, l *lab, w io.Writer) error { return losses(ctx, l, w, []string{bundled}) },
			[]string{"bundled, translate-x by 0.125 of the width, 2 codes", "| nothing: z_0 itself |", "| blurred, σ = 3 (default) |", "| LPIPS |"},
			[]string{"loss-bundled.png", "loss-bundled-images.png"},
		},
		"constraint": {
			func(ctx context.Context, l *lab, w io.Writer) error {
				if err := constraints(ctx, l, w, []string{bundled}); err != nil {
					return err
				}
				l.samples = 20
				return constrainedControls(ctx, l, w, []string{bundled}, []uint64{1})
			},
			[]string{"| none | Adam (published) |", "| sphere, ‖z‖ = √d | Levenberg–Marquardt (default) |", "measured on 20 codes"},
			[]string{"constraint-bundled-norms.png", "constraint-bundled-images.png"},
		},
		"recursion": {
			func(ctx context.Context, l *lab, w io.Writer) error { return recursions(ctx, l, w, []string{bundled}) },
			[]string{"bundled, Adam (published)", "| 0.25 | gradual |", "| 0.25 | direct, iterations of all steps |"},
			[]string{"recursion-bundled-adam.png", "recursion-bundled-default.png"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			out := t.TempDir()
			args := []string{"-models", models, "-o", out, "-samples", "2", "-backend", "native", name}
			known := []experiment{{name: name, version: 1, run: c.run}}
			var first, second bytes.Buffer
			require.Zero(t, command(t.Context(), known, args, &first))
			for _, want := range c.want {
				require.Contains(t, first.String(), want)
			}
			require.NotContains(t, first.String(), "NaN")
			for line := range strings.Lines(first.String()) {
				if strings.HasPrefix(line, "|---") {
					require.Equal(t, line, strings.Repeat("|---", strings.Count(line, "|")-1)+"|\n")
				}
			}
			for _, picture := range c.draw {
				info, err := os.Stat(filepath.Join(out, picture))
				require.NoError(t, err)
				require.Positive(t, info.Size())
			}
			before := written(t, out)
			require.NotEmpty(t, before)
			require.Zero(t, command(t.Context(), known, args, &second))
			require.Equal(t, first.String(), second.String())
			require.Equal(t, before, written(t, out))
		})
	}
}

// written returns when each cell below a folder was written.
func written(t *testing.T, out string) map[string]time.Time {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(out, "cells", "*"))
	require.NoError(t, err)
	times := map[string]time.Time{}
	for _, f := range files {
		info, err := os.Stat(f)
		require.NoError(t, err)
		times[f] = info.ModTime()
	}
	return times
}
