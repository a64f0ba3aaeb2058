package conformance

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"gorgonia.org/tensor"
)

// opener makes a model ready to run in one of the engines.
type opener func(*onnx.Model) (backend.Differentiable, error)

// The ONNX project's own test runner compares with the first two tolerances.
// The third is for results that it has rounded, or truncated, to bfloat16.
const (
	relativeTolerance = 1e-3
	absoluteTolerance = 1e-7
	bfloat16Tolerance = 1.0 / 128
)

// run compares outputs with the expected ones and returns how many inputs had
// to be constants.
func (c *testCase) run(open opener) (constants int, err error) {
	if c.err != nil {
		return 0, c.err
	}
	if err := c.model.Validate(); err != nil {
		return 0, err
	}
	sets, err := c.dataSets()
	if err != nil {
		return 0, err
	}
	for _, set := range sets {
		if constants, err = set.run(open, c.model); err != nil {
			return 0, err
		}
	}
	return constants, nil
}

func (s *dataSet) run(open opener, m *onnx.Model) (constants int, err error) {
	_, engine, err := openWith(open, m, s.inputs)
	if err != nil {
		return 0, err
	}
	defer engine.Close()
	inputs, outputs := map[string]*tensor.Dense{}, map[string]*tensor.Dense{}
	for _, p := range engine.Inputs() {
		inputs[p.Name] = dense(s.inputs[p.Name])
	}
	for _, p := range engine.Outputs() {
		want := s.outputs[p.Name]
		if p.Dtype != dtypes[widened(want.Type)] || !slices.Equal(p.Shape, want.Shape) {
			return 0, fmt.Errorf("output %q is %v%v, want %v", p.Name, p.Dtype, p.Shape, want.TensorType())
		}
		if want.Len() > 0 { // nothing to compute, nothing to hold it
			outputs[p.Name] = tensor.New(tensor.Of(p.Dtype), tensor.WithShape(p.Shape...))
		}
	}
	if err := engine.Run(context.Background(), outputs, inputs); err != nil {
		return 0, err
	}
	for name, got := range outputs {
		if err := compare(got, s.outputs[name]); err != nil {
			return 0, fmt.Errorf("output %q: %w", name, err)
		}
	}
	return len(s.inputs) - len(inputs), nil
}

// openWith opens a model for inputs of the given shapes. lcfv wants shapes that
// are known before a model runs, while many cases have inputs for what shapes
// depend on: those inputs that the engine asks for become constants, and no
// others.
func openWith(open opener, m *onnx.Model, inputs map[string]*onnx.Tensor) (*onnx.Model, backend.Differentiable, error) {
	m = shaped(m, inputs)
	for {
		engine, err := open(m)
		var needed *onnx.ConstantError
		if !errors.As(err, &needed) {
			return m, engine, err
		}
		for _, name := range needed.Inputs {
			if m, err = m.WithConstant(name, inputs[name]); err != nil {
				return nil, nil, err
			}
		}
	}
}

// shaped declares the shapes that the inputs have: those that files declare are
// open, or wrong, now and then.
func shaped(m *onnx.Model, inputs map[string]*onnx.Tensor) *onnx.Model {
	c, g := *m, *m.Graph
	c.Graph, g.Inputs = &g, slices.Clone(g.Inputs)
	for i := range g.Inputs {
		in := &g.Inputs[i]
		in.Shape = []onnx.Dim{}
		for _, d := range inputs[in.Name].Shape {
			in.Shape = append(in.Shape, onnx.Dim{Value: d})
		}
	}
	return &c
}

// compare holds a result against what the ONNX project expects.
func compare(got *tensor.Dense, want *onnx.Tensor) error {
	g, w := numbers(got), want.Floats()
	relative := relativeTolerance
	if want.Type == onnx.BFloat16 {
		relative = bfloat16Tolerance
	}
	differ, worst, at := 0, 0.0, 0
	for i := range w {
		d := math.Abs(g[i] - w[i])
		if g[i] == w[i] || math.IsNaN(g[i]) && math.IsNaN(w[i]) || d <= absoluteTolerance+relative*math.Abs(w[i]) {
			continue
		}
		if differ++; !(d <= worst) {
			worst, at = d, i
		}
	}
	if differ > 0 {
		return fmt.Errorf("%d of %d elements differ, the most element %d: %v, want %v", differ, len(w), at, g[at], w[at])
	}
	return nil
}

// dtypes are the tensor types of the types that engines compute in.
var dtypes = map[onnx.DataType]tensor.Dtype{
	onnx.Float32: tensor.Float32, onnx.Float64: tensor.Float64,
	onnx.Int64: tensor.Int64, onnx.Int32: tensor.Int32, onnx.Bool: tensor.Bool,
}

// widened is the type in which lcfv computes what a file has in type t.
func widened(t onnx.DataType) onnx.DataType {
	if t == onnx.Float16 || t == onnx.BFloat16 {
		return onnx.Float32
	}
	return t
}

// dense is a copy of a tensor of a type that engines compute in, or that is
// widened to one.
func dense(x *onnx.Tensor) *tensor.Dense {
	var backing any
	switch d := x.Data.(type) {
	case []float32:
		backing = slices.Clone(d)
	case []float64:
		backing = slices.Clone(d)
	case []int64:
		backing = slices.Clone(d)
	case []int32:
		backing = slices.Clone(d)
	case []bool:
		backing = slices.Clone(d)
	default: // half precision
		narrow := make([]float32, x.Len())
		for i, v := range x.Floats() {
			narrow[i] = float32(v)
		}
		backing = narrow
	}
	return tensor.New(tensor.WithShape(x.Shape...), tensor.WithBacking(backing))
}

// numbers are the elements of a tensor.
func numbers(d *tensor.Dense) []float64 {
	switch d.Dtype() {
	case tensor.Float32:
		return convert(d.Float32s())
	case tensor.Float64:
		return slices.Clone(d.Float64s())
	case tensor.Int64:
		return convert(d.Int64s())
	case tensor.Int32:
		return convert(d.Int32s())
	}
	bits := d.Bools()
	out := make([]float64, len(bits))
	for i, b := range bits {
		if b {
			out[i] = 1
		}
	}
	return out
}

func convert[T float32 | int64 | int32](src []T) []float64 {
	out := make([]float64, len(src))
	for i, v := range src {
		out[i] = float64(v)
	}
	return out
}
