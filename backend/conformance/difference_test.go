package conformance

import (
	"context"
	"math"

	"github.com/lcfv-go/lcfv/backend"
	"gorgonia.org/tensor"
)

const (
	// step is that of the differences, which are of float64.
	step = 1e-5
	// bend is by how much the slopes on both sides of a point, and those over
	// different steps, may differ relative to themselves where the function is
	// smooth; bendFloor is the same relative to the largest slope.
	bend      = 1e-3
	bendFloor = 1e-4
	// huge is the size of values whose last digits swallow differences.
	huge = 1e8
)

// function is one output of a model as a function of one input, in float64.
type function struct {
	model       backend.Differentiable
	output, wrt string
	inputs      map[string]*tensor.Dense
}

// at evaluates the function at x + s·dx.
func (f *function) at(s float64, dx []float64) ([]float64, error) {
	x := f.inputs[f.wrt]
	moved := x.Clone().(*tensor.Dense)
	for i := range dx {
		moved.Float64s()[i] += s * dx[i]
	}
	f.inputs[f.wrt] = moved
	defer func() { f.inputs[f.wrt] = x }()
	y := f.result()
	err := f.model.Run(context.Background(), map[string]*tensor.Dense{f.output: y}, f.inputs)
	return y.Float64s(), err
}

// result makes room for the output.
func (f *function) result() *tensor.Dense {
	for _, p := range f.model.Outputs() {
		if p.Name == f.output {
			return tensor.New(tensor.Of(p.Dtype), tensor.WithShape(p.Shape...))
		}
	}
	panic("conformance: no output " + f.output)
}

// slope is the derivative in the direction dx by central differences, and where
// it is one: not where the function or its slope jumps, or is infinite.
func (f *function) slope(dx []float64) (slope []float64, smooth []bool, err error) {
	var y [5][]float64 // at -2, -1, 0, 1 and 2 steps
	for i := range y {
		if y[i], err = f.at(float64(i-2)*step, dx); err != nil {
			return nil, nil, err
		}
	}
	slope, smooth = make([]float64, len(y[0])), make([]bool, len(y[0]))
	largest := 0.0
	for i := range slope {
		slope[i] = (y[3][i] - y[1][i]) / (2 * step)
		if d := math.Abs(slope[i]); d > largest && !math.IsInf(d, 1) {
			largest = d
		}
	}
	for i, d := range slope {
		left, right, wide := (y[2][i]-y[1][i])/step, (y[3][i]-y[2][i])/step, (y[4][i]-y[0][i])/(4*step)
		tolerance := bend*max(math.Abs(left), math.Abs(right), math.Abs(wide)) + bendFloor*largest
		smooth[i] = math.Abs(left-right) <= tolerance && math.Abs(d-wide) <= tolerance && math.Abs(y[2][i]) <= huge
		if !smooth[i] {
			slope[i] = 0
		}
	}
	return slope, smooth, nil
}
