package chart

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// ErrData is wrapped by errors about what cannot be drawn.
var ErrData = errors.New("chart: not drawable")

// Axes are what a figure shows its layers in. The zero value of each field but the
// titles is a default.
type Axes struct {
	Title string // over the figure
	X, Y  string // titles of the axes, with their units in parentheses

	// XRange and YRange bound the axes; two zeros stand for what the layers take up.
	XRange, YRange [2]float64

	LogX, LogY bool // logarithmic axes, for positive numbers

	// Categories name the places 0, 1, 2, … of the x axis, which then has no
	// numbers.
	Categories []string

	// XTicks are the numbers that the x axis is marked at; nil stands for round ones.
	XTicks []float64

	// Width and Height are the size in points of 1/72 inch; 0 stands for 430 and 300,
	// the shape of a figure in a column of text.
	Width, Height float64
}

// Layer is one kind of mark in a figure: Line, Points, Violins, Dots, Cells,
// Diagonal or Rule.
type Layer interface {
	validate() error
	// bounds returns what the layer takes up; nothing for an empty range.
	bounds() (x, y span)
	// styled returns the style asked for, from 1, 0 for the next, and -1 for a
	// layer that takes no part in that.
	styled() int
	draw(c *canvas, s style)
	// key returns the layer's name in the legend, none for "".
	key() string
	// sample draws what the legend shows beside the name.
	sample(c *draw.Canvas, s style)
}

// Figure is a finished figure, ready to be written.
type Figure struct {
	axes   Axes
	layers []Layer
	styles []style
	plot   *plot.Plot // its axes have no titles: see Figure.titles
}

// New lays out a figure. Errors wrap ErrData and name the layer.
func New(axes Axes, layers ...Layer) (*Figure, error) {
	if axes.Width == 0 {
		axes.Width = 430
	}
	if axes.Height == 0 {
		axes.Height = 300
	}
	if !(axes.Width >= 100 && axes.Width <= 5000 && axes.Height >= 100 && axes.Height <= 5000) {
		return nil, fmt.Errorf("%w: a figure of %g×%g points: give 100 to 5000", ErrData, axes.Width, axes.Height)
	}
	f := &Figure{axes: axes, layers: layers}
	x, y := nothing, nothing
	next := 0
	for i, l := range layers {
		if err := l.validate(); err != nil {
			return nil, fmt.Errorf("%w: layer %d, %T %q: %w", ErrData, i, l, l.key(), err)
		}
		lx, ly := l.bounds()
		x, y = x.join(lx), y.join(ly)
		k := l.styled()
		if k == 0 {
			next++
			k = next
		}
		f.styles = append(f.styles, styleOf(max(k, 1)-1))
	}
	if len(axes.Categories) > 0 {
		x = span{-0.5, float64(len(axes.Categories)) - 0.5}
	}
	exact := len(layers) > 0 && isCells(layers[0])
	x, err := scaled("x", x, axes.XRange, axes.LogX, exact || len(axes.Categories) > 0)
	if err != nil {
		return nil, err
	}
	if y, err = scaled("y", y, axes.YRange, axes.LogY, exact); err != nil {
		return nil, err
	}
	f.plot = f.frame(x, y)
	return f, nil
}

// Title returns the figure's title.
func (f *Figure) Title() string { return f.axes.Title }

// scaled returns the range of an axis.
func scaled(name string, data span, asked [2]float64, log, exact bool) (span, error) {
	s := data
	switch {
	case asked != [2]float64{}:
		s, exact = span{asked[0], asked[1]}, true
		if !(s.low < s.high) || math.IsInf(s.high-s.low, 0) {
			return s, fmt.Errorf("%w: the %s axis is to go from %g to %g", ErrData, name, s.low, s.high)
		}
	case data.empty():
		return s, fmt.Errorf("%w: nothing says how far the %s axis goes: add a layer with numbers, or set its range", ErrData, name)
	}
	if log && !(s.low > 0) {
		return s, fmt.Errorf("%w: the %s axis is logarithmic, and %g is to be drawn: it takes positive numbers", ErrData, name, s.low)
	}
	if exact {
		return s, nil
	}
	return s.padded(log), nil
}

// frame makes the plot with its axes.
func (f *Figure) frame(x, y span) *plot.Plot {
	p := plot.New()
	p.TextHandler = textStyle(labelSize, false).Handler
	p.BackgroundColor = nil
	axis(&p.X, x, f.axes.LogX, f.axes.Width/60)
	axis(&p.Y, y, f.axes.LogY, f.axes.Height/45)
	p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = draw.XCenter, draw.YTop
	p.Y.Tick.Label.XAlign, p.Y.Tick.Label.YAlign = draw.XRight, draw.YCenter
	if len(f.axes.XTicks) > 0 {
		p.X.Tick.Marker = fixedTicks(f.axes.XTicks)
	}
	if len(f.axes.Categories) > 0 {
		f.name(&p.X)
	}
	if len(f.layers) > 0 {
		if c, ok := f.layers[0].(Cells); ok {
			p.X.Tick.Marker, p.Y.Tick.Marker = named(c.Columns), named(reversed(c.Rows))
		}
	}
	return p
}

func axis(a *plot.Axis, s span, log bool, most float64) {
	a.Min, a.Max = s.low, s.high
	a.Padding = 0
	a.LineStyle = stroke(faint, thinWidth, nil)
	a.Tick.Label = textStyle(tickSize, false)
	a.Tick.LineStyle = stroke(faint, thinWidth, nil)
	a.Tick.Length = 4
	a.Tick.Marker = roundTicks{most: int(most)}
	if log {
		a.Scale = plot.LogScale{}
		a.Tick.Marker = logTicks{most: int(most)}
	}
}

// name gives the x axis the names of the categories, aslant where they would run
// into each other.
func (f *Figure) name(a *plot.Axis) {
	room := vg.Length(f.axes.Width-80) / vg.Length(len(f.axes.Categories))
	labels := make([]string, len(f.axes.Categories))
	aslant := false
	for i, c := range f.axes.Categories {
		labels[i] = wrap(a.Tick.Label, c, room-4)
		aslant = aslant || a.Tick.Label.Width(labels[i]) > room-4
	}
	if aslant {
		copy(labels, f.axes.Categories)
		a.Tick.Label.Rotation = math.Pi / 5
		a.Tick.Label.XAlign, a.Tick.Label.YAlign = draw.XRight, draw.YTop
	}
	a.Tick.Marker = named(labels)
}

// wrap breaks a text at spaces into lines of at most the given width, as far as
// words allow.
func wrap(s draw.TextStyle, txt string, width vg.Length) string {
	var lines []string
	for _, word := range strings.Fields(txt) {
		if n := len(lines) - 1; n >= 0 && s.Width(lines[n]+" "+word) <= width {
			lines[n] += " " + word
		} else {
			lines = append(lines, word)
		}
	}
	return strings.Join(lines, "\n")
}

func reversed(s []string) []string {
	out := make([]string, len(s))
	for i, v := range s {
		out[len(s)-1-i] = v
	}
	return out
}

func isCells(l Layer) bool {
	_, ok := l.(Cells)
	return ok
}
