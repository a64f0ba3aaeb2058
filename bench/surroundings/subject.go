package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/backend/ort"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/generator/dsprites"
	"github.com/lcfv-go/lcfv/loss"
	"github.com/lcfv-go/lcfv/transform"
)

// open opens the generator of a file, the bundled one for no path. Of a
// conditional generator it takes the first class.
func open(path, engine string, batch int) (*generator.Network, error) {
	opts := &generator.ModelOptions{Name: "bundled", Batch: batch, Workers: 1}
	file, err := onnx.Parse(dsprites.Decoder(), nil)
	if path != "" {
		opts.Name = filepath.Base(filepath.Dir(path))
		file, err = onnx.Read(path)
	}
	if err != nil {
		return nil, err
	}
	var m backend.Differentiable
	switch engine {
	case "native":
		m, err = native.New(file, nil)
	case "ort":
		m, err = ort.New(file, nil)
	default:
		return nil, fmt.Errorf("-backend %q: there are native and ort", engine)
	}
	if err != nil {
		return nil, err
	}
	if len(m.Inputs()) > 1 {
		opts.Class = new(int)
	}
	if m.Metadata()[generator.MetaRange] == "" {
		opts.Range = generator.PixelRange{Low: -1, High: 1} // wide enough for any
	}
	g, err := generator.FromModel(m, opts)
	if err != nil {
		m.Close()
		return nil, err
	}
	return g, nil
}

// sigma is the blur that invert.Options have.
func sigma(info generator.Info) float64 { return 3.0 / 128 * float64(info.W) }

// subject is a generator with all that surrounds it in an inversion.
type subject struct {
	g     generator.Differentiable
	z, dz *generator.Latents
	image *generator.Images // G(z), which is moved and aimed at
	loss  loss.Blurred

	target, mask, grad, residual *generator.Images
	value                        []float64
}

func newSubject(ctx context.Context, g generator.Differentiable, batch int) (*subject, error) {
	info := g.Info()
	s := &subject{
		g: g, z: generator.NewLatents(batch, info.D), dz: new(generator.Latents),
		image: new(generator.Images),
		loss:  loss.Blurred{Sigma: sigma(info)},
		value: make([]float64, batch),
	}
	for _, m := range []**generator.Images{&s.target, &s.mask, &s.grad, &s.residual} {
		*m = new(generator.Images)
	}
	info.Prior.Sample(s.z, 1, 0)
	if err := g.Generate(ctx, s.image, s.z); err != nil {
		return nil, err
	}
	return s, nil
}

// apply moves the images by a fraction of a pixel and more.
func (s *subject) apply(tr transform.Transform) error {
	return tr.Apply(s.target, s.mask, s.image, 0.123)
}

// gradient runs the generator forward and back.
func (s *subject) gradient(ctx context.Context) error {
	lin, err := s.g.Linearize(ctx, s.z)
	if err != nil {
		return err
	}
	defer lin.Close()
	s.grad.Resize(s.image.N, s.image.C, s.image.H, s.image.W)
	return lin.VJP(ctx, s.dz, s.grad)
}
