// Package picture lays images of a generator out for people: sheets as PNG,
// walks as GIF.
package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/png"

	"golang.org/x/image/draw"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/atomicfile"
)

// cellSize is the least width of a cell in pixels; smaller images are enlarged
// a whole number of times.
const cellSize = 96

const gap = 4 // pixels between cells

var (
	paper   = color.RGBA{255, 255, 255, 255}
	missing = color.RGBA{225, 225, 225, 255}
)

// RGBA converts sample i of a batch; one channel is grey, three are red, green
// and blue. Values outside [0, 1] are clipped.
func RGBA(x *generator.Images, i int) *image.RGBA {
	pix, plane := x.Sample(i), x.H*x.W
	img := image.NewRGBA(image.Rect(0, 0, x.W, x.H))
	for k := range plane {
		var rgb [3]uint8
		for c := range rgb {
			v := pix[min(c, x.C-1)*plane+k]
			rgb[c] = uint8(min(max(v, 0), 1)*255 + 0.5)
		}
		img.SetRGBA(k%x.W, k/x.W, color.RGBA{rgb[0], rgb[1], rgb[2], 255})
	}
	return img
}

// Sheet is a table of images with the same size; a nil cell is drawn empty.
type Sheet [][]image.Image

// Draw lays the sheet out, rows below each other.
func (s Sheet) Draw() *image.RGBA {
	w, h := s.cell()
	columns := 0
	for _, row := range s {
		columns = max(columns, len(row))
	}
	out := image.NewRGBA(image.Rect(0, 0, gap+columns*(w+gap), gap+len(s)*(h+gap)))
	draw.Draw(out, out.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	for r, row := range s {
		for c, cell := range row {
			at := image.Rect(0, 0, w, h).Add(image.Pt(gap+c*(w+gap), gap+r*(h+gap)))
			if cell == nil {
				draw.Draw(out, at, image.NewUniform(missing), image.Point{}, draw.Src)
			} else {
				draw.NearestNeighbor.Scale(out, at, cell, cell.Bounds(), draw.Src, nil)
			}
		}
	}
	return out
}

// cell returns the size of a cell.
func (s Sheet) cell() (w, h int) {
	for _, row := range s {
		for _, cell := range row {
			if cell != nil {
				size := cell.Bounds().Size()
				times := max(1, (cellSize+size.X-1)/size.X)
				return size.X * times, size.Y * times
			}
		}
	}
	return cellSize, cellSize
}

// WritePNG writes an image to a file.
func WritePNG(path string, img image.Image) error {
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return atomicfile.Write(path, buf.Bytes())
}

// WriteGIF writes EncodeGIF's animation to a file.
func WriteGIF(path string, frames []Sheet, delay int) error {
	data, err := EncodeGIF(frames, delay)
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return atomicfile.Write(path, data)
}

// EncodeGIF returns sheets as the frames of a looping animation, delay hundredths
// of a second apart.
func EncodeGIF(frames []Sheet, delay int) ([]byte, error) {
	anim := gif.GIF{}
	for _, s := range frames {
		anim.Image = append(anim.Image, paletted(s.Draw()))
		anim.Delay = append(anim.Delay, delay)
	}
	var buf bytes.Buffer
	if err := gif.EncodeAll(&buf, &anim); err != nil {
		return nil, fmt.Errorf("encoding a walk: %w", err)
	}
	return buf.Bytes(), nil
}
