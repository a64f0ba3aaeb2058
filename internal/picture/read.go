package picture

import (
	"fmt"
	"image"
	"image/color"
	"io"
	"os"

	// The formats that Read knows.
	_ "image/gif"
	_ "image/jpeg"

	"golang.org/x/image/draw"

	"github.com/lcfv-go/lcfv/generator"
)

// mostPixels bounds what is decoded into memory: 100 million pixels take up to
// 800 MB.
const mostPixels = 100_000_000

// Read reads a PNG, JPEG or GIF file, of the latter the first frame, as one image
// of c channels and the given size, upright if its Exif data say which way that is. The largest part in the middle that has the
// size's shape is cut out and scaled; transparent pixels lie on black. One channel
// is the luminance, three are red, green and blue. It returns the size of the
// picture and of the part as well.
func Read(path string, c, h, w int) (x *generator.Images, whole, part image.Point, err error) {
	if c != 1 && c != 3 {
		return nil, whole, part, fmt.Errorf("reading %s: the generator draws images of %d channels, a picture has 1 or 3", path, c)
	}
	img, way, err := decode(path)
	if err != nil {
		return nil, whole, part, err
	}
	across, down := w, h // as stored
	if way.sideways() {
		across, down = h, w
	}
	from := middle(img.Bounds(), down, across)
	scaled := image.NewRGBA64(image.Rect(0, 0, across, down))
	draw.CatmullRom.Scale(scaled, scaled.Bounds(), img, from, draw.Src, nil)
	x = generator.NewImages(1, c, h, w)
	for k := range h * w {
		p := scaled.RGBA64At(way.stored(k%w, k/w, w, h))
		if c == 1 {
			x.Pix[k] = float32(luminance(p))
			continue
		}
		for i, v := range [3]uint16{p.R, p.G, p.B} {
			x.Pix[i*h*w+k] = float32(v) / 0xffff
		}
	}
	whole, part = img.Bounds().Size(), from.Size()
	if way.sideways() {
		whole, part = image.Pt(whole.Y, whole.X), image.Pt(part.Y, part.X)
	}
	return x, whole, part, nil
}

// luminance returns that of a colour in [0, 1], with the weights of ITU-R BT.601,
// which are those of package image/color.
func luminance(p color.RGBA64) float64 {
	return (0.299*float64(p.R) + 0.587*float64(p.G) + 0.114*float64(p.B)) / 0xffff
}

// middle returns the largest rectangle of the shape h×w in the middle of r.
func middle(r image.Rectangle, h, w int) image.Rectangle {
	size := r.Size()
	if size.X*h > size.Y*w {
		size.X = max(1, (size.Y*w+h/2)/h)
	} else {
		size.Y = max(1, (size.X*h+w/2)/w)
	}
	at := r.Min.Add(r.Size().Sub(size).Div(2))
	return image.Rectangle{Min: at, Max: at.Add(size)}
}

func decode(path string) (image.Image, orientation, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, fmt.Errorf("reading a picture: %w", err)
	}
	defer f.Close()
	if stat, err := f.Stat(); err == nil && stat.IsDir() {
		return nil, 0, fmt.Errorf("reading %s: it is a folder: name a file", path)
	}
	info, format, err := image.DecodeConfig(f)
	if err != nil {
		return nil, 0, fmt.Errorf("reading %s: %w: give a PNG, JPEG or GIF file", path, err)
	}
	if info.Width < 1 || info.Height < 1 || info.Width > mostPixels/info.Height {
		return nil, 0, fmt.Errorf("reading %s: a %s of %d×%d pixels: give one of 1 to %d million pixels, it is made smaller anyway",
			path, format, info.Width, info.Height, mostPixels/1_000_000)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, 0, fmt.Errorf("reading %s: %w", path, err)
	}
	way := orientationOf(f)
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, 0, fmt.Errorf("reading %s: %w", path, err)
	}
	img, _, err := image.Decode(f)
	if err != nil {
		return nil, 0, fmt.Errorf("reading %s: %w: the file is damaged", path, err)
	}
	return img, way, nil
}
