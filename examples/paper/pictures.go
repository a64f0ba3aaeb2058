package main

import (
	"context"
	"image"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/chart"
	"github.com/lcfv-go/lcfv/internal/picture"
)

// chart writes a figure to a picture of the running experiment.
func (l *lab) chart(name string, axes chart.Axes, layers ...chart.Layer) error {
	path, err := l.picture(name)
	if err != nil {
		return err
	}
	f, err := chart.New(axes, layers...)
	if err != nil {
		return err
	}
	return f.Save(path)
}

// strip writes the images of some codes, a row each: where they start, what was
// asked for at target k with what is not defined in grey, and what each of the
// results found for it.
func (l *lab) strip(ctx context.Context, name string, results [][]found, k int) error {
	g, err := l.generator(name)
	if err != nil {
		return err
	}
	path, err := l.picture(name + "-images.png")
	if err != nil {
		return err
	}
	var columns []*generator.Images
	draw := func(codes [][]float32) (*generator.Images, error) {
		x := new(generator.Images)
		columns = append(columns, x)
		return x, g.Generate(ctx, x, latents(codes))
	}
	x0, err := draw(results[0][k].Start)
	if err != nil {
		return err
	}
	target, mask := new(generator.Images), new(generator.Images)
	if err := motion.Apply(target, mask, x0, results[0][k].T); err != nil {
		return err
	}
	grey(target, mask)
	columns = append(columns, target)
	for _, r := range results {
		if _, err := draw(r[k].Codes); err != nil {
			return err
		}
	}
	var sheet picture.Sheet
	for i := range x0.N {
		var images []image.Image
		for _, x := range columns {
			images = append(images, picture.RGBA(x, i))
		}
		sheet = append(sheet, images)
	}
	return picture.WritePNG(path, sheet.Draw())
}

// grey paints the undefined part of images grey.
func grey(x, mask *generator.Images) {
	for i := range x.N {
		pixels, m := x.Sample(i), mask.Sample(i)
		for p := range pixels {
			a := m[p%len(m)]
			pixels[p] = a*pixels[p] + (1-a)*0.5
		}
	}
}

// latents makes a batch of codes.
func latents(codes [][]float32) *generator.Latents {
	z := generator.NewLatents(len(codes), len(codes[0]))
	for i, c := range codes {
		copy(z.Row(i), c)
	}
	return z
}
