package chart

import (
	"errors"
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Cells are a heat map with numbers in its cells: positive ones on blue, negative
// ones on vermillion, the paler the nearer to zero. It is the first layer of its
// figure and sets the axes; rows go from the top downwards.
type Cells struct {
	Rows, Columns []string
	Values        [][]float64 // Values[row][column]; NaN leaves the cell empty

	// Text is what stands in the cells, in lines parted by "\n", of which all but
	// the first are small; nil stands for the values with Decimals.
	Text     [][]string
	Decimals int

	Most float64 // the absolute value with the strongest colour; 0 stands for the largest there is
}

func (h Cells) validate() error {
	if len(h.Rows) == 0 || len(h.Columns) == 0 || len(h.Values) != len(h.Rows) || h.Text != nil && len(h.Text) != len(h.Rows) {
		return fmt.Errorf("%d rows and %d columns with %d rows of values and %d of text: give one of each for every row",
			len(h.Rows), len(h.Columns), len(h.Values), len(h.Text))
	}
	some := false
	for i, row := range h.Values {
		if len(row) != len(h.Columns) || h.Text != nil && len(h.Text[i]) != len(h.Columns) {
			return fmt.Errorf("row %d does not have a value, and a text if there are any, for each of the %d columns", i, len(h.Columns))
		}
		for _, v := range row {
			if math.IsInf(v, 0) {
				return errors.New("a value is infinite: NaN leaves a cell empty")
			}
			some = some || !math.IsNaN(v)
		}
	}
	if !some {
		return errors.New("there is nothing in Values but NaN")
	}
	return nil
}

func (h Cells) bounds() (x, y span) {
	return span{-0.5, float64(len(h.Columns)) - 0.5}, span{-0.5, float64(len(h.Rows)) - 0.5}
}

func (h Cells) styled() int                    { return -1 }
func (h Cells) key() string                    { return "" }
func (h Cells) sample(_ *draw.Canvas, _ style) {}

func (h Cells) most() float64 {
	if h.Most > 0 {
		return h.Most
	}
	most := 0.0
	for _, row := range h.Values {
		for _, v := range row {
			if !math.IsNaN(v) {
				most = math.Max(most, math.Abs(v))
			}
		}
	}
	return most
}

// shade returns the colour of a value and that of text on it.
func (h Cells) shade(v, most float64) (cell, text color.NRGBA) {
	share := 0.0
	if most > 0 {
		share = math.Min(math.Abs(v)/most, 1)
	}
	base := palette[0]
	if v < 0 {
		base = palette[1]
	}
	if share > 0.6 {
		return tint(base, share), light
	}
	return tint(base, share), ink
}

func (h Cells) draw(c *canvas, _ style) {
	most := h.most()
	for i, row := range h.Values {
		for j, v := range row {
			x, y := float64(j), float64(len(h.Rows)-1-i)
			low, high := c.at(x-0.5, y-0.5), c.at(x+0.5, y+0.5)
			cell, txt := h.shade(v, most)
			if math.IsNaN(v) {
				cell = grid
			}
			edge := []vg.Point{low, {X: high.X, Y: low.Y}, high, {X: low.X, Y: high.Y}}
			c.FillPolygon(cell, edge)
			c.StrokeLines(stroke(paper, 1.5, nil), append(edge, low))
			if math.IsNaN(v) {
				continue
			}
			s := textStyle(labelSize, false)
			s.Color, s.XAlign, s.YAlign = txt, draw.XCenter, draw.YCenter
			h.write(c, s, c.at(x, y), i, j)
		}
	}
}

// write puts the text of a cell around its centre.
func (h Cells) write(c *canvas, s draw.TextStyle, centre vg.Point, i, j int) {
	first, rest := Number(h.Values[i][j], h.Decimals), ""
	if h.Text != nil {
		first, rest = cutLine(h.Text[i][j])
	}
	if rest == "" {
		c.FillText(s, centre, first)
		return
	}
	small := s
	small.Font.Size = tickSize - 2
	gap := (s.Height(first) + small.Height(rest)) / 2
	c.FillText(s, vg.Point{X: centre.X, Y: centre.Y + small.Height(rest)/2}, first)
	c.FillText(small, vg.Point{X: centre.X, Y: centre.Y + small.Height(rest)/2 - gap}, rest)
}
