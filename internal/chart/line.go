package chart

import (
	"errors"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Line is a line through points, in the order given, with markers and, where Low
// and High are given, with intervals.
type Line struct {
	Name      string
	X, Y      []float64
	Low, High []float64 // ends of the intervals, absolute; both or neither

	Band  bool // draws the intervals as a band and not as error bars
	Bare  bool // leaves the markers out
	Loose bool // leaves the points unjoined
	Style int  // from 1; 0 stands for the next one
}

func (l Line) validate() error {
	if (l.Low == nil) != (l.High == nil) {
		return errors.New("intervals have a Low and a High: give both, or neither")
	}
	return alike([]string{"X", "Y", "Low", "High"}, l.X, l.Y, l.Low, l.High)
}

func (l Line) bounds() (x, y span) { return spanOf(l.X), spanOf(l.Y, l.Low, l.High) }
func (l Line) styled() int         { return l.Style }
func (l Line) key() string         { return l.Name }

// drawBehind implements backdrop.
func (l Line) drawBehind(c *canvas, s style) {
	if !l.Band || l.Low == nil {
		return
	}
	edge := make([]vg.Point, 0, 2*len(l.X))
	for i := range l.X {
		edge = append(edge, c.at(l.X[i], l.High[i]))
	}
	for i := range slices.Backward(l.X) {
		edge = append(edge, c.at(l.X[i], l.Low[i]))
	}
	c.area(tint(s.colour, 0.25), edge)
}

func (l Line) draw(c *canvas, s style) {
	points := make([]vg.Point, len(l.X))
	for i := range points {
		points[i] = c.at(l.X[i], l.Y[i])
	}
	if !l.Loose {
		c.line(stroke(s.colour, lineWidth, s.dashes), points...)
	}
	if !l.Band {
		for i := range l.Low {
			c.whisker(stroke(s.colour, 1.1, nil), points[i].X, l.Low[i], l.High[i], 3)
		}
	}
	if !l.Bare {
		for _, p := range points {
			if c.Contains(p) {
				mark(&c.Canvas, s, markRadius, p)
			}
		}
	}
}

func (l Line) sample(c *draw.Canvas, s style) {
	if l.Band && l.Low != nil {
		c.FillPolygon(tint(s.colour, 0.25), []vg.Point{c.Min, {X: c.Max.X, Y: c.Min.Y}, c.Max, {X: c.Min.X, Y: c.Max.Y}})
	}
	if !l.Loose {
		sampleLine(c, stroke(s.colour, lineWidth, s.dashes))
	}
	if !l.Bare {
		mark(c, s, markRadius, c.Center())
	}
}

// Points are a scatter: many points whose cloud counts more than each of them.
// They are drawn as small pale discs, in one path so that thousands take little
// space.
type Points struct {
	Name  string
	X, Y  []float64
	Style int // from 1; 0 stands for the next one
}

func (p Points) validate() error     { return alike([]string{"X", "Y"}, p.X, p.Y) }
func (p Points) bounds() (x, y span) { return spanOf(p.X), spanOf(p.Y) }
func (p Points) styled() int         { return p.Style }
func (p Points) key() string         { return p.Name }

// radius is smaller where there are many.
func (p Points) radius() vg.Length {
	if len(p.X) > 500 {
		return 1.1
	}
	return 1.8
}

func (p Points) draw(c *canvas, s style) {
	var path vg.Path
	for i := range p.X {
		if at := c.at(p.X[i], p.Y[i]); c.Contains(at) {
			disc(&path, at, p.radius())
		}
	}
	c.SetColor(tint(s.colour, 0.6))
	c.Fill(path)
}

func (p Points) sample(c *draw.Canvas, s style) {
	var path vg.Path
	for k := range 3 {
		disc(&path, vg.Point{X: c.Center().X + vg.Length(6*(k-1)), Y: c.Center().Y + vg.Length(2-k%2*4)}, 1.8)
	}
	c.SetColor(tint(s.colour, 0.6))
	c.Fill(path)
}
