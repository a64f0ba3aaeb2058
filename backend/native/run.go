package native

import (
	"context"
	"fmt"
	"slices"

	"github.com/lcfv-go/lcfv/backend/onnx"
	"gorgonia.org/tensor"
)

// runPlan computes one output, or all, for one batch size.
type runPlan struct {
	program *program
	inputs  []programPort
	outputs []programPort
	pool    pool[workspace]
}

// programPort is an input or output of a program: what it is called at the seam,
// what tensors it takes and where they go.
type programPort struct {
	name  string
	dtype tensor.Dtype
	shape []int
	slot  int
}

// workspace is what a program needs to run.
type workspace struct {
	frame *frame
	own   []slot // memory for outputs that a caller does not ask for
}

func (m *Model) planRun(key planKey) (*runPlan, error) {
	s, err := m.specialize(key.batch)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(m.outputs))
	for i, p := range m.outputs {
		names[i] = p.Name
	}
	if key.output != "" {
		i := slices.Index(names, key.output)
		names = names[i : i+1]
		if s, err = s.Prune(s.Outputs[i]); err != nil {
			return nil, err
		}
	}
	p := &runPlan{}
	if p.program, err = compile(s, m.weights, nil); err != nil {
		return nil, err
	}
	if p.inputs, err = portsOf(s, s.Inputs, s.Inputs, p.program.inputs); err != nil {
		return nil, err
	}
	p.outputs, err = portsOf(s, s.Outputs, names, p.program.outputs)
	return p, err
}

// portsOf describes values of a graph under the names of the seam.
func portsOf(s *onnx.Static, values, names []string, slots []int) ([]programPort, error) {
	ports := make([]programPort, len(values))
	for i, v := range values {
		t := s.Type(v)
		dtype, err := dtypeOf(t.Type)
		if err != nil {
			return nil, err
		}
		ports[i] = programPort{names[i], dtype, t.Shape, slots[i]}
	}
	return ports, nil
}

// Run implements [backend.Model]. It runs on the calling goroutine alone: for
// speed, split a batch over goroutines. A run that asks for one output computes
// only what that one needs. Outputs must not overlap inputs or each other.
func (m *Model) Run(ctx context.Context, outputs, inputs map[string]*tensor.Dense) error {
	if m.closed.Load() {
		return fmt.Errorf("native: Run: the model is %w", ErrClosed)
	}
	batch, err := batchOf(m.inputs, inputs)
	if err != nil {
		return err
	}
	key := planKey{batch: batch}
	for name := range outputs {
		if _, err := findPort(m.outputs, "output", name); err != nil {
			return err
		}
		key.output = name
	}
	switch len(outputs) {
	case 0:
		return nil
	case 1:
	default:
		key.output = ""
	}
	p, err := m.runs.get(key)
	if err != nil {
		return err
	}
	w := p.pool.take()
	if w == nil {
		w = p.newWorkspace()
	}
	defer p.release(w)
	if err := p.bind(w, outputs, inputs); err != nil {
		return err
	}
	return p.program.run(ctx, w.frame)
}

func (p *runPlan) newWorkspace() *workspace {
	w := &workspace{frame: p.program.newFrame(newArena(p.program.size))}
	if len(p.outputs) > 1 {
		for _, out := range p.outputs {
			own := newSlot(p.program.buffers[out.slot].typ)
			allocate(own, p.program.buffers[out.slot].n)
			w.own = append(w.own, own)
		}
	}
	return w
}

// bind shows the program the caller's tensors.
func (p *runPlan) bind(w *workspace, outputs, inputs map[string]*tensor.Dense) error {
	for i := range p.inputs {
		in := &p.inputs[i]
		d := inputs[in.name]
		if err := checkTensor("input", in.name, d, in.dtype, in.shape); err != nil {
			return err
		}
		pointAt(w.frame.slots[in.slot], d)
	}
	for i := range p.outputs {
		out := &p.outputs[i]
		d, ok := outputs[out.name]
		if !ok {
			share(w.frame.slots[out.slot], w.own[i])
			continue
		}
		if err := checkTensor("output", out.name, d, out.dtype, out.shape); err != nil {
			return err
		}
		pointAt(w.frame.slots[out.slot], d)
	}
	return nil
}

// release forgets the caller's tensors and keeps the workspace.
func (p *runPlan) release(w *workspace) {
	for i := range p.inputs {
		pointAt(w.frame.slots[p.inputs[i].slot], nil)
	}
	for i := range p.outputs {
		pointAt(w.frame.slots[p.outputs[i].slot], nil)
	}
	p.pool.put(w)
}
