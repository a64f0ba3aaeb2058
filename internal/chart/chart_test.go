package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot/font"
)

// lay lays a figure out.
func lay(t *testing.T, axes Axes, layers ...Layer) *Figure {
	t.Helper()
	f, err := New(axes, layers...)
	require.NoError(t, err)
	return f
}

// every is a figure for each kind of layer.
func every(t *testing.T) map[string]*Figure {
	t.Helper()
	x := []float64{1, 5, 10, 20}
	y := []float64{0.4, 0.1, 0.05, 0.04}
	low, high := []float64{0.3, 0.08, 0.03, 0.03}, []float64{0.5, 0.12, 0.08, 0.05}
	axes := Axes{Title: "A title", X: "across (unit)", Y: "up (unit)"}
	logs := axes
	logs.LogX, logs.LogY, logs.XTicks = true, true, x
	classes := axes
	classes.Categories = []string{"one", "two", "three", "four"}
	return map[string]*Figure{
		"line":    lay(t, axes, Line{Name: "a", X: x, Y: y, Low: low, High: high}, Rule{Name: "here", At: 0.2}, Rule{At: 3, Vertical: true}),
		"band":    lay(t, logs, Line{Name: "a", X: x, Y: y, Low: low, High: high, Band: true}),
		"points":  lay(t, axes, Points{Name: "p", X: x, Y: x}, Diagonal{Name: "same"}),
		"violins": lay(t, axes, Violins{Name: "v", Of: []Violin{{At: 0, Values: []float64{1, 2, 2, 3, 3, 3, 4}}, {At: 1, Values: []float64{2, 3}}}}),
		"dots":    lay(t, classes, Dots{Name: "a", Y: y, Low: low, High: high, Of: 2}, Dots{Name: "b", Y: []float64{0.1, math.NaN(), 0.2, 0.3}, Place: 1, Of: 2}),
		"cells":   lay(t, axes, Cells{Rows: []string{"r", "s"}, Columns: []string{"a", "b"}, Values: [][]float64{{1, -0.5}, {math.NaN(), 0}}, Decimals: 2}),
	}
}

// texts returns the content of an SVG file's text elements, and fails if the file
// is not well formed or asks for anything that is not in it.
func texts(t *testing.T, data []byte) []string {
	t.Helper()
	var out []string
	inside := false
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		require.NoError(t, err)
		switch v := token.(type) {
		case xml.StartElement:
			inside = v.Name.Local == "text"
			for _, a := range v.Attr {
				if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
					require.NotContains(t, a.Value, "http", "element %s", v.Name.Local)
				}
			}
		case xml.EndElement:
			inside = false
		case xml.CharData:
			if inside {
				out = append(out, string(v))
			}
		}
	}
}

func TestFiguresAreWhole(t *testing.T) {
	for name, f := range every(t) {
		svg, err := f.SVG()
		require.NoError(t, err, name)
		all := texts(t, svg)
		for _, want := range []string{"A title", "across (unit)", "up (unit)"} {
			require.Contains(t, all, want, name)
		}
		img := f.Image(72)
		require.Equal(t, image.Pt(430, 300), img.Bounds().Size(), name)
		colours := map[color.Color]bool{}
		for k := range 430 * 300 {
			colours[img.At(k%430, k/430)] = true
		}
		require.Greater(t, len(colours), 20, "%s shows something", name)
	}
}

func TestSameFigureSameBytes(t *testing.T) {
	one, other := every(t), every(t)
	for name, f := range one {
		a, err := f.SVG()
		require.NoError(t, err)
		for _, again := range []*Figure{f, other[name]} {
			b, err := again.SVG()
			require.NoError(t, err)
			require.Equal(t, string(a), string(b), name)
		}
	}
	a, err := one["violins"].PNG(36)
	require.NoError(t, err)
	b, err := other["violins"].PNG(36)
	require.NoError(t, err)
	require.True(t, bytes.Equal(a, b))
	_, err = png.Decode(bytes.NewReader(a))
	require.NoError(t, err)
}

// Nothing is drawn outside the figure, whatever the length of names and numbers.
func TestTextStaysInside(t *testing.T) {
	long := strings.Repeat("word ", 30)
	names := []string{"mean-squared-error-of-everything", "structural-dissimilarity", "blurred-with-sigma-1", "blurred-with-sigma-3", "perceptual", "other"}
	f := lay(t, Axes{Title: long, X: long, Y: long, Categories: names}, Dots{Name: "x", Y: []float64{1e-7, 2, 3, 4, 5, 123456}})
	img := f.Image(72)
	b := img.Bounds()
	for x := range b.Dx() {
		for _, y := range []int{0, 1, b.Dy() - 2, b.Dy() - 1} {
			require.Equal(t, color.RGBAModel.Convert(color.White), color.RGBAModel.Convert(img.At(x, y)), "x %d, y %d", x, y)
		}
	}
	for y := range b.Dy() {
		for _, x := range []int{0, b.Dx() - 1} {
			require.Equal(t, color.RGBAModel.Convert(color.White), color.RGBAModel.Convert(img.At(x, y)), "x %d, y %d", x, y)
		}
	}
}

