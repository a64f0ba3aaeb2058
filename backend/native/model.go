package native

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/lcfv-go/lcfv/backend"
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
	model   *onnx.Model
	bound   map[string]*onnx.Tensor
	inputs  []backend.Port
	outputs []backend.Port

	options     Options
	fingerprint string
	weights     *weights // shared by the models that Bind makes
	batch       int      // smallest possible, and the only one if no port says backend.Batch
	chunk       int      // samples computed at a time, 0 for whole batches
	runs        *cache[*runPlan]
	runParts    *cache[*runPart]
	linears     *cache[*linearPlan]
	linearParts *cache[*linearPart]
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
	print := m.SHA256
	if print == "" {
		var err error
		if print, err = digest(m); err != nil {
			return nil, err
		}
	}
	return build(m, nil, o, newWeights(), print)
}

func build(m *onnx.Model, bound map[string]*onnx.Tensor, o Options, w *weights, fingerprint string) (*Model, error) {
	model := &Model{model: m, bound: bound, options: o, weights: w, fingerprint: fingerprint}
	model.runs = newCache(o.Plans, model.makeRunPlan)
	model.runParts = newCache(o.Plans, model.makeRunPart)
	model.linears = newCache(o.Plans, model.makeLinearPlan)
	model.linearParts = newCache(o.Plans, model.makeLinearPart)
	model.batch = smallestBatch(m, bound)
	s, err := model.specialize(model.batch)
	if err != nil {
		return nil, err
	}
	p, err := compile(s, w, o.Memory, nil)
	if err != nil {
		return nil, err
	}
	if err := model.describePorts(s); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(model.outputs, func(p backend.Port) bool { return len(p.Shape) == 0 || p.Shape[0] != backend.Batch }) {
		model.chunk = chunkSize(p)
	}
	return model, nil
}

// smallestBatch is the number of samples of a model that was exported for no
// other, else 1.
func smallestBatch(m *onnx.Model, bound map[string]*onnx.Tensor) int {
	batch := 1
	for _, in := range slices.Backward(m.Graph.Inputs) {
		if _, fixed := bound[in.Name]; fixed || len(in.Shape) == 0 {
			continue
		}
		if in.Shape[0].Value < 0 {
			return 1
		}
		batch = in.Shape[0].Value
	}
	return batch
}

// specialize fixes the batch size.
func (m *Model) specialize(batch int) (*onnx.Static, error) {
	return m.model.Specialize(batch, m.bound, func(n *onnx.Node, inputs []*onnx.Tensor, outputs []onnx.TensorType) ([]*onnx.Tensor, error) {
		return evalWithin(m.options.Memory, n, inputs, outputs)
	})
}

// describePorts derives the ports from the model at its smallest batch size.
func (m *Model) describePorts(s *onnx.Static) error {
	batched := false
	for _, in := range m.model.Graph.Inputs {
		if _, fixed := m.bound[in.Name]; fixed {
			continue
		}
		t := s.Type(in.Name)
		p, err := port(in.Name, t)
		if err != nil {
			return err
		}
		if len(in.Shape) > 0 && in.Shape[0].Value < 0 {
			p.Shape[0] = backend.Batch
			batched = true
		}
		m.inputs = append(m.inputs, p)
	}
	for i, name := range s.Outputs {
		p, err := port(m.model.Graph.Outputs[i].Name, s.Type(name))
		if err != nil {
			return err
		}
		if batched && len(p.Shape) > 0 && p.Shape[0] == 1 {
			p.Shape[0] = backend.Batch
		}
		m.outputs = append(m.outputs, p)
	}
	return nil
}

func port(name string, t onnx.TensorType) (backend.Port, error) {
	dtype, err := dtypeOf(t.Type)
	if err != nil {
		return backend.Port{}, fmt.Errorf("native: %q: %w", name, err)
	}
	return backend.Port{Name: name, Dtype: dtype, Shape: slices.Clone(t.Shape)}, nil
}

// Inputs implements [backend.Model].
func (m *Model) Inputs() []backend.Port { return clonePorts(m.inputs) }

// Outputs implements [backend.Model].
func (m *Model) Outputs() []backend.Port { return clonePorts(m.outputs) }

func clonePorts(ports []backend.Port) []backend.Port {
	out := slices.Clone(ports)
	for i := range out {
		out[i].Shape = slices.Clone(out[i].Shape)
	}
	return out
}

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
	p, err := findPort(m.inputs, "input", input)
	if err != nil {
		return nil, err
	}
	if err := checkTensor("input", p, m.batch, value); err != nil {
		return nil, err
	}
	bound := maps.Clone(m.bound)
	if bound == nil {
		bound = map[string]*onnx.Tensor{}
	}
	bound[input] = constantOf(value)
	return build(m.model, bound, m.options, m.weights, m.fingerprint)
}

// Close implements [backend.Model]. Calls under way end normally.
func (m *Model) Close() error {
	m.closed.Store(true)
	m.runs.clear()
	m.runParts.clear()
	m.linears.clear()
	m.linearParts.clear()
	return nil
}

func findPort(ports []backend.Port, kind, name string) (*backend.Port, error) {
	for i := range ports {
		if ports[i].Name == name {
			return &ports[i], nil
		}
	}
	names := make([]string, len(ports))
	for i, p := range ports {
		names[i] = p.Name
	}
	return nil, fmt.Errorf("native: the model has no %s %q (it has: %s)", kind, name, strings.Join(names, ", "))
}
