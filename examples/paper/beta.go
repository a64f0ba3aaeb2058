package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/generator/dsprites/betas"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

var betaExperiment = experiment{
	name:     "beta",
	question: "Does a larger β make for better control?",
	claim: "The evaluation on dSprites: of four β-VAEs with β = 1, 5, 10 and 20, position and scale are controlled badly with β = 1, and the measured " +
		"values scatter less around the requested ones the larger β is: disentangled latents are easier to control.",
	version: 1,
	run: func(ctx context.Context, l *lab, w io.Writer) error {
		var all []decoder
		for _, beta := range betas.Values() {
			g, err := opened(l, fmt.Sprintf("β = %d", beta), func() (*generator.Network, error) { return betas.Open(beta, nil) })
			if err != nil {
				return err
			}
			all = append(all, decoder{fmt.Sprint(beta), g})
		}
		return overBeta(ctx, l, w, all, invert.Options{}, learnSeeds)
	},
}

// decoder is a generator of sprites with the β it was trained with.
type decoder struct {
	beta string
	generator.Differentiable
}

// spatial are the factors that all decoders of sprites have, with the paper's
// measures of them.
var spatial = []struct {
	transform measurable
	published string
}{
	{transform.TranslateX{}, "published-x"},
	{transform.TranslateY{}, "published-y"},
	{transform.Zoom{}, "published-scale"},
}

// What controls are asked for: changes of codes as they are, and values that all
// codes are set to.
var (
	askedChanges = []float64{-0.2, -0.15, -0.1, -0.05, 0.05, 0.1, 0.15, 0.2}
	askedValues  = []float64{-0.1, -0.05, 0, 0.05, 0.1}
)

// answers are what a control does to images, by two measures: the factor's own and
// the paper's.
type answers struct {
	Low, High float64      // the control's range
	Before    []readings   // [measure]
	Refused   [][]bool     // [change][code]: out of the range; the code then goes to its end
	After     [][]readings // [change][measure]
	Set       [][]readings // [value][measure]
}

// answersKey is what answers depend on.
type answersKey struct {
	Control         lesson
	Evaluate        uint64 // seed
	Samples         int
	Changes, Values []float64
	Measures        []string
}

// answer learns the control of a factor, with lcfv's defaults but for what a lesson
// has of o, and asks it for changes of held-out codes.
func answer(ctx context.Context, l *lab, g generator.Differentiable, t transform.Transform, o invert.Options, samples int, measures []string) (answers, error) {
	key := answersKey{lessonOf(g, t, o), evaluateSeed, samples, askedChanges, askedValues, measures}
	return cell(ctx, l, key, func() (answers, error) {
		c, err := lcfv.Learn(ctx, g, t, &lcfv.LearnOptions{Invert: o})
		if err != nil {
			return answers{}, err
		}
		z := generator.NewLatents(samples, g.Info().D)
		g.Info().Prior.Sample(z, evaluateSeed, 0)
		a := answers{}
		a.Low, a.High = c.Range()
		if a.Before, err = measured(ctx, g, z, measures...); err != nil {
			return a, err
		}
		moved := generator.NewLatents(z.N, z.D)
		ask := func(one func(dst, z []float32) error) ([]bool, []readings, error) {
			refused := make([]bool, z.N)
			for i := range z.N {
				err := one(moved.Row(i), z.Row(i))
				if refused[i] = errors.Is(err, lcfv.ErrOutOfRange); err != nil && !refused[i] {
					return nil, nil, err
				}
			}
			r, err := measured(ctx, g, moved, measures...)
			return refused, r, err
		}
		for _, delta := range askedChanges {
			refused, after, err := ask(func(dst, z []float32) error { return c.Steer(dst, z, delta) })
			if err != nil {
				return a, err
			}
			a.Refused, a.After = append(a.Refused, refused), append(a.After, after)
		}
		for _, value := range askedValues {
			_, set, err := ask(func(dst, z []float32) error { return c.Set(dst, z, value) })
			if err != nil {
				return a, err
			}
			a.Set = append(a.Set, set)
		}
		return a, nil
	})
}
