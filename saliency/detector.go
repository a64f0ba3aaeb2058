package saliency

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/lcfv-go/lcfv/generator"
)

var (
	// ErrImages reports images that cannot be measured: empty ones or a wrong
	// number of channels.
	ErrImages = errors.New("unusable images")

	// ErrSetting reports a detector or meter whose settings make no sense.
	ErrSetting = errors.New("unusable setting")

	// ErrUnknown reports the name of a measure that there is not.
	ErrUnknown = errors.New("unknown measure")
)

// Detector finds the object in an image.
//
// Implementations are safe for concurrent use.
type Detector interface {
	// Name identifies the detector and its settings, for example "intensity".
	Name() string

	// Detect writes to dst, resized to N×1×H×W, how much each pixel of src
	// belongs to the object, in [0, 1]. dst must not share memory with src.
	Detect(ctx context.Context, dst, src *generator.Images) error
}

// Intensity takes bright for salient: its map is the luma of the image, which
// for a sprite on a black ground is the sprite itself, anti-aliased edges
// included. The luma of three channels is that of ITU-R BT.601, that of any
// other number of channels their mean.
type Intensity struct {
	// Threshold sets luma below it to 0 and leaves the rest as it is, against a
	// ground that is not quite black. Zero keeps everything.
	Threshold float64

	// Dark takes dark for salient instead: the map is 1 − luma, and Threshold
	// applies to that.
	Dark bool
}

// Name returns "intensity", followed by the settings that are not zero.
func (d Intensity) Name() string {
	name := "intensity"
	if d.Dark {
		name += "-dark"
	}
	if d.Threshold != 0 {
		name += "(" + strconv.FormatFloat(d.Threshold, 'g', -1, 64) + ")"
	}
	return name
}

// Detect implements [Detector].
func (d Intensity) Detect(ctx context.Context, dst, src *generator.Images) error {
	if !(d.Threshold >= 0 && d.Threshold < 1) {
		return fmt.Errorf("saliency: %s: %w: the threshold must be in [0, 1)", d.Name(), ErrSetting)
	}
	if err := prepare(ctx, d.Name(), dst, src); err != nil {
		return err
	}
	threshold := float32(d.Threshold)
	for n := range src.N {
		pix, m := src.Sample(n), dst.Sample(n)
		for i := range m {
			v := min(1, max(0, luma(pix, src.C, len(m), i)))
			if d.Dark {
				v = 1 - v
			}
			if v < threshold {
				v = 0
			}
			m[i] = v
		}
	}
	return nil
}

// luma returns the luma of pixel i of one sample of c planes.
func luma(pix []float32, c, plane, i int) float32 {
	switch c {
	case 1:
		return pix[i]
	case 3:
		return 0.299*pix[i] + 0.587*pix[plane+i] + 0.114*pix[2*plane+i]
	}
	var sum float32
	for k := range c {
		sum += pix[k*plane+i]
	}
	return sum / float32(c)
}
