package saliency

import (
	"context"
	"fmt"
	"math"

	"github.com/lcfv-go/lcfv/generator"
)

// DefaultMinArea is the area below which an object counts as not detected: 20
// pixels of a 64×64 image, a sixth of the smallest dSprites sprite.
const DefaultMinArea = 0.005

// Meter reads a measure off batches of images. It is safe for concurrent use as
// long as its fields are left alone.
type Meter struct {
	// Detector finds the object; nil stands for Intensity{}. It is not asked
	// for a measure that does not need a map.
	Detector Detector

	// Measure is what is read. Required.
	Measure Measure

	// MinArea is the [Area] of a map below which nothing counts as detected.
	// Zero stands for [DefaultMinArea]. The measures whose names begin with
	// "published" ask for [PublishedMinArea] besides.
	MinArea float64
}

// Read writes the value of each image of src to dst, which has length src.N,
// and NaN where no object is detected or the measure is not defined.
func (m Meter) Read(ctx context.Context, dst []float64, src *generator.Images) error {
	if m.Measure.Of == nil {
		return fmt.Errorf("saliency: meter: %w: no measure: take one from MeasureByName", ErrSetting)
	}
	if err := src.Validate(); err != nil {
		return fmt.Errorf("saliency: %s: %w: %w", m.Measure.Name, ErrImages, err)
	}
	if len(dst) != src.N {
		return fmt.Errorf("saliency: %s: %w: room for %d values of %d images", m.Measure.Name, ErrImages, len(dst), src.N)
	}
	var maps generator.Images
	if m.Measure.NeedsMap {
		detector := m.Detector
		if detector == nil {
			detector = Intensity{}
		}
		if err := detector.Detect(ctx, &maps, src); err != nil {
			return err
		}
		if maps.N != src.N || maps.C != 1 || maps.H != src.H || maps.W != src.W {
			return fmt.Errorf("saliency: %s: %w: the detector returned maps of size %d×%d×%d×%d, need %d×1×%d×%d", detector.Name(), ErrSetting,
				maps.N, maps.C, maps.H, maps.W, src.N, src.H, src.W)
		}
	}
	for n := range dst {
		s := Sample{C: src.C, H: src.H, W: src.W, Image: src.Sample(n)}
		detected := true
		if m.Measure.NeedsMap {
			s.Map = maps.Sample(n)
			detected = Area(s.Map) >= m.minArea()
		}
		dst[n] = math.NaN()
		if !detected {
			continue
		}
		if v, ok := m.Measure.Of(s); ok {
			dst[n] = v
		}
	}
	return nil
}

func (m Meter) minArea() float64 {
	if m.MinArea == 0 {
		return DefaultMinArea
	}
	return m.MinArea
}
