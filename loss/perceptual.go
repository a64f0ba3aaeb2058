package loss

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"

	"gorgonia.org/tensor"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/generator"
)

// ErrModel reports a model that is no perceptual network, or that images of the
// size at hand cannot be given to.
var ErrModel = errors.New("unusable model")

// PerceptualOptions says how [FromModel] is to use a network. Nil and the zero
// value stand for the defaults stated.
type PerceptualOptions struct {
	// Range is the pair of values that the network takes for black and white.
	// The zero value stands for what the model's metadata states under
	// generator.MetaRange; where that is missing too, Range is required: a
	// network for [−1, 1] given pixels in [0, 1] would compare something, only
	// not what it was made for.
	Range generator.PixelRange

	// Mean and Deviation are those of the three channels that the network wants
	// taken off and divided by after mapping to Range. Zeros stand for 0 and 1.
	Mean, Deviation [3]float64

	// Name is what the loss is called; "" stands for "perceptual" with the
	// first digits of the model's fingerprint and the outputs asked for.
	Name string

	// Outputs names the outputs to compare. Nil stands for all of a feature
	// network, and for the only one of a network that compares by itself.
	Outputs []string

	// Batch is the largest number of samples given to the model at once; 0
	// stands for 8. A model exported for a fixed number of samples is given
	// just that many.
	Batch int
}

// Perceptual compares images by a neural network run by a backend. The network
// may be
//
//   - a metric such as LPIPS (Zhang, Isola, Efros, Shechtman and Wang, The
//     Unreasonable Effectiveness of Deep Features as a Perceptual Metric, CVPR
//     2018): two images in, x and the target in this order, one number a sample
//     out, 0 for equal images; or
//   - a feature network: one image in, features out (N×C or N×C×H×W). The loss
//     is then that of equation 1 of the paper without its learned weights: the
//     squared difference of features normalised to unit length over channels,
//     averaged over positions and summed over the outputs.
//
// A mask M, which networks know nothing of, is put on both images: undefined
// pixels become μ, the mean colour of the target's defined ones,
//
//	x̃ = M·x + (1−M)·μ,  ỹ = M·y + (1−M)·μ,  value = d(x̃, ỹ) / mean(M)
//
// so that they are equal where nothing is defined, which the division by the
// share of defined pixels makes up for. The border of the mask is in both, and
// can hide what is next to it.
//
// Images have as many rows and columns as the network takes, and three channels
// or one, which the network is then given thrice. An Eval that has begun cannot be
// cancelled. It is safe for concurrent use.
type Perceptual struct {
	model   backend.Differentiable
	name    string
	image   backend.Port // the input for x
	other   string       // the input for the target; "" for a feature network
	outputs []backend.Port
	shift   [3]float32 // value = shift + scale·pixel
	scale   [3]float32
	batch   int
	fixed   bool
	frames  sync.Pool
}

var _ Loss = (*Perceptual)(nil)

// FromModel makes a loss of a backend's model for images of one size; a network
// of open size has to be closed to that of the images first
// (onnx.Model.WithDims).
//
// The loss takes the model over: its Close closes m. Where FromModel fails, m
// stays the caller's to close. Errors wrap [ErrModel] or [ErrSetting], or what the
// backend says about an operator without derivative.
func FromModel(m backend.Differentiable, opts *PerceptualOptions) (*Perceptual, error) {
	if m == nil {
		return nil, fmt.Errorf("loss: perceptual: %w: it is nil: open one with a backend, such as native.Open", ErrModel)
	}
	var o PerceptualOptions
	if opts != nil {
		o = *opts
	}
	p := &Perceptual{model: m, name: o.Name, batch: o.Batch}
	p.frames.New = func() any { return new(frame) }
	if p.name == "" {
		fingerprint := m.Fingerprint()
		p.name = fmt.Sprintf("perceptual(%s)", strings.Join(append([]string{fingerprint[:min(8, len(fingerprint))]}, o.Outputs...), ","))
	}
	if err := p.setUp(&o); err != nil {
		return nil, fmt.Errorf("loss: %s: %w", p.name, err)
	}
	return p, nil
}

