package ort_test

import (
	"testing"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/backendtest"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/backend/ort"
	"github.com/lcfv-go/lcfv/internal/testort"
)

func TestConformance(t *testing.T) {
	testort.Require(t)
	backendtest.Run(t, func(m *onnx.Model) (backend.Differentiable, error) { return ort.New(m, nil) })
}
