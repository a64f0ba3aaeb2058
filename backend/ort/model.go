package ort

import (
	"fmt"
	"maps"
	"sync"
	"sync/atomic"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/internal/lru"
	"github.com/lcfv-go/lcfv/backend/internal/ports"
	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"gorgonia.org/tensor"
)

// Model is an ONNX model that runs in ONNX Runtime. It implements
// [backend.Differentiable] and is safe for concurrent use.
type Model struct {
	source  *source // shared by the models that Bind makes
	bound   map[string]*onnx.Tensor
	ports   *ports.Ports
	options Options

	heavy       bool // weights matter more than values
	chunk       int  // samples computed at a time, 0 for whole batches
	runs        *lru.Cache[planKey, *runPart]
	linears     *lru.Cache[planKey, *linearPlan]
	linearParts *lru.Cache[planKey, *linearPart]
	derived     sync.Map // of a heavy model: by output, what it was last differentiated for
	closed      atomic.Bool
}

var _ backend.Differentiable = (*Model)(nil)

// planKey says what a plan is for: a run that computes one output, or all of
// them (""), or the derivative of output with respect to wrt.
type planKey struct {
	batch       int
	output, wrt string
}

// Open reads an ONNX file and prepares it to run. A file of many weights must stay
// as it is until the model is closed: it may be read again.
func Open(path string, opts *Options) (*Model, error) {
	if err := Available(opts); err != nil {
		return nil, err
	}
	m, err := onnx.Read(path)
	if err != nil {
		return nil, err
	}
	return newModel(&source{path: path}, m, opts)
}

// New prepares a model to run. An operator that lcfv or ONNX Runtime cannot
// execute is an error here that names it, with errors.Is [onnx.ErrUnsupported].
// m must not be modified afterwards.
//
// Derivatives are not looked at yet, because a detector or a perceptual metric
// need not have any: [Model.CheckLinearize] tells whether a model can be
// differentiated.
func New(m *onnx.Model, opts *Options) (*Model, error) {
	return newModel(&source{}, m, opts)
}

func newModel(s *source, m *onnx.Model, opts *Options) (*Model, error) {
	o, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := Available(&o); err != nil {
		return nil, err
	}
	if s.fingerprint, err = ports.Fingerprint(m); err != nil {
		return nil, err
	}
	s.metadata, s.model = m.Metadata, fold(m)
	return build(s, nil, o)
}

func build(src *source, bound map[string]*onnx.Tensor, o Options) (*Model, error) {
	m, err := src.load()
	if err != nil {
		return nil, err
	}
	model := &Model{source: src, bound: bound, options: o}
	model.runs = lru.New(2*o.Plans, model.makeRunPart, (*runPart).free)
	model.linearParts = lru.New(2*o.Plans, model.makeLinearPart, (*linearPart).free)
	model.linears = lru.New(o.Plans, model.makeLinearPlan, (*linearPlan).free)
	s, err := m.Specialize(ports.SmallestBatch(m, bound), bound, native.Eval)
	if err != nil {
		return nil, err
	}
	if model.ports, err = ports.Describe(m, bound, s); err != nil {
		return nil, fmt.Errorf("ort: %w", err)
	}
	var size int
	if size, model.heavy = chunkSize(s, o.Threads); model.ports.Splits() && o.Provider == CPU {
		model.chunk = size
	}
	if _, err := model.runs.Get(planKey{batch: model.ports.Batch}); err != nil {
		model.Close()
		return nil, err
	}
	return model, nil
}

// specialize fixes the batch size.
func (m *Model) specialize(batch int) (*onnx.Static, error) {
	file, err := m.source.load()
	if err != nil {
		return nil, err
	}
	return file.Specialize(batch, m.bound, native.Eval)
}

// Inputs implements [backend.Model].
func (m *Model) Inputs() []backend.Port { return ports.Clone(m.ports.Inputs) }

// Outputs implements [backend.Model].
func (m *Model) Outputs() []backend.Port { return ports.Clone(m.ports.Outputs) }

// Metadata implements [backend.Model].
func (m *Model) Metadata() map[string]string { return m.source.metadata }

// Fingerprint implements [backend.Model]. For a model that was not read from a
// file it is the digest of what [onnx.Model.Marshal] writes.
func (m *Model) Fingerprint() string { return m.source.fingerprint }

// Bind implements [backend.Model]. value is copied. What depends on it alone is
// computed once for every batch size. Closing one of the two models leaves the
// other as it is.
func (m *Model) Bind(input string, value *tensor.Dense) (backend.Model, error) {
	if m.closed.Load() {
		return nil, fmt.Errorf("ort: Bind: the model is %w", ErrClosed)
	}
	p, err := m.ports.Input(input)
	if err == nil {
		err = ports.Check("input", p, m.ports.Batch, value)
	}
	if err != nil {
		return nil, fmt.Errorf("ort: %w", err)
	}
	bound := maps.Clone(m.bound)
	if bound == nil {
		bound = map[string]*onnx.Tensor{}
	}
	bound[input] = ports.Constant(value)
	return build(m.source, bound, m.options)
}

// Close implements [backend.Model]. Calls under way and linearizations that are
// open end normally, and free what they use.
func (m *Model) Close() error {
	m.closed.Store(true)
	m.linears.Clear()
	m.linearParts.Clear()
	m.runs.Clear()
	return nil
}
