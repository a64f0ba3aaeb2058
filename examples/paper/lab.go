package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/backend/ort"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/generator/dsprites"
	"github.com/lcfv-go/lcfv/generator/dsprites/betas"
	scenes "github.com/lcfv-go/lcfv/generator/sprites"
	"github.com/lcfv-go/lcfv/loss"
	"github.com/lcfv-go/lcfv/saliency"
)

// Names of generators in tables.
const (
	bundled = "bundled"
	btcvae  = "btcvae"
	betaH   = "betaH"
	celeba  = "celeba"
	anime   = "anime"

	coloured = "sprites" // with classes
)

// folders are where the generators of other people lie below the shared models.
var folders = map[string]string{
	btcvae: "disvae_btcvae_dsprites",
	betaH:  "disvae_betaH_dsprites",
	celeba: "disvae_btcvae_celeba",
	anime:  "anime_dcgan64",
}

// betaName is the name in tables of the bundled decoder that was trained with beta.
func betaName(beta int) string { return fmt.Sprintf("β = %d", beta) }

// lab holds the settings of a run and the networks it has opened, each once.
// It belongs to one goroutine.
type lab struct {
	models  string // folder of the shared models
	out     string // folder for pictures and cells
	backend string // engine of the networks that judge: native or ort
	full    bool
	samples int // held-out codes a cell; 0: the experiment's own number

	experiment experiment // the one that is running
	open       map[string]io.Closer
	held       map[subset][]int // see heldOut
}

func newLab() *lab {
	return &lab{backend: "native", open: map[string]io.Closer{}, held: map[subset][]int{}}
}

// of returns the lab for an experiment; what it opens stays with l.
func (l *lab) of(e experiment) *lab {
	of := *l
	of.experiment = e
	return &of
}

// flags are those on the command line that results depend on.
func (l *lab) flags() string {
	s := ""
	if l.full {
		s += " -full"
	}
	if l.samples > 0 {
		s += fmt.Sprintf(" -samples %d", l.samples)
	}
	return s
}

// codes returns the number of held-out codes a cell: one for a run of minutes, and
// one for -full.
func (l *lab) codes(minutes, full int) int {
	switch {
	case l.samples > 0:
		return l.samples
	case l.full:
		return full
	}
	return minutes
}

// picture returns the path of a picture of the running experiment, which it names:
// picture("anime.png") is OUT/loss-anime.png.
func (l *lab) picture(name string) (string, error) {
	if err := os.MkdirAll(l.out, 0o777); err != nil {
		return "", err
	}
	return filepath.Join(l.out, l.experiment.name+"-"+name), nil
}

func (l *lab) close() {
	for _, c := range l.open {
		if err := c.Close(); err != nil {
			log.Print(err)
		}
	}
}

// opened returns what open returns, the same at every call with that name.
func opened[T io.Closer](l *lab, name string, open func() (T, error)) (T, error) {
	if c, ok := l.open[name].(T); ok {
		return c, nil
	}
	c, err := open()
	if err != nil {
		return c, fmt.Errorf("%s: %w", name, err)
	}
	l.open[name] = c
	return c, nil
}

// generator returns the generator of a name in tables, on the native engine.
func (l *lab) generator(name string) (*generator.Network, error) {
	return opened(l, name, func() (*generator.Network, error) {
		switch name {
		case bundled:
			return dsprites.Open(nil)
		case coloured:
			return scenes.Open(nil)
		}
		for _, beta := range betas.Values() {
			if name == betaName(beta) {
				return betas.Open(beta, nil)
			}
		}
		folder, ok := folders[name]
		if !ok {
			return nil, errors.New("there is no generator of this name")
		}
		path, err := l.model(folder, "generator.onnx")
		if err != nil {
			return nil, err
		}
		m, err := native.Open(path, nil)
		if err != nil {
			return nil, err
		}
		g, err := generator.FromModel(m, &generator.ModelOptions{Name: folder})
		if err != nil {
			return nil, errors.Join(err, m.Close())
		}
		return g, nil
	})
}

// lpips returns LPIPS for images of h×w (Zhang et al., CVPR 2018, on SqueezeNet).
func (l *lab) lpips(h, w int) (*loss.Perceptual, error) {
	return opened(l, fmt.Sprintf("LPIPS for %d×%d", h, w), func() (*loss.Perceptual, error) {
		m, err := l.network(map[string]int{"h": h, "w": w}, "lpips_squeeze", "lpips.onnx")
		if err != nil {
			return nil, err
		}
		p, err := loss.FromModel(m, &loss.PerceptualOptions{Range: generator.PixelRange{Low: -1, High: 1}, Name: "lpips"})
		if err != nil {
			return nil, errors.Join(err, m.Close())
		}
		return p, nil
	})
}

// u2netp returns U²-Net-p, which finds the object in photographs.
func (l *lab) u2netp() (*saliency.Network, error) {
	return opened(l, "U²-Net-p", func() (*saliency.Network, error) {
		m, err := l.network(nil, "u2netp", "u2netp.onnx")
		if err != nil {
			return nil, err
		}
		d, err := saliency.FromModel(m, nil)
		if err != nil {
			return nil, errors.Join(err, m.Close())
		}
		return d, nil
	})
}

// network opens a network that judges images on the chosen engine, closed to the
// given dimensions.
func (l *lab) network(dims map[string]int, elem ...string) (backend.Differentiable, error) {
	path, err := l.model(elem...)
	if err != nil {
		return nil, err
	}
	file, err := onnx.Read(path)
	if err == nil && dims != nil {
		file, err = file.WithDims(dims)
	}
	if err != nil {
		return nil, err
	}
	if l.backend == "ort" {
		return ort.New(file, nil)
	}
	return native.New(file, nil)
}

// model returns the path of a file of the shared models.
func (l *lab) model(elem ...string) (string, error) {
	path := filepath.Join(append([]string{l.models}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%w: -models names the folder that holds %s", err, elem[0])
	}
	return path, nil
}
