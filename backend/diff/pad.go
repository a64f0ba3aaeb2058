package diff

import (
	"fmt"

	"github.com/lcfv-go/lcfv/backend/internal/border"
	"github.com/lcfv-go/lcfv/backend/onnx"
)

// pullPad cuts the border off, after adding it to what it repeats.
func pullPad(c *context, n *onnx.Node, dy []string) ([]string, error) {
	in := c.source.Types[n.Inputs[0]].Shape
	pads := ints(c.source.Consts[n.Inputs[1]].Ints())
	dx := make([]string, len(n.Inputs))
	dx[0] = dy[0]
	for axis, extent := range in {
		before, after := pads[axis], pads[len(in)+axis]
		if before == 0 && after == 0 {
			continue
		}
		runs := []run{{before, 0, extent, 1}}
		if mode := n.Str("mode"); mode != "constant" {
			var err error
			if runs, err = borderRuns(mode, before, extent, after); err != nil {
				return nil, err
			}
		}
		dx[0] = c.sumRuns(dx[0], axis, extent, runs)
	}
	return dx, nil
}

// run is a part of an axis that repeats a part of another: elements at, at+1, …
// are those of from, from+step, …, n of them; step is 1, -1 or 0.
type run struct{ at, from, n, step int }

// borderRuns divides an axis with a border into runs of the axis without.
func borderRuns(mode string, before, extent, after int) ([]run, error) {
	var runs []run
	for i := range before + extent + after {
		from, ok := border.Source(mode, i-before, extent)
		if !ok {
			return nil, fmt.Errorf("padding of mode %q has no derivative rule: %w", mode, ErrNotDifferentiable)
		}
		if last := len(runs) - 1; last >= 0 && runs[last].extend(from) {
			continue
		}
		runs = append(runs, run{i, from, 1, 1})
	}
	return runs, nil
}

// extend adds an element where the run goes on with it.
func (r *run) extend(from int) bool {
	step := from - r.from
	if r.n > 1 {
		step = from - (r.from + (r.n-1)*r.step)
	}
	if r.n > 1 && step != r.step || step < -1 || step > 1 {
		return false
	}
	r.n, r.step = r.n+1, step
	return true
}

// sumRuns adds up along an axis of d what its runs repeat, for an axis of the
// given extent.
func (c *context) sumRuns(d string, axis, extent int, runs []run) string {
	sum := ""
	for _, r := range runs {
		part := c.slice(d, axis, r.at, r.at+r.n, 1)
		first, n := r.from, r.n
		switch {
		case r.step == 0:
			part, n = c.sum(part, []int{axis}, true), 1
		case r.step < 0:
			part = c.slice(part, axis, n-1, -1, -1)
			first -= n - 1
		}
		before, after := make([]int, len(c.shape(d))), make([]int, len(c.shape(d)))
		before[axis], after[axis] = first, extent-first-n
		part = c.pad(part, before, after)
		if sum != "" {
			part = c.add(sum, part)
		}
		sum = part
	}
	return sum
}

func pushPad(c *context, n *onnx.Node, dx []string) ([]string, error) {
	attrs := map[string]any{"mode": n.Str("mode")}
	return []string{c.emit("Pad", attrs, c.source.Types[n.Outputs[0]], dx[0], c.primal(n.Inputs[1]))}, nil
}
