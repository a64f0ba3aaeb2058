package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/saliency"
	"github.com/lcfv-go/lcfv/transform"
)

var facesExperiment = experiment{
	name:     "faces",
	question: "What does a saliency network see of controls of faces?",
	claim: "Section 3: a saliency network finds the object in any photograph, so that position and scale can be measured without labels; " +
		"on BigGAN the measured values follow the requested ones, and scale is read badly where the object fills the frame.",
	version: 1,
	run: func(ctx context.Context, l *lab, w io.Writer) error {
		network, err := l.u2netp()
		if err != nil {
			return err
		}
		return faces(ctx, l, w, []string{celeba, anime}, lookedAt, network)
	},
}

// looked is a factor of faces and the changes that are asked for.
type looked struct {
	transform measurable
	deltas    []float64
	codes     int // 0: as many as the detector has time for
}

// lookedAt are the factors. Brightness is read off all pixels and needs no detector.
var lookedAt = []looked{
	{transform.TranslateX{}, []float64{-0.1, 0.1}, 0},
	{transform.Zoom{}, []float64{-0.2, 0.2}, 0},
	{transform.Brightness{}, []float64{-0.2, -0.1, 0.1, 0.2}, 400},
}

// faces measures what controls of generators do to factors of their images, and what
// the detector makes of images in which the change is exact.
func faces(ctx context.Context, l *lab, w io.Writer, names []string, factors []looked, of saliency.Detector) error {
	detector := keptMaps{l, of}
	table(w, "generator, factor", "images", "codes", "RMSE", "not moving", "slope", "Spearman", "refused", "nothing detected")
	for _, name := range names {
		g, err := l.generator(name)
		if err != nil {
			return err
		}
		for _, f := range factors {
			if f.codes == 0 || l.samples > 0 {
				f.codes = l.codes(10, 100)
			}
			if err := f.look(ctx, l, w, g, name, detector); err != nil {
				return fmt.Errorf("%s, %s: %w", name, f.transform.Name(), err)
			}
		}
	}
	return nil
}

// look writes the rows of one factor.
func (f looked) look(ctx context.Context, l *lab, w io.Writer, g *generator.Network, name string, detector saliency.Detector) error {
	c, err := learned(ctx, l, g, f.transform, invert.Options{Seed: 1})
	if err != nil {
		return err
	}
	seen, err := f.beforehand(ctx, g, detector)
	if err != nil {
		return err
	}
	e, err := lcfv.Evaluate(ctx, g, c, &lcfv.EvaluateOptions{Detector: detector, Samples: f.codes, Seed: evaluateSeed, Deltas: f.deltas})
	if errors.Is(err, lcfv.ErrNothingMeasured) {
		row(w, name+", "+f.transform.Name(), "steered", fmt.Sprint(f.codes), "nothing: "+err.Error(), "", "", "", "", "")
		return nil
	}
	if err != nil {
		return err
	}
	exact, err := f.exactly(ctx, c, seen, detector)
	if err != nil {
		return err
	}
	all := func(int) bool { return true }
	if err := f.rows(w, name, "", c, seen, e.Requests, exact, all); err != nil || seen.confidence == nil {
		return err
	}
	if err := f.show(ctx, l, g, c, seen, detector, name); err != nil {
		return err
	}
	certain := func(code int) bool { return seen.confidence[code] >= sureFrom }
	return f.rows(w, name, fmt.Sprintf(", confidence ≥ %g", sureFrom), c, seen, e.Requests, exact, certain)
}

// sureFrom is the confidence from which on a map is little else than zeros and ones.
const sureFrom = 0.8

