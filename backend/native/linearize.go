package native

import (
	"context"
	"fmt"
	"slices"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/diff"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"gorgonia.org/tensor"
)

// linearPlan computes one output for one batch size, and products with its
// derivative with respect to one input.
type linearPlan struct {
	forward, pullback, pushforward *program

	inputs    []programPort // of forward
	residuals []residual
	output    programPort // of forward
	wrt       programPort // of forward
	size      arenaSize
	pool      pool[linearSpace]
}

// residual is a value that forward computes or reads and the derivatives read.
type residual struct {
	typ  onnx.TensorType
	from int // forward's slot
	// input says that forward only reads it: it has to be copied, because it
	// belongs to the caller.
	input             bool
	pullback, forward int // slots of the programs that read it, or -1
}

// linearSpace is the memory of one linearization: the three programs share an
// arena, for they never run at the same time, and the residuals lie where
// forward writes and the others read them.
type linearSpace struct {
	forward, pullback, pushforward *frame
	residuals                      []slot
	output                         *tensor.Dense
}

// CheckLinearize reports why the model's derivative of an output with respect
// to an input cannot be computed, nil if it can. It computes nothing: callers
// that need gradients call it when they load a model, so that an operator
// without derivative is an error then. All such operators are named, with
// errors.Is [diff.ErrNotDifferentiable].
func (m *Model) CheckLinearize(output, wrt string) error {
	_, err := m.linearPlan(1, output, wrt)
	return err
}

func (m *Model) linearPlan(batch int, output, wrt string) (*linearPlan, error) {
	if m.closed.Load() {
		return nil, fmt.Errorf("native: Linearize: the model is %w", ErrClosed)
	}
	if _, err := findPort(m.outputs, "output", output); err != nil {
		return nil, err
	}
	if _, err := findPort(m.inputs, "input", wrt); err != nil {
		return nil, err
	}
	return m.linears.get(planKey{batch, output, wrt})
}

func (m *Model) planLinear(key planKey) (*linearPlan, error) {
	s, err := m.specialize(key.batch)
	if err != nil {
		return nil, err
	}
	value := s.Outputs[slices.IndexFunc(m.outputs, func(p backend.Port) bool { return p.Name == key.output })]
	l, err := diff.Linearize(s, value, key.wrt)
	if err != nil {
		return nil, err
	}
	p := &linearPlan{}
	if p.forward, err = compile(l.Forward, m.weights, nil); err != nil {
		return nil, err
	}
	nonNegative := map[string]bool{}
	for _, n := range l.Forward.Nodes {
		if n.Op == "Relu" {
			nonNegative[n.Outputs[0]] = true
		}
	}
	if p.pullback, err = compile(l.Pullback, m.weights, nonNegative); err != nil {
		return nil, err
	}
	if p.pushforward, err = compile(l.Pushforward, m.weights, nonNegative); err != nil {
		return nil, err
	}
	for _, prog := range []*program{p.forward, p.pullback, p.pushforward} {
		p.size.grow(prog.size)
	}
	if p.inputs, err = portsOf(l.Forward, l.Forward.Inputs, l.Forward.Inputs, p.forward.inputs); err != nil {
		return nil, err
	}
	outputs, err := portsOf(l.Forward, l.Forward.Outputs[:1], []string{key.output}, p.forward.outputs)
	if err != nil {
		return nil, err
	}
	p.output = outputs[0]
	p.wrt = p.inputs[slices.Index(l.Forward.Inputs, key.wrt)]
	for _, name := range l.Residuals {
		r := residual{typ: s.Type(name), pullback: p.pullback.inputSlot(name), forward: p.pushforward.inputSlot(name)}
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

func (p *linearPlan) newSpace() *linearSpace {
	a := newArena(p.size)
	w := &linearSpace{
		forward: p.forward.newFrame(a), pullback: p.pullback.newFrame(a), pushforward: p.pushforward.newFrame(a),
		output: tensor.New(tensor.Of(p.output.dtype), tensor.WithShape(p.output.shape...)),
	}
	pointAt(w.forward.slots[p.output.slot], w.output)
	for _, r := range p.residuals {
		var s slot
		if !r.input && r.from == p.output.slot {
			s = w.forward.slots[r.from]
		} else {
			s = newSlot(r.typ.Type)
			allocate(s, r.typ.Len())
		}
		w.residuals = append(w.residuals, s)
		if !r.input {
			share(w.forward.slots[r.from], s)
		}
		if r.pullback >= 0 {
			share(w.pullback.slots[r.pullback], s)
		}
		if r.forward >= 0 {
			share(w.pushforward.slots[r.forward], s)
		}
	}
	return w
}

// Linearize implements [backend.Differentiable]. Like Run it uses the calling
// goroutine alone, and so do the products.
func (m *Model) Linearize(ctx context.Context, output, wrt string, inputs map[string]*tensor.Dense) (backend.Linearization, error) {
	batch, err := batchOf(m.inputs, inputs)
	if err != nil {
		return nil, err
	}
	p, err := m.linearPlan(batch, output, wrt)
	if err != nil {
		return nil, err
	}
	for i := range p.inputs {
		in := &p.inputs[i]
		if err := checkTensor("input", in.name, inputs[in.name], in.dtype, in.shape); err != nil {
			return nil, err
		}
	}
	w := p.pool.take()
	if w == nil {
		w = p.newSpace()
	}
	for i := range p.inputs {
		pointAt(w.forward.slots[p.inputs[i].slot], inputs[p.inputs[i].name])
	}
	err = p.forward.run(ctx, w.forward)
	for i, r := range p.residuals {
		if r.input {
			copyInto(w.residuals[i], w.forward.slots[r.from])
		}
	}
	for i := range p.inputs {
		pointAt(w.forward.slots[p.inputs[i].slot], nil)
	}
	if err != nil {
		p.pool.put(w)
		return nil, err
	}
	return &linearization{plan: p, space: w}, nil
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
	return l.plan.pullback.apply(ctx, l.space.pullback, dst, v, &l.plan.wrt, &l.plan.output)
}

func (l *linearization) Pushforward(ctx context.Context, dst, v *tensor.Dense) error {
	if l.space == nil {
		return fmt.Errorf("native: Pushforward: the linearization is %w", ErrClosed)
	}
	return l.plan.pushforward.apply(ctx, l.space.pushforward, dst, v, &l.plan.output, &l.plan.wrt)
}

// apply runs one of the derivative programs, whose first input is the vector
// and whose output is the product.
func (p *program) apply(ctx context.Context, f *frame, dst, v *tensor.Dense, to, from *programPort) error {
	if err := checkTensor("v, like", from.name, v, from.dtype, from.shape); err != nil {
		return err
	}
	if err := checkTensor("dst, like", to.name, dst, to.dtype, to.shape); err != nil {
		return err
	}
	in, out := f.slots[p.inputs[0]], f.slots[p.outputs[0]]
	pointAt(in, v)
	pointAt(out, dst)
	err := p.run(ctx, f)
	pointAt(in, nil)
	pointAt(out, nil)
	return err
}

func (l *linearization) Close() error {
	if l.space != nil {
		l.plan.pool.put(l.space)
		l.space = nil
	}
	return nil
}
