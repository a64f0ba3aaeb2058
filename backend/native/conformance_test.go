package native_test

import (
	"testing"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/backendtest"
	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/onnx"
)

func TestConformance(t *testing.T) {
	backendtest.Run(t, func(m *onnx.Model) (backend.Differentiable, error) { return native.New(m, nil) })
}
