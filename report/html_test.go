package report_test

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"image"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// page is what is in an HTML file: the names of its elements, the pictures that its
// images hold, and its text.
type page struct {
	elements map[string]int
	images   []image.Config
	labels   []string // of the svg elements and images
	text     string
}

// parsed reads a page, and fails if it is not well formed, or names anything that is
// not in it.
func parsed(t *testing.T, data []byte) page {
	t.Helper()
	p := page{elements: map[string]int{}}
	d := xml.NewDecoder(bytes.NewReader(data))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var text strings.Builder
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			p.text = text.String()
			return p
		}
		require.NoError(t, err)
		switch v := token.(type) {
		case xml.CharData:
			text.Write(v)
			for _, asks := range []string{"@import", "url("} {
				require.NotContains(t, string(v), asks)
			}
		case xml.StartElement:
			p.elements[v.Name.Local]++
			for _, a := range v.Attr {
				if a.Name.Local == "xmlns" || a.Name.Space == "xmlns" { // a name, which nobody fetches
					continue
				}
				for _, asks := range []string{"http:", "https:", "ftp:", "file:", "url(", "javascript:"} {
					require.NotContains(t, strings.ToLower(a.Value), asks, "%s %s", v.Name.Local, a.Name.Local)
				}
				switch a.Name.Local {
				case "src", "href", "srcset", "data", "action", "poster":
					require.True(t, strings.HasPrefix(a.Value, "data:"), "%s %s=%.60s", v.Name.Local, a.Name.Local, a.Value)
					if v.Name.Local == "img" {
						p.images = append(p.images, picture(t, a.Value))
					}
				case "alt", "aria-label":
					p.labels = append(p.labels, a.Value)
				}
				require.False(t, strings.HasPrefix(a.Name.Local, "on"), "no scripts")
			}
		}
	}
}

// picture decodes the image of a data URI, all of it.
func picture(t *testing.T, uri string) image.Config {
	t.Helper()
	_, encoded, found := strings.Cut(uri, ";base64,")
	require.True(t, found)
	data, err := base64.StdEncoding.DecodeString(encoded)
	require.NoError(t, err)
	_, _, err = image.Decode(bytes.NewReader(data))
	require.NoError(t, err)
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	require.NoError(t, err)
	return config
}

func TestPageNeedsNothingElse(t *testing.T) {
	g, set, pairs := blobs(t)
	r := made(t, g, set, small(pairs))
	data, err := r.HTML()
	require.NoError(t, err)
	require.Less(t, len(data), 5_000_000)
	p := parsed(t, data)
	require.Zero(t, p.elements["script"]+p.elements["iframe"]+p.elements["object"]+p.elements["embed"])
	require.Equal(t, 1, p.elements["link"], "the icon, which is empty")

	// Every figure is there.
	charts, images := 0, 0
	for _, f := range r.Figures() {
		if len(f.Formats()) == 2 {
			charts++
		} else {
			images++
		}
		require.Contains(t, p.text, f.Caption)
	}
	require.Equal(t, charts, p.elements["svg"])
	require.Equal(t, images, p.elements["img"])
	require.Equal(t, charts+images, p.elements["figure"])
	require.Len(t, p.images, images)
	for _, config := range p.images {
		require.Greater(t, config.Width, 50)
		require.Greater(t, config.Height, 50)
	}
	for _, label := range p.labels {
		require.NotEmpty(t, label)
	}
	require.GreaterOrEqual(t, len(p.labels), charts+images)
	for _, says := range []string{"translate-x", "zoom", "blob-0.5", "by a test", "version", "Several factors at once"} {
		require.Contains(t, p.text, says)
	}
}

func TestPageEscapes(t *testing.T) {
	g, set, _ := blobs(t)
	one, err := set.Only("zoom")
	require.NoError(t, err)
	o := small(nil)
	o.Made = []string{`lcfv report -model "</pre><script>alert(1)</script>&amp;"`}
	data, err := made(t, layered{g}, one, o).HTML()
	require.NoError(t, err)
	p := parsed(t, data)
	require.Zero(t, p.elements["script"])
	require.Contains(t, p.text, o.Made[0])
	require.Contains(t, p.text, `<script>alert("x")</script>`, "the generator's name, as text")
}

// One change says nothing about a slope.
func TestOneChange(t *testing.T) {
	g, set, _ := blobs(t)
	o := small(nil)
	o.Deltas = []float64{0.05}
	data, err := made(t, g, set, o).HTML()
	require.NoError(t, err)
	text := parsed(t, data).text
	require.NotContains(t, text, "of what was asked,")
	require.NotContains(t, text, "0.000]", "no slope of 0 stands for one that is not known")
	data, err = made(t, g, set, small(nil)).HTML()
	require.NoError(t, err)
	require.Contains(t, parsed(t, data).text, "of what was asked,")
}

func TestSave(t *testing.T) {
	g, set, _ := blobs(t)
	r := made(t, g, set, small(nil))
	path := filepath.Join(t.TempDir(), "r.html")
	require.NoError(t, r.Save(path))
	require.Error(t, r.Save(filepath.Join(path, "below-a-file.html")))
}