func (p *Perceptual) setUp(o *PerceptualOptions) error {
	if o.Batch < 0 {
		return fmt.Errorf("%w: batch %d: give a positive number, or 0 for the default", ErrSetting, o.Batch)
	}
	if err := p.findPorts(o.Outputs); err != nil {
		return fmt.Errorf("%w: %w", ErrModel, err)
	}
	if p.batch == 0 {
		p.batch = 8
	}
	if n := p.image.Shape[0]; n != backend.Batch {
		p.batch, p.fixed = n, true
	}
	if err := p.mapPixels(o); err != nil {
		return err
	}
	check, ok := p.model.(interface {
		CheckLinearize(output, wrt string) error
	})
	for _, out := range p.outputs {
		if !ok {
			break // the backend cannot tell before it computes
		}
		if err := check.CheckLinearize(out.Name, p.image.Name); err != nil {
			return err
		}
	}
	return nil
}

// mapPixels finds the map from pixels to what the network takes.
func (p *Perceptual) mapPixels(o *PerceptualOptions) error {
	r := o.Range
	if text := p.model.Metadata()[generator.MetaRange]; r == (generator.PixelRange{}) && text != "" {
		stated, err := generator.ParsePixelRange(text)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrModel, err)
		}
		r = stated
	}
	if !(r.Low < r.High) || math.IsInf(r.Low, 0) || math.IsInf(r.High, 0) {
		return fmt.Errorf("%w: the network's pixel range is %g,%g: state the values that it takes for black and white in PerceptualOptions.Range, "+
			"such as generator.PixelRange{Low: -1, High: 1} for LPIPS", ErrSetting, r.Low, r.High)
	}
	for c, deviation := range o.Deviation {
		if deviation == 0 {
			deviation = 1
		}
		if !(deviation > 0) {
			return fmt.Errorf("%w: the deviations of the channels are %v: give positive ones", ErrSetting, o.Deviation)
		}
		p.shift[c] = float32((r.Low - o.Mean[c]) / deviation)
		p.scale[c] = float32((r.High - r.Low) / deviation)
	}
	return nil
}

// Name returns the name of the loss.
func (p *Perceptual) Name() string { return p.name }

// Close closes the model.
func (p *Perceptual) Close() error { return p.model.Close() }

// Eval implements [Loss]. With a gradient, a metric costs a forward pass and a
// pullback, a feature network the forward pass of the target and a forward pass
// and a pullback for each output.
func (p *Perceptual) Eval(value []float64, grad, x, target, mask *generator.Images) error {
	if err := p.check(value, x, target, mask); err != nil {
		return fmt.Errorf("loss: %s: %w", p.name, err)
	}
	if grad != nil {
		grad.Resize(x.N, x.C, x.H, x.W)
	}
	f := p.frames.Get().(*frame)
	defer p.frames.Put(f)
	for first := 0; first < x.N; first += p.batch {
		f.setUp(p, min(p.batch, x.N-first))
		for i := range f.n {
			f.compose(p, i, x.Sample(first+i), target.Sample(first+i), maskOf(mask, first+i))
		}
		f.fill()
		compare := p.metric
		if p.other == "" {
			compare = p.features
		}
		if err := compare(context.Background(), f, grad != nil); err != nil {
			return fmt.Errorf("loss: %s: %w", p.name, err)
		}
		for i := range f.n {
			value[first+i] = f.value[i] * f.weight[i]
			if grad != nil {
				f.decompose(p, i, grad.Sample(first+i), maskOf(mask, first+i))
			}
		}
	}
	return nil
}

func (p *Perceptual) check(value []float64, x, target, mask *generator.Images) error {
	if err := checkImages(x, target, mask); err != nil {
		return err
	}
	if h, w := p.image.Shape[2], p.image.Shape[3]; x.C != 1 && x.C != 3 || x.H != h || x.W != w {
		return fmt.Errorf("%w: images of size %d×%d×%d: the network takes 3×%d×%d or 1×%d×%d: open it for the images' size (onnx.Model.WithDims) if it can be had",
			ErrImages, x.C, x.H, x.W, h, w, h, w)
	}
	return checkRoom(value, x)
}

// tensorOf makes a tensor of n samples of a port in the given memory.
func tensorOf(n int, p backend.Port, data []float32) *tensor.Dense {
	return tensor.New(tensor.WithShape(append([]int{n}, p.Shape[1:]...)...), tensor.WithBacking(data[:n*perSample(p)]))
}

// perSample is the number of elements a port has for one sample.
func perSample(p backend.Port) int {
	n := 1
	for _, d := range p.Shape[1:] {
		n *= d
	}
	return n
}
