package backendtest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/lcfv-go/lcfv/backend"
	"gorgonia.org/tensor"
)

// The contract checks use one small model with two inputs and two outputs:
// h = tanh(z·W + c), y = relu(h·V).
var (
	contractW = random(60, -1, 1, 4, 5)
	contractV = random(61, -1, 1, 5, 3)
)

func contractModel(open Opener) (backend.Differentiable, error) {
	g := newGraph(13)
	g.input("z", 4)
	g.input("c", 5)
	sum := g.node("Add", nil, g.node("MatMul", nil, "z", g.floats(contractW)), "c")
	g.node("Tanh", nil, sum)
	g.model.Graph.Nodes[len(g.model.Graph.Nodes)-1].Outputs[0] = "h"
	g.node("Relu", nil, g.node("MatMul", nil, "h", g.floats(contractV)))
	g.model.Graph.Nodes[len(g.model.Graph.Nodes)-1].Outputs[0] = "y"
	g.output("y", 3)
	g.output("h", 5)
	return open(g.model)
}

// contractPoint returns inputs for n samples.
func contractPoint(seed uint64, n int) tensors {
	return tensors{"z": dense(random(seed, -1, 1, n, 4)), "c": dense(random(seed+1, -1, 1, n, 5))}
}

type tensors = map[string]*tensor.Dense

func contractChecks() []check {
	return []check{
		{"contract/ports", checkPorts},
		{"contract/output subset", checkSubset},
		{"contract/bad tensors", checkBadTensors},
		{"contract/bind", checkBind},
		{"contract/cancel", checkCancel},
		{"contract/linearizations", checkLinearizations},
		{"contract/concurrency", checkConcurrency},
		{"contract/close", checkClose},
	}
}

func checkPorts(open Opener) error {
	m, err := contractModel(open)
	if err != nil {
		return err
	}
	defer m.Close()
	want := [2][]backend.Port{
		{{Name: "z", Dtype: tensor.Float32, Shape: []int{backend.Batch, 4}}, {Name: "c", Dtype: tensor.Float32, Shape: []int{backend.Batch, 5}}},
		{{Name: "y", Dtype: tensor.Float32, Shape: []int{backend.Batch, 3}}, {Name: "h", Dtype: tensor.Float32, Shape: []int{backend.Batch, 5}}},
	}
	same := func(a, b backend.Port) bool {
		return a.Name == b.Name && a.Dtype == b.Dtype && slices.Equal(a.Shape, b.Shape)
	}
	if got := m.Inputs(); !slices.EqualFunc(got, want[0], same) {
		return fmt.Errorf("the inputs are %v, want %v", got, want[0])
	}
	if got := m.Outputs(); !slices.EqualFunc(got, want[1], same) {
		return fmt.Errorf("Outputs() = %v, want %v", got, want[1])
	}
	if got := m.Metadata()["made by"]; got != "backendtest" {
		return fmt.Errorf("Metadata() lacks what the file says: %v", m.Metadata())
	}
	if m.Fingerprint() == "" {
		return errors.New("the fingerprint is empty")
	}
	return nil
}

// run runs a model and returns a copy of one output.
func run(m backend.Model, in tensors, output string, shape ...int) (*array, error) {
	y := dense(full(7, shape...))
	if err := m.Run(context.Background(), tensors{output: y}, in); err != nil {
		return nil, err
	}
	return arrayOf(y), nil
}

func checkSubset(open Opener) error {
	m, err := contractModel(open)
	if err != nil {
		return err
	}
	defer m.Close()
	in := contractPoint(1, 2)
	y, h := dense(full(7, 2, 3)), dense(full(7, 2, 5))
	if err := m.Run(context.Background(), tensors{"y": y, "h": h}, in); err != nil {
		return err
	}
	for name, both := range (tensors{"y": y, "h": h}) {
		alone, err := run(m, in, name, both.Shape()...)
		if err != nil {
			return fmt.Errorf("output %q alone: %w", name, err)
		}
		if d := distance(alone, arrayOf(both)); !(d <= forwardTolerance) {
			return fmt.Errorf("output %q alone differs from both together by %.3g", name, d)
		}
	}
	return nil
}

