package conformance

import (
	"testing"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/backend/ort"
	"github.com/lcfv-go/lcfv/internal/testort"
)

func TestORT(t *testing.T) { runCases(t, openORT(t)) }

func TestORTDerivatives(t *testing.T) { runDerivatives(t, openORT(t), false) }

func openORT(t *testing.T) opener {
	testort.Require(t)
	return func(m *onnx.Model) (backend.Differentiable, error) { return ort.New(m, nil) }
}