func TestMarksAreWhereTheNumbersAre(t *testing.T) {
	f := lay(t, Axes{XRange: [2]float64{0, 1}, YRange: [2]float64{0, 1}}, Line{X: []float64{0, 1}, Y: []float64{0, 1}, Bare: true})
	svg, err := f.SVG()
	require.NoError(t, err)
	// The line is the only path in its colour: from the lower left corner of the
	// data to the upper right one.
	var from, to [2]float64
	for line := range strings.Lines(string(svg)) {
		if strings.Contains(line, "stroke:#0072B2") {
			_, path, _ := strings.Cut(line, `d="M`)
			_, err := fmt.Sscanf(path, "%g,%gL%g,%g", &from[0], &from[1], &to[0], &to[1])
			require.NoError(t, err, line)
		}
	}
	require.Less(t, from[0], 60.0)
	require.Less(t, from[1], 60.0)
	require.Greater(t, to[0], 400.0)
	require.Greater(t, to[1], 270.0)
}

func TestTextSaysItsWidth(t *testing.T) {
	svg, err := lay(t, Axes{Title: "iiii", X: "WWWW", Y: "y"}, Points{X: []float64{1}, Y: []float64{1}}).SVG()
	require.NoError(t, err)
	width := func(txt string) float64 {
		before, _, found := strings.Cut(string(svg), ">"+txt+"<")
		require.True(t, found)
		_, attribute, _ := strings.Cut(before[strings.LastIndex(before, "<text"):], `textLength="`)
		number, _, _ := strings.Cut(attribute, `"`)
		v, err := strconv.ParseFloat(number, 64)
		require.NoError(t, err)
		return v
	}
	require.Greater(t, width("WWWW"), 2*width("iiii"))
	require.Equal(t, strings.Count(string(svg), "<text "), strings.Count(string(svg), "textLength="))
}

func TestInline(t *testing.T) {
	svg, err := every(t)["cells"].Inline(`a "label" <b>`)
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(svg, []byte(`<svg role="img" aria-label="a &#34;label&#34; &lt;b&gt;" `)), string(svg[:80]))
	require.Contains(t, string(svg), "fill:var(--ink,#222222)")
	require.NotContains(t, string(svg), "fill:#222222")
	texts(t, svg)
}

func TestSave(t *testing.T) {
	dir := t.TempDir()
	f := every(t)["line"]
	paths := []string{filepath.Join(dir, "a.svg"), filepath.Join(dir, "a.PNG")}
	require.NoError(t, f.Save(paths...))
	for _, p := range paths {
		info, err := os.Stat(p)
		require.NoError(t, err)
		require.Greater(t, info.Size(), int64(1000))
	}
	require.ErrorContains(t, f.Save(filepath.Join(dir, "a.pdf")), ".svg or .png")
	require.Error(t, f.Save(filepath.Join(dir, "none", "a.svg")))
}

func TestWhatCannotBeDrawn(t *testing.T) {
	one := []float64{1}
	for name, c := range map[string]struct {
		axes  Axes
		layer Layer
	}{
		"nothing":           {Axes{}, Diagonal{}},
		"empty":             {Axes{}, Line{}},
		"lengths":           {Axes{}, Points{X: one, Y: []float64{1, 2}}},
		"not a number":      {Axes{}, Points{X: one, Y: []float64{math.NaN()}}},
		"half an interval":  {Axes{}, Line{X: one, Y: one, Low: one}},
		"logarithm":         {Axes{LogY: true}, Line{X: one, Y: []float64{0}}},
		"range":             {Axes{XRange: [2]float64{1, 1}}, Line{X: one, Y: one}},
		"size":              {Axes{Width: 5}, Line{X: one, Y: one}},
		"no violin":         {Axes{}, Violins{}},
		"violin of nothing": {Axes{}, Violins{Of: []Violin{{}}}},
		"violin's width":    {Axes{}, Violins{Of: []Violin{{Values: one}}, Width: -1}},
		"dots of nothing":   {Axes{}, Dots{Y: []float64{math.NaN()}}},
		"dots' place":       {Axes{}, Dots{Y: one, Place: 1}},
		"dots' intervals":   {Axes{}, Dots{Y: one, Low: one, High: []float64{1, 2}}},
		"cells of nothing":  {Axes{}, Cells{}},
		"ragged cells":      {Axes{}, Cells{Rows: []string{"a"}, Columns: []string{"b", "c"}, Values: [][]float64{{1}}}},
		"infinite cell":     {Axes{}, Cells{Rows: []string{"a"}, Columns: []string{"b"}, Values: [][]float64{{math.Inf(1)}}}},
		"rule nowhere":      {Axes{}, Rule{At: math.Inf(1)}},
	} {
		_, err := New(c.axes, c.layer)
		require.ErrorIs(t, err, ErrData, name)
	}
}

