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
	"github.com/lcfv-go/lcfv/transform"
)

var limitsExperiment = experiment{
	name:     "limits",
	question: "What happens when too much is asked for?",
	claim: "The evaluation on BigGAN and the discussion of biases: measured changes follow requested ones up to a point, beyond which the generator, " +
		"which has seen no such images, does not go on; how far one can go is for the user to find out.",
	version: 1,
	run: func(ctx context.Context, l *lab, w io.Writer) error {
		return limits(ctx, l, w, farSubjects)
	},
}

// far is a factor of a generator of which more and more is asked for.
type far struct {
	generator string
	transform measurable
	learn     float64 // largest |t| to learn from
	most      float64 // largest |change| to ask for
}

func (f far) String() string { return f.generator + ", " + f.transform.Name() }

var farSubjects = []far{
	{bundled, transform.TranslateX{}, 0.4, 0.6},
	{bundled, transform.TranslateY{}, 0.4, 0.6},
	{bundled, transform.Zoom{}, 0.4, 1.2},
	{btcvae, transform.TranslateX{}, 0.4, 0.6},
	{btcvae, transform.TranslateY{}, 0.4, 0.6},
	{btcvae, transform.Zoom{}, 0.4, 1.2},
	{betaH, transform.TranslateX{}, 0.4, 0.6},
	{betaH, transform.TranslateY{}, 0.4, 0.6},
	{betaH, transform.Zoom{}, 0.4, 1.2},
	{celeba, transform.Brightness{}, 0.6, 1.2},
	{anime, transform.Brightness{}, 0.6, 1.2},
}

// lesson are the settings that differ from lcfv's.
func (f far) lesson() invert.Options { return invert.Options{Range: f.learn, Seed: 1} }

// farSteps is the number of changes asked for to either side.
const farSteps = 12

// changes are those asked for, in increasing order.
func (f far) changes() []float64 {
	var out []float64
	for k := -farSteps; k <= farSteps; k++ {
		if k != 0 {
			out = append(out, f.most*float64(k)/farSteps)
		}
	}
	return out
}

// limit is where the library stops by itself: the limits that were measured, or why
// there are none.
type limit struct {
	Limits *lcfv.Limits `json:",omitempty"`
	Why    string       `json:",omitempty"`
}

// reached is what came of requests for one change, whatever the control's range says.
type reached struct {
	Delta      float64
	After      readings
	Confidence float64 // of the detector, mean over images with an object; 0 without a detector
	LPIPS      float64 // mean distance from the transformed image, over its defined pixels
	Norm       float64 // ‖z‖/√D, mean
}

// pushed is what came of growing requests.
type pushed struct {
	Before     readings
	Confidence float64
	Changes    []reached
}

// pushedKey is what that depends on.
type pushedKey struct {
	Control         lesson
	Measure         string
	Evaluate        uint64 // seed
	Samples, Judged int
	Changes         []float64
}

// judgedByLPIPS is the number of codes whose images LPIPS is asked about.
const judgedByLPIPS = 40

// push steers codes by growing changes without a look at the range.
func push(ctx context.Context, l *lab, g generator.Generator, c *lcfv.Control, f far, samples int) (pushed, error) {
	measure := f.transform.Measures()
	key := pushedKey{
		lessonOf(g, f.transform, f.lesson()), measure, evaluateSeed, samples, min(samples, judgedByLPIPS), f.changes(),
	}
	return cell(ctx, l, key, func() (pushed, error) {
		z := generator.NewLatents(samples, g.Info().D)
		g.Info().Prior.Sample(z, evaluateSeed, 0)
		of, err := l.look(ctx, g, z, measure)
		if err != nil {
			return pushed{}, err
		}
		p := pushed{Before: of.After, Confidence: of.Confidence}
		moved := generator.NewLatents(z.N, z.D)
		for _, delta := range key.Changes {
			for i := range z.N {
				c.Model.Steer(moved.Row(i), z.Row(i), delta)
			}
			of, err := l.look(ctx, g, moved, measure)
			if err != nil {
				return pushed{}, err
			}
			of.Delta = delta
			if of.LPIPS, err = l.from(ctx, g, f.transform, delta, z.Slice(0, key.Judged), moved.Slice(0, key.Judged)); err != nil {
				return pushed{}, err
			}
			p.Changes = append(p.Changes, of)
		}
		return p, nil
	})
}

// look measures the images of codes.
func (l *lab) look(ctx context.Context, g generator.Generator, z *generator.Latents, measure string) (reached, error) {
	r := reached{}
	if sprites(g.Info()) {
		both, err := measured(ctx, g, z, measure, "confidence")
		if err != nil {
			return r, err
		}
		r.After = both[0]
		if sure := both[1].defined(); len(sure) > 0 {
			r.Confidence = mean(sure)(counted(0, len(sure)))
		}
	} else {
		one, err := measured(ctx, g, z, measure)
		if err != nil {
			return r, err
		}
		r.After = one[0]
	}
	for i := range z.N {
		r.Norm += norm(z.Row(i)) / math.Sqrt(float64(z.D)) / float64(z.N)
	}
	return r, nil
}

// from returns how far the images of moved codes are from the transformed images of
// the codes z, by LPIPS over the defined pixels, in the mean.
func (l *lab) from(ctx context.Context, g generator.Generator, t transform.Transform, delta float64, z, moved *generator.Latents) (float64, error) {
	lpips, err := l.lpips(g.Info().H, g.Info().W)
	if err != nil {
		return 0, err
	}
	var x0, x, target, mask generator.Images
	if err := g.Generate(ctx, &x0, z); err != nil {
		return 0, err
	}
	if err := t.Apply(&target, &mask, &x0, delta); err != nil {
		return 0, err
	}
	if err := g.Generate(ctx, &x, moved); err != nil {
		return 0, err
	}
	values := make([]float64, z.N)
	if err := lpips.Eval(values, nil, &x, &target, &mask); err != nil {
		return 0, err
	}
	return mean(values)(counted(0, z.N)), nil
}

// limitOf measures where the library stops.
func limitOf(ctx context.Context, l *lab, g generator.Generator, c *lcfv.Control, f far) (limit, error) {
	key := struct {
		Limits  string
		Control lesson
	}{"default", lessonOf(g, f.transform, f.lesson())}
	return cell(ctx, l, key, func() (limit, error) {
		found, err := lcfv.Delimit(ctx, g, c, nil)
		if errors.Is(err, lcfv.ErrMeasure) || errors.Is(err, lcfv.ErrNothingMeasured) {
			return limit{Why: err.Error()}, nil
		}
		return limit{Limits: found}, err
	})
}

// limits asks for more and more, and tells where it goes wrong and where the library
// would have refused.
func limits(ctx context.Context, l *lab, w io.Writer, subjects []far) error {
	samples := l.codes(200, 400)
	var all []pushedTo
	for _, f := range subjects {
		g, err := l.generator(f.generator)
		if err != nil {
			return err
		}
		c, err := learned(ctx, l, g, f.transform, f.lesson())
		if err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
		of := pushedTo{subject: f, samples: samples}
		if of.limit, err = limitOf(ctx, l, g, c, f); err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
		if of.pushed, err = push(ctx, l, g, c, f, samples); err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
		if err := of.ask(g, c); err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
		if err := of.chart(l); err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
		all = append(all, of)
	}
	beforeItBreaks(w, all)
	growing(w, all)
	return nil
}