// rows tells what came of the codes that pick chooses, which are named by which.
func (f looked) rows(w io.Writer, name, which string, c *lcfv.Control, b *before, steered, exact []lcfv.Request, pick func(code int) bool) error {
	codes, refused, still := 0, 0, 0.0
	for i := range b.z.N {
		if pick(i) {
			codes++
		}
	}
	for _, delta := range f.deltas {
		_, no, err := b.steer(c, delta)
		if err != nil {
			return err
		}
		for i := range no {
			if no[i] && pick(i) {
				refused++
			}
		}
		still += delta * delta / float64(len(f.deltas))
	}
	asked := float64(codes * len(f.deltas))
	for _, r := range []struct {
		images   string
		requests []lcfv.Request
	}{{"steered", steered}, {"transformed", exact}} {
		var requests []lcfv.Request
		for _, q := range r.requests {
			if pick(q.Sample) {
				requests = append(requests, q)
			}
		}
		cells := []string{name + ", " + f.transform.Name(), r.images + which, fmt.Sprint(codes)}
		if len(requests) == 0 {
			row(w, append(cells, "nothing measured", "", "", "", "", "")...)
			continue
		}
		of := agreementOf(requests, b.z.N)
		row(w, append(cells, of.RMSE.format("%.3f"), fmt.Sprintf("%.3f", math.Sqrt(still)), of.Slope.format("%.2f"), fmt.Sprintf("%.2f", of.Spearman),
			percent(float64(refused)/asked), percent((asked-float64(refused+len(requests)))/asked))...)
	}
	return nil
}

// before are the images of the held-out codes as they are.
type before struct {
	z          *generator.Latents
	images     generator.Images
	values     readings // of the factor's measure
	confidence readings // of the detector; nil for a measure that needs none
}

func (f looked) beforehand(ctx context.Context, g generator.Generator, detector saliency.Detector) (*before, error) {
	b := &before{z: generator.NewLatents(f.codes, g.Info().D)}
	g.Info().Prior.Sample(b.z, evaluateSeed, 0)
	if err := g.Generate(ctx, &b.images, b.z); err != nil {
		return nil, err
	}
	m, err := saliency.MeasureByName(f.transform.Measures())
	if err != nil {
		return nil, err
	}
	b.values = make(readings, f.codes)
	if err := (saliency.Meter{Detector: detector, Measure: m}).Read(ctx, b.values, &b.images); err != nil || !m.NeedsMap {
		return b, err
	}
	if m, err = saliency.MeasureByName("confidence"); err != nil {
		return nil, err
	}
	b.confidence = make(readings, f.codes)
	return b, saliency.Meter{Detector: detector, Measure: m}.Read(ctx, b.confidence, &b.images)
}

// steer returns the codes that the control moves by a change, and which it refuses
// to.
func (b *before) steer(c *lcfv.Control, delta float64) (*generator.Latents, []bool, error) {
	moved, refused := generator.NewLatents(b.z.N, b.z.D), make([]bool, b.z.N)
	for i := range refused {
		err := c.Steer(moved.Row(i), b.z.Row(i), delta)
		if refused[i] = errors.Is(err, lcfv.ErrOutOfRange); err != nil && !refused[i] {
			return nil, nil, err
		}
	}
	return moved, refused, nil
}

// exactly measures images that are transformed themselves, by each of the changes that
// the control does not refuse.
func (f looked) exactly(ctx context.Context, c *lcfv.Control, b *before, detector saliency.Detector) ([]lcfv.Request, error) {
	m, err := saliency.MeasureByName(f.transform.Measures())
	if err != nil {
		return nil, err
	}
	var y, mask generator.Images
	after := make([]float64, b.z.N)
	var requests []lcfv.Request
	for _, delta := range f.deltas {
		_, refused, err := b.steer(c, delta)
		if err != nil {
			return nil, err
		}
		if err := applyWhole(f.transform, &y, &mask, &b.images, delta); err != nil {
			return nil, err
		}
		if err := (saliency.Meter{Detector: detector, Measure: m}).Read(ctx, after, &y); err != nil {
			return nil, err
		}
		for i, from := range b.values {
			if change := m.Change(from, after[i]); !refused[i] && !math.IsNaN(change) {
				requests = append(requests, lcfv.Request{Sample: i, Requested: delta, Measured: change})
			}
		}
	}
	return requests, nil
}
