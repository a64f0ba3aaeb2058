package chart

import (
	"image"
	"image/draw"

	"gonum.org/v1/plot/vg"
	vgdraw "gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Strip puts a title over a picture, and headings over its columns, which are
// equally wide: for sheets of images beside figures.
func Strip(title string, headings []string, body image.Image) *image.RGBA {
	const dpi, row, edge = 96, 22, 5
	points := func(pixels int) vg.Length { return vg.Length(pixels) * 72 / dpi }
	size := body.Bounds().Size()
	top := 2*row + edge
	on := vgimg.NewWith(vgimg.UseImage(image.NewRGBA(image.Rect(0, 0, size.X, size.Y+top))), vgimg.UseDPI(dpi))
	c := vgdraw.New(on)
	s := textStyle(labelSize, false)
	s.YAlign = vgdraw.YCenter
	high := points(size.Y + top)
	s.XAlign = vgdraw.XLeft
	c.FillText(s, vg.Point{X: points(edge), Y: high - points(edge+row/2)}, title)
	s.XAlign = vgdraw.XCenter
	for k, heading := range headings {
		x := points(size.X) * (vg.Length(k) + 0.5) / vg.Length(len(headings))
		c.FillText(s, vg.Point{X: x, Y: high - points(edge+row+row/2)}, heading)
	}
	out := image.NewRGBA(on.Image().Bounds())
	draw.Draw(out, out.Bounds(), on.Image(), image.Point{}, draw.Src)
	draw.Draw(out, image.Rect(0, top, size.X, top+size.Y), body, body.Bounds().Min, draw.Src)
	return out
}
