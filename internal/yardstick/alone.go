package yardstick

import (
	"context"
	"errors"
	"math"
	"slices"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/saliency"
	"github.com/lcfv-go/lcfv/transform"
)

// course moves held-out codes along directions, without calibration or range.
type course struct {
	g      generator.Generator
	meter  saliency.Meter
	move   float64 // what images are to change by, on the average
	z      *generator.Latents
	before []float64

	moved  *generator.Latents
	images generator.Images
	up     []float64 // changes when moved along and against the direction
	down   []float64
}

// newCourse prepares for the codes, the detector and the measure that
// lcfv.Evaluate uses with the same options, and for half of the largest change.
func newCourse(ctx context.Context, g generator.Generator, t transform.Transform, opts *lcfv.EvaluateOptions) (*course, error) {
	if opts == nil {
		opts = &lcfv.EvaluateOptions{}
	}
	n, seed, move := 400, uint64(99), 0.1
	if opts.Samples != 0 {
		n = opts.Samples
	}
	if opts.Seed != 0 {
		seed = opts.Seed
	}
	if opts.Deltas != nil {
		move = max(slices.Max(opts.Deltas), -slices.Min(opts.Deltas)) / 2
	}
	c := &course{
		g: g, meter: saliency.Meter{Detector: opts.Detector}, move: move,
		z: generator.NewLatents(n, g.Info().D), moved: generator.NewLatents(n, g.Info().D),
		before: make([]float64, n), up: make([]float64, n), down: make([]float64, n),
	}
	switch m, ok := t.(transform.Measured); {
	case opts.Measure != nil:
		c.meter.Measure = *opts.Measure
	case ok:
		var err error
		if c.meter.Measure, err = saliency.MeasureByName(m.Measures()); err != nil {
			return nil, err
		}
	default:
		return nil, errors.New("yardstick: no measure is known for " + t.Name() + ": give one in EvaluateOptions.Measure")
	}
	g.Info().Prior.Sample(c.z, seed, 0)
	return c, c.read(ctx, c.before, c.z)
}

func (c *course) read(ctx context.Context, values []float64, z *generator.Latents) error {
	const drawn = 64 // images held at once
	for low := 0; low < z.N; low += drawn {
		high := min(low+drawn, z.N)
		if err := c.g.Generate(ctx, &c.images, z.Slice(low, high)); err != nil {
			return err
		}
		if err := c.meter.Read(ctx, values[low:high], &c.images); err != nil {
			return err
		}
	}
	return nil
}

// farthest is how far codes are moved at most, in standard deviations of a normal
// prior.
const farthest = 6

// error returns the root mean square difference from c.move of what images change
// by when all codes are moved along u and against it by one distance: the one for
// which the mean is c.move. It is NaN where there is none.
func (c *course) error(ctx context.Context, u []float64) (float64, error) {
	low, high := 0.0, 2.0*farthest // the first distance tried is the farthest
	for range 12 {
		middle := (low + high) / 2
		mean, err := c.shift(ctx, u, middle)
		if err != nil {
			return 0, err
		}
		if mean < c.move {
			if middle == farthest {
				return math.NaN(), nil
			}
			low = middle
		} else {
			high = middle
		}
	}
	square, n := 0.0, 0.0
	for _, changes := range [][]float64{c.up, c.down} {
		for _, v := range changes {
			if !math.IsNaN(v) {
				square += (v - c.move) * (v - c.move)
				n++
			}
		}
	}
	return math.Sqrt(square / n), nil
}

// shift moves all codes by the distance either way and returns the mean change.
func (c *course) shift(ctx context.Context, u []float64, distance float64) (float64, error) {
	sum, n := 0.0, 0.0
	for _, way := range []struct {
		sign    float64
		changes []float64
	}{{1, c.up}, {-1, c.down}} {
		for i := range c.z.N {
			row := c.moved.Row(i)
			for j, v := range c.z.Row(i) {
				row[j] = v + float32(way.sign*distance*u[j])
			}
		}
		if err := c.read(ctx, way.changes, c.moved); err != nil {
			return 0, err
		}
		for i, after := range way.changes {
			v := way.sign * c.meter.Measure.Change(c.before[i], after)
			way.changes[i] = v
			if !math.IsNaN(v) {
				sum, n = sum+v, n+1
			}
		}
	}
	return sum / max(n, 1), nil
}
