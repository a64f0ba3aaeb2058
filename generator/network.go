package generator

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"gorgonia.org/tensor"

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

	// Class fixes the class of a conditional model by its index; the model may
	// take it as an index or one-hot.
	Class *int

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

// ErrCondition says that a conditional model needs a class, or that the class
// is not one it has.
var ErrCondition = errors.New("condition not usable")

// Network is a Generator drawn by a neural network that a backend executes. It
// is safe for concurrent use.
type Network struct {
	model    backend.Differentiable
	bound    backend.Differentiable // model with its class fixed
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
	if err := g.fixClass(g.opts.Class); err != nil {
		return nil, err
	}
	if err := g.checkDerivative(); err != nil {
		return nil, err
	}
	if !stated {
		if err := g.checkRange(); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// WithClass returns a generator of the same network fixed to another class; the
// two share weights, and closing one closes both.
func (g *Network) WithClass(index int) (*Network, error) {
	h := *g
	h.bound = h.model
	h.free = make(chan *piece, cap(g.free))
	if err := h.fixClass(&index); err != nil {
		return nil, err
	}
	return &h, nil
}

// Info describes the generator.
func (g *Network) Info() Info { return g.info }

// Classes returns the names of a conditional model's classes where it states
// them.
func (g *Network) Classes() []string { return slices.Clone(g.classes) }

// Close closes the model.
func (g *Network) Close() error { return g.model.Close() }

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
	if s := meta[MetaLevels]; g.info.Levels == nil && s != "" {
		if g.info.Levels, err = parseLevels(s, g.info.D); err != nil {
			return false, err
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

// fixClass binds the class input of a conditional model.
func (g *Network) fixClass(index *int) error {
	if g.class == nil {
		if index != nil {
			return fmt.Errorf("generator: class %d asked for, but the model takes no class: leave it out: %w", *index, ErrCondition)
		}
		return nil
	}
	p := *g.class
	count := len(g.classes) // 0: not known
	if p.Dtype == tensor.Float32 {
		count = p.Shape[1]
	}
	which := "by its index"
	if count > 0 {
		which = fmt.Sprintf("from 0 to %d", count-1)
	}
	if index == nil {
		return fmt.Errorf("generator: the model is conditional (input %q): choose a class %s: %w", p.Name, which, ErrCondition)
	}
	if *index < 0 || count > 0 && *index >= count {
		return fmt.Errorf("generator: class %d does not exist: choose one %s: %w", *index, which, ErrCondition)
	}
	shape := slices.Clone(p.Shape)
	n := 1 // samples that the value is for
	if len(shape) > 0 {
		if shape[0] == backend.Batch {
			shape[0] = 1
		}
		n = shape[0]
	}
	var value *tensor.Dense
	switch p.Dtype {
	case tensor.Float32:
		oneHot := make([]float32, count)
		oneHot[*index] = 1
		value = tensor.New(tensor.WithShape(shape...), tensor.WithBacking(slices.Repeat(oneHot, n)))
	case tensor.Int32:
		value = tensor.New(tensor.WithShape(shape...), tensor.WithBacking(slices.Repeat([]int32{int32(*index)}, n)))
	default:
		value = tensor.New(tensor.WithShape(shape...), tensor.WithBacking(slices.Repeat([]int64{int64(*index)}, n)))
	}
	bound, err := g.model.Bind(p.Name, value)
	if err != nil {
		return fmt.Errorf("generator: class %d: %w: %w", *index, err, ErrCondition)
	}
	d, ok := bound.(backend.Differentiable)
	if !ok {
		return fmt.Errorf("generator: the backend's model is not differentiable once its class is fixed")
	}
	g.bound = d
	g.info.Condition = fmt.Sprintf("class %d", *index)
	if *index < len(g.classes) {
		g.info.Condition += " (" + g.classes[*index] + ")"
	}
	return nil
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
