package saliency

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
	"gorgonia.org/tensor"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/generator"
)

// ErrModel reports a model that is no saliency network, or not one that images
// can be given to.
var ErrModel = errors.New("unusable model")

// NetworkOptions says how [FromModel] is to use a network. Nil and the zero value
// stand for the defaults stated.
type NetworkOptions struct {
	// Preparation is how images are given to the network; nil stands for
	// U2Net().
	Preparation *Preparation

	// Name is what the detector is called; "" stands for the preparation's.
	Name string

	// Output names the map among the model's outputs. "" stands for the first:
	// networks with side outputs return the final map before them.
	Output string

	// Batch is the largest number of images given to the model at once, 4 by
	// default; Workers such batches run at the same time, GOMAXPROCS by
	// default. A model exported for a fixed number of images is given just
	// that many.
	Batch, Workers int
}

// Network is a [Detector] that is a neural network run by a backend: three
// channels in (N×3×H×W), one map out (N×1×H×W or N×H×W), which is resized to the
// images. Grey images are given to it as three equal channels. It is safe for
// concurrent use.
type Network struct {
	model       backend.Model
	preparation Preparation
	name        string
	in, out     backend.Port
	batch       int // images given to the model at once
	fixed       bool
	workers     int
}

var _ Detector = (*Network)(nil)

// FromModel makes a detector of a backend's model, such as U²-Net opened with
// native.Open.
//
// The network takes the model over: its Close closes m. Where FromModel fails, m
// stays the caller's to close. Errors wrap [ErrModel] or [ErrSetting].
func FromModel(m backend.Model, opts *NetworkOptions) (*Network, error) {
	if m == nil {
		return nil, fmt.Errorf("saliency: %w: it is nil: open one with a backend, such as native.Open", ErrModel)
	}
	var o NetworkOptions
	if opts != nil {
		o = *opts
	}
	if o.Batch < 0 || o.Workers < 0 {
		return nil, fmt.Errorf("saliency: %w: batch %d, workers %d: give positive numbers, or 0 for the defaults", ErrSetting, o.Batch, o.Workers)
	}
	d := &Network{model: m, preparation: U2Net(), name: o.Name, batch: o.Batch, workers: o.Workers}
	if o.Preparation != nil {
		d.preparation = *o.Preparation
	}
	if err := d.preparation.check(); err != nil {
		return nil, err
	}
	if d.name == "" {
		d.name = d.preparation.Name
	}
	if d.batch == 0 {
		d.batch = 4
	}
	if d.workers == 0 {
		d.workers = runtime.GOMAXPROCS(0)
	}
	if err := d.findPorts(o.Output); err != nil {
		return nil, fmt.Errorf("saliency: %s: %w: %w", d.name, ErrModel, err)
	}
	if n := d.in.Shape[0]; n != backend.Batch {
		d.batch, d.fixed = n, true
	}
	return d, nil
}

// findPorts tells the image and the map among the model's ports.
func (d *Network) findPorts(output string) error {
	inputs, outputs := d.model.Inputs(), d.model.Outputs()
	if len(inputs) != 1 {
		return fmt.Errorf("it has the inputs %s: bind all but the image first", listed(inputs))
	}
	d.in = inputs[0]
	if s := d.in.Shape; d.in.Dtype != tensor.Float32 || len(s) != 4 || s[1] != 3 || !positive(s[1:]) {
		return fmt.Errorf("its input is %s: a float32 image of shape [N, 3, H, W] with H and W fixed is needed", listed(inputs))
	}
	at := 0
	if output != "" {
		at = slices.IndexFunc(outputs, func(p backend.Port) bool { return p.Name == output })
	}
	if at < 0 || len(outputs) == 0 {
		return fmt.Errorf("it has no output %q, only %s", output, listed(outputs))
	}
	d.out = outputs[at]
	s := d.out.Shape
	if d.out.Dtype != tensor.Float32 || !(len(s) == 3 || len(s) == 4 && s[1] == 1) || !positive(s[1:]) || s[0] != d.in.Shape[0] {
		return fmt.Errorf("its output is %s: a float32 map of shape [N, 1, H, W] or [N, H, W], one for each image, is needed", listed(outputs[at:at+1]))
	}
	return nil
}

func positive(shape []int) bool {
	return !slices.ContainsFunc(shape, func(n int) bool { return n < 1 })
}

func listed(ports []backend.Port) string {
	var s []string
	for _, p := range ports {
		s = append(s, fmt.Sprintf("%q %v%v", p.Name, p.Dtype, p.Shape))
	}
	return strings.Join(s, ", ")
}

// Name returns the detector's name.
func (d *Network) Name() string { return d.name }

// Close closes the model.
func (d *Network) Close() error { return d.model.Close() }

// Detect implements [Detector]. Images have one or three channels.
func (d *Network) Detect(ctx context.Context, dst, src *generator.Images) error {
	if err := prepare(ctx, d.name, dst, src); err != nil {
		return err
	}
	if src.C != 1 && src.C != 3 {
		return fmt.Errorf("saliency: %s: %w: %d channels: the network takes one or three", d.name, ErrImages, src.C)
	}
	pieces := (src.N + d.batch - 1) / d.batch
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for range min(pieces, d.workers) {
		group.Go(func() error {
			run := d.newRun(src)
			for {
				first := (int(next.Add(1)) - 1) * d.batch
				if first >= src.N {
					return nil
				}
				if err := run.detect(ctx, dst, src, first, min(d.batch, src.N-first)); err != nil {
					return fmt.Errorf("saliency: %s: %w", d.name, err)
				}
			}
		})
	}
	return group.Wait()
}

// networkRun is what one goroutine runs the model with.
type networkRun struct {
	d            *Network
	in           *generator.Images // memory of x
	maps         *generator.Images // memory of m
	x, m         *tensor.Dense
	shrink, grow *resizer
}

func (d *Network) newRun(src *generator.Images) *networkRun {
	in, out := d.in.Shape, d.out.Shape
	h, w := out[len(out)-2], out[len(out)-1]
	return &networkRun{
		d: d, in: generator.NewImages(d.batch, in[1], in[2], in[3]), maps: generator.NewImages(d.batch, 1, h, w),
		shrink: newResizer(src.H, src.W, in[2], in[3]), grow: newResizer(h, w, src.H, src.W),
	}
}

// detect writes the maps of n images from first on.
func (r *networkRun) detect(ctx context.Context, dst, src *generator.Images, first, n int) error {
	for i := range n {
		r.d.preparation.into(r.in.Sample(i), src.Sample(first+i), src.C, r.shrink, r.in)
	}
	given := n
	if r.d.fixed { // filled up with the last image
		for given = n; given < r.d.batch; given++ {
			copy(r.in.Sample(given), r.in.Sample(n-1))
		}
	}
	if r.x == nil || r.x.Shape()[0] != given {
		r.x = tensor.New(tensor.WithShape(append([]int{given}, r.d.in.Shape[1:]...)...), tensor.WithBacking(r.in.Slice(0, given).Pix))
		r.m = tensor.New(tensor.WithShape(append([]int{given}, r.d.out.Shape[1:]...)...), tensor.WithBacking(r.maps.Slice(0, given).Pix))
	}
	inputs, outputs := map[string]*tensor.Dense{r.d.in.Name: r.x}, map[string]*tensor.Dense{r.d.out.Name: r.m}
	if err := r.d.model.Run(ctx, outputs, inputs); err != nil {
		return err
	}
	for i := range n {
		r.d.preparation.outOf(dst.Sample(first+i), r.maps.Sample(i), r.grow)
	}
	return nil
}
