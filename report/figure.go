package report

import (
	"fmt"

	"github.com/lcfv-go/lcfv/internal/chart"
)

// Figure is a picture of a report: a chart, which there is as SVG and as PNG, or
// one of images, which is a PNG, a JPEG or an animated GIF.
type Figure struct {
	Name    string // for files, without an ending, such as "translate-x-measured"
	Title   string
	Caption string // what it shows and how to read it
	Alt     string // what can be read off it, for those who do not see it

	chart *chart.Figure
	image []byte
	kind  string // "png", "jpg" or "gif", of image
	width int    // of image, in pixels
}

// Formats returns the endings of the files that the figure makes, such as "svg".
func (f *Figure) Formats() []string {
	if f.chart != nil {
		return []string{"png", "svg"}
	}
	return []string{f.kind}
}

// Encode returns the figure as a file of one of its formats.
func (f *Figure) Encode(format string) ([]byte, error) {
	switch {
	case f.chart != nil && format == "svg":
		return f.chart.SVG()
	case f.chart != nil && format == "png":
		return f.chart.PNG(0)
	case f.chart == nil && format == f.kind:
		return f.image, nil
	}
	return nil, fmt.Errorf("report: there is no %s of figure %s, only %v", format, f.Name, f.Formats())
}
