package report

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/internal/atomicfile"
)

//go:embed page.html
var pageText string

// page is parsed once, and does not change afterwards.
var page = template.Must(template.New("report").Funcs(template.FuncMap{
	"number": number, "change": change, "percent": percent, "embed": embed,
	"join":    strings.Join,
	"share":   func(a, b int) string { return percent(float64(a) / math.Max(float64(b), 1)) },
	"degrees": func(radians float64) string { return fmt.Sprintf("%.2f°", radians*180/math.Pi) },
	"rows":    rows,
	"slope":   slope,
	"varied":  varied,
	"charts":  func(f Factor) []Figure { return f.of(true) },
	"images":  func(f Factor) []Figure { return f.of(false) },
	"all":     func(r *Report) []Figure { return r.figures },
	"bounds":  func(c *lcfv.Control) [2]float64 { low, high := c.Range(); return [2]float64{low, high} },
}).Parse(pageText))

// of returns the figures that are charts, or those that are images.
func (f Factor) of(charts bool) []Figure {
	return slices.DeleteFunc(slices.Clone(f.figures), func(g Figure) bool { return (g.chart != nil) != charts })
}

// HTML returns the report as one page that needs nothing else: styles, figures and
// images are in it, and it tells browsers to load nothing. It has light and dark
// colours and fits telephones.
func (r *Report) HTML() ([]byte, error) {
	var b bytes.Buffer
	if err := page.Execute(&b, r); err != nil {
		return nil, fmt.Errorf("report: writing HTML: %w", err)
	}
	return b.Bytes(), nil
}

// Save writes HTML to a file, whole or not at all.
func (r *Report) Save(path string) error {
	data, err := r.HTML()
	if err != nil {
		return err
	}
	return atomicfile.Write(path, data)
}

// SaveFigures writes every figure to a folder, which it makes if there is none, in
// each of its formats, and returns the paths of the files.
func (r *Report) SaveFigures(dir string) ([]string, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	var paths []string
	for _, f := range r.Figures() {
		for _, format := range f.Formats() {
			data, err := f.Encode(format)
			if err != nil {
				return paths, err
			}
			path := filepath.Join(dir, fileName(f.Name)+"."+format)
			if err := atomicfile.Write(path, data); err != nil {
				return paths, err
			}
			paths = append(paths, path)
		}
	}
	return paths, nil
}

// fileName replaces what names of files cannot have everywhere: transforms of the
// caller's own have any name.
func fileName(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:*?"<>| `, r) {
			return '_'
		}
		return r
	}, name)
}

// embed returns a figure as HTML.
func embed(f Figure) (template.HTML, error) {
	if f.chart != nil {
		data, err := f.chart.Inline(f.Title + ". " + f.Alt)
		return template.HTML(data), err
	}
	kind := map[string]string{"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif"}[f.kind]
	least := min(f.width, 560) // on a narrow screen: what is wider can be moved to and fro
	if f.kind == "gif" {
		least = 0
	}
	return template.HTML(fmt.Sprintf(`<div class="image"><img src="data:%s;base64,%s" width="%d" style="min-width:%dpx" alt="%s"></div>`,
		kind, base64.StdEncoding.EncodeToString(f.image), f.width, least, template.HTMLEscapeString(f.Alt))), nil
}

// row is a line of the table of changes.
type row struct {
	Delta     float64
	N         int
	Mean, Std float64
	RMSE      float64
	CI        [2]float64
	Refused   int
	Unseen    int
	Sureness  float64
}

// rows returns the lines of the table of changes.
func rows(f Factor) []row {
	var out []row
	errs := byDelta(&f)
	for _, s := range sortedSummaries(f.Evaluation) {
		r := row{Delta: s.Delta, N: s.N, Mean: s.Mean, Std: s.Std}
		for _, e := range errs {
			if e.delta == s.Delta {
				r.RMSE, r.CI = e.value, e.ci
			}
		}
		for _, q := range f.Quality {
			if q.Delta == s.Delta {
				r.Refused, r.Unseen, r.Sureness = q.Refused, q.Undetected, q.Confidence
			}
		}
		out = append(out, r)
	}
	return out
}
