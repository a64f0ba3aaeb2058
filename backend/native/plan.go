package native

import (
	"fmt"
	"slices"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/diff"
	"github.com/lcfv-go/lcfv/backend/internal/ports"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"gorgonia.org/tensor"
)

// Large batches are computed in chunks of samples whose values fit the
// processor's cache, so that memory is not what limits speed. Chunks are
// programs for smaller batches; plans of different batch sizes share them.

// cacheBudget is the memory in bytes that a chunk's values should fit in: a
// core's second-level cache and its share of the third. Chunks of a fourth or
// of four times this size are about 5 % slower on anime_dcgan64.
const cacheBudget = 4 << 20

// chunkSize returns how many samples to compute at a time, given the program
// for one: as many as fit the cache, but not so few that reading the weights
// takes more than reading and writing values.
func chunkSize(p *program) int {
	live := 4*p.size.f32 + 8*p.size.f64
	values, weights := 0, 0
	for _, b := range p.buffers {
		size := b.n * b.typ.Size()
		switch b.kind {
		case constant:
			weights += size
		case result:
			live += size
		}
	}
	for _, n := range p.nodes {
		t := p.graph.Types[n.Outputs[0]]
		values += t.Len() * t.Type.Size()
	}
	return max(1, cacheBudget/max(live, 1), weights/max(values, 1))
}

// chunks splits a batch.
func (m *Model) chunks(batch int) []int {
	if m.chunk == 0 || batch <= m.chunk {
		return []int{batch}
	}
	sizes := slices.Repeat([]int{m.chunk}, batch/m.chunk)
	if rest := batch % m.chunk; rest > 0 {
		sizes = append(sizes, rest)
	}
	return sizes
}

// binding ties a port of the model to a program's slot.
type binding struct {
	port *backend.Port
	slot int
	n    int // elements the program reads or writes
	step int // elements of one sample; 0 where all samples share the port's
}

// bind shows the program its part of a caller's tensor, beginning at a sample,
// or nothing.
func (b *binding) bind(f *frame, d *tensor.Dense, sample int) {
	pointAt(f.slots[b.slot], d, sample*b.step, b.n)
}

// bindPorts ties a program's values to ports of a batch size.
func bindPorts(list []backend.Port, values []string, s *onnx.Static, slots []int, batch int) ([]binding, error) {
	bindings := make([]binding, len(values))
	for i, v := range values {
		p, t := &list[i], s.Type(v)
		if !ports.ShapeIs(t.Shape, p.Shape, batch) {
			return nil, fmt.Errorf("native: %q has shape %v for a batch of %d, which does not follow from %v for one sample; export the model with its batch as the first dimension of every input and output", p.Name, t.Shape, batch, p.Shape)
		}
		bindings[i] = binding{port: p, slot: slots[i], n: t.Len()}
		if ports.Batched(p) {
			bindings[i].step = t.Len() / batch
		}
	}
	return bindings, nil
}

// runPart computes one output, or all, for a batch or a chunk of one.
type runPart struct {
	program *program
	inputs  []binding
	outputs []binding
}

// linearPart computes one output for a batch or a chunk of one, and products
// with its derivative with respect to one input.
type linearPart struct {
	forward, pullback, pushforward *program

	inputs    []binding // of forward
	residuals []residual
	output    binding // of forward
	wrt       binding // of forward
}

// residual is a value that forward computes or reads and the derivatives read.
type residual struct {
	typ  onnx.TensorType
	from int // forward's slot
	// input says that forward only reads it: it has to be copied, because it
	// belongs to the caller.
	input                 bool
	pullback, pushforward int // slots of the programs that read it, or -1
}

// makeRunPart compiles what planKey asks for.
func (m *Model) makeRunPart(key planKey) (*runPart, error) {
	s, err := m.specialize(key.batch)
	if err != nil {
		return nil, err
	}
	outputs := m.ports.Outputs
	if key.output != "" {
		i := m.outputIndex(key.output)
		outputs = outputs[i : i+1]
		if s, err = s.Prune(s.Outputs[i]); err != nil {
			return nil, err
		}
	}
	p := &runPart{}
	if p.program, err = compile(s, m.weights, m.options.Memory, nil); err != nil {
		return nil, err
	}
	if p.inputs, err = bindPorts(m.ports.Inputs, s.Inputs, s, p.program.inputs, key.batch); err != nil {
		return nil, err
	}
	p.outputs, err = bindPorts(outputs, s.Outputs, s, p.program.outputs, key.batch)
	return p, err
}

func (m *Model) outputIndex(name string) int {
	return slices.IndexFunc(m.ports.Outputs, func(p backend.Port) bool { return p.Name == name })
}

// makeLinearPart compiles what planKey asks for.
func (m *Model) makeLinearPart(key planKey) (*linearPart, error) {
	s, err := m.specialize(key.batch)
	if err != nil {
		return nil, err
	}
	index := m.outputIndex(key.output)
	l, err := diff.Linearize(s, s.Outputs[index], key.wrt)
	if err != nil {
		return nil, err
	}
	p := &linearPart{}
	if p.forward, err = compile(l.Forward, m.weights, m.options.Memory, nil); err != nil {
		return nil, err
	}
	nonNegative := map[string]bool{}
	for _, n := range l.Forward.Nodes {
		if n.Op == "Relu" {
			nonNegative[n.Outputs[0]] = true
		}
	}
	if p.pullback, err = compile(l.Pullback, m.weights, m.options.Memory, nonNegative); err != nil {
		return nil, err
	}
	if p.pushforward, err = compile(l.Pushforward, m.weights, m.options.Memory, nonNegative); err != nil {
		return nil, err
	}
	if p.inputs, err = bindPorts(m.ports.Inputs, l.Forward.Inputs, s, p.forward.inputs, key.batch); err != nil {
		return nil, err
	}
	outputs, err := bindPorts(m.ports.Outputs[index:index+1], l.Forward.Outputs[:1], s, p.forward.outputs, key.batch)
	if err != nil {
		return nil, err
	}
	p.output, p.wrt = outputs[0], p.inputs[slices.Index(l.Forward.Inputs, key.wrt)]
	for _, name := range l.Residuals {
		r := residual{typ: s.Type(name), pullback: p.pullback.inputSlot(name), pushforward: p.pushforward.inputSlot(name)}
		if i := slices.Index(l.Forward.Outputs, name); i >= 0 {
			r.from = p.forward.outputs[i]
		} else {
			r.from, r.input = p.forward.inputSlot(name), true
		}
		p.residuals = append(p.residuals, r)
	}
	return p, nil
}

// inputSlot returns the slot of an input, -1 if the program has none of that
// name.
func (p *program) inputSlot(name string) int {
	if i := slices.Index(p.graph.Inputs, name); i >= 0 {
		return p.inputs[i]
	}
	return -1
}
