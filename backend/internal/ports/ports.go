// Package ports describes the inputs and outputs of an ONNX model as package
// backend's seam sees them, and holds callers' tensors against that. All
// engines of this module share it, so that they name the same mistakes alike.
//
// Errors carry no prefix; callers say whose they are.
package ports

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"gorgonia.org/tensor"
)

// Ports are the inputs and outputs of a model.
type Ports struct {
	Inputs, Outputs []backend.Port
	// Batch is the smallest number of samples, and the only one if no port
	// says backend.Batch.
	Batch int
}

// SmallestBatch is the number of samples of a model that was exported for no
// other, else 1.
func SmallestBatch(m *onnx.Model, bound map[string]*onnx.Tensor) int {
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

// Describe derives the ports of m, some of whose inputs are bound, from s, what
// it is for [SmallestBatch] samples.
func Describe(m *onnx.Model, bound map[string]*onnx.Tensor, s *onnx.Static) (*Ports, error) {
	p := &Ports{Batch: SmallestBatch(m, bound)}
	batched := false
	for _, in := range m.Graph.Inputs {
		if _, fixed := bound[in.Name]; fixed {
			continue
		}
		port, err := describe(in.Name, s.Type(in.Name))
		if err != nil {
			return nil, err
		}
		if len(in.Shape) > 0 && in.Shape[0].Value < 0 {
			port.Shape[0] = backend.Batch
			batched = true
		}
		p.Inputs = append(p.Inputs, port)
	}
	for i, name := range s.Outputs {
		port, err := describe(m.Graph.Outputs[i].Name, s.Type(name))
		if err != nil {
			return nil, err
		}
		if batched && len(port.Shape) > 0 && port.Shape[0] == 1 {
			port.Shape[0] = backend.Batch
		}
		p.Outputs = append(p.Outputs, port)
	}
	return p, nil
}

func describe(name string, t onnx.TensorType) (backend.Port, error) {
	dtype, err := Dtype(t.Type)
	if err != nil {
		return backend.Port{}, fmt.Errorf("%q: %w", name, err)
	}
	return backend.Port{Name: name, Dtype: dtype, Shape: slices.Clone(t.Shape)}, nil
}

// Splits reports whether samples can be computed in any groups: every output
// has one part for each sample.
func (p *Ports) Splits() bool {
	return !slices.ContainsFunc(p.Outputs, func(o backend.Port) bool { return !Batched(&o) })
}

// Batched reports whether a port has one part for each sample.
func Batched(p *backend.Port) bool { return len(p.Shape) > 0 && p.Shape[0] == backend.Batch }

// Clone copies a list of ports for a caller to keep.
func Clone(ports []backend.Port) []backend.Port {
	out := slices.Clone(ports)
	for i := range out {
		out[i].Shape = slices.Clone(out[i].Shape)
	}
	return out
}

// Input finds an input by name.
func (p *Ports) Input(name string) (*backend.Port, error) { return find(p.Inputs, "input", name) }

// Output finds an output by name.
func (p *Ports) Output(name string) (*backend.Port, error) { return find(p.Outputs, "output", name) }

func find(ports []backend.Port, kind, name string) (*backend.Port, error) {
	for i := range ports {
		if ports[i].Name == name {
			return &ports[i], nil
		}
	}
	names := make([]string, len(ports))
	for i, p := range ports {
		names[i] = p.Name
	}
	return nil, fmt.Errorf("the model has no %s %q (it has: %s)", kind, name, strings.Join(names, ", "))
}

// Dtype returns the seam's name of an element type.
func Dtype(t onnx.DataType) (tensor.Dtype, error) {
	switch t {
	case onnx.Float32:
		return tensor.Float32, nil
	case onnx.Float64:
		return tensor.Float64, nil
	case onnx.Int64:
		return tensor.Int64, nil
	case onnx.Int32:
		return tensor.Int32, nil
	case onnx.Bool:
		return tensor.Bool, nil
	}
	return tensor.Dtype{}, fmt.Errorf("element type %v is not supported", t)
}
