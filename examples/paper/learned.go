package main

import (
	"bytes"
	"context"
	"encoding/json"

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
	text, err := cell(ctx, l, lessonOf(g, t, o), func() (json.RawMessage, error) {
		c, err := lcfv.Learn(ctx, g, t, &lcfv.LearnOptions{Invert: o})
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
