package ort

import (
	"context"
	"fmt"

	"gorgonia.org/tensor"
)

// Run implements [backend.Model]. For speed, split a batch over goroutines. A run
// that asks for one output computes only what that one needs. Outputs must not
// overlap inputs or each other.
func (m *Model) Run(ctx context.Context, outputs, inputs map[string]*tensor.Dense) error {
	if m.closed.Load() {
		return fmt.Errorf("ort: Run: the model is %w", ErrClosed)
	}
	batch, err := m.ports.CheckInputs(inputs)
	if err == nil {
		err = m.ports.CheckOutputs(outputs, batch)
	}
	if err != nil {
		return fmt.Errorf("ort: %w", err)
	}
	name := ""
	switch len(outputs) {
	case 0:
		return nil
	case 1:
		for name = range outputs {
		}
	}
	if m.heavy && len(m.ports.Outputs) == 1 {
		name = m.ports.Outputs[0].Name
	}
	if wrt, ok := m.derived.Load(name); ok {
		return m.runForward(ctx, name, wrt.(string), outputs[name], inputs)
	}
	i, err := newInterrupter()
	if err != nil {
		return fmt.Errorf("ort: %w", err)
	}
	defer i.destroy()
	size, rest := m.chunks(batch)
	err = i.during(ctx, func() error {
		if err := m.runChunks(planKey{batch: size, output: name}, 0, batch-rest, outputs, inputs, i); err != nil || rest == 0 {
			return err
		}
		return m.runChunks(planKey{batch: rest, output: name}, batch-rest, batch, outputs, inputs, i)
	})
	if err != nil {
		return fmt.Errorf("ort: %w", err)
	}
	return nil
}

// runForward computes an output with the session that is there for its
// derivative, so that there need not be another with the same weights.
func (m *Model) runForward(ctx context.Context, output, wrt string, dst *tensor.Dense, inputs map[string]*tensor.Dense) error {
	l, err := m.Linearize(ctx, output, wrt, inputs)
	if err != nil {
		return err
	}
	n := dst.Shape().TotalSize()
	copyElements(elements(dst, 0, n), elements(l.Output(), 0, n))
	return l.Close()
}

// runChunks computes samples first to end, key.batch at a time.
func (m *Model) runChunks(key planKey, first, end int, outputs, inputs map[string]*tensor.Dense, i *interrupter) error {
	p, hold, err := m.runs.Acquire(key)
	if err != nil {
		return err
	}
	defer hold.Release()
	for sample := first; sample < end; sample += key.batch {
		if err := p.run(sample, outputs, inputs, i); err != nil {
			return err
		}
	}
	return nil
}

// run computes one chunk.
func (p *runPart) run(sample int, outputs, inputs map[string]*tensor.Dense, i *interrupter) (err error) {
	in, out := make([]*value, max(1, len(p.inputs))), make([]*value, len(p.outputs))
	defer destroyAll(in)
	defer destroyAll(out)
	if len(p.inputs) == 0 { // legalize made one
		if in[0], err = newValue([]int{1}, make([]float32, 1)); err != nil {
			return err
		}
	}
	for k := range p.inputs {
		b := &p.inputs[k]
		if in[k], err = b.lend(inputs[b.port.Name], sample); err != nil {
			return err
		}
	}
	for k := range p.outputs {
		b := &p.outputs[k]
		d := outputs[b.port.Name]
		if d != nil {
			out[k], err = b.lend(d, sample)
		} else { // not asked for
			out[k], err = newValue(b.shape, elements(tensor.New(tensor.Of(b.port.Dtype), tensor.WithShape(b.n)), 0, b.n))
		}
		if err != nil {
			return err
		}
	}
	return p.graph.run(in, out, i)
}
