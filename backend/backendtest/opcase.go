package backendtest

import (
	"cmp"
	"context"
	"fmt"

	"github.com/lcfv-go/lcfv/backend"
	"gorgonia.org/tensor"
)

// opCase is a graph y = f(x) around one operator.
type opCase struct {
	name   string
	opset  int64
	sample []int // shape of x without the batch
	batch  int   // samples that the graph is for, 0 if any number
	lo, hi float64
	build  func(g *graph, x string) (y string)
	ref    func(x *array) *array
	// forwardOnly says that engines need not have a derivative of this form.
	forwardOnly bool
}

const (
	samples = 3
	// forwardTolerance and gradientTolerance bound the relative error of
	// float32 results against references in float64, adjointTolerance the
	// difference of the two sides of the identity relative to ‖J dx‖·‖v‖.
	forwardTolerance  = 1e-5
	gradientTolerance = 2e-5
	adjointTolerance  = 1e-5
)

// open builds the case's model; y's shape is the reference's.
func (c *opCase) open(open Opener, y *array) (backend.Differentiable, error) {
	g := newGraph(c.opset)
	g.batch = c.batch
	x := g.input("x", c.sample...)
	last := c.build(g, x)
	g.node("Identity", nil, last)
	g.model.Graph.Nodes[len(g.model.Graph.Nodes)-1].Outputs[0] = "y"
	g.output("y", y.shape[1:]...)
	m, err := open(g.model)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	return m, nil
}

// run is the check of a case.
func (c *opCase) run(open Opener) error {
	ctx := context.Background()
	x := random(3, c.lo, c.hi, append([]int{cmp.Or(c.batch, samples)}, c.sample...)...)
	want := c.ref(x)
	m, err := c.open(open, want)
	if err != nil {
		return err
	}
	defer m.Close()
	y := dense(zeros(want.shape...))
	if err := m.Run(ctx, map[string]*tensor.Dense{"y": y}, map[string]*tensor.Dense{"x": dense(x)}); err != nil {
		return fmt.Errorf("run: %w", err)
	}
	if d := distance(arrayOf(y), want); !(d <= forwardTolerance) {
		return fmt.Errorf("forward: relative error %.3g of the output, above %g", d, forwardTolerance)
	}
	if c.batch == 0 {
		if err := c.checkBatches(ctx, m, x, want); err != nil {
			return err
		}
	}
	if c.forwardOnly {
		return nil
	}
	return c.checkDerivative(ctx, m, x, want)
}

// checkBatches runs every sample alone: it must not depend on its neighbours.
func (c *opCase) checkBatches(ctx context.Context, m backend.Model, x, want *array) error {
	for i := range samples {
		alone := want.take(0, i)
		y := dense(zeros(alone.shape...))
		if err := m.Run(ctx, map[string]*tensor.Dense{"y": y}, map[string]*tensor.Dense{"x": dense(x.take(0, i))}); err != nil {
			return fmt.Errorf("run of one sample: %w", err)
		}
		if d := distance(arrayOf(y), alone); !(d <= forwardTolerance) {
			return fmt.Errorf("batch: sample %d alone differs from the same sample in a batch by %.3g", i, d)
		}
	}
	return nil
}

// checkDerivative compares products with the Jacobian with central differences
// of the reference and with each other.
func (c *opCase) checkDerivative(ctx context.Context, m backend.Differentiable, x, want *array) error {
	l, err := m.Linearize(ctx, "y", "x", map[string]*tensor.Dense{"x": dense(x)})
	if err != nil {
		return fmt.Errorf("linearize: %w", err)
	}
	defer l.Close()
	if d := distance(arrayOf(l.Output()), want); !(d <= forwardTolerance) {
		return fmt.Errorf("linearize: relative error %.3g of the output, above %g", d, forwardTolerance)
	}
	dx, v := random(5, -1, 1, x.shape...), random(6, -1, 1, want.shape...)
	jdx, jtv := dense(zeros(want.shape...)), dense(zeros(x.shape...))
	if err := l.Pushforward(ctx, jdx, dense(dx)); err != nil {
		return fmt.Errorf("pushforward: %w", err)
	}
	if err := l.Pullback(ctx, jtv, dense(v)); err != nil {
		return fmt.Errorf("pullback: %w", err)
	}
	numeric := c.differences(x, dx)
	if d := distance(arrayOf(jdx), numeric); !(d <= gradientTolerance) {
		return fmt.Errorf("pushforward: relative error %.3g against central differences, above %g", d, gradientTolerance)
	}
	left, right := dot(arrayOf(jdx), v), dot(dx, arrayOf(jtv))
	scale := numeric.norm() * v.norm()
	if d := max(left-right, right-left); !(d <= adjointTolerance*scale) {
		return fmt.Errorf("adjoint: ⟨J dx, v⟩ = %.9g and ⟨dx, Jᵀv⟩ = %.9g differ by %.3g of ‖J dx‖·‖v‖, above %g", left, right, d/scale, adjointTolerance)
	}
	return c.checkGradient(x, v, arrayOf(jtv))
}

// differences is J dx of the reference by central differences.
func (c *opCase) differences(x, dx *array) *array {
	const h = 1e-5
	step := func(s float64) *array {
		return c.ref(zip(x, dx, func(a, b float64) float64 { return a + s*b }))
	}
	return zip(step(h), step(-h), func(a, b float64) float64 { return (a - b) / (2 * h) })
}

// checkGradient compares Jᵀv with central differences along coordinates, a few
// of them.
func (c *opCase) checkGradient(x, v, jtv *array) error {
	const coordinates = 8
	numeric, got := zeros(coordinates), zeros(coordinates)
	for i := range coordinates {
		at := i * len(x.data) / coordinates
		unit := zeros(x.shape...)
		unit.data[at] = 1
		numeric.data[i] = dot(c.differences(x, unit), v)
		got.data[i] = jtv.data[at]
	}
	// The whole gradient's size is the scale: single entries may be tiny.
	scale := max(numeric.norm(), jtv.norm()/float64(len(x.data)))
	if d := zip(got, numeric, minus).norm(); !(d <= 5*gradientTolerance*scale) {
		return fmt.Errorf("pullback: relative error %.3g against central differences, above %g", d/scale, 5*gradientTolerance)
	}
	return nil
}

// dense copies an array into a float32 tensor.
func dense(a *array) *tensor.Dense {
	data := make([]float32, len(a.data))
	for i, v := range a.data {
		data[i] = float32(v)
	}
	return tensor.New(tensor.WithShape(a.shape...), tensor.WithBacking(data))
}

// arrayOf copies a float32 tensor.
func arrayOf(d *tensor.Dense) *array {
	a := zeros(d.Shape()...)
	for i, v := range d.Float32s() {
		a.data[i] = float64(v)
	}
	return a
}
