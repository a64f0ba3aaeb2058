package main

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/saliency"
	"github.com/lcfv-go/lcfv/transform"
)

// family is a generator with classes.
type family struct {
	open    func(class int) (generator.Differentiable, error)
	info    generator.Info // of any class
	names   []string       // of the classes
	factors []measurable   // that are learned and measured
}

// familyOf makes a family of a network with classes.
func familyOf(g *generator.Network) family {
	return family{
		open:    func(class int) (generator.Differentiable, error) { return g.WithClass(class) },
		info:    g.Info(),
		names:   g.Classes(),
		factors: []measurable{transform.TranslateX{}, transform.TranslateY{}, transform.Zoom{}, transform.Brightness{}},
	}
}

// pooled says what a control of several classes is learned from.
type pooled struct {
	lesson
	Classes []int
	Levels  []string `json:",omitempty"` // none: the whole code
}

// learn returns the control of a factor learned on classes of a family with lcfv's
// defaults but for the settings of o that pooled has.
func (f family) learn(ctx context.Context, l *lab, t transform.Transform, classes []int, o invert.Options) (*lcfv.Control, pooled, error) {
	key := f.key(t, classes, o)
	c, err := keptControl(ctx, l, key, func() (*lcfv.Control, error) {
		return lcfv.LearnClasses(ctx, f.open, classes, t, &lcfv.LearnOptions{Invert: o})
	})
	return c, key, err
}

// key says what learn learns from.
func (f family) key(t transform.Transform, classes []int, o invert.Options) pooled {
	key := pooled{
		lesson:  lesson{f.info.Fingerprint, t.Name(), o.Range, o.Steps, o.Trajectories, o.Seed},
		Classes: classes,
	}
	for _, level := range o.Levels {
		key.Levels = append(key.Levels, level.Name)
	}
	return key
}

// keptControl returns what learn returns, kept like any other cell.
func keptControl(ctx context.Context, l *lab, key any, learn func() (*lcfv.Control, error)) (*lcfv.Control, error) {
	text, err := cell(ctx, l, key, func() (json.RawMessage, error) {
		c, err := learn()
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		err = c.Write(&b)
		return b.Bytes(), err
	})
	if err != nil {
		return nil, err
	}
	return lcfv.Read(bytes.NewReader(text))
}

// asking is what is asked of a control, and who measures what came of it.
type asking struct {
	Detector string
	Samples  int
	Seed     uint64
	Deltas   []float64
}

// evaluate measures a control, or a part of it, on all classes of a family. key is
// that of the control, and levels name the part, nil for the whole.
func (f family) evaluate(ctx context.Context, l *lab, c *lcfv.Control, key pooled, levels []string, d saliency.Detector, samples int, deltas []float64) (*lcfv.Transfer, error) {
	of := struct {
		Control pooled
		Part    []string `json:",omitempty"`
		Asking  asking
	}{key, levels, asking{d.Name(), samples, evaluateSeed, deltas}}
	return cell(ctx, l, of, func() (*lcfv.Transfer, error) {
		return lcfv.EvaluateClasses(ctx, f.open, counted(0, len(f.names)), c,
			&lcfv.EvaluateOptions{Detector: d, Samples: samples, Seed: evaluateSeed, Deltas: deltas})
	})
}

// tally are the requests of some classes of a transfer, by code.
type tally struct {
	asked, refused, undetected int
	requests                   []lcfv.Request
}

// tallied sums up the classes that pick chooses by their index.
func tallied(t *lcfv.Transfer, pick func(class int, e lcfv.ClassEvaluation) bool) tally {
	var s tally
	for k, e := range t.Classes {
		if pick(k, e) {
			s.asked += e.Common.N
			s.refused += e.Common.Refused
			s.undetected += e.Common.Undetected
			s.requests = append(s.requests, e.Common.Requests...)
		}
	}
	return s
}

// learnedOn and others are the two kinds of classes of a control.
func learnedOn(_ int, e lcfv.ClassEvaluation) bool { return !e.HeldOut }
func others(_ int, e lcfv.ClassEvaluation) bool    { return e.HeldOut }

// shares are those of the requests that were refused and whose object was not found.
func (s tally) shares() (refused, undetected string) {
	if s.asked == 0 {
		return "", ""
	}
	return percent(float64(s.refused) / float64(s.asked)), percent(float64(s.undetected) / float64(s.asked))
}
