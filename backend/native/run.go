package native

import (
	"context"
	"fmt"

	"gorgonia.org/tensor"
)

// runPlan computes one output, or all, for one batch size, chunk by chunk.
type runPlan struct {
	batch int
	parts []*runPart // of the chunks
	sizes []int      // samples of the chunks
	pool  pool[workspace]
}

// workspace is the memory of a run: chunks of equal size share a frame.
type workspace struct {
	frames []*frame // of the chunks
	spare  []*tensor.Dense
}

func (m *Model) makeRunPlan(key planKey) (*runPlan, error) {
	p := &runPlan{batch: key.batch, sizes: m.chunks(key.batch)}
	for _, size := range p.sizes {
		part, err := m.runParts.Get(planKey{batch: size, output: key.output})
		if err != nil {
			return nil, err
		}
		p.parts = append(p.parts, part)
	}
	return p, nil
}

// Run implements [backend.Model]. It runs on the calling goroutine alone: for
// speed, split a batch over goroutines. A run that asks for one output computes
// only what that one needs. Outputs must not overlap inputs or each other.
func (m *Model) Run(ctx context.Context, outputs, inputs map[string]*tensor.Dense) error {
	if m.closed.Load() {
		return fmt.Errorf("native: Run: the model is %w", ErrClosed)
	}
	batch, err := m.ports.CheckInputs(inputs)
	if err == nil {
		err = m.ports.CheckOutputs(outputs, batch)
	}
	if err != nil {
		return fmt.Errorf("native: %w", err)
	}
	key := planKey{batch: batch}
	switch len(outputs) {
	case 0:
		return nil
	case 1:
		for key.output = range outputs {
		}
	}
	p, err := m.runs.Get(key)
	if err != nil {
		return err
	}
	w := p.pool.take()
	if w == nil {
		w = p.newWorkspace()
	}
	err = p.run(ctx, w, outputs, inputs)
	p.pool.put(w)
	return err
}

func (p *runPlan) newWorkspace() *workspace {
	w := &workspace{}
	var size arenaSize
	for _, part := range p.parts {
		size.grow(part.program.size)
	}
	a := newArena(size)
	for i, part := range p.parts {
		if i > 0 && part == p.parts[i-1] {
			w.frames = append(w.frames, w.frames[i-1])
			continue
		}
		w.frames = append(w.frames, part.program.newFrame(a))
	}
	return w
}

// run computes chunk after chunk, and forgets the caller's tensors.
func (p *runPlan) run(ctx context.Context, w *workspace, outputs, inputs map[string]*tensor.Dense) error {
	sample := 0
	for i, part := range p.parts {
		f := w.frames[i]
		for k := range part.inputs {
			b := &part.inputs[k]
			b.bind(f, inputs[b.port.Name], sample)
		}
		for k := range part.outputs {
			b := &part.outputs[k]
			d := outputs[b.port.Name]
			if d == nil {
				d = w.unasked(k, b, p.batch)
			}
			b.bind(f, d, sample)
		}
		err := part.program.run(ctx, f)
		for k := range part.inputs {
			part.inputs[k].bind(f, nil, 0)
		}
		for k := range part.outputs {
			part.outputs[k].bind(f, nil, 0)
		}
		if err != nil {
			return err
		}
		sample += p.sizes[i]
	}
	return nil
}

// unasked returns room for the k-th output, which the caller does not want but
// the program writes.
func (w *workspace) unasked(k int, b *binding, batch int) *tensor.Dense {
	for len(w.spare) <= k {
		w.spare = append(w.spare, nil)
	}
	if w.spare[k] == nil {
		shape := append([]int(nil), b.port.Shape...)
		if b.step > 0 {
			shape[0] = batch
		}
		w.spare[k] = tensor.New(tensor.Of(b.port.Dtype), tensor.WithShape(shape...))
	}
	return w.spare[k]
}
