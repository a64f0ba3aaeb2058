package report_test

import (
	"bytes"
	"context"
	"image"
	"image/gif"
	_ "image/jpeg"
	_ "image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/report"
	"github.com/lcfv-go/lcfv/saliency"
	"github.com/lcfv-go/lcfv/transform"
)

// learned are controls of x and scale of the blob, with the pairs they were learned
// from.
type learned struct {
	set   *lcfv.Controls
	pairs map[string]*invert.Dataset
}

// learn does so once for all tests, which do not change them.
var learn = sync.OnceValues(func() (*learned, error) {
	g := blob.Generator{Angle: 0.5}
	ts := []transform.Transform{transform.TranslateX{}, transform.Zoom{}}
	pairs, err := invert.RunAll(context.Background(), g, ts, &invert.Options{Range: 0.12, Steps: 4, Trajectories: 16, Seed: 1})
	if err != nil {
		return nil, err
	}
	set, err := lcfv.FromAllPairs(g.Info(), ts, pairs, nil)
	return &learned{set, map[string]*invert.Dataset{"translate-x": pairs[0], "zoom": pairs[1]}}, err
})

func blobs(t *testing.T) (blob.Generator, *lcfv.Controls, map[string]*invert.Dataset) {
	t.Helper()
	l, err := learn()
	require.NoError(t, err)
	return blob.Generator{Angle: 0.5}, l.set, l.pairs
}

// small are options for a report that is made quickly.
func small(pairs map[string]*invert.Dataset) *report.Options {
	return &report.Options{Samples: 40, Deltas: []float64{-0.1, -0.05, 0.05, 0.1}, Resamples: 10, Rows: 2, Pairs: pairs, Made: []string{"by a test"}}
}

func made(t *testing.T, g generator.Generator, set *lcfv.Controls, o *report.Options) *report.Report {
	t.Helper()
	r, err := report.Make(context.Background(), g, set, o)
	require.NoError(t, err)
	return r
}

func TestReportSaysWhatEvaluationSays(t *testing.T) {
	g, set, pairs := blobs(t)
	o := small(pairs)
	steps := 0
	o.Progress = func(done, total int) {
		require.Equal(t, steps+1, done)
		require.LessOrEqual(t, done, total)
		steps = done
		if done == total {
			steps = -1
		}
	}
	r := made(t, g, set, o)
	require.Equal(t, -1, steps, "all steps were taken, and no more")

	e, err := lcfv.EvaluateAll(context.Background(), g, set, &lcfv.EvaluateOptions{Samples: 40, Deltas: o.Deltas})
	require.NoError(t, err)
	require.Equal(t, e, r.Set)
	require.Len(t, r.Factors, 2)
	for k, f := range r.Factors {
		require.Equal(t, e.Each[k], *f.Evaluation)
		refused := 0
		for _, q := range f.Quality {
			require.Equal(t, 40, q.N)
			refused += q.Refused
			if q.Refused+q.Undetected < q.N {
				require.True(t, q.Confidence > 0 && q.Confidence <= 1)
			}
		}
		require.Equal(t, f.Evaluation.Refused, refused)
		require.Equal(t, []float64{-0.1, -0.05, 0, 0.05, 0.1}, deltas(f.Quality))
		// The sweep measures the factors' cross-talk as the evaluation does.
		for j := range r.Factors {
			require.Equal(t, e.CrossTalk[k][j], r.CrossTalk[k][j])
		}
		require.NotNil(t, f.Spread)
		require.Len(t, f.Inversion, 4)
	}
	require.Equal(t, []string{"barycentre-x", "log-scale", "barycentre-y", "log-intensity"}, r.Measures)
	// A blob twice as large is four times as bright: in logarithms, twice the scale.
	require.InDelta(t, 2, r.CrossTalk[1][3].Value, 0.3)
	require.InDelta(t, 0, r.CrossTalk[0][2].Value, 0.1, "x leaves y alone")
}

func deltas(qs []report.Quality) []float64 {
	var out []float64
	for _, q := range qs {
		out = append(out, q.Delta)
	}
	return out
}

func TestFigures(t *testing.T) {
	g, set, pairs := blobs(t)
	one, err := set.Only("translate-x")
	require.NoError(t, err)
	r := made(t, g, one, small(map[string]*invert.Dataset{"translate-x": pairs["translate-x"]}))
	var names []string
	for _, f := range r.Figures() {
		names = append(names, f.Name)
		require.NotEmpty(t, f.Title, f.Name)
		require.NotEmpty(t, f.Caption, f.Name)
		require.NotEmpty(t, f.Alt, f.Name)
	}
	x := "translate-x-"
	require.Equal(t, []string{x + "strip", x + "walk", x + "measured", x + "errors", x + "rmse", x + "quality", x + "calibration", x + "inversion", "cross-talk"}, names)
	require.Nil(t, r.Set, "one control alone")

	dir := filepath.Join(t.TempDir(), "new", "folder")
	paths, err := r.SaveFigures(dir)
	require.NoError(t, err)
	require.Len(t, paths, 2+2*7)
	for _, path := range paths {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		if strings.HasSuffix(path, ".svg") {
			require.True(t, bytes.HasSuffix(bytes.TrimSpace(data), []byte("</svg>")), path)
			continue
		}
		img, _, err := image.Decode(bytes.NewReader(data))
		require.NoError(t, err, path)
		require.Greater(t, img.Bounds().Dx(), 100, path)
	}
	data, err := os.ReadFile(filepath.Join(dir, x+"walk.gif"))
	require.NoError(t, err)
	walk, err := gif.DecodeAll(bytes.NewReader(data))
	require.NoError(t, err)
	require.Greater(t, len(walk.Image), 10)
	require.NotEqual(t, walk.Image[0].Pix, walk.Image[len(walk.Image)/2].Pix, "it moves")

	_, err = r.Figures()[0].Encode("pdf")
	require.ErrorContains(t, err, "pdf")
}

