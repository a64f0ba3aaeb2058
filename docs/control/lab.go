package main

import (
	"context"
	"fmt"
	"log"
	"path/filepath"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/generator/dsprites"
	"github.com/lcfv-go/lcfv/generator/sprites"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

// decoder is a generator to learn on.
type decoder struct {
	name  string                                                    // in tables
	open  func(*generator.ModelOptions) (*generator.Network, error) // of a bundled one, else nil
	model string                                                    // folder below the shared models
	class int                                                       // of a conditional model, -1 for others
	span  *generator.PixelRange                                     // nil: as the model says
}

var (
	bundled = decoder{name: "bundled", open: dsprites.Open, class: -1}
	btcvae  = decoder{name: "btcvae", model: "disvae_btcvae_dsprites", class: -1}
	betaH   = decoder{name: "betaH", model: "disvae_betaH_dsprites", class: -1}
	vae     = decoder{name: "VAE", model: "disvae_VAE_dsprites", class: -1}
	fashion = decoder{name: "fashion, class 0", model: "jointvae_fashion", class: 0}
	stars   = decoder{name: "sprites, star", open: sprites.Open, class: int(sprites.Star)}
	digits  = decoder{name: "digits, class 3", model: "mnist_cwgan", class: 3, span: &generator.PixelRange{Low: -1, High: 1}}
)

// subject is a factor of a decoder that its images show: what can be measured.
type subject struct {
	decoder
	transform transform.Transform
	reach     float64 // largest |t| to learn from
}

func (s subject) String() string { return s.name + ", " + s.transform.Name() }

// subjects are the factors over which relations are taken.
var subjects = []subject{
	{bundled, transform.TranslateX{}, 0.25},
	{bundled, transform.TranslateY{}, 0.25},
	{bundled, transform.Zoom{}, 0.25},
	{btcvae, transform.TranslateX{}, 0.25},
	{btcvae, transform.TranslateY{}, 0.25},
	{btcvae, transform.Zoom{}, 0.25},
	{betaH, transform.TranslateX{}, 0.25},
	{betaH, transform.TranslateY{}, 0.25},
	{betaH, transform.Zoom{}, 0.25},
	{vae, transform.TranslateX{}, 0.25},
	{vae, transform.TranslateY{}, 0.25},
	{fashion, transform.Brightness{}, 0.1},
	{digits, transform.TranslateX{}, 0.05},
}

// trajectories and learnSeed are those of all controls, unless a table says
// otherwise.
const (
	trajectories = 60
	learnSeed    = 1
)

// lab opens decoders and inverts them, each once.
type lab struct {
	models string
	open   map[string]*generator.Network
	pairs  map[string]*invert.Dataset
}

func newLab(models string) *lab {
	return &lab{models: models, open: map[string]*generator.Network{}, pairs: map[string]*invert.Dataset{}}
}

func (l *lab) close() {
	for _, g := range l.open {
		if err := g.Close(); err != nil {
			log.Print(err)
		}
	}
}

// generator returns a decoder's network.
func (l *lab) generator(d decoder) (*generator.Network, error) {
	if g := l.open[d.name]; g != nil {
		return g, nil
	}
	g, err := d.load(l.models)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.name, err)
	}
	l.open[d.name] = g
	return g, nil
}

func (d decoder) load(models string) (*generator.Network, error) {
	o := &generator.ModelOptions{Name: d.model}
	if d.class >= 0 {
		o.Class = &d.class
	}
	if d.span != nil {
		o.Range = *d.span
	}
	if d.open != nil {
		return d.open(o)
	}
	m, err := native.Open(filepath.Join(models, d.model, "generator.onnx"), nil)
	if err != nil {
		return nil, err
	}
	return generator.FromModel(m, o)
}

// learn returns a subject's generator and the pairs of codes found on it, from n
// trajectories with the given seed.
func (l *lab) learn(ctx context.Context, s subject, n int, seed uint64) (*generator.Network, *invert.Dataset, error) {
	g, err := l.generator(s.decoder)
	if err != nil {
		return nil, nil, err
	}
	key := fmt.Sprint(s, " ", n, " ", seed)
	if l.pairs[key] == nil {
		p, err := invert.Run(ctx, g, s.transform, &invert.Options{Range: s.reach, Trajectories: n, Seed: seed})
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", s, err)
		}
		l.pairs[key] = p
	}
	return g, l.pairs[key], nil
}

// control fits lcfv's own control to a subject's pairs.
func (l *lab) control(ctx context.Context, s subject) (*generator.Network, *lcfv.Control, error) {
	g, p, err := l.learn(ctx, s, trajectories, learnSeed)
	if err != nil {
		return nil, nil, err
	}
	c, err := lcfv.FromPairs(g.Info(), s.transform, p, nil)
	return g, c, err
}

// deltas are the changes asked of held-out codes: four to either side, up to 0.8
// of what was learned from.
func (s subject) deltas() []float64 {
	var out []float64
	for k := 1; k <= 4; k++ {
		d := s.reach * 0.2 * float64(k)
		out = append(out, -d, d)
	}
	return out
}
