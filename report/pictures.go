package report

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"math"

	"golang.org/x/image/draw"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/chart"
	"github.com/lcfv-go/lcfv/internal/picture"
)

// The size of pictures: so that a page with five factors of a generator of
// photographs stays below 5 MB.
const (
	stripSide  = 128 // most pixels of an image's side in a strip
	walkSide   = 96  // and in a walk
	walkCodes  = 4
	walkFrames = 14 // from one end to the other, at most
	allFrames  = 30 // of the walks of all factors, in colour
	fewFrames  = 6  // that show a movement
	walkDelay  = 8  // hundredths of a second
)

// pictures draws the strip and the walk of a factor.
func (m *maker) pictures(f *Factor, z *generator.Latents) error {
	name, unit := f.Control.Transform, f.Control.Unit
	how := steerer{m.steer(name)}
	var deltas []float64
	for _, q := range f.Quality {
		deltas = append(deltas, q.Delta)
	}
	rows := z.Slice(0, min(m.o.Rows, z.N))
	sheet, refused, err := picture.Steered(m.ctx, m.g, how, rows, deltas)
	if err != nil {
		return fmt.Errorf("report: drawing %s: %w", name, err)
	}
	shrink([]picture.Sheet{sheet}, stripSide)
	var headings []string
	for _, d := range deltas {
		headings = append(headings, change(d))
	}
	strip := Figure{
		Name: name + "-strip", Title: "Steered samples",
		Caption: "Each row is a sample, changed by what stands over the column (" + unit + "). Requests that the control refuses are left grey.",
		Alt:     fmt.Sprintf("%d samples with %s changed by %s to %s; %d of the %d images are refused.", rows.N, name, headings[0], headings[len(headings)-1], refused, rows.N*len(deltas)),
	}
	body := chart.Strip("change of "+name+" ("+unit+")", headings, sheet.Draw())
	if strip.image, strip.kind, err = encode(body, m.g.Info().C); err != nil {
		return fmt.Errorf("report: drawing %s: %w", name, err)
	}
	strip.width = body.Bounds().Dx()

	low, high := m.walk(f, deltas)
	walk, held, err := picture.Walk(m.ctx, m.g, how, z.Slice(0, min(walkCodes, z.N)), low, high, m.frames())
	if err != nil {
		return fmt.Errorf("report: drawing %s: %w", name, err)
	}
	shrink(walk, walkSide)
	moving := Figure{
		Name: name + "-walk", Title: "A walk", kind: "gif",
		Caption: fmt.Sprintf("The same samples from %s to %s and back (%s); one that comes to the end of the control's range stays there.", change(low), change(high), unit),
		Alt:     fmt.Sprintf("Animation: %s of %d samples goes from %s to %s and back; %d of its images are held at the end of the range.", name, min(walkCodes, z.N), change(low), change(high), held),
		width:   walk[0].Draw().Bounds().Dx(),
	}
	if moving.image, err = picture.EncodeGIF(walk, walkDelay); err != nil {
		return fmt.Errorf("report: drawing %s: %w", name, err)
	}
	f.figures = append(f.figures, strip, moving)
	return nil
}

// frames returns the number of frames from one end of a walk to the other. Those in
// colour take much space.
func (m *maker) frames() int {
	if m.g.Info().C == 1 {
		return walkFrames
	}
	return min(walkFrames, max(fewFrames, allFrames/len(m.set.Names())))
}

// walk returns from where to where a walk goes: as far as changes are asked for,
// and no further than the control's range is long.
func (m *maker) walk(f *Factor, deltas []float64) (low, high float64) {
	low, high = f.Control.Range()
	most := (high - low) / 2
	if f.Control.Limits != nil && f.Control.Limits.Change > 0 {
		most = math.Min(most, f.Control.Limits.Change)
	}
	return math.Max(deltas[0], -most), math.Min(deltas[len(deltas)-1], most)
}

// steerer is a function that steers.
type steerer struct {
	steer func(dst, z []float32, delta float64) error
}

// Steer implements picture.Steerer.
func (s steerer) Steer(dst, z []float32, delta float64) error { return s.steer(dst, z, delta) }

// shrink scales images that are larger than side down to it.
func shrink(sheets []picture.Sheet, side int) {
	for _, s := range sheets {
		for _, row := range s {
			for k, img := range row {
				if img == nil {
					continue
				}
				size := img.Bounds().Size()
				most := max(size.X, size.Y)
				if most <= side {
					continue
				}
				small := image.NewRGBA(image.Rect(0, 0, max(1, size.X*side/most), max(1, size.Y*side/most)))
				draw.CatmullRom.Scale(small, small.Bounds(), img, img.Bounds(), draw.Src, nil)
				row[k] = small
			}
		}
	}
}

// encode returns a picture as PNG, or if it has colours as JPEG, which takes a tenth
// for photographs.
func encode(img image.Image, channels int) (data []byte, kind string, err error) {
	var b bytes.Buffer
	if channels > 1 {
		err = jpeg.Encode(&b, img, &jpeg.Options{Quality: 88})
		return b.Bytes(), "jpg", err
	}
	grey := image.NewGray(img.Bounds())
	draw.Draw(grey, grey.Bounds(), img, img.Bounds().Min, draw.Src)
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, grey)
	return b.Bytes(), "png", err
}
