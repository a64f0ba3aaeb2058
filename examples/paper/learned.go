package main

import (
	"context"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

// lesson says what a control is learned from; what it leaves out is lcfv's default.
type lesson struct {
	Generator    string // fingerprint
	Transform    string
	Range        float64
	Steps        int
	Trajectories int
	Seed         uint64
}

func lessonOf(g generator.Generator, t transform.Transform, o invert.Options) lesson {
	return lesson{g.Info().Fingerprint, t.Name(), o.Range, o.Steps, o.Trajectories, o.Seed}
}

// learned returns the control of a factor that lcfv learns with its defaults but for
// the settings of o that a lesson has. It is kept like any other cell.
func learned(ctx context.Context, l *lab, g generator.Differentiable, t transform.Transform, o invert.Options) (*lcfv.Control, error) {
	return keptControl(ctx, l, lessonOf(g, t, o), func() (*lcfv.Control, error) {
		return lcfv.Learn(ctx, g, t, &lcfv.LearnOptions{Invert: o})
	})
}
