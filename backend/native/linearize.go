package native

import (
	"context"
	"fmt"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/internal/ports"
	"gorgonia.org/tensor"
)

// linearPlan computes an output and its derivative for one batch size, chunk by
// chunk.
type linearPlan struct {
	batch int
	parts []*linearPart // of the chunks
	sizes []int         // samples of the chunks
	pool  pool[linearSpace]
}

// linearSpace is the memory of one linearization: all programs share an arena,
// for they never run at the same time, and residuals lie where forward writes
// and the others read them.
type linearSpace struct {
	chunks []*linearFrames
	output *tensor.Dense
}

type linearFrames struct {
	forward, pullback, pushforward *frame
	residuals                      []slot
}

// CheckLinearize reports why the model's derivative of an output with respect
// to an input cannot be computed, nil if it can. It computes nothing: callers
// that need gradients call it when they load a model, so that an operator
// without derivative is an error then. All such operators are named, with
// errors.Is [diff.ErrNotDifferentiable].
func (m *Model) CheckLinearize(output, wrt string) error {
	if err := m.checkNames(output, wrt); err != nil {
		return err
	}
	_, err := m.linearParts.Get(planKey{m.ports.Batch, output, wrt})
	return err
}

func (m *Model) checkNames(output, wrt string) error {
	if m.closed.Load() {
		return fmt.Errorf("native: Linearize: the model is %w", ErrClosed)
	}
	if err := m.ports.CheckNames(output, wrt); err != nil {
		return fmt.Errorf("native: %w", err)
	}
	return nil
}

func (m *Model) makeLinearPlan(key planKey) (*linearPlan, error) {
	p := &linearPlan{batch: key.batch, sizes: m.chunks(key.batch)}
	if in, err := m.ports.Input(key.wrt); err != nil || !ports.Batched(in) {
		p.sizes = []int{key.batch} // all samples share the input: their derivatives add up
	}
	for _, size := range p.sizes {
		part, err := m.linearParts.Get(planKey{size, key.output, key.wrt})
		if err != nil {
			return nil, err
		}
		p.parts = append(p.parts, part)
	}
	return p, checkMemory(p.bytes(), m.options.Memory)
}

// arena is the size that suffices for all programs, one after another.
func (p *linearPlan) arena() (size arenaSize) {
	for _, part := range p.parts {
		for _, prog := range []*program{part.forward, part.pullback, part.pushforward} {
			size.grow(prog.size)
		}
	}
	return size
}

// bytes is the memory that newSpace takes.
func (p *linearPlan) bytes() int64 {
	size := p.arena()
	n := size.bytes()
	for _, part := range p.parts {
		n += int64(part.output.n) * int64(part.output.port.Dtype.Size())
		for _, r := range part.residuals {
			n += int64(r.typ.Len()) * int64(r.typ.Type.Size())
		}
	}
	return n
}

func (p *linearPlan) newSpace() *linearSpace {
	a := newArena(p.arena())
	port := p.parts[0].output.port
	shape := append([]int(nil), port.Shape...)
	if p.parts[0].output.step > 0 {
		shape[0] = p.batch
	}
	w := &linearSpace{output: tensor.New(tensor.Of(port.Dtype), tensor.WithShape(shape...))}
	sample := 0
	for i, part := range p.parts {
		w.chunks = append(w.chunks, part.newFrames(a, w.output, sample))
		sample += p.sizes[i]
	}
	return w
}

// newFrames prepares a chunk that writes its output into out.
func (p *linearPart) newFrames(a *arena, out *tensor.Dense, sample int) *linearFrames {
	w := &linearFrames{forward: p.forward.newFrame(a), pullback: p.pullback.newFrame(a), pushforward: p.pushforward.newFrame(a)}
	p.output.bind(w.forward, out, sample)
	for _, r := range p.residuals {
		s := newSlot(r.typ.Type)
		if !r.input && r.from == p.output.slot {
			share(s, w.forward.slots[r.from])
		} else {
			allocate(s, r.typ.Len())
		}
		w.residuals = append(w.residuals, s)
		if !r.input {
			share(w.forward.slots[r.from], s)
		}
		if r.pullback >= 0 {
			share(w.pullback.slots[r.pullback], s)
		}
		if r.pushforward >= 0 {
			share(w.pushforward.slots[r.pushforward], s)
		}
	}
	return w
}

