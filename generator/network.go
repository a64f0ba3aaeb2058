package generator

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/lcfv-go/lcfv/backend"
)

// ModelOptions says how FromModel is to read a model. What is left zero is
// taken from the model's metadata, then from the defaults stated.
type ModelOptions struct {
	Name   string // name for messages; none by default
	Latent string // input that takes latent codes; by default "z", or the only float input
	Image  string // output that is the image; by default "image", or the only output
	Prior  *Prior // N(0, I) by default
	Range  PixelRange
	Levels []Level

	// Truncation, above 0 and at most 1, narrows the prior as Prior.Truncated says;
	// 0 stands for none.
	Truncation float64

	// Class fixes the class of a conditional model by its index, ClassName by its
	// name, as Network.ClassIndex reads it; give one of them. The model may take the
	// class as an index or one-hot.
	Class     *int
	ClassName string

	// Batch is the largest number of samples given to the model at once, 16 by
	// default. Larger batches are cut into such chunks, Workers of which run
	// at the same time, GOMAXPROCS by default. Results depend on neither
	// Workers nor, for the engines of this module, Batch. A model exported for
	// a fixed number of samples is given just that many, whatever Batch says.
	Batch   int
	Workers int

	// ForwardOnly accepts a model that cannot be differentiated, for drawing
	// alone; Linearize then fails.
	ForwardOnly bool
}

// Network is a Generator drawn by a neural network that a backend executes. It
// is safe for concurrent use.
type Network struct {
	model    backend.Differentiable
	bound    backend.Differentiable // model with its class fixed
	derived  bool                   // the model is another network's to close
	opts     ModelOptions
	info     Info
	latent   backend.Port
	image    backend.Port
	class    *backend.Port
	classes  []string
	scale    float32 // pixel = (value - offset)·scale
	offset   float32
	free     chan *piece // pieces not in use
	frames   *sync.Pool  // *Images of linearizations that are closed
	identity bool        // the model's range is [0, 1] already
}

// FromModel makes a generator of a backend's model: it finds the input for
// latent codes and the output that is an image (N×C×H×W), maps the model's
// pixel range to [0, 1] and fixes the class of a conditional model.
//
// A model that states its pixel range nowhere is taken to draw in [0, 1]; a few
// codes are drawn to see that it does.
//
// The network takes the model over: its Close closes m. Where FromModel fails, m
// stays the caller's to close.
func FromModel(m backend.Differentiable, opts *ModelOptions) (*Network, error) {
	if m == nil {
		return nil, errors.New("generator: the model is nil: open one with a backend, such as native.Open")
	}
	g := &Network{model: m, bound: m, frames: &sync.Pool{New: func() any { return new(Images) }}}
	if opts != nil {
		g.opts = *opts
	}
	if g.opts.Batch < 0 || g.opts.Workers < 0 {
		return nil, fmt.Errorf("generator: batch %d, workers %d: give positive numbers, or 0 for the defaults; neither may be negative", g.opts.Batch, g.opts.Workers)
	}
	if g.opts.Batch == 0 {
		g.opts.Batch = 16
	}
	if g.opts.Workers == 0 {
		g.opts.Workers = runtime.GOMAXPROCS(0)
	}
	g.free = make(chan *piece, 2*g.opts.Workers)
	if err := g.findPorts(); err != nil {
		return nil, err
	}
	if fixed := g.latent.Shape[0]; fixed != backend.Batch {
		g.opts.Batch = fixed
	}
	stated, err := g.describe()
	if err != nil {
		return nil, err
	}
	class, err := g.chosenClass()
	if err != nil {
		return nil, err
	}
	if err := g.fixClass(class); err != nil {
		return nil, err
	}
	if err := g.check(stated); err != nil {
		if g.class != nil {
			g.bound.Close()
		}
		return nil, err
	}
	return g, nil
}

// check looks at what needs the class.
func (g *Network) check(stated bool) error {
	if err := g.checkDerivative(); err != nil || stated {
		return err
	}
	return g.checkRange()
}

// Info describes the generator.
func (g *Network) Info() Info { return g.info }

// Close closes the model. Networks that WithClass made are closed each by itself.
func (g *Network) Close() error {
	if g.derived {
		return g.bound.Close()
	}
	err := g.model.Close()
	if g.class != nil {
		err = errors.Join(err, g.bound.Close())
	}
	return err
}

// describe fills in info and the pixel mapping; stated reports whether the
// pixel range was.
func (g *Network) describe() (stated bool, err error) {
	meta := g.model.Metadata()
	g.info = Info{
		Name: g.opts.Name, D: size(g.latent),
		C: g.image.Shape[1], H: g.image.Shape[2], W: g.image.Shape[3],
		Levels: g.opts.Levels, Fingerprint: g.model.Fingerprint(),
	}
	if g.opts.Prior != nil {
		g.info.Prior = *g.opts.Prior
	} else if s := meta[MetaPrior]; s != "" {
		if g.info.Prior, err = ParsePrior(s); err != nil {
			return false, err
		}
	}
	if err := g.info.Prior.Validate(); err != nil {
		return false, err
	}
	if t := g.opts.Truncation; t != 0 {
		if g.info.Prior, err = g.info.Prior.Truncated(t); err != nil {
			return false, err
		}
	}
	if s := meta[MetaLevels]; g.info.Levels == nil && s != "" {
		if g.info.Levels, err = ParseLevels(s); err != nil {
			return false, fmt.Errorf("%w (metadata %s)", err, MetaLevels)
		}
	}
	if err := checkLevels(g.info.Levels, g.info.D); err != nil {
		return false, err
	}
	if s := meta[MetaClasses]; s != "" {
		if g.classes, err = parseClasses(s); err != nil {
			return false, err
		}
	}
	r := g.opts.Range
	if s := meta[MetaRange]; !r.stated() && s != "" {
		if r, err = ParsePixelRange(s); err != nil {
			return false, err
		}
	}
	stated = r.stated()
	if !stated {
		r = PixelRange{0, 1}
	}
	if err := r.validate(); err != nil {
		return false, err
	}
	g.offset, g.scale = float32(r.Low), float32(1/(r.High-r.Low))
	g.identity = r == PixelRange{0, 1}
	return stated, nil
}

// checkDerivative asks a backend that knows without computing anything whether
// the image can be differentiated for the code.
func (g *Network) checkDerivative() error {
	m, ok := g.bound.(interface {
		CheckLinearize(output, wrt string) error
	})
	if !ok || g.opts.ForwardOnly {
		return nil
	}
	if err := m.CheckLinearize(g.image.Name, g.latent.Name); err != nil {
		return fmt.Errorf("generator: %w: set ModelOptions.ForwardOnly to draw with it, FiniteDifference to learn with it", err)
	}
	return nil
}

// checkRange draws a few codes to see whether the model stays in [0, 1].
func (g *Network) checkRange() error {
	z := NewLatents(4, g.info.D)
	g.info.Prior.Sample(z, 0, 0)
	var x Images
	if err := g.Generate(context.Background(), &x, z); err != nil {
		return err
	}
	low, high := slices.Min(x.Pix), slices.Max(x.Pix)
	if low < -0.05 || high > 1.05 {
		return fmt.Errorf("generator: the model draws values from %.3g to %.3g, which are no pixels in [0, 1]: state its range, ModelOptions.Range or metadata %s (for example -1,1)",
			low, high, MetaRange)
	}
	return nil
}
