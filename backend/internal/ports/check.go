package ports

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"gorgonia.org/tensor"
)

// Check reports what keeps a caller's tensor from being used for a port.
func Check(kind string, p *backend.Port, batch int, d *tensor.Dense) error {
	switch {
	case d == nil:
		return fmt.Errorf("%s %q: the tensor is nil", kind, p.Name)
	case d.Dtype() != p.Dtype:
		return fmt.Errorf("%s %q is of type %v, must be %v", kind, p.Name, d.Dtype(), p.Dtype)
	case !ShapeIs(d.Shape(), p.Shape, batch):
		return fmt.Errorf("%s %q has shape %v, must have %v with -1 = %d samples", kind, p.Name, []int(d.Shape()), p.Shape, batch)
	case d.RequiresIterator() || !d.DataOrder().IsRowMajor():
		return fmt.Errorf("%s %q is a view or not row-major; pass a contiguous copy (Materialize)", kind, p.Name)
	}
	return nil
}

// ShapeIs compares a shape with a port's for a batch size.
func ShapeIs(shape, port []int, batch int) bool {
	if len(shape) != len(port) {
		return false
	}
	for i, d := range port {
		if d == backend.Batch {
			d = batch
		}
		if shape[i] != d {
			return false
		}
	}
	return true
}

// CheckInputs checks all inputs of a call and returns their number of samples.
func (p *Ports) CheckInputs(inputs map[string]*tensor.Dense) (int, error) {
	batch, err := p.batchOf(inputs)
	if err != nil {
		return 0, err
	}
	if batch == 0 {
		batch = p.Batch
	}
	for i := range p.Inputs {
		if err := Check("input", &p.Inputs[i], batch, inputs[p.Inputs[i].Name]); err != nil {
			return 0, err
		}
	}
	return batch, nil
}

// batchOf finds the number of samples that inputs agree on, 0 if all shapes are
// fixed.
func (p *Ports) batchOf(inputs map[string]*tensor.Dense) (int, error) {
	batch := 0
	for i := range p.Inputs {
		port := &p.Inputs[i]
		d, ok := inputs[port.Name]
		if !ok || d == nil {
			return 0, fmt.Errorf("input %q is missing; give a %v tensor of shape %v (-1: any number of samples), or Bind it", port.Name, port.Dtype, port.Shape)
		}
		if !Batched(port) {
			continue
		}
		switch shape := d.Shape(); {
		case len(shape) == 0 || shape[0] < 1:
			return 0, fmt.Errorf("input %q has shape %v, must have %v with at least one sample", port.Name, []int(shape), port.Shape)
		case batch != 0 && shape[0] != batch:
			return 0, fmt.Errorf("input %q has %d samples, other inputs have %d", port.Name, shape[0], batch)
		default:
			batch = shape[0]
		}
	}
	if len(inputs) > len(p.Inputs) {
		for name := range inputs {
			if _, err := p.Input(name); err != nil {
				return 0, err
			}
		}
	}
	return batch, nil
}

// CheckOutputs checks the outputs asked for.
func (p *Ports) CheckOutputs(outputs map[string]*tensor.Dense, batch int) error {
	for name, d := range outputs {
		port, err := p.Output(name)
		if err != nil {
			return err
		}
		if err := Check("output", port, batch, d); err != nil {
			return err
		}
	}
	return nil
}

// CheckNames checks the names of a derivative's output and input.
func (p *Ports) CheckNames(output, wrt string) error {
	if _, err := p.Output(output); err != nil {
		return err
	}
	_, err := p.Input(wrt)
	return err
}

// Constant copies a tensor.
func Constant(d *tensor.Dense) *onnx.Tensor {
	t := &onnx.Tensor{Shape: slices.Clone(d.Shape())}
	switch d.Dtype() {
	case tensor.Float32:
		t.Type, t.Data = onnx.Float32, slices.Clone(d.Float32s())
	case tensor.Float64:
		t.Type, t.Data = onnx.Float64, slices.Clone(d.Float64s())
	case tensor.Int64:
		t.Type, t.Data = onnx.Int64, slices.Clone(d.Int64s())
	case tensor.Int32:
		t.Type, t.Data = onnx.Int32, slices.Clone(d.Int32s())
	case tensor.Bool:
		t.Type, t.Data = onnx.Bool, slices.Clone(d.Bools())
	}
	return t
}

// Fingerprint is the SHA-256 of a model's file or, if it was not read from one,
// of what [onnx.Model.Marshal] writes.
func Fingerprint(m *onnx.Model) (string, error) {
	if m.SHA256 != "" {
		return m.SHA256, nil
	}
	data, err := m.Marshal()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}
