package conformance

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/diff"
	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

func TestNativeDerivatives(t *testing.T) { runDerivatives(t, openNative, true) }

// derivatives counts what became of the pairs of an output and an input of the
// cases of one operator.
type derivatives struct {
	checked int // held against differences
	flat    int // piecewise constant, and so are the differences
	failed  int
	refused []string // without derivative, and why
	values  int      // of the outputs in all directions
	kinks   int      // of these, where the function is not smooth
}

// runDerivatives differentiates every output of every case that the engine
// runs with respect to every input, both floating. The differences are those of
// the native engine in float64; exact says that its derivatives in float64 are
// checked too.
func runDerivatives(t *testing.T, open opener, exact bool) {
	if testing.Short() {
		t.Skip("takes seconds; not with -short")
	}
	t.Parallel()
	all := map[string]*derivatives{}
	for _, c := range testCases(t) {
		if _, err := c.run(open); err != nil {
			continue // which is for the other tests to tell
		}
		d := all[c.operator]
		if d == nil {
			d = &derivatives{}
			all[c.operator] = d
		}
		t.Run(c.operator, func(t *testing.T) {
			if err := c.differentiate(open, exact, d); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
		})
	}
	t.Logf("%s\n%s", t.Name(), derivativeTable(all))
	values, kinks := 1, 0
	for _, d := range all {
		values += d.values
		kinks += d.kinks
	}
	require.Less(t, float64(kinks), 0.02*float64(values), "of %d differences so many are at kinks", values)
}

// differentiate checks all derivatives of a case.
func (c *testCase) differentiate(open opener, exact bool, d *derivatives) error {
	sets, err := c.dataSets()
	if err != nil {
		return err
	}
	set := sets[0]
	m, engine, err := openWith(open, c.model, set.inputs)
	if err != nil {
		return err
	}
	defer engine.Close()
	s, err := m.Specialize(batchOf(m), nil, native.Eval)
	if err != nil {
		return err
	}
	reference, err := native.New(widen(s), nil)
	if err != nil {
		return fmt.Errorf("in float64: %w", err)
	}
	defer reference.Close()
	single, double := map[string]*tensor.Dense{}, map[string]*tensor.Dense{}
	for _, p := range engine.Inputs() {
		x := set.inputs[p.Name]
		single[p.Name], double[p.Name] = dense(x), dense(x)
		if p.Dtype == tensor.Float32 {
			double[p.Name] = tensor.New(tensor.WithShape(x.Shape...), tensor.WithBacking(slices.Clone(x.Floats())))
		}
	}
	tolerance, ok := cancelling[c.name]
	if !ok {
		tolerance = inFloat32
	}
	var failures []error
	for _, out := range engine.Outputs() {
		for _, in := range engine.Inputs() {
			if !isFloat(out.Dtype) || !isFloat(in.Dtype) || size(out.Shape) == 0 {
				continue
			}
			f := &function{reference, out.Name, in.Name, double}
			err := checkPair(engine, single, tolerance, f, exact, d)
			var refused *refusal
			switch {
			case err == nil:
			case errors.As(err, &refused) && !c.ofGenerators():
				d.refused = append(d.refused, fmt.Sprintf("%s, d %s / d %s: %v", c.name, out.Name, in.Name, err))
			default:
				d.failed++
				failures = append(failures, fmt.Errorf("d %s / d %s: %w", out.Name, in.Name, err))
			}
		}
	}
	return errors.Join(failures...)
}

// refusal is the error of an engine that has no derivative of a model.
type refusal struct{ err error }

func (r *refusal) Error() string { return "no derivative: " + r.err.Error() }

// checkPair checks the derivative of one output with respect to one input in
// the engine, and in float64 if asked to.
func checkPair(engine backend.Differentiable, inputs map[string]*tensor.Dense, tolerance precision, f *function, exact bool, d *derivatives) error {
	probe, err := newProbe(f)
	if err != nil {
		return err
	}
	err = probe.linearize(engine, f.output, f.wrt, inputs, tolerance)
	switch {
	case errors.Is(err, diff.ErrNotDifferentiable) || errors.Is(err, onnx.ErrUnsupported):
		if !probe.flat() {
			return &refusal{err}
		}
		d.flat++
		return nil
	case err != nil:
		return err
	}
	d.values += probe.values
	d.kinks += probe.kinks
	d.checked++
	if !exact {
		return nil
	}
	if err := probe.linearize(f.model, f.output, f.wrt, f.inputs, inFloat64); err != nil {
		return fmt.Errorf("in float64: %w", err)
	}
	return nil
}

// batchOf is the batch size of a model whose shapes are known.
func batchOf(m *onnx.Model) int {
	for _, in := range m.Graph.Inputs {
		if len(in.Shape) > 0 {
			return in.Shape[0].Value
		}
	}
	return 1
}

func isFloat(t tensor.Dtype) bool { return t == tensor.Float32 || t == tensor.Float64 }
