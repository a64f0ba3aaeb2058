package chart

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Violin is a distribution shown at a place of the x axis.
type Violin struct {
	At     float64
	Values []float64 // in any order; they are not changed
}

// Violins show distributions: each the density of its values, estimated with a
// Gaussian kernel (Silverman, Density estimation, 1986, equation 3.31), with a box
// from the lower to the upper quartile, the median as a white line in it, and
// beside the box the mean as a marker with bars of one standard deviation. Under
// five values are drawn as they are.
type Violins struct {
	Name  string
	Of    []Violin
	Width float64 // of the widest violin in units of the x axis; 0 stands for 0.8 of the least distance of two
	Style int     // from 1; 0 stands for the next one
}

func (v Violins) validate() error {
	if len(v.Of) == 0 {
		return errors.New("no violins: give at least one violin")
	}
	if !(v.Width >= 0) || math.IsInf(v.Width, 0) {
		return fmt.Errorf("a Width of %g: give a positive number", v.Width)
	}
	for i, one := range v.Of {
		if err := alike([]string{fmt.Sprintf("Of[%d].Values", i)}, one.Values); err != nil {
			return err
		}
		if err := finite(fmt.Sprintf("Of[%d].At", i), []float64{one.At}); err != nil {
			return err
		}
	}
	return nil
}

func (v Violins) width() float64 {
	if v.Width > 0 {
		return v.Width
	}
	at := make([]float64, len(v.Of))
	for i := range at {
		at[i] = v.Of[i].At
	}
	slices.Sort(at)
	least := math.Inf(1)
	for i := 1; i < len(at); i++ {
		if d := at[i] - at[i-1]; d > 0 {
			least = math.Min(least, d)
		}
	}
	if math.IsInf(least, 1) {
		least = 1
	}
	return 0.8 * least
}

func (v Violins) bounds() (x, y span) {
	x, y = nothing, nothing
	half := v.width() / 2
	for _, one := range v.Of {
		x = x.join(span{one.At - half, one.At + half})
		y = y.join(spanOf(one.Values))
		if len(one.Values) >= fewest {
			sorted := slices.Sorted(slices.Values(one.Values))
			width := bandwidth(sorted)
			y = y.join(span{sorted[0] - width, sorted[len(sorted)-1] + width})
		}
		if len(one.Values) > 1 {
			mean, std := stat.PopMeanStdDev(one.Values, nil)
			y = y.join(span{mean - std, mean + std})
		}
	}
	return x, y
}

func (v Violins) styled() int { return v.Style }
func (v Violins) key() string { return v.Name }

// fewest values that a density is estimated from.
const fewest = 5

func (v Violins) draw(c *canvas, s style) {
	for _, one := range v.Of {
		centre := c.x(one.At)
		half := (c.x(one.At+v.width()/2) - centre)
		if len(one.Values) < fewest {
			for _, value := range one.Values {
				mark(&c.Canvas, s, 1.8, c.at(one.At, value))
			}
			continue
		}
		v.one(c, s, one.Values, centre, half)
	}
}

// one draws a violin of the given half width.
func (v Violins) one(c *canvas, s style, values []float64, centre, half vg.Length) {
	sorted := slices.Sorted(slices.Values(values))
	ys, density := estimate(sorted)
	most := slices.Max(density)
	outline := make([]vg.Point, 0, 2*len(ys))
	for i, y := range ys {
		outline = append(outline, vg.Point{X: centre + half*vg.Length(density[i]/most), Y: c.y(y)})
	}
	for i, y := range slices.Backward(ys) {
		outline = append(outline, vg.Point{X: centre - half*vg.Length(density[i]/most), Y: c.y(y)})
	}
	c.area(tint(s.colour, 0.3), outline)
	c.line(stroke(s.colour, thinWidth, nil), append(outline, outline[0])...)

	quartile := func(p float64) vg.Length { return c.y(stat.Quantile(p, stat.LinInterp, sorted, nil)) }
	box := half * 0.16
	low, median, high := quartile(0.25), quartile(0.5), quartile(0.75)
	c.area(s.colour, []vg.Point{{X: centre - box, Y: low}, {X: centre + box, Y: low}, {X: centre + box, Y: high}, {X: centre - box, Y: high}})
	c.line(stroke(paper, 1.2, nil), vg.Point{X: centre - box, Y: median}, vg.Point{X: centre + box, Y: median})

	mean, std := stat.PopMeanStdDev(sorted, nil)
	x := centre + half*0.45
	c.whisker(stroke(ink, 1, nil), x, mean-std, mean+std, 2)
	dot := s
	dot.colour = ink
	if at := (vg.Point{X: x, Y: c.y(mean)}); c.Contains(at) {
		mark(&c.Canvas, dot, 2, at)
	}
}

func (v Violins) sample(c *draw.Canvas, s style) {
	at, w, h := c.Center(), (c.Max.X-c.Min.X)/2, (c.Max.Y-c.Min.Y)/2
	lozenge := []vg.Point{{X: at.X - w*0.7, Y: at.Y}, {X: at.X, Y: at.Y + h}, {X: at.X + w*0.7, Y: at.Y}, {X: at.X, Y: at.Y - h}}
	c.FillPolygon(tint(s.colour, 0.3), lozenge)
	c.StrokeLines(stroke(s.colour, thinWidth, nil), append(lozenge, lozenge[0]))
}

// bandwidth returns the standard deviation of the kernel for sorted values.
func bandwidth(sorted []float64) float64 {
	_, std := stat.MeanStdDev(sorted, nil)
	between := stat.Quantile(0.75, stat.LinInterp, sorted, nil) - stat.Quantile(0.25, stat.LinInterp, sorted, nil)
	spread := std
	if between > 0 {
		spread = math.Min(std, between/1.34)
	}
	width := 0.9 * spread * math.Pow(float64(len(sorted)), -0.2)
	if !(width > 0) { // all values alike
		width = math.Max(math.Abs(sorted[0])*1e-3, 1e-6)
	}
	return width
}

// estimate returns the density of sorted values on an even grid over their range
// and a little beyond.
func estimate(sorted []float64) (at, density []float64) {
	const points = 64
	width := bandwidth(sorted)
	low, high := sorted[0]-width, sorted[len(sorted)-1]+width
	at, density = make([]float64, points), make([]float64, points)
	for k := range at {
		at[k] = low + (high-low)*float64(k)/(points-1)
		for _, v := range sorted {
			d := (at[k] - v) / width
			density[k] += math.Exp(-d * d / 2)
		}
		density[k] /= float64(len(sorted)) * width * math.Sqrt(2*math.Pi)
	}
	return at, density
}
