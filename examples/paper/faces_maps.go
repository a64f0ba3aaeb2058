package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/saliency"
)

// keptMaps is a detector whose maps are cells of the running experiment, a few
// images each, so that one that takes a second an image is asked once, and a run
// that was stopped goes on with the next images. Maps are rounded to 1/65535.
//
// It belongs to one goroutine, as its lab does.
type keptMaps struct {
	lab *lab
	of  saliency.Detector
}

// mapsOfACell is the number of images whose maps are kept together.
const mapsOfACell = 10

// Name implements saliency.Detector.
func (k keptMaps) Name() string { return k.of.Name() }

// Detect implements saliency.Detector.
func (k keptMaps) Detect(ctx context.Context, dst, src *generator.Images) error {
	if err := src.Validate(); err != nil {
		return fmt.Errorf("%w: %w", saliency.ErrImages, err)
	}
	dst.Resize(src.N, 1, src.H, src.W)
	for low := 0; low < src.N; low += mapsOfACell {
		high := min(low+mapsOfACell, src.N)
		images := src.Slice(low, high)
		key := struct {
			Detector   string
			Images     string // hash of the pixels
			N, C, H, W int
		}{k.Name(), hash(images.Pix), images.N, images.C, images.H, images.W}
		maps, err := cell(ctx, k.lab, key, func() ([]byte, error) { return k.detect(ctx, images) })
		if err != nil {
			return err
		}
		to := dst.Slice(low, high).Pix
		if len(maps) != 2*len(to) {
			return fmt.Errorf("the maps of %d images are kept as %d bytes, %d are needed: delete the cells of %s", images.N, len(maps), 2*len(to), k.lab.experiment.name)
		}
		for i := range to {
			to[i] = float32(binary.LittleEndian.Uint16(maps[2*i:])) / math.MaxUint16
		}
	}
	return nil
}

// detect returns the maps of images, two bytes a pixel.
func (k keptMaps) detect(ctx context.Context, images *generator.Images) ([]byte, error) {
	var maps generator.Images
	if err := k.of.Detect(ctx, &maps, images); err != nil {
		return nil, err
	}
	b := make([]byte, 0, 2*len(maps.Pix))
	for _, v := range maps.Pix {
		b = binary.LittleEndian.AppendUint16(b, uint16(math.Round(math.MaxUint16*float64(min(1, max(0, v))))))
	}
	return b, nil
}

// hash identifies pixels.
func hash(pix []float32) string {
	b := make([]byte, 0, 4*len(pix))
	for _, v := range pix {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return fmt.Sprintf("%x", sha256.Sum256(b))
}
