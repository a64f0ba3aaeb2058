// Package conformance runs the ONNX project's own test cases through lcfv's
// engines, and holds derivatives of the same models against differences. It has
// no code but tests:
//
//	go test -v ./backend/conformance
//
// prints what is supported, by operator. The cases are those of Debian's package
// libonnx-testdata; LCFV_ONNX_TESTDATA names their folder where it is another.
package conformance

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/onnx"
)

func openNative(m *onnx.Model) (backend.Differentiable, error) { return native.New(m, nil) }

func TestNative(t *testing.T) { runCases(t, openNative) }

// contradictory are the cases that are left out because they contradict the
// text of their operator, and how. ONNX Runtime leaves the same out.
var contradictory = map[string]string{
	"test_resize_downsample_scales_cubic_align_corners":  "divides by extent times scale, 4·0.8 = 3.2, not by the extent of the result, 3",
	"test_resize_downsample_scales_linear_align_corners": "divides by extent times scale, 4·0.6 = 2.4, not by the extent of the result, 2",
}

// runCases runs every case and prints the table. A case fails that the engine
// neither runs nor refuses, or that it must not refuse.
func runCases(t *testing.T, open opener) {
	t.Parallel()
	cases := testCases(t)
	byOperator := map[string][]*testCase{}
	for _, c := range cases {
		if _, ok := contradictory[c.name]; ok {
			continue
		}
		byOperator[c.operator] = append(byOperator[c.operator], c)
	}
	results := table{}
	for _, op := range slices.Sorted(maps.Keys(byOperator)) {
		t.Run(op, func(t *testing.T) {
			for _, c := range byOperator[op] {
				constants, err := c.run(open)
				v := verdict{name: c.name}
				switch {
				case err == nil:
					v.constants = constants
				case errors.Is(err, onnx.ErrUnsupported):
					v.refusal = err
					if c.ofGenerators() {
						t.Errorf("%s: image generators need it: %v", c.name, err)
					}
				default:
					v.failure = err
					t.Errorf("%s: %v", c.name, err)
				}
				results[op] = append(results[op], v)
			}
		})
	}
	t.Logf("%s\n%s", t.Name(), results)
}
