package native

import (
	"errors"
	"fmt"
	"maps"
	"sync/atomic"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/internal/lru"
	"github.com/lcfv-go/lcfv/backend/internal/ports"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"gorgonia.org/tensor"
)

// ErrClosed is wrapped by the errors of a model, or of a linearization, that
// has been closed.
var ErrClosed = errors.New("closed")

// Options configures a [Model]. A nil *Options means the defaults.
type Options struct {
	// Plans is the number of batch sizes for which the model keeps a compiled
	// program and its memory, separately for every output it is run for and
	// every pair it is linearised for; the least recently used is dropped.
	// 0 means 6.
	Plans int

	// Memory bounds the bytes that the values of one call may take: those of
	// one chunk of the batch in a Run, those and what the derivative reads of
	// the whole batch in a Linearize. Neither weights nor the caller's inputs
	// count. What needs more is an error, [ErrMemory]. 0 means 8 GiB.
	Memory int64
}

const defaultPlans = 6

// Model is an ONNX model that runs in pure Go. It implements
// [backend.Differentiable] and is safe for concurrent use.
type Model struct {
	model *onnx.Model
	bound map[string]*onnx.Tensor
	ports *ports.Ports

	options     Options
	fingerprint string
	weights     *weights // shared by the models that Bind makes
	chunk       int      // samples computed at a time, 0 for whole batches
	runs        *lru.Cache[planKey, *runPlan]
	runParts    *lru.Cache[planKey, *runPart]
	linears     *lru.Cache[planKey, *linearPlan]
	linearParts *lru.Cache[planKey, *linearPart]
	closed      atomic.Bool
}

var _ backend.Differentiable = (*Model)(nil)

// Open reads an ONNX file and prepares it to run.
func Open(path string, opts *Options) (*Model, error) {
	m, err := onnx.Read(path)
	if err != nil {
		return nil, err
	}
	return New(m, opts)
}

// New prepares a model to run. An operator that cannot be executed is an error
// here that names it, as are all others of that kind, with errors.Is
// [onnx.ErrUnsupported]. m must not be modified afterwards.
//
// Derivatives are not looked at yet, because a detector or a perceptual metric
// need not have any: [Model.CheckLinearize] tells whether a model can be
// differentiated.
func New(m *onnx.Model, opts *Options) (*Model, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	if o.Plans < 0 {
		return nil, fmt.Errorf("native: Options.Plans is %d; give the number of batch sizes to keep, or 0 for %d", o.Plans, defaultPlans)
	}
	if o.Plans == 0 {
		o.Plans = defaultPlans
	}
	if o.Memory < 0 {
		return nil, fmt.Errorf("native: Options.Memory is %d; give a number of bytes, or 0 for %d", o.Memory, defaultMemory)
	}
	if o.Memory == 0 {
		o.Memory = defaultMemory
	}
	print, err := ports.Fingerprint(m)
	if err != nil {
		return nil, err
	}
	return build(m.Fold(evaluator(o.Memory)), nil, o, newWeights(), print)
}

func build(m *onnx.Model, bound map[string]*onnx.Tensor, o Options, w *weights, fingerprint string) (*Model, error) {
	model := &Model{model: m, bound: bound, options: o, weights: w, fingerprint: fingerprint}
	model.runs = lru.New(o.Plans, model.makeRunPlan, nil)
	model.runParts = lru.New(o.Plans, model.makeRunPart, nil)
	model.linears = lru.New(o.Plans, model.makeLinearPlan, nil)
	model.linearParts = lru.New(o.Plans, model.makeLinearPart, nil)
	s, err := model.specialize(ports.SmallestBatch(m, bound))
	if err != nil {
		return nil, err
	}
	p, err := compile(s, w, o.Memory, nil)
	if err != nil {
		return nil, err
	}
	if model.ports, err = ports.Describe(m, bound, s); err != nil {
		return nil, fmt.Errorf("native: %w", err)
	}
	if model.ports.Splits() {
		model.chunk = chunkSize(p)
	}
	return model, nil
}

// specialize fixes the batch size.
func (m *Model) specialize(batch int) (*onnx.Static, error) {
	return m.model.Specialize(batch, m.bound, evaluator(m.options.Memory))
}

// Inputs implements [backend.Model].
func (m *Model) Inputs() []backend.Port { return ports.Clone(m.ports.Inputs) }

// Outputs implements [backend.Model].
func (m *Model) Outputs() []backend.Port { return ports.Clone(m.ports.Outputs) }

// Metadata implements [backend.Model].
func (m *Model) Metadata() map[string]string { return m.model.Metadata }

// Fingerprint implements [backend.Model]. For a model that was not read from a
// file it is the digest of what [onnx.Model.Marshal] writes.
func (m *Model) Fingerprint() string { return m.fingerprint }

// Bind implements [backend.Model]. value is copied. What depends on it alone is
// computed once for every batch size; weights are shared with the receiver.
// Closing one of the two models leaves the other as it is.
func (m *Model) Bind(input string, value *tensor.Dense) (backend.Model, error) {
	if m.closed.Load() {
		return nil, fmt.Errorf("native: Bind: the model is %w", ErrClosed)
	}
	p, err := m.ports.Input(input)
	if err == nil {
		err = ports.Check("input", p, m.ports.Batch, value)
	}
	if err != nil {
		return nil, fmt.Errorf("native: %w", err)
	}
	bound := maps.Clone(m.bound)
	if bound == nil {
		bound = map[string]*onnx.Tensor{}
	}
	bound[input] = ports.Constant(value)
	return build(m.model, bound, m.options, m.weights, m.fingerprint)
}

// Close implements [backend.Model]. Calls under way end normally.
func (m *Model) Close() error {
	m.closed.Store(true)
	m.runs.Clear()
	m.runParts.Clear()
	m.linears.Clear()
	m.linearParts.Clear()
	return nil
}
