package native

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"gorgonia.org/tensor"
)

// checkTensor reports what keeps a caller's tensor from being used for a port.
func checkTensor(kind string, p *backend.Port, batch int, d *tensor.Dense) error {
	switch {
	case d == nil:
		return fmt.Errorf("native: %s %q: the tensor is nil", kind, p.Name)
	case d.Dtype() != p.Dtype:
		return fmt.Errorf("native: %s %q is of type %v, must be %v", kind, p.Name, d.Dtype(), p.Dtype)
	case !shapeIs(d.Shape(), p.Shape, batch):
		return fmt.Errorf("native: %s %q has shape %v, must have %v with -1 = %d samples", kind, p.Name, []int(d.Shape()), p.Shape, batch)
	case d.RequiresIterator() || !d.DataOrder().IsRowMajor():
		return fmt.Errorf("native: %s %q is a view or not row-major; pass a contiguous copy (Materialize)", kind, p.Name)
	}
	return nil
}

// batchOf finds the number of samples that inputs agree on, 0 if all shapes are
// fixed.
func batchOf(ports []backend.Port, inputs map[string]*tensor.Dense) (int, error) {
	batch := 0
	for i := range ports {
		p := &ports[i]
		d, ok := inputs[p.Name]
		if !ok || d == nil {
			return 0, fmt.Errorf("native: input %q is missing; give a %v tensor of shape %v (-1: any number of samples), or Bind it", p.Name, p.Dtype, p.Shape)
		}
		if len(p.Shape) == 0 || p.Shape[0] != backend.Batch {
			continue
		}
		switch shape := d.Shape(); {
		case len(shape) == 0 || shape[0] < 1:
			return 0, fmt.Errorf("native: input %q has shape %v, must have %v with at least one sample", p.Name, []int(shape), p.Shape)
		case batch != 0 && shape[0] != batch:
			return 0, fmt.Errorf("native: input %q has %d samples, other inputs have %d", p.Name, shape[0], batch)
		default:
			batch = shape[0]
		}
	}
	if len(inputs) > len(ports) {
		for name := range inputs {
			if _, err := findPort(ports, "input", name); err != nil {
				return 0, err
			}
		}
	}
	return batch, nil
}

// constantOf copies a tensor.
func constantOf(d *tensor.Dense) *onnx.Tensor {
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

// digest identifies a model that was not read from a file.
func digest(m *onnx.Model) (string, error) {
	data, err := m.Marshal()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}