// Linearize implements [backend.Differentiable]. Like Run it uses the calling
// goroutine alone, and so do the products.
func (m *Model) Linearize(ctx context.Context, output, wrt string, inputs map[string]*tensor.Dense) (backend.Linearization, error) {
	if err := m.checkNames(output, wrt); err != nil {
		return nil, err
	}
	batch, err := m.ports.CheckInputs(inputs)
	if err != nil {
		return nil, fmt.Errorf("native: %w", err)
	}
	p, err := m.linears.Get(planKey{batch, output, wrt})
	if err != nil {
		return nil, err
	}
	w := p.pool.take()
	if w == nil {
		w = p.newSpace()
	}
	if err := p.forward(ctx, w, inputs); err != nil {
		p.pool.put(w)
		return nil, err
	}
	return &linearization{plan: p, space: w}, nil
}

// forward computes the output and the residuals, and forgets the caller's
// tensors.
func (p *linearPlan) forward(ctx context.Context, w *linearSpace, inputs map[string]*tensor.Dense) error {
	sample := 0
	for i, part := range p.parts {
		c := w.chunks[i]
		for k := range part.inputs {
			b := &part.inputs[k]
			b.bind(c.forward, inputs[b.port.Name], sample)
		}
		err := part.forward.run(ctx, c.forward)
		for k, r := range part.residuals {
			if r.input {
				copyInto(c.residuals[k], c.forward.slots[r.from])
			}
		}
		for k := range part.inputs {
			part.inputs[k].bind(c.forward, nil, 0)
		}
		if err != nil {
			return err
		}
		sample += p.sizes[i]
	}
	return nil
}

// linearization is a handle on a linearSpace, which is used again after Close.
// The handle is not, so that closing it twice cannot close another's.
type linearization struct {
	plan  *linearPlan
	space *linearSpace
}

func (l *linearization) Output() *tensor.Dense {
	if l.space == nil {
		return nil
	}
	return l.space.output
}

func (l *linearization) Pullback(ctx context.Context, dst, v *tensor.Dense) error {
	if l.space == nil {
		return fmt.Errorf("native: Pullback: the linearization is %w", ErrClosed)
	}
	p := l.plan
	if err := p.checkVectors(&p.parts[0].wrt, &p.parts[0].output, dst, v); err != nil {
		return err
	}
	sample := 0
	for i, part := range p.parts {
		if err := part.pullback.apply(ctx, l.space.chunks[i].pullback, &part.wrt, &part.output, dst, v, sample); err != nil {
			return err
		}
		sample += p.sizes[i]
	}
	return nil
}

func (l *linearization) Pushforward(ctx context.Context, dst, v *tensor.Dense) error {
	if l.space == nil {
		return fmt.Errorf("native: Pushforward: the linearization is %w", ErrClosed)
	}
	p := l.plan
	if err := p.checkVectors(&p.parts[0].output, &p.parts[0].wrt, dst, v); err != nil {
		return err
	}
	sample := 0
	for i, part := range p.parts {
		if err := part.pushforward.apply(ctx, l.space.chunks[i].pushforward, &part.output, &part.wrt, dst, v, sample); err != nil {
			return err
		}
		sample += p.sizes[i]
	}
	return nil
}

// checkVectors checks the tensors of a product, given what they are like.
func (p *linearPlan) checkVectors(to, from *binding, dst, v *tensor.Dense) error {
	err := ports.Check("vector v for", from.port, p.batch, v)
	if err == nil {
		err = ports.Check("result dst for", to.port, p.batch, dst)
	}
	if err != nil {
		return fmt.Errorf("native: %w", err)
	}
	return nil
}

// apply computes a chunk of dst by a derivative's program, whose first input is
// the vector and whose output is the product.
func (p *program) apply(ctx context.Context, f *frame, to, from *binding, dst, v *tensor.Dense, sample int) error {
	in, out := f.slots[p.inputs[0]], f.slots[p.outputs[0]]
	pointAt(in, v, sample*from.step, from.n)
	pointAt(out, dst, sample*to.step, to.n)
	err := p.run(ctx, f)
	pointAt(in, nil, 0, 0)
	pointAt(out, nil, 0, 0)
	return err
}

func (l *linearization) Close() error {
	if l.space != nil {
		l.plan.pool.put(l.space)
		l.space = nil
	}
	return nil
}
