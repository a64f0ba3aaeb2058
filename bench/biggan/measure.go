package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"gonum.org/v1/gonum/floats"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/ort"
	"github.com/lcfv-go/lcfv/bench/internal/pytorch"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/loss"
	"github.com/lcfv-go/lcfv/transform"
)

// move is the change that codes are searched for: a tenth of the width.
const move = 0.1

// agreement is how far apart, relative to the distance travelled, the codes of both
// sides may be in the end: they compute the same in float32, and Adam divides small
// gradients by their own size.
const agreement = 0.05

// open prepares the generator in an engine.
func (s *settings) open(path, engine string) (*generator.Network, error) {
	var m backend.Differentiable
	var err error
	switch engine {
	case "native":
		m, err = native.Open(path, nil)
	case "ort":
		m, err = ort.Open(path, nil)
	default:
		return nil, fmt.Errorf("-engines: there are native and ort")
	}
	if err != nil {
		return nil, err
	}
	g, err := generator.FromModel(m, &generator.ModelOptions{Class: &s.class, Workers: s.threads, Batch: (s.batch + s.threads - 1) / s.threads})
	if err != nil {
		m.Close()
		return nil, err
	}
	return g, nil
}

// measure follows trajectories in one engine and, step by step in turns with it,
// in PyTorch.
func (s *settings) measure(ctx context.Context, path, engine string) (*result, error) {
	g, err := s.open(path, engine)
	if err != nil {
		return nil, err
	}
	defer g.Close()
	o := invert.Published()
	o.T, o.Trajectories, o.Batch, o.Workers, o.Seed = []float64{move}, s.batch, s.batch, 1, 1
	o.Method = invert.Adam{Rate: 0.01, Iterations: s.steps + 1}
	resolved, err := o.Resolve(g.Info())
	if err != nil {
		return nil, err
	}
	p := problem{path: path, class: s.class, sigma: resolved.Loss.(loss.Blurred).Sigma, threads: s.threads}
	if err := p.prepare(ctx, g, &resolved); err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "lcfv-biggan-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	if err := p.write(folder); err != nil {
		return nil, err
	}
	python, err := pytorch.Start(s.python, s.script, folder)
	if err != nil {
		return nil, err
	}
	defer python.Close()
	clock := &clock{Differentiable: g, before: func() (float64, error) { return python.Ask("step") }}
	set, err := invert.Run(ctx, clock, transform.TranslateX{}, &o)
	if err = errors.Join(err, clock.err); err != nil {
		return nil, err
	}
	r := &result{info: g.Info(), torch: clock.theirs[1:], own: clock.own[1:]} // the first step warms up
	if r.apart, err = p.compare(folder, python, set); err != nil {
		return nil, err
	}
	return r, nil
}

// clock is a generator that tells when a step begins: an Adam linearizes it once a
// step. Its own time goes from one Linearize to the next, without what the other
// side takes in between.
type clock struct {
	generator.Differentiable
	before      func() (float64, error) // has the other side take a step: seconds
	began       time.Time
	own, theirs []float64
	err         error
}

// Linearize ends a step, has the other side take one, and begins the next.
func (c *clock) Linearize(ctx context.Context, z *generator.Latents) (generator.Linearization, error) {
	c.lap()
	seconds, err := c.before()
	if err != nil {
		c.err = err
		return nil, err
	}
	c.theirs = append(c.theirs, seconds)
	time.Sleep(2 * time.Millisecond) // its threads may still spin
	c.began = time.Now()
	return c.Differentiable.Linearize(ctx, z)
}

// Generate ends the last step, after which only the loss is evaluated.
func (c *clock) Generate(ctx context.Context, dst *generator.Images, z *generator.Latents) error {
	c.lap()
	return c.Differentiable.Generate(ctx, dst, z)
}

func (c *clock) lap() {
	if !c.began.IsZero() {
		c.own = append(c.own, time.Since(c.began).Seconds())
		c.began = time.Time{}
	}
}

// compare returns how far the codes that both sides found are apart, relative to how
// far they went.
func (p *problem) compare(folder string, python *pytorch.Process, set *invert.Dataset) (float64, error) {
	theirs, err := codes(python, folder, len(set.Z.Data))
	if err != nil {
		return 0, err
	}
	own, from := widened(set.Z.Data), widened(p.z0.Data)
	apart, went := floats.Distance(own, widened(theirs), 2), floats.Distance(own, from, 2)
	if !(apart <= agreement*went) {
		return 0, fmt.Errorf("the codes of both sides are %.2g apart after a way of %.2g: they did not do the same", apart, went)
	}
	return apart / went, nil
}

func widened(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}
