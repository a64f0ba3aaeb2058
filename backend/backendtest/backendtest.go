// Package backendtest checks that an engine executes and differentiates ONNX
// graphs as package backend promises. An engine's own tests call [Run]:
//
//	func TestConformance(t *testing.T) {
//		backendtest.Run(t, func(m *onnx.Model) (backend.Differentiable, error) {
//			return myengine.New(m)
//		})
//	}
//
// Every case is a small graph around one operator, in the forms that different
// opsets gave it. Its output is compared with a reference written here in
// float64, its derivative with central differences of that reference, and
// Jᵀ with J by the identity ⟨J dx, v⟩ = ⟨dx, Jᵀ v⟩. Further checks hold the
// engine against the contract of [backend.Model]: batches, names, shapes,
// binding, closing, concurrency.
package backendtest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/onnx"
)

// An Opener makes the engine under test ready to run a model.
type Opener func(*onnx.Model) (backend.Differentiable, error)

// Run checks an engine, one subtest a case.
func Run(t *testing.T, open Opener) {
	for _, c := range checks() {
		t.Run(c.name, func(t *testing.T) {
			if err := c.run(open); err != nil {
				t.Error(err)
			}
		})
	}
}

// Check does what [Run] does and returns all failures as one error, each with
// the name of its case.
func Check(open Opener) error {
	var failures []error
	for _, c := range checks() {
		if err := c.run(open); err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", c.name, err))
		}
	}
	return errors.Join(failures...)
}

// check is one subtest.
type check struct {
	name string
	run  func(open Opener) error
}

func checks() []check {
	var all []check
	for _, family := range [][]opCase{elementwiseCases(), functionCases(), binaryCases(), shapeCases(), movementCases(), padCases(), indexingCases(), scatterCases(), controlCases(), reduceCases(), alongCases(), normalizeCases(), attentionCases(), linearCases(), einsumCases(), convCases(), convNDCases(), poolCases(), resizeCases(), resizeModeCases(), sampleCases(), mixedCases()} {
		for _, c := range family {
			all = append(all, check{fmt.Sprintf("%s/opset%d", c.name, c.opset), c.run})
		}
	}
	return append(all, contractChecks()...)
}
