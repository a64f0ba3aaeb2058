package chart

import (
	"image/color"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The colours of everything that is not data.
var (
	paper = color.NRGBA{0xff, 0xff, 0xff, 0xff}
	ink   = color.NRGBA{0x22, 0x22, 0x22, 0xff} // text
	faint = color.NRGBA{0x77, 0x77, 0x77, 0xff} // axes, rules
	grid  = color.NRGBA{0xe2, 0xe2, 0xe2, 0xff}
	light = color.NRGBA{0xfe, 0xfe, 0xfe, 0xff} // text on strong colours
)

// style tells one layer from another.
type style struct {
	colour color.NRGBA
	shape  draw.GlyphDrawer
	dashes []vg.Length
}

// palette is that of Okabe and Ito, the colours with most contrast to white first
// and yellow, which has the least, last.
var palette = []color.NRGBA{
	{0x00, 0x72, 0xb2, 0xff}, // blue
	{0xd5, 0x5e, 0x00, 0xff}, // vermillion
	{0x00, 0x9e, 0x73, 0xff}, // bluish green
	{0xcc, 0x79, 0xa7, 0xff}, // reddish purple
	{0xe6, 0x9f, 0x00, 0xff}, // orange
	{0x56, 0xb4, 0xe9, 0xff}, // sky blue
	{0x55, 0x55, 0x55, 0xff}, // grey, in place of black, which is for text
	{0xf0, 0xe4, 0x42, 0xff}, // yellow
}

var shapes = []draw.GlyphDrawer{
	draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, draw.RingGlyph{},
	draw.CrossGlyph{}, draw.SquareGlyph{}, draw.PlusGlyph{}, draw.TriangleGlyph{},
}

var dashes = [][]vg.Length{nil, {6, 2.5}, {2, 2}, {7, 2, 2, 2}, {10, 3}, {4, 4}, {1, 2.5}, {8, 2, 2, 2, 2, 2}}

// styleOf returns style k, counted from 0. Beyond the palette colours come again
// with other markers.
func styleOf(k int) style {
	n := len(palette)
	return style{palette[k%n], shapes[(k+k/n)%n], dashes[(k+k/n)%n]}
}

// tint returns the colour c, of which the given share covers what lies under it. It
// looks as right on a dark page as on a light one.
func tint(c color.NRGBA, share float64) color.NRGBA {
	c.A = uint8(share*0xff + 0.5)
	return c
}

// The sizes of things, in points of 1/72 inch.
const (
	titleSize  = 13
	labelSize  = 11
	tickSize   = 10
	lineWidth  = 1.6
	thinWidth  = 0.6
	markRadius = 3
	margin     = 8
)

// textStyle is sans-serif, as what is read on screens.
func textStyle(size vg.Length, bold bool) text.Style {
	f := font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	if bold {
		f.Weight = 3 // x/image/font.WeightBold
	}
	return text.Style{Color: ink, Font: f, Handler: text.Plain{Fonts: font.DefaultCache}}
}

func stroke(c color.NRGBA, width vg.Length, dashes []vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: c, Width: width, Dashes: dashes}
}
