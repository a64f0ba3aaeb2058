package chart

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// canvas is where layers draw: the area between the axes.
type canvas struct {
	draw.Canvas
	x, y func(float64) vg.Length
	plot *plot.Plot
}

func (c *canvas) at(x, y float64) vg.Point { return vg.Point{X: c.x(x), Y: c.y(y)} }

// line strokes a line through the points of which the axes show any part.
func (c *canvas) line(s draw.LineStyle, points ...vg.Point) {
	c.StrokeLines(s, c.ClipLinesXY(points)...)
}

// area fills a polygon, as far as the axes show it.
func (c *canvas) area(fill color.Color, points []vg.Point) {
	if clipped := c.ClipPolygonXY(points); len(clipped) > 2 {
		c.FillPolygon(fill, clipped)
	}
}

// drawn lets a layer take part in a plot.
type drawn struct {
	layer Layer
	style style
}

// Plot implements plot.Plotter.
func (d drawn) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	d.layer.draw(&canvas{c, x, y, p}, d.style)
}

// backdrop is a layer with a part that must not hide what other layers draw.
type backdrop interface {
	drawBehind(c *canvas, s style)
}

// behind lets the backdrop of a layer take part in a plot.
type behind struct {
	layer backdrop
	style style
}

// Plot implements plot.Plotter.
func (b behind) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	b.layer.drawBehind(&canvas{c, x, y, p}, b.style)
}

// lattice draws thin lines at the labelled ticks.
type lattice struct{ x, y bool }

// Plot implements plot.Plotter.
func (l lattice) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	s := stroke(grid, thinWidth, nil)
	lines := func(a plot.Axis, on bool, line func(v float64)) {
		for _, t := range a.Tick.Marker.Ticks(a.Min, a.Max) {
			if on && t.Label != "" && t.Value > a.Min && t.Value < a.Max {
				line(t.Value)
			}
		}
	}
	lines(p.X, l.x, func(v float64) { c.StrokeLine2(s, x(v), c.Min.Y, x(v), c.Max.Y) })
	lines(p.Y, l.y, func(v float64) { c.StrokeLine2(s, c.Min.X, y(v), c.Max.X, y(v)) })
}

// paint draws the figure: title, legend, and the plot in the rest.
func (f *Figure) paint(on vg.Canvas) {
	c := draw.NewCanvas(on, vg.Length(f.axes.Width), vg.Length(f.axes.Height))
	c.SetColor(paper)
	c.Fill(c.Rectangle.Path())
	c = draw.Crop(c, margin, -margin, margin, -margin)
	if f.axes.Title != "" {
		s := textStyle(titleSize, true)
		s.XAlign, s.YAlign = draw.XLeft, draw.YTop
		title := wrap(s, f.axes.Title, c.Max.X-c.Min.X)
		c.FillText(s, vg.Point{X: c.Min.X, Y: c.Max.Y}, title)
		c.Max.Y -= s.Height(title) + 6
	}
	c.Max.Y -= f.legend(c)
	p := *f.plot // Add below must not add up
	c = f.titles(c, &p)
	if len(f.layers) == 0 || !isCells(f.layers[0]) {
		p.Add(lattice{x: len(f.axes.Categories) == 0, y: true})
	}
	for i, l := range f.layers {
		if b, ok := l.(backdrop); ok {
			p.Add(behind{b, f.styles[i]})
		}
	}
	for i, l := range f.layers {
		p.Add(drawn{l, f.styles[i]})
	}
	p.Draw(c)
}

// titles draws those of the axes, in the middle of the data, and returns what is
// left for the plot. (Those of gonum/plot leave a gap beside logarithmic axes.)
func (f *Figure) titles(c draw.Canvas, p *plot.Plot) draw.Canvas {
	const gap = 4
	s := textStyle(labelSize, false)
	s.XAlign, s.YAlign = draw.XCenter, draw.YBottom
	room := p.DataCanvas(c).Size()
	x := wrap(s, f.axes.X, room.X)
	y := wrap(s, f.axes.Y, room.Y-s.Height(x)) // what one takes, the other has not
	x = wrap(s, f.axes.X, room.X-s.Height(y))
	rest := c
	if x != "" {
		rest.Min.Y += s.Height(x) + gap
	}
	if y != "" {
		rest.Min.X += s.Height(y) + gap
	}
	data := p.DataCanvas(rest)
	if x != "" {
		c.FillText(s, vg.Point{X: data.Center().X, Y: c.Min.Y + s.FontExtents().Descent}, x)
	}
	if y != "" {
		turned := s
		turned.Rotation = math.Pi / 2
		c.FillText(turned, vg.Point{X: c.Min.X + s.Height(y) - s.FontExtents().Descent, Y: data.Center().Y}, y)
	}
	return rest
}

// legend draws the names of the layers in rows at the top of c and returns their
// height.
func (f *Figure) legend(c draw.Canvas) vg.Length {
	const sample, gap, apart = 24, 5, 16
	s := textStyle(tickSize, false)
	s.XAlign, s.YAlign = draw.XLeft, draw.YCenter
	row := s.Height("x") + 6
	x, y := c.Min.X, c.Max.Y
	rows := vg.Length(0)
	for i, l := range f.layers {
		name := l.key()
		if name == "" {
			continue
		}
		width := sample + gap + s.Width(name) + apart
		if rows == 0 || x+width-apart > c.Max.X && x > c.Min.X {
			x, y = c.Min.X, c.Max.Y-rows*row
			rows++
		}
		box := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
			Min: vg.Point{X: x, Y: y - row + 2}, Max: vg.Point{X: x + sample, Y: y - 2}}}
		l.sample(&box, f.styles[i])
		c.FillText(s, vg.Point{X: x + sample + gap, Y: box.Center().Y}, name)
		x += width
	}
	if rows == 0 {
		return 4 // so that the topmost label is not cut
	}
	return rows*row + 6
}

// mark draws one marker.
func mark(c *draw.Canvas, s style, radius vg.Length, at vg.Point) {
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: s.colour, Radius: radius, Shape: s.shape}, at)
}

// whisker draws an interval as a vertical bar with caps.
func (c *canvas) whisker(s draw.LineStyle, x vg.Length, low, high float64, cap vg.Length) {
	from, to := c.y(low), c.y(high)
	c.line(s, vg.Point{X: x, Y: from}, vg.Point{X: x, Y: to})
	for _, y := range []vg.Length{from, to} {
		c.line(s, vg.Point{X: x - cap, Y: y}, vg.Point{X: x + cap, Y: y})
	}
}

// sampleLine draws what a legend shows of a line.
func sampleLine(c *draw.Canvas, s draw.LineStyle) {
	c.StrokeLine2(s, c.Min.X, c.Center().Y, c.Max.X, c.Center().Y)
}

// disc adds a filled circle to a path.
func disc(p *vg.Path, at vg.Point, radius vg.Length) {
	p.Move(vg.Point{X: at.X + radius, Y: at.Y})
	p.Arc(at, radius, 0, 2*math.Pi)
	p.Close()
}