func TestTicks(t *testing.T) {
	labels := func(low, high float64, log bool) []string {
		var out []string
		ticks := roundTicks{7}.Ticks(low, high)
		if log {
			ticks = logTicks{7}.Ticks(low, high)
		}
		for _, tick := range ticks {
			require.True(t, tick.Value >= low-1e-9 && tick.Value <= high+1e-9)
			if tick.Label != "" {
				out = append(out, tick.Label)
			}
		}
		return out
	}
	require.Equal(t, []string{"−0.2", "−0.1", "0.0", "0.1", "0.2"}, labels(-0.21, 0.21, false))
	require.Equal(t, []string{"0", "20", "40", "60", "80", "100"}, labels(0, 100, false))
	require.Equal(t, []string{"0.00", "0.25", "0.50", "0.75", "1.00", "1.25"}, labels(0, 1.4, false))
	require.Equal(t, []string{"1", "2", "5", "10", "20"}, labels(0.9, 21, true))
	require.Equal(t, []string{"1e−5", "1e−4", "0.001", "0.01", "0.1"}, labels(9e-6, 0.2, true))
	require.LessOrEqual(t, len(labels(1e-12, 1e12, true)), 8)
	require.Equal(t, "−0.50", Number(-0.5, 2))
	require.Equal(t, "0.00", Number(-0.001, 2), "no negative zero")
	require.Equal(t, "2.5e−7", short(2.5e-7))
}

// A violin's density integrates to one and peaks where the values are.
func TestDensity(t *testing.T) {
	var values []float64
	for k := range 1000 { // quantiles of a normal distribution
		values = append(values, 3+2*math.Sqrt2*math.Erfinv(2*(float64(k)+0.5)/1000-1))
	}
	at, density := estimate(values)
	total, best := 0.0, 0
	for i := range at {
		if i > 0 {
			total += (density[i] + density[i-1]) / 2 * (at[i] - at[i-1])
		}
		if density[i] > density[best] {
			best = i
		}
	}
	require.InDelta(t, 1, total, 0.02)
	require.InDelta(t, 3, at[best], 0.3)
	require.InDelta(t, 1/(2*math.Sqrt(2*math.Pi)), density[best], 0.015)

	at, density = estimate([]float64{2, 2, 2, 2, 2, 2})
	require.False(t, math.IsNaN(density[0]))
	require.InDelta(t, 2, at[len(at)/2], 0.01, "all values alike")
}

// Styles stay apart as far as there are any.
func TestStyles(t *testing.T) {
	seen := map[string]bool{}
	for k := range 40 {
		s := styleOf(k)
		seen[fmt.Sprint(s.colour, s.shape, s.dashes)] = true
	}
	require.Len(t, seen, 40)
}

func TestStrip(t *testing.T) {
	body := image.NewRGBA(image.Rect(0, 0, 300, 100))
	body.Set(7, 9, color.RGBA{1, 2, 3, 255})
	out := Strip("title", []string{"a", "b", "c"}, body)
	require.Equal(t, 300, out.Bounds().Dx())
	above := out.Bounds().Dy() - 100
	require.Positive(t, above)
	require.Equal(t, color.RGBA{1, 2, 3, 255}, out.At(7, above+9))
	dark := 0
	for k := range 300 * above {
		if r, _, _, _ := out.At(k%300, k/300).RGBA(); r < 0x8000 {
			dark++
		}
	}
	require.Greater(t, dark, 30, "there is text over it")
}

// Every sign that this package or a report puts into a figure of its own accord is in
// the font that PNG is drawn with.
func TestFontHasTheSigns(t *testing.T) {
	face := font.DefaultCache.Lookup(textStyle(tickSize, false).Font, tickSize)
	var b sfnt.Buffer
	for _, r := range "−·βσΔ|%[](),./0123456789eλ±×°" {
		index, err := face.Face.GlyphIndex(&b, r)
		require.NoError(t, err)
		require.NotZero(t, index, "%q", r)
	}
}
