package chart

import (
	"errors"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Dots are values by category, with their intervals: Y[i] belongs to category i of
// Axes.Categories. Several Dots in one figure stand side by side.
type Dots struct {
	Name      string
	Y         []float64 // NaN where there is none
	Low, High []float64 // ends of the intervals, absolute; both or neither

	// Of is the number of Dots that stand side by side, and Place which one this
	// is, from 0; Of 0 stands for one alone.
	Place, Of int

	Style int // from 1; 0 stands for the next one
}

func (d Dots) validate() error {
	if len(d.Y) == 0 {
		return errors.New("no Y: give at least one number")
	}
	if (d.Low == nil) != (d.High == nil) || d.Low != nil && (len(d.Low) != len(d.Y) || len(d.High) != len(d.Y)) {
		return errors.New("intervals have a Low and a High for every Y: give both, or neither")
	}
	some := false
	for i, v := range d.Y {
		if math.IsNaN(v) {
			continue
		}
		some = true
		if math.IsInf(v, 0) || d.Low != nil && (finite("Low", d.Low[i:i+1]) != nil || finite("High", d.High[i:i+1]) != nil) {
			return errors.New("a Y or an interval is not finite: NaN in Y leaves a category out")
		}
	}
	if !some || d.Place < 0 || d.Place >= max(d.Of, 1) {
		return errors.New("there is nothing in Y but NaN, or Place is not below Of")
	}
	return nil
}

func (d Dots) bounds() (x, y span) {
	y = nothing
	for i, v := range d.Y {
		if math.IsNaN(v) {
			continue
		}
		y = y.join(span{v, v})
		if d.Low != nil {
			y = y.join(span{d.Low[i], d.High[i]})
		}
	}
	return span{-0.5, float64(len(d.Y)) - 0.5}, y
}

func (d Dots) styled() int { return d.Style }
func (d Dots) key() string { return d.Name }

func (d Dots) draw(c *canvas, s style) {
	of := float64(max(d.Of, 1))
	for i, v := range d.Y {
		if math.IsNaN(v) {
			continue
		}
		x := c.x(float64(i) + 0.7*((float64(d.Place)+0.5)/of-0.5))
		if d.Low != nil {
			c.whisker(stroke(s.colour, 1.3, nil), x, d.Low[i], d.High[i], 4)
		}
		if at := (vg.Point{X: x, Y: c.y(v)}); c.Contains(at) {
			mark(&c.Canvas, s, markRadius+0.7, at)
		}
	}
}

func (d Dots) sample(c *draw.Canvas, s style) {
	if d.Low != nil {
		x := c.Center().X
		c.StrokeLine2(stroke(s.colour, 1.3, nil), x, c.Min.Y, x, c.Max.Y)
	}
	mark(c, s, markRadius+0.7, c.Center())
}
