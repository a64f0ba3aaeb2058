// Package testort lets tests that need ONNX Runtime pass where it is missing.
package testort

import (
	"os"
	"testing"

	"github.com/lcfv-go/lcfv/backend/ort"
)

// Require skips the test where ONNX Runtime cannot be loaded. In a program built
// with cgo it fails instead if the environment says CI=true.
func Require(t testing.TB) {
	t.Helper()
	err := ort.Available(nil)
	switch {
	case err == nil:
	case cgo && os.Getenv("CI") == "true":
		t.Fatal(err)
	default:
		t.Skip(err)
	}
}
