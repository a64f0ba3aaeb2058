package ort

import (
	"github.com/lcfv-go/lcfv/backend/internal/ports"
	"gorgonia.org/tensor"
)

// linearSpace is the memory of one linearization.
type linearSpace struct {
	chunks      []*linearChunk
	output      *tensor.Dense
	interrupter *interrupter
}

// linearChunk holds the values of a chunk that stay from call to call: the
// output, which is part of the whole batch's, and the residuals.
type linearChunk struct {
	owned []*value

	// The arguments of the graphs, nil where they are the callers'.
	inputs, outputs, pullback, pushforward []*value
	// copies holds the elements of inputs that are residuals, nil for others.
	copies []any
}

func (p *linearPlan) newSpace() (*linearSpace, error) {
	port := p.parts[0].output.port
	shape := append([]int(nil), port.Shape...)
	if ports.Batched(port) {
		shape[0] = p.batch
	}
	w := &linearSpace{output: tensor.New(tensor.Of(port.Dtype), tensor.WithShape(shape...))}
	var err error
	if w.interrupter, err = newInterrupter(); err != nil {
		return nil, err
	}
	sample := 0
	for i, part := range p.parts {
		c := &linearChunk{}
		w.chunks = append(w.chunks, c)
		if err := c.fill(part, w.output, sample); err != nil {
			w.destroy()
			return nil, err
		}
		sample += p.sizes[i]
	}
	return w, nil
}

func (c *linearChunk) fill(p *linearPart, output *tensor.Dense, sample int) error {
	c.inputs, c.copies = make([]*value, len(p.forward.inputs)), make([]any, len(p.forward.inputs))
	c.outputs = make([]*value, len(p.forward.outputs))
	c.pullback, c.pushforward = make([]*value, len(p.pullback.inputs)), make([]*value, len(p.pushforward.inputs))
	v, err := p.output.lend(output, sample)
	if err != nil {
		return err
	}
	c.outputs[0] = v
	c.owned = append(c.owned, v)
	for _, r := range p.residuals {
		v := c.outputs[0]
		if r.input || r.from > 0 {
			data := newElements(r.typ.Type, r.typ.Len())
			if v, err = newValue(r.typ.Shape, data); err != nil {
				return err
			}
			c.owned = append(c.owned, v)
			if r.input {
				c.inputs[r.from], c.copies[r.from] = v, data
			} else {
				c.outputs[r.from] = v
			}
		}
		if r.pullback >= 0 {
			c.pullback[r.pullback] = v
		}
		if r.pushforward >= 0 {
			c.pushforward[r.pushforward] = v
		}
	}
	return nil
}

func (w *linearSpace) destroy() {
	for _, c := range w.chunks {
		destroyAll(c.owned)
	}
	w.interrupter.destroy()
}

// runForward computes a chunk's output and residuals from the callers' tensors.
func (p *linearPart) runForward(c *linearChunk, inputs map[string]*tensor.Dense, sample int, i *interrupter) error {
	in := make([]*value, len(c.inputs))
	lent := make([]*value, 0, len(c.inputs))
	defer func() { destroyAll(lent) }()
	for k := range p.inputs {
		b := &p.inputs[k]
		d := inputs[b.port.Name]
		if c.inputs[k] != nil {
			copyElements(c.copies[k], elements(d, sample*b.step, b.n))
			in[k] = c.inputs[k]
			continue
		}
		v, err := b.lend(d, sample)
		if err != nil {
			return err
		}
		in[k] = v
		lent = append(lent, v)
	}
	return p.forward.run(in, c.outputs, i)
}

// product is a derivative's graph with its residuals; its first input is the
// vector and its output the product.
type product struct {
	graph    *graph
	inputs   []*value
	to, from *binding
}

func (p *linearPart) pull(c *linearChunk) product {
	return product{p.pullback, c.pullback, &p.inputs[p.wrt], &p.output}
}

func (p *linearPart) push(c *linearChunk) product {
	return product{p.pushforward, c.pushforward, &p.output, &p.inputs[p.wrt]}
}

// run computes a chunk of dst.
func (p product) run(dst, v *tensor.Dense, sample int, i *interrupter) error {
	vector, err := p.from.lend(v, sample)
	if err != nil {
		return err
	}
	defer vector.destroy()
	result, err := p.to.lend(dst, sample)
	if err != nil {
		return err
	}
	defer result.destroy()
	p.inputs[0] = vector
	err = p.graph.run(p.inputs, []*value{result}, i)
	p.inputs[0] = nil
	return err
}