func TestWithoutPairs(t *testing.T) {
	g, set, _ := blobs(t)
	r := made(t, g, set, small(nil))
	require.Nil(t, r.Factors[0].Spread)
	require.False(t, slices.ContainsFunc(r.Figures(), func(f report.Figure) bool { return strings.HasSuffix(f.Name, "inversion") }))
	html, err := r.HTML()
	require.NoError(t, err)
	require.Contains(t, string(html), "were not at hand")
}

func TestSameReportSameBytes(t *testing.T) {
	g, set, pairs := blobs(t)
	one, err := set.Only("zoom")
	require.NoError(t, err)
	var pages [2][]byte
	for i := range pages {
		pages[i], err = made(t, g, one, small(map[string]*invert.Dataset{"zoom": pairs["zoom"]})).HTML()
		require.NoError(t, err)
	}
	require.True(t, bytes.Equal(pages[0], pages[1]))
}

// layered is a blob whose codes have levels, and a name that is no plain text.
type layered struct{ blob.Generator }

func (l layered) Info() generator.Info {
	info := l.Generator.Info()
	info.Name = `<script>alert("x")</script>`
	info.Levels = []generator.Level{{Name: "place", Low: 0, High: 2}, {Name: "look & feel", Low: 2, High: 4}}
	return info
}

func TestLevels(t *testing.T) {
	g, set, _ := blobs(t)
	only := *set.Control("translate-x")
	only.Moves = layered{g}.Info().Levels[1:]
	only.Classes = []lcfv.ClassRecord{{Condition: "class 3"}, {Condition: "class 7", HeldOut: true}}
	others, err := lcfv.NewControls(&only)
	require.NoError(t, err)
	html, err := made(t, layered{g}, others, small(nil)).HTML()
	require.NoError(t, err)
	require.Contains(t, string(html), "only level look &amp; feel of codes")
	require.Contains(t, string(html), "class 3, class 7 (calibrated later)")

	r := made(t, layered{g}, set, small(nil))
	x := r.Factors[0].Levels
	require.Equal(t, "place", x[0].Level)
	require.Greater(t, x[0].Norm, 0.99, "the direction of x lies in the first level")
	require.InDelta(t, 1, math.Hypot(x[0].Norm, x[1].Norm), 1e-9)
	require.Greater(t, r.Factors[1].Levels[1].Norm, 0.99, "that of the scale in the second")
	html, err = r.HTML()
	require.NoError(t, err)
	require.Contains(t, string(html), "look &amp; feel")
	require.NotContains(t, string(html), "<script")
}

// gone is a detector that finds nothing.
type gone struct{}

func (gone) Name() string { return "gone" }
func (gone) Detect(_ context.Context, dst, src *generator.Images) error {
	dst.Resize(src.N, 1, src.H, src.W)
	clear(dst.Pix)
	return nil
}

func TestMistakes(t *testing.T) {
	g, set, pairs := blobs(t)
	ctx := context.Background()
	_, err := report.Make(ctx, nil, set, nil)
	require.ErrorContains(t, err, "nil")
	_, err = report.Make(ctx, g, nil, nil)
	require.ErrorContains(t, err, "nil")
	_, err = report.Make(ctx, g, set, &report.Options{Rows: -1})
	require.ErrorContains(t, err, "positive")
	_, err = report.Make(ctx, g, set, small(map[string]*invert.Dataset{"hue": pairs["zoom"]}))
	require.ErrorContains(t, err, "hue")
	for _, wrong := range []*invert.Dataset{nil, {}, {Z0: generator.NewLatents(1, 7)}, {Z0: pairs["zoom"].Z0, T: []float64{1}}, {Z0: pairs["zoom"].Z0, T: pairs["zoom"].T}} {
		_, err = report.Make(ctx, g, set, small(map[string]*invert.Dataset{"zoom": wrong}))
		require.ErrorIs(t, err, report.ErrPairs)
	}
	_, err = report.Make(ctx, g, set, &report.Options{Seed: 1})
	require.ErrorIs(t, err, lcfv.ErrHeldOut)
	o := small(nil)
	o.Detector = gone{}
	_, err = report.Make(ctx, g, set, o)
	require.ErrorIs(t, err, lcfv.ErrNothingMeasured)
}

func TestCancelled(t *testing.T) {
	g, set, pairs := blobs(t)
	for _, after := range []int{1, 15, 22, 23} { // evaluating, sweeping, drawing
		ctx, cancel := context.WithCancel(context.Background())
		o := small(pairs)
		o.Progress = func(done, _ int) {
			if done == after {
				cancel()
			}
		}
		_, err := report.Make(ctx, g, set, o)
		require.ErrorIs(t, err, context.Canceled, "after %d steps", after)
		cancel()
	}
}

func TestMeasureOfOnesOwn(t *testing.T) {
	g, set, _ := blobs(t)
	one, err := set.Only("zoom")
	require.NoError(t, err)
	area, err := saliency.MeasureByName("area")
	require.NoError(t, err)
	area.Name = "my area"
	o := small(nil)
	o.Measures = map[string]saliency.Measure{"zoom": area}
	r := made(t, g, one, o)
	require.Equal(t, "my area", r.Measures[0])
	require.Equal(t, "my area", r.Factors[0].Evaluation.Measure)
	require.InDelta(t, r.Factors[0].Evaluation.Slope, r.CrossTalk[0][0].Value, 1e-9)
}
