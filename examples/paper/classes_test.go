package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/saliency"
	"github.com/lcfv-go/lcfv/transform"
)

// blobAngle is that of the direction of x of the family of blobs: cos² is 0.64.
var blobAngle = math.Acos(0.8)

// layered is a class of blobs whose codes have two levels.
type layered struct{ blob.Class }

func (g layered) Info() generator.Info {
	info := g.Class.Info()
	info.Levels = []generator.Level{{Name: "first", High: 1}, {Name: "rest", Low: 1, High: blob.D}}
	return info
}

// blobs are classes that move right by gains times as much along the same direction.
func blobs(gains ...float64) family {
	of := func(class int) layered {
		return layered{blob.Class{Generator: blob.Generator{Angle: blobAngle}, Index: class, Gain: gains[class]}}
	}
	var names []string
	for class := range gains {
		names = append(names, fmt.Sprint(class))
	}
	open := func(class int) (generator.Differentiable, error) { return of(class), nil }
	return family{open, of(0).Info(), names, []measurable{transform.TranslateX{}, transform.Brightness{}}}
}

// cellsOf returns the cells of the first row of a table that starts with some.
func cellsOf(t *testing.T, text string, start ...string) []string {
	t.Helper()
	_, rest, ok := strings.Cut(text, "\n| "+strings.Join(start, " | ")+" | ")
	require.True(t, ok, "%s in\n%s", start, text)
	line, _, _ := strings.Cut(rest, " |\n")
	return strings.Split(line, " | ")
}

// What is learned where the blob moves twice as far along the direction, moves it half
// as far as it says elsewhere, and the other way round.
func TestAcrossClassesTellsGains(t *testing.T) {
	l := testLab(t, "classes")
	l.samples = 12
	f := blobs(1, 2, 1)
	quick, slow := []saliency.Detector{saliency.Intensity{}}, saliency.Intensity{Threshold: 0.001}
	var b bytes.Buffer
	require.NoError(t, acrossClasses(t.Context(), l, &b, f, quick, slow))
	text := b.String()
	for start, want := range map[string][2]float64{"0, 2": {1, 2}, "1": {1, 0.5}} {
		cells := cellsOf(t, text, "translate-x", start, "intensity")
		require.InDelta(t, want[0], leading(t, cells[4]), 0.06)
		require.InDelta(t, want[1], leading(t, cells[5]), 0.12)
		require.Greater(t, leading(t, cells[3]), 3.0)
		// Errors are those of the slope: of what was asked for.
		require.InDelta(t, math.Abs(want[1]-1)*leading(t, cells[0]), leading(t, cells[2]), 0.02)
		// In brightness the classes do not differ.
		require.InDelta(t, 1, leading(t, cellsOf(t, text, "brightness", start, "all pixels")[5]), 0.15)
	}
	// The same by class, on the requests that both met.
	cells := cellsOf(t, text, "translate-x", "2")
	require.InDelta(t, 1, leading(t, cells[4]), 0.06)
	require.InDelta(t, 0.5, leading(t, cells[5]), 0.03)

	for _, name := range []string{"translate-x-from-0.png", "brightness-from-1.png"} {
		path, err := l.picture(name)
		require.NoError(t, err)
		_, err = os.Stat(path)
		require.NoError(t, err)
	}
	require.Equal(t, 2, strings.Count(text, "| brightness | all pixels | steered"))
	require.NotContains(t, text, "NaN")
}

func TestByLevelTellsWhereTheDirectionLies(t *testing.T) {
	l := testLab(t, "levels")
	l.samples = 12
	f := blobs(1, 1)
	var b bytes.Buffer
	require.NoError(t, byLevel(t.Context(), l, &b, f, saliency.Intensity{}, []uint64{1, 2}))
	text := b.String()
	cells := cellsOf(t, text, "translate-x")
	require.InDelta(t, 0.8, leading(t, cells[0]), 0.03)
	require.InDelta(t, 0.6, leading(t, cells[1]), 0.03)
	// The squares of the norms are what the parts carry.
	first, rest := cellsOf(t, text, "translate-x", "first"), cellsOf(t, text, "translate-x", "rest")
	require.InDelta(t, 0.64, leading(t, first[0]), 0.04)
	require.InDelta(t, 0.64, leading(t, first[1]), 0.05)
	require.InDelta(t, 0.36, leading(t, rest[1]), 0.05)
	// Alone, the second level moves the blob more to the side than right, and can follow
	// no target; brightness is in that level only.
	require.Equal(t, "nothing learned", rest[2])
	other := cellsOf(t, text, "brightness", "rest")
	require.InDelta(t, 1, leading(t, other[0]), 0.01)
	require.InDelta(t, leading(t, cellsOf(t, text, "brightness", "all")[0]), leading(t, other[2]), 0.05)
	path, err := l.picture("norms.png")
	require.NoError(t, err)
	_, err = os.Stat(path)
	require.NoError(t, err)
}

func TestRequestsThatBothMet(t *testing.T) {
	a := []lcfv.Request{{Sample: 0, Requested: 0.1, Measured: 0.2}, {Sample: 1, Requested: 0.1, Measured: 0.1}}
	b := []lcfv.Request{{Sample: 1, Requested: 0.1, Measured: 0.3}, {Sample: 1, Requested: 0.2, Measured: 0}}
	of, also := onBoth(a, b)
	require.Equal(t, a[1:], of)
	require.Equal(t, b[:1], also)
	require.InDelta(t, 2, quotient([]lcfv.Request{{Requested: 0.1, Measured: 0.3}}, a[:1], 2)(counted(0, 2)), 1e-12)
}
