package main

import (
	"context"
	"fmt"
	"time"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/loss"
	"github.com/lcfv-go/lcfv/transform"
)

// methods are the inversions that a whole run is measured with.
var methods = []struct {
	name   string
	method invert.Method
}{
	{"default", nil},
	{"adam", invert.DefaultAdam()},
}

// meter adds up where a run's time goes.
type meter struct{ generator, transform, loss time.Duration }

// spend adds the time of f to what.
func spend(what *time.Duration, f func() error) error {
	start := clock()
	defer func() { *what += clock() - start }()
	return f()
}

// learn makes a control as lcfv learn does, in one goroutine, and returns a line of
// the table of whole runs.
func learn(ctx context.Context, g generator.Differentiable, tr transform.Transform, name string, method invert.Method) (string, error) {
	m := new(meter)
	o := &lcfv.LearnOptions{Invert: invert.Options{
		Method: method, Workers: 1, Seed: 1,
		Loss: meteredLoss{loss.Blurred{Sigma: sigma(g.Info())}, m},
	}}
	var total, inversion time.Duration
	err := spend(&total, func() error {
		var pairs *invert.Dataset
		err := spend(&inversion, func() (err error) {
			pairs, err = invert.Run(ctx, meteredGenerator{g, m}, meteredTransform{tr, m}, &o.Invert)
			return err
		})
		if err != nil {
			return err
		}
		_, err = lcfv.FromPairs(g.Info(), tr, pairs, &o.Fit)
		return err
	})
	if err != nil {
		return "", err
	}
	share := func(d time.Duration) float64 { return 100 * float64(d) / float64(total) }
	return fmt.Sprintf("| %s | %s | %s | %.2f | %.1f %% | %.1f %% | %.1f %% | %.1f %% | %.1f %% |", g.Info().Name, tr.Name(), name, total.Seconds(),
		share(m.generator), share(m.loss), share(m.transform), share(inversion-m.generator-m.loss-m.transform), share(total-inversion)), nil
}

const learnHeader = `| generator | transform | method | seconds | generator | loss | transform | rest of the inversion | fit |
|---|---|---|---|---|---|---|---|---|`

// meteredGenerator books what a generator takes.
type meteredGenerator struct {
	generator.Differentiable
	m *meter
}

func (g meteredGenerator) Generate(ctx context.Context, dst *generator.Images, z *generator.Latents) error {
	return spend(&g.m.generator, func() error { return g.Differentiable.Generate(ctx, dst, z) })
}

func (g meteredGenerator) Linearize(ctx context.Context, z *generator.Latents) (lin generator.Linearization, err error) {
	err = spend(&g.m.generator, func() error {
		lin, err = g.Differentiable.Linearize(ctx, z)
		return err
	})
	return meteredLinearization{lin, g.m}, err
}

type meteredLinearization struct {
	generator.Linearization
	m *meter
}

func (l meteredLinearization) VJP(ctx context.Context, dz *generator.Latents, v *generator.Images) error {
	return spend(&l.m.generator, func() error { return l.Linearization.VJP(ctx, dz, v) })
}

func (l meteredLinearization) JVP(ctx context.Context, dx *generator.Images, dz *generator.Latents) error {
	return spend(&l.m.generator, func() error { return l.Linearization.JVP(ctx, dx, dz) })
}

// meteredLoss books what a loss takes.
type meteredLoss struct {
	loss.LeastSquares
	m *meter
}

func (l meteredLoss) Eval(value []float64, grad, x, target, mask *generator.Images) error {
	return spend(&l.m.loss, func() error { return l.LeastSquares.Eval(value, grad, x, target, mask) })
}

func (l meteredLoss) Residual(r, x, target, mask *generator.Images) error {
	return spend(&l.m.loss, func() error { return l.LeastSquares.Residual(r, x, target, mask) })
}

func (l meteredLoss) ApplyLinear(dr, dx, mask *generator.Images) error {
	return spend(&l.m.loss, func() error { return l.LeastSquares.ApplyLinear(dr, dx, mask) })
}

// meteredTransform books what a transform takes.
type meteredTransform struct {
	transform.Transform
	m *meter
}

func (t meteredTransform) Apply(dst, mask, src *generator.Images, v float64) error {
	return spend(&t.m.transform, func() error { return t.Transform.Apply(dst, mask, src, v) })
}
