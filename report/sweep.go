package report

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/bootstrap"
	"github.com/lcfv-go/lcfv/saliency"
)

// resamples is the number of bootstrap samples of an interval, that of evaluations.
const resamples = 1000

// Quality says what became of the requests for one change, and what detection says
// of the images.
type Quality struct {
	Delta      float64 // 0 for the codes as they were drawn
	N          int     // requests
	Refused    int
	Undetected int     // of the others, those whose image shows no object
	Confidence float64 // mean of saliency.Confidence over the images with an object; 0 without any
}

// sweep steers codes by one factor and reads several measures off the images.
type sweep struct {
	g        generator.Generator
	detector saliency.Detector
	measures []saliency.Measure
	steer    func(dst, z []float32, delta float64) error
	z        *generator.Latents
	seed     uint64
	step     func() // called after every batch
}

// drawn is the number of images held at once.
const drawn = 256

// run returns the quality at 0 and every change, in increasing order, and for each
// measure its slope against the change, the zero Slope where that is not known.
func (s *sweep) run(ctx context.Context, deltas []float64) ([]Quality, []lcfv.Slope, error) {
	deltas = slices.Sorted(slices.Values(deltas))
	at, found := slices.BinarySearch(deltas, 0)
	if !found {
		deltas = slices.Insert(deltas, at, 0)
	}
	before, sureness, err := s.read(ctx, s.z)
	if err != nil {
		return nil, nil, err
	}
	lines := make([][]bootstrap.Line, len(s.measures))
	slopes := make([]lcfv.Slope, len(s.measures))
	for m := range lines {
		lines[m] = make([]bootstrap.Line, s.z.N)
	}
	var out []Quality
	moved, refused := generator.NewLatents(s.z.N, s.z.D), make([]bool, s.z.N)
	for _, delta := range deltas {
		if delta == 0 {
			out = append(out, qualityOf(0, sureness, make([]bool, s.z.N)))
			continue
		}
		for i := range s.z.N {
			err := s.steer(moved.Row(i), s.z.Row(i), delta)
			refused[i] = errors.Is(err, lcfv.ErrOutOfRange)
			if err != nil && !refused[i] {
				return nil, nil, err
			}
		}
		after, sure, err := s.read(ctx, moved)
		if err != nil {
			return nil, nil, err
		}
		out = append(out, qualityOf(delta, sure, refused))
		for m, measure := range s.measures {
			for i := range s.z.N {
				if change := measure.Change(before[m][i], after[m][i]); !refused[i] && !math.IsNaN(change) {
					lines[m][i].Add(delta, change)
					slopes[m].N++
				}
			}
		}
	}
	for m := range slopes {
		if len(deltas) < 3 { // 0 and one change: no slope
			slopes[m] = lcfv.Slope{}
		} else if slopes[m].N > 0 {
			slopes[m].Value, slopes[m].CI = bootstrap.Slope(lines[m], resamples, s.seed)
		}
	}
	return out, slopes, nil
}

// qualityOf describes the images of one change by the confidence of their
// detection, which is NaN where nothing is detected.
func qualityOf(delta float64, sureness []float64, refused []bool) Quality {
	q := Quality{Delta: delta, N: len(sureness)}
	seen := 0
	for i, v := range sureness {
		switch {
		case refused[i]:
			q.Refused++
		case math.IsNaN(v):
			q.Undetected++
		default:
			seen++
			q.Confidence += v
		}
	}
	if seen > 0 {
		q.Confidence /= float64(seen)
	}
	return q
}

// read draws codes and returns each measure of every image, and the confidence of
// its detection. Objects are detected once for all measures.
func (s *sweep) read(ctx context.Context, z *generator.Latents) (values [][]float64, sureness []float64, err error) {
	confidence, err := saliency.MeasureByName("confidence")
	if err != nil {
		return nil, nil, err
	}
	values, sureness = make([][]float64, len(s.measures)), make([]float64, z.N)
	for m := range values {
		values[m] = make([]float64, z.N)
	}
	var images, maps generator.Images
	for low := 0; low < z.N; low += drawn {
		high := min(low+drawn, z.N)
		if err := s.g.Generate(ctx, &images, z.Slice(low, high)); err != nil {
			return nil, nil, err
		}
		if err := s.detector.Detect(ctx, &maps, &images); err != nil {
			return nil, nil, err
		}
		known := already{s.detector.Name(), &maps}
		if err := (saliency.Meter{Detector: known, Measure: confidence}).Read(ctx, sureness[low:high], &images); err != nil {
			return nil, nil, err
		}
		for m, measure := range s.measures {
			if err := (saliency.Meter{Detector: known, Measure: measure}).Read(ctx, values[m][low:high], &images); err != nil {
				return nil, nil, err
			}
		}
	}
	s.step()
	return values, sureness, nil
}

// already is a detector that has looked.
type already struct {
	name string
	maps *generator.Images
}

// Name implements saliency.Detector.
func (a already) Name() string { return a.name }

// Detect implements saliency.Detector.
func (a already) Detect(_ context.Context, dst, _ *generator.Images) error {
	dst.CopyFrom(a.maps)
	return nil
}

// usual are the measures whose cross-talk is looked at whatever the factor.
var usual = []string{"barycentre-x", "barycentre-y", "log-scale", "log-intensity"}

// measuresFor returns the measure of each factor, in their order, and after them
// the usual ones that are not among these.
func measuresFor(set *lcfv.Controls, evaluations []lcfv.Evaluation, given map[string]saliency.Measure) ([]saliency.Measure, error) {
	var out []saliency.Measure
	for k, name := range set.Names() {
		m, ok := given[name]
		if !ok {
			var err error
			if m, err = saliency.MeasureByName(evaluations[k].Measure); err != nil {
				return nil, fmt.Errorf("report: %w", err)
			}
		}
		out = append(out, m)
	}
	for _, name := range usual {
		m, err := saliency.MeasureByName(name)
		if err != nil {
			return nil, fmt.Errorf("report: %w", err)
		}
		if !slices.ContainsFunc(out, func(o saliency.Measure) bool { return o.Name == m.Name }) {
			out = append(out, m)
		}
	}
	return out, nil
}
