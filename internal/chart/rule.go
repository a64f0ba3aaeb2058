package chart

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Diagonal is the line y = x, to compare with.
type Diagonal struct{ Name string }

func (d Diagonal) validate() error     { return nil }
func (d Diagonal) bounds() (x, y span) { return nothing, nothing }
func (d Diagonal) styled() int         { return -1 }
func (d Diagonal) key() string         { return d.Name }

func (d Diagonal) draw(c *canvas, _ style) {
	low, high := math.Max(c.plot.X.Min, c.plot.Y.Min), math.Min(c.plot.X.Max, c.plot.Y.Max)
	if low < high {
		c.line(stroke(faint, 1, []vg.Length{4, 3}), c.at(low, low), c.at(high, high))
	}
}

func (d Diagonal) sample(c *draw.Canvas, _ style) { sampleLine(c, stroke(faint, 1, []vg.Length{4, 3})) }

// Rule is a line across the figure at one number of the y axis, or of the x axis
// where it is Vertical.
type Rule struct {
	Name     string
	At       float64
	Vertical bool
}

func (r Rule) validate() error { return finite("At", []float64{r.At}) }

func (r Rule) bounds() (x, y span) {
	if r.Vertical {
		return span{r.At, r.At}, nothing
	}
	return nothing, span{r.At, r.At}
}

func (r Rule) styled() int { return -1 }
func (r Rule) key() string { return r.Name }

func (r Rule) draw(c *canvas, _ style) {
	s := stroke(faint, 1, []vg.Length{2, 2})
	if r.Vertical {
		c.line(s, vg.Point{X: c.x(r.At), Y: c.Min.Y}, vg.Point{X: c.x(r.At), Y: c.Max.Y})
	} else {
		c.line(s, vg.Point{X: c.Min.X, Y: c.y(r.At)}, vg.Point{X: c.Max.X, Y: c.y(r.At)})
	}
}

func (r Rule) sample(c *draw.Canvas, _ style) { sampleLine(c, stroke(faint, 1, []vg.Length{2, 2})) }
