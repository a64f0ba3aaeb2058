package main

import (
	"context"
	"fmt"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/ort"
)

// open prepares a generator to run in an engine. A condition is fixed to the
// first class, as a control would.
func open(engine, path string) (backend.Differentiable, error) {
	var m backend.Model
	var err error
	switch engine {
	case "native":
		m, err = native.Open(path, nil)
	case "ort":
		m, err = ort.Open(path, nil)
	default:
		return nil, fmt.Errorf("-backend %q: there are native and ort", engine)
	}
	if err != nil {
		return nil, err
	}
	for _, p := range m.Inputs()[1:] {
		shape := append([]int{1}, p.Shape[1:]...)
		class := tensor.New(tensor.Of(p.Dtype), tensor.WithShape(shape...))
		if data, ok := class.Data().([]float32); ok {
			data[0] = 1 // one-hot
		}
		bound, err := m.Bind(p.Name, class)
		m.Close()
		if err != nil {
			return nil, err
		}
		m = bound
	}
	d, ok := m.(backend.Differentiable)
	if !ok {
		return nil, fmt.Errorf("-backend %s: it computes no derivatives", engine)
	}
	return d, nil
}

// part is one goroutine's share of the batch.
type part struct {
	model    backend.Differentiable
	z, image string
	in       map[string]*tensor.Dense
	out      map[string]*tensor.Dense
	v, dz    *tensor.Dense
}

func split(m backend.Differentiable, batch, threads int) []*part {
	r := rand.New(rand.NewPCG(1, 2))
	parts := make([]*part, threads)
	for i := range parts {
		n := batch*(i+1)/threads - batch*i/threads
		z, image := m.Inputs()[0], m.Outputs()[0]
		p := &part{
			model: m, z: z.Name, image: image.Name,
			v:  random(r, append([]int{n}, image.Shape[1:]...)),
			dz: random(r, append([]int{n}, z.Shape[1:]...)),
		}
		p.in = map[string]*tensor.Dense{p.z: random(r, append([]int{n}, z.Shape[1:]...))}
		p.out = map[string]*tensor.Dense{p.image: random(r, append([]int{n}, image.Shape[1:]...))}
		parts[i] = p
	}
	return parts
}

func random(r *rand.Rand, shape []int) *tensor.Dense {
	t := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(shape...))
	data := t.Float32s()
	for i := range data {
		data[i] = float32(r.NormFloat64())
	}
	return t
}

func (p *part) forward(ctx context.Context) error { return p.model.Run(ctx, p.out, p.in) }

func (p *part) gradient(ctx context.Context) error {
	lin, err := p.model.Linearize(ctx, p.image, p.z, p.in)
	if err != nil {
		return err
	}
	defer lin.Close()
	return lin.Pullback(ctx, p.dz, p.v)
}
