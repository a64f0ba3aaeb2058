package diff

import (
	"fmt"
	"slices"

	"github.com/lcfv-go/lcfv/backend/internal/interp"
	"github.com/lcfv-go/lcfv/backend/onnx"
)

// pullResize transposes axis by axis, the last one first, where there is most to
// sum up.
func pullResize(c *context, n *onnx.Node, dy []string) ([]string, error) {
	in, out := c.source.Types[n.Inputs[0]], c.source.Types[n.Outputs[0]]
	var scales []float64
	if t := c.source.Consts[n.Input(2)]; t != nil {
		scales = t.Floats()
	}
	all, err := interp.Axes(n, in.Shape, out.Shape, scales)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, ErrNotDifferentiable)
	}
	d := dy[0]
	for axis, taps := range slices.Backward(all) {
		if taps == nil {
			continue
		}
		if d, err = c.uninterpolate(d, axis, in.Shape[axis], taps); err != nil {
			return nil, err
		}
	}
	dx := make([]string, len(n.Inputs))
	dx[0] = d
	return dx, nil
}

// maxRepeats is the longest axis of which repeated neighbours are summed up by a
// product with a matrix: adding few neighbours takes longer than such a product.
const maxRepeats = 256

// uninterpolate emits the transpose of interpolating an axis: a product with the
// matrix of weights, or sums of blocks where elements were repeated.
func (c *context) uninterpolate(d string, axis, from int, taps [][]interp.Tap) (string, error) {
	shape, to := c.shape(d), len(taps)
	lead, trail := length(shape[:axis]), length(shape[axis+1:])
	result := slices.Concat(shape[:axis], []int{from}, shape[axis+1:])
	if times, ok := interp.Repeat(taps, from); ok && (trail > 1 || to > maxRepeats) {
		return c.reshape(c.sum(c.reshape(d, []int{lead * from, times, trail}), []int{1}, false), result), nil
	}
	rows, cols := from, to
	if trail == 1 { // from the right
		rows, cols = to, from
	}
	weights, err := c.matrix(c.types[d].Type, rows, cols, func(set func(i, j int, v float64)) {
		for j, terms := range taps {
			for _, t := range terms {
				if trail == 1 {
					set(j, t.Index, t.Weight)
				} else {
					set(t.Index, j, t.Weight)
				}
			}
		}
	})
	if err != nil {
		return "", err
	}
	if trail == 1 {
		d = c.matmul(c.reshape(d, []int{lead, to}), weights)
	} else {
		d = c.matmul(weights, c.reshape(d, []int{lead, to, trail}))
	}
	return c.reshape(d, result), nil
}

func pushResize(c *context, n *onnx.Node, dx []string) ([]string, error) {
	inputs := []string{dx[0]}
	for _, in := range n.Inputs[1:] {
		if in != "" {
			in = c.primal(in)
		}
		inputs = append(inputs, in)
	}
	return []string{c.emit("Resize", n.Attrs, c.source.Types[n.Outputs[0]], inputs...)}, nil
}