func checkBadTensors(open Opener) error {
	m, err := contractModel(open)
	if err != nil {
		return err
	}
	defer m.Close()
	good := contractPoint(1, 2)
	y := dense(zeros(2, 3))
	doubles := tensor.New(tensor.WithShape(2, 4), tensor.WithBacking(make([]float64, 8)))
	for _, bad := range []struct {
		what        string
		outputs, in tensors
	}{
		{"a missing input", tensors{"y": y}, tensors{"z": good["z"]}},
		{"an unknown input", tensors{"y": y}, tensors{"z": good["z"], "c": good["c"], "w": good["z"]}},
		{"an unknown output", tensors{"x": y}, good},
		{"an input of another type", tensors{"y": y}, tensors{"z": doubles, "c": good["c"]}},
		{"an input of another length", tensors{"y": y}, tensors{"z": dense(zeros(2, 5)), "c": good["c"]}},
		{"an input of another rank", tensors{"y": y}, tensors{"z": dense(zeros(2, 4, 1)), "c": good["c"]}},
		{"inputs of different batch sizes", tensors{"y": y}, tensors{"z": dense(zeros(3, 4)), "c": good["c"]}},
		{"an output of another batch size", tensors{"y": dense(zeros(3, 3))}, good},
		{"a nil output", tensors{"y": nil}, good},
	} {
		if err := m.Run(context.Background(), bad.outputs, bad.in); err == nil {
			return fmt.Errorf("%s is not an error of Run", bad.what)
		}
	}
	for _, names := range [][2]string{{"nothing", "z"}, {"y", "nothing"}} {
		if l, err := m.Linearize(context.Background(), names[0], names[1], good); err == nil {
			l.Close()
			return fmt.Errorf("linearizing %q with respect to %q is not an error", names[0], names[1])
		}
	}
	if _, err := run(m, good, "y", 2, 3); err != nil {
		return fmt.Errorf("after errors: %w", err)
	}
	return nil
}

func checkBind(open Opener) error {
	m, err := contractModel(open)
	if err != nil {
		return err
	}
	defer m.Close()
	value := random(8, -1, 1, 1, 5)
	bound, err := m.Bind("c", dense(value))
	if err != nil {
		return err
	}
	defer bound.Close()
	if in := bound.Inputs(); len(in) != 1 || in[0].Name != "z" {
		return fmt.Errorf("after binding c the inputs are %v", in)
	}
	if len(m.Inputs()) != 2 {
		return errors.New("the model changed when Bind was called on it")
	}
	if bound.Fingerprint() != m.Fingerprint() {
		return errors.New("binding an input changes the fingerprint")
	}
	z := random(9, -1, 1, 3, 4)
	got, err := run(bound, tensors{"z": dense(z)}, "y", 3, 3)
	if err != nil {
		return err
	}
	want, err := run(m, tensors{"z": dense(z), "c": dense(value.take(0, 0, 0, 0))}, "y", 3, 3)
	if err != nil {
		return err
	}
	if d := distance(got, want); !(d <= forwardTolerance) {
		return fmt.Errorf("a bound input gives another result than the same input passed: relative difference %.3g", d)
	}
	if _, err := m.Bind("nothing", dense(value)); err == nil {
		return errors.New("binding an unknown input is not an error")
	}
	if _, err := m.Bind("c", dense(zeros(1, 4))); err == nil {
		return errors.New("binding a value of another shape is not an error")
	}
	return nil
}

func checkCancel(open Opener) error {
	m, err := contractModel(open)
	if err != nil {
		return err
	}
	defer m.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := m.Run(ctx, tensors{"y": dense(zeros(2, 3))}, contractPoint(1, 2)); !errors.Is(err, context.Canceled) {
		return fmt.Errorf("a run with a cancelled context returns %v", err)
	}
	if _, err := m.Linearize(ctx, "y", "z", contractPoint(1, 2)); !errors.Is(err, context.Canceled) {
		return fmt.Errorf("linearizing with a cancelled context returns %v", err)
	}
	return nil
}

func checkClose(open Opener) error {
	m, err := contractModel(open)
	if err != nil {
		return err
	}
	if err := m.Close(); err != nil {
		return err
	}
	if _, err := run(m, contractPoint(1, 2), "y", 2, 3); err == nil {
		return errors.New("a run of a closed model is not an error")
	}
	if _, err := m.Linearize(context.Background(), "y", "z", contractPoint(1, 2)); err == nil {
		return errors.New("linearizing a closed model is not an error")
	}
	if _, err := m.Bind("c", dense(zeros(1, 5))); err == nil {
		return errors.New("binding an input of a closed model is not an error")
	}
	return nil
}
