package main

import (
	"context"
	"math"
	"math/rand/v2"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	scenes "github.com/lcfv-go/lcfv/generator/sprites"
	"github.com/lcfv-go/lcfv/saliency"
)

// rendered is a detector's record on images whose factors are known: what it measures
// where package generator/sprites draws a change exactly. Sample is the number of the
// scene within its class.
type rendered struct {
	Asked    int
	Requests []lcfv.Request // those that were measured
}

// render measures changes of a factor of n random scenes of every class. A change that
// leads out of the ranges of sprites.Random is not asked for: the object might be cut
// off by the frame.
func render(ctx context.Context, t measurable, detector saliency.Detector, deltas []float64, n int) (rendered, error) {
	meter, err := meterOf(t, detector)
	if err != nil {
		return rendered{}, err
	}
	var from, to []scenes.Scene
	var start []int // of each request, in from
	var requests []lcfv.Request
	for class := range scenes.NumClasses {
		rng := rand.New(rand.NewPCG(evaluateSeed, uint64(class)))
		for i := range n {
			s := scenes.Random(rng, scenes.Class(class))
			from = append(from, s)
			for _, delta := range deltas {
				if moved, ok := exact(s, t, delta); ok {
					start, to = append(start, len(from)-1), append(to, moved)
					requests = append(requests, lcfv.Request{Sample: i, Requested: delta})
				}
			}
		}
	}
	before, err := readScenes(ctx, meter, from)
	if err != nil {
		return rendered{}, err
	}
	after, err := readScenes(ctx, meter, to)
	if err != nil {
		return rendered{}, err
	}
	r := rendered{Asked: len(requests)}
	for k, q := range requests {
		if q.Measured = change(meter, before[start[k]], after[k]); !math.IsNaN(q.Measured) {
			r.Requests = append(r.Requests, q)
		}
	}
	return r, nil
}

// exact changes a factor of a scene, and reports whether the scene is still one that
// sprites.Random could have drawn.
func exact(s scenes.Scene, t measurable, delta float64) (scenes.Scene, bool) {
	switch t.Name() {
	case "translate-x":
		s.X += delta
	case "translate-y":
		s.Y += delta
	case "zoom":
		s.Scale *= math.Exp(delta)
	case "brightness":
		s.Brightness *= math.Exp(delta)
	default:
		return s, false
	}
	within := func(v, low, high float64) bool { return v >= low && v <= high }
	return s, within(s.X, 0.25, 0.75) && within(s.Y, 0.25, 0.75) && within(s.Scale, 0.5, 1) && within(s.Brightness, 0.5, 1)
}

// readScenes draws scenes and reads their factor.
func readScenes(ctx context.Context, m saliency.Meter, list []scenes.Scene) ([]float64, error) {
	values := make([]float64, len(list))
	for low := 0; low < len(list); low += drawnAtOnce {
		high := min(low+drawnAtOnce, len(list))
		x := generator.NewImages(high-low, 3, scenes.Size, scenes.Size)
		for i := range x.N {
			if err := list[low+i].Render(x.Sample(i)); err != nil {
				return nil, err
			}
		}
		if err := m.Read(ctx, values[low:high], x); err != nil {
			return nil, err
		}
	}
	return values, nil
}
