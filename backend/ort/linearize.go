package ort

import (
	"context"
	"fmt"
	"sync"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/internal/lru"
	"github.com/lcfv-go/lcfv/backend/internal/ports"
	"gorgonia.org/tensor"
)

// linearPlan computes an output and its derivative for one batch size, chunk by
// chunk.
type linearPlan struct {
	batch int
	parts []*linearPart // of the chunks
	sizes []int         // samples of the chunks
	holds []lru.Hold[planKey, *linearPart]

	mu   sync.Mutex
	idle []*linearSpace
}

// CheckLinearize reports why the model's derivative of an output with respect
// to an input cannot be computed, nil if it can. It computes nothing: callers
// that need gradients call it when they load a model, so that an operator
// without derivative is an error then. All such operators are named, with
// errors.Is [diff.ErrNotDifferentiable].
//
// [diff.ErrNotDifferentiable]: https://pkg.go.dev/github.com/lcfv-go/lcfv/backend/diff#ErrNotDifferentiable
func (m *Model) CheckLinearize(output, wrt string) error {
	if err := m.checkNames(output, wrt); err != nil {
		return err
	}
	_, err := m.linearParts.Get(planKey{m.ports.Batch, output, wrt})
	return err
}

func (m *Model) checkNames(output, wrt string) error {
	if m.closed.Load() {
		return fmt.Errorf("ort: Linearize: the model is %w", ErrClosed)
	}
	if err := m.ports.CheckNames(output, wrt); err != nil {
		return fmt.Errorf("ort: %w", err)
	}
	return nil
}

func (m *Model) makeLinearPlan(key planKey) (*linearPlan, error) {
	size, rest := m.chunks(key.batch)
	if in, err := m.ports.Input(key.wrt); err != nil || !ports.Batched(in) {
		size, rest = key.batch, 0 // all samples share the input: their derivatives add up
	}
	p := &linearPlan{batch: key.batch}
	for sample := 0; sample < key.batch; sample += size {
		if sample == key.batch-rest {
			size = rest
		}
		part, hold, err := m.linearParts.Acquire(planKey{size, key.output, key.wrt})
		if err != nil {
			p.free()
			return nil, err
		}
		p.parts, p.sizes, p.holds = append(p.parts, part), append(p.sizes, size), append(p.holds, hold)
	}
	return p, nil
}

// free destroys the idle spaces; nobody may use others.
func (p *linearPlan) free() {
	for _, w := range p.idle {
		w.destroy()
	}
	for _, h := range p.holds {
		h.Release()
	}
}

// take returns a space for one linearization.
func (p *linearPlan) take() (*linearSpace, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := len(p.idle) - 1
	if last < 0 {
		return p.newSpace()
	}
	w := p.idle[last]
	p.idle = p.idle[:last]
	return w, nil
}

// maxIdle bounds the idle spaces of one plan.
const maxIdle = 32

func (p *linearPlan) put(w *linearSpace) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) < maxIdle {
		p.idle = append(p.idle, w)
		return
	}
	w.destroy()
}

// Linearize implements [backend.Differentiable].
func (m *Model) Linearize(ctx context.Context, output, wrt string, inputs map[string]*tensor.Dense) (backend.Linearization, error) {
	if err := m.checkNames(output, wrt); err != nil {
		return nil, err
	}
	batch, err := m.ports.CheckInputs(inputs)
	if err != nil {
		return nil, fmt.Errorf("ort: %w", err)
	}
	_, known := m.derived.Load(output)
	if m.heavy && !known {
		m.runs.Clear() // before the model is read again, which takes as much
	}
	p, hold, err := m.linears.Acquire(planKey{batch, output, wrt})
	if err != nil {
		return nil, err
	}
	w, err := p.take()
	if err != nil {
		hold.Release()
		return nil, fmt.Errorf("ort: %w", err)
	}
	if m.heavy && !known {
		m.derived.Store(output, wrt)
		m.runs.Clear() // what has been run meanwhile
	}
	l := &linearization{plan: p, space: w, hold: hold}
	if err := w.interrupter.during(ctx, func() error { return p.forward(w, inputs) }); err != nil {
		l.Close()
		return nil, fmt.Errorf("ort: %w", err)
	}
	return l, nil
}

// forward computes the output and the residuals.
func (p *linearPlan) forward(w *linearSpace, inputs map[string]*tensor.Dense) error {
	sample := 0
	for i, part := range p.parts {
		if err := part.runForward(w.chunks[i], inputs, sample, w.interrupter); err != nil {
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
	hold  lru.Hold[planKey, *linearPlan]
}

func (l *linearization) Output() *tensor.Dense {
	if l.space == nil {
		return nil
	}
	return l.space.output
}

func (l *linearization) Pullback(ctx context.Context, dst, v *tensor.Dense) error {
	return l.apply(ctx, "Pullback", dst, v, (*linearPart).pull)
}

func (l *linearization) Pushforward(ctx context.Context, dst, v *tensor.Dense) error {
	return l.apply(ctx, "Pushforward", dst, v, (*linearPart).push)
}

// apply computes dst from v, chunk by chunk.
func (l *linearization) apply(ctx context.Context, name string, dst, v *tensor.Dense, of func(*linearPart, *linearChunk) product) error {
	if l.space == nil {
		return fmt.Errorf("ort: %s: the linearization is %w", name, ErrClosed)
	}
	p, w := l.plan, l.space
	first := of(p.parts[0], w.chunks[0])
	err := ports.Check("vector v for", first.from.port, p.batch, v)
	if err == nil {
		err = ports.Check("result dst for", first.to.port, p.batch, dst)
	}
	if err == nil {
		err = w.interrupter.during(ctx, func() error {
			sample := 0
			for i, part := range p.parts {
				if err := of(part, w.chunks[i]).run(dst, v, sample, w.interrupter); err != nil {
					return err
				}
				sample += p.sizes[i]
			}
			return nil
		})
	}
	if err != nil {
		return fmt.Errorf("ort: %w", err)
	}
	return nil
}

// Close implements [backend.Linearization].
func (l *linearization) Close() error {
	if l.space != nil {
		l.plan.put(l.space)
		l.space = nil
		l.hold.Release()
	}
	return nil
}
