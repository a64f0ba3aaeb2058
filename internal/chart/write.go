package chart

import (
	"bytes"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/png"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/lcfv-go/lcfv/internal/atomicfile"
)

// fonts are what readers of an SVG file are told to use: those after the first
// have the same widths as the one it was laid out with, or nearly.
const fonts = "'Liberation Sans',Arimo,Arial,Helvetica,sans-serif"

// SVG returns the figure as an SVG file. Its text is text, which can be searched
// and copied, in a sans-serif font of the reader, stretched or squeezed where that
// is not the one that the figure was laid out with.
func (f *Figure) SVG() ([]byte, error) {
	c := &svgCanvas{Canvas: vgsvg.NewWith(vgsvg.UseWH(vg.Length(f.axes.Width), vg.Length(f.axes.Height)))}
	f.paint(c)
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("chart: drawing %q: %w", f.axes.Title, err)
	}
	var out bytes.Buffer
	for i, part := range bytes.Split(b.Bytes(), []byte("<text ")) { // the texts themselves are escaped
		if i > 0 {
			fmt.Fprintf(&out, `<text textLength="%.5g" lengthAdjust="spacingAndGlyphs" `, c.widths[i-1].Points())
		}
		out.Write(part)
	}
	return bytes.ReplaceAll(out.Bytes(), []byte("font-family:Liberation Sans"), []byte("font-family:"+fonts)), nil
}

// Inline returns the figure as an svg element to be put into an HTML page, which
// may choose the colours of all that is not data by the properties --ink, --faint,
// --grid and --paper, and by --first that of the first style, which is dark. The
// label says what the figure shows to those who do not see it.
func (f *Figure) Inline(label string) ([]byte, error) {
	data, err := f.SVG()
	if err != nil {
		return nil, err
	}
	data = data[bytes.Index(data, []byte("<svg ")):]
	for name, c := range map[string]color.NRGBA{"ink": ink, "faint": faint, "grid": grid, "paper": paper, "first": palette[0]} {
		plain := fmt.Sprintf("#%02X%02X%02X", c.R, c.G, c.B)
		data = bytes.ReplaceAll(data, []byte(":"+plain), fmt.Appendf(nil, ":var(--%s,%s)", name, plain))
	}
	return bytes.Replace(data, []byte("<svg "), fmt.Appendf(nil, `<svg role="img" aria-label="%s" `, html.EscapeString(label)), 1), nil
}

// svgCanvas notes the widths of the texts that are drawn on it.
type svgCanvas struct {
	*vgsvg.Canvas
	widths []vg.Length
}

// FillString implements vg.Canvas.
func (c *svgCanvas) FillString(f font.Face, at vg.Point, txt string) {
	c.widths = append(c.widths, f.Width(txt))
	c.Canvas.FillString(f, at, txt)
}

// Image returns the figure drawn with so many pixels to the inch; 0 stands for
// 144, twice what screens of old had, so that it is sharp on those of today.
func (f *Figure) Image(dpi int) image.Image {
	if dpi <= 0 {
		dpi = 144
	}
	c := vgimg.NewWith(vgimg.UseWH(vg.Length(f.axes.Width), vg.Length(f.axes.Height)), vgimg.UseDPI(dpi))
	f.paint(c)
	return c.Image()
}

// PNG returns the figure as a PNG file; dpi is that of Image.
func (f *Figure) PNG(dpi int) ([]byte, error) {
	var b bytes.Buffer
	if err := png.Encode(&b, f.Image(dpi)); err != nil {
		return nil, fmt.Errorf("chart: drawing %q: %w", f.axes.Title, err)
	}
	return b.Bytes(), nil
}

// Save writes the figure to files, each as its name's ending says, .svg or .png,
// whole or not at all.
func (f *Figure) Save(paths ...string) error {
	for _, path := range paths {
		var data []byte
		var err error
		switch kind := strings.ToLower(filepath.Ext(path)); kind {
		case ".svg":
			data, err = f.SVG()
		case ".png":
			data, err = f.PNG(0)
		default:
			err = fmt.Errorf("chart: saving %s: %q is no format of figures: end the name in .svg or .png", path, kind)
		}
		if err != nil {
			return err
		}
		if err := atomicfile.Write(path, data); err != nil {
			return err
		}
	}
	return nil
}
