package conformance

import (
	"os"
	"testing"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/backend/ort"
)

func TestORT(t *testing.T) { runCases(t, openORT(t)) }

func TestORTDerivatives(t *testing.T) { runDerivatives(t, openORT(t), false) }

// openORT skips the test where there is no ONNX Runtime, or fails it if the
// environment says CI=true.
func openORT(t *testing.T) opener {
	if err := ort.Available(nil); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	return func(m *onnx.Model) (backend.Differentiable, error) { return ort.New(m, nil) }
}
