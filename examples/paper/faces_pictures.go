package main

import (
	"context"
	"image"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/picture"
	"github.com/lcfv-go/lcfv/saliency"
	"github.com/lcfv-go/lcfv/transform"
)

// show writes images of the first codes with what the detector makes of them below: as
// they are, then for the least and the largest change steered and transformed. What
// the control refuses is left blank.
func (f looked) show(ctx context.Context, l *lab, g generator.Generator, c *lcfv.Control, b *before, detector saliency.Detector, name string) error {
	path, err := l.picture(name + "-" + f.transform.Name() + ".png")
	if err != nil {
		return err
	}
	rows := min(shown, b.z.N)
	sheet := make(picture.Sheet, 2*rows)
	// All images, so that the detector's maps are those that were kept.
	add := func(x *generator.Images, refused []bool) error {
		var maps generator.Images
		if err := detector.Detect(ctx, &maps, x); err != nil {
			return err
		}
		for i := range rows {
			var of, m image.Image
			if !refused[i] {
				of, m = picture.RGBA(x, i), picture.RGBA(&maps, i)
			}
			sheet[2*i], sheet[2*i+1] = append(sheet[2*i], of), append(sheet[2*i+1], m)
		}
		return nil
	}
	none := make([]bool, b.z.N)
	if err := add(&b.images, none); err != nil {
		return err
	}
	var x, mask generator.Images
	for _, delta := range []float64{f.deltas[0], f.deltas[len(f.deltas)-1]} {
		moved, refused, err := b.steer(c, delta)
		if err != nil {
			return err
		}
		if err := g.Generate(ctx, &x, moved); err != nil {
			return err
		}
		if err := add(&x, refused); err != nil {
			return err
		}
		if err := applyWhole(f.transform, &x, &mask, &b.images, delta); err != nil {
			return err
		}
		if err := add(&x, none); err != nil {
			return err
		}
	}
	return picture.WritePNG(path, sheet.Draw())
}

// applyWhole transforms images, and fills what comes into the frame by repeating its
// edge: left black, that would be the most salient object of all.
func applyWhole(t transform.Transform, dst, mask, src *generator.Images, delta float64) error {
	if err := t.Apply(dst, mask, src, delta); err != nil {
		return err
	}
	if _, pointwise := t.(transform.Pointwise); !pointwise {
		repeatEdges(dst, mask)
	}
	return nil
}

// repeatEdges fills the pixels of x that are not wholly defined with the nearest
// ones of the rectangle that is.
func repeatEdges(x, mask *generator.Images) {
	for i := range x.N {
		m := mask.Sample(i)
		top, bottom, left, right := x.H, -1, x.W, -1
		for p, v := range m {
			if v >= 1 {
				r, c := p/x.W, p%x.W
				top, bottom, left, right = min(top, r), max(bottom, r), min(left, c), max(right, c)
			}
		}
		if bottom < 0 {
			continue // nothing to repeat
		}
		pix := x.Sample(i)
		for p, v := range m {
			if v >= 1 {
				continue
			}
			q := min(max(p/x.W, top), bottom)*x.W + min(max(p%x.W, left), right)
			for c := range x.C {
				pix[c*len(m)+p] = pix[c*len(m)+q]
			}
		}
	}
}
