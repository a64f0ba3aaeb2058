package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/lcfv-go/lcfv/saliency"
)

// seenDeltas are the changes that all detectors measure: few, for the slow one.
var seenDeltas = []float64{-0.1, 0.1}

// sideBySide compares what the detectors say about the same images: those that the
// first control of each factor steers, and exact ones, which show what a detector can
// be trusted with.
func (f family) sideBySide(ctx context.Context, l *lab, w io.Writer, all []crossing, quick []saliency.Detector, slow saliency.Detector) error {
	samples := l.codes(4, 40)
	fmt.Fprintf(w, "The same requests, %g and %g, by every detector, on %d codes of every class, and %d scenes of every class that are drawn exactly, before the change and after:\n\n",
		seenDeltas[0], seenDeltas[1], samples, samples)
	table(w, "factor", "measured by", "images", "not moving", "RMSE", "slope", "undetected")
	for i := 0; i < len(all); i += 2 {
		c := all[i]
		for _, d := range detectorsFor(c.factor, append(slices.Clone(quick), slow)) {
			steered, err := f.evaluate(ctx, l, c.control, c.key, nil, d, samples, seenDeltas)
			if err != nil {
				return fmt.Errorf("%s, by %s: %w", c.factor.Name(), d.Name(), err)
			}
			drawn, err := cell(ctx, l, struct {
				Rendered string
				Asking   asking
			}{c.factor.Name(), asking{d.Name(), samples, evaluateSeed, seenDeltas}}, func() (rendered, error) {
				return render(ctx, c.factor, d, seenDeltas, samples)
			})
			if err != nil {
				return fmt.Errorf("%s, by %s: %w", c.factor.Name(), d.Name(), err)
			}
			exactly := tally{asked: drawn.Asked, requests: drawn.Requests, undetected: drawn.Asked - len(drawn.Requests)}
			for _, of := range []struct {
				images string
				tally
			}{
				{"steered, learned classes", tallied(steered, learnedOn)},
				{"steered, other classes", tallied(steered, others)},
				{"exact", exactly},
			} {
				seen(w, c.factor.Name(), nameOf(c.factor, d), of.images, of.tally, samples)
			}
		}
	}
	return nil
}

// seen writes a row on what one detector saw.
func seen(w io.Writer, factor, detector, images string, t tally, samples int) {
	_, undetected := t.shares()
	if len(t.requests) == 0 {
		row(w, factor, detector, images, "nothing measured", "", "", undetected)
		return
	}
	a := agreementOf(t.requests, samples)
	row(w, factor, detector, images, fmt.Sprintf("%.4f", notMoving(t.requests)), a.RMSE.format("%.4f"), a.Slope.format("%.2f"), undetected)
}
