package backendtest_test

import (
	"context"
	"testing"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/backendtest"
	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// faulty is an engine with one of several faults.
type faulty struct {
	backend.Differentiable
	fault string
}

func (f faulty) Linearize(ctx context.Context, output, wrt string, inputs map[string]*tensor.Dense) (backend.Linearization, error) {
	l, err := f.Differentiable.Linearize(ctx, output, wrt, inputs)
	if err != nil {
		return nil, err
	}
	return faultyLinearization{l, f.fault}, nil
}

func (f faulty) Run(ctx context.Context, outputs, inputs map[string]*tensor.Dense) error {
	if err := f.Differentiable.Run(ctx, outputs, inputs); err != nil {
		return err
	}
	for _, d := range outputs {
		y := d.Float32s()
		switch f.fault {
		case "forward":
			y[0] *= 1.001
		case "batch":
			if d.Shape()[0] > 1 {
				y[0] = y[len(y)-1]
			}
		}
	}
	return nil
}

type faultyLinearization struct {
	backend.Linearization
	fault string
}

func (l faultyLinearization) Pullback(ctx context.Context, dst, v *tensor.Dense) error {
	err := l.Linearization.Pullback(ctx, dst, v)
	if l.fault == "pullback" {
		scale(dst)
	}
	return err
}

func (l faultyLinearization) Pushforward(ctx context.Context, dst, v *tensor.Dense) error {
	err := l.Linearization.Pushforward(ctx, dst, v)
	if l.fault == "pushforward" {
		scale(dst)
	}
	return err
}

func scale(d *tensor.Dense) {
	for i := range d.Float32s() {
		d.Float32s()[i] *= 1.001
	}
}

func TestCatchesPlantedFaults(t *testing.T) {
	for fault, message := range map[string]string{
		"forward":     "forward: relative error",
		"batch":       "forward: relative error",
		"pullback":    "adjoint: ",
		"pushforward": "pushforward: relative error",
	} {
		err := backendtest.Check(func(m *onnx.Model) (backend.Differentiable, error) {
			n, err := native.New(m, nil)
			if err != nil {
				return nil, err
			}
			return faulty{n, fault}, nil
		})
		require.ErrorContains(t, err, message, fault)
		require.ErrorContains(t, err, "ConvTranspose/", fault)
	}
}

func TestSoundEnginePasses(t *testing.T) {
	require.NoError(t, backendtest.Check(func(m *onnx.Model) (backend.Differentiable, error) { return native.New(m, nil) }))
}
