package diff

import (
	"fmt"

	"github.com/lcfv-go/lcfv/backend/internal/interp"
	"github.com/lcfv-go/lcfv/backend/onnx"
)

// pullResize transposes axis by axis: by summing blocks where an axis was
// repeated a whole number of times, else by a product with the transposed
// matrix of interpolation weights.
func pullResize(c *context, n *onnx.Node, dy []string) ([]string, error) {
	in, out := c.source.Types[n.Inputs[0]], c.source.Types[n.Outputs[0]]
	all, err := interp.Axes(n, in.Shape, out.Shape, c.source.Consts[n.Input(2)])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, ErrNotDifferentiable)
	}
	d := dy[0]
	for axis, taps := range all {
		if taps == nil {
			continue
		}
		from, to := in.Shape[axis], out.Shape[axis]
		shape := c.shape(d)
		lead := onnx.TensorType{Shape: shape[:axis]}.Len()
		trail := onnx.TensorType{Shape: shape[axis+1:]}.Len()
		if times, ok := interp.Repeat(taps, from); ok {
			d = c.sum(c.reshape(d, []int{lead * from, times, trail}), []int{1}, false)
		} else {
			weights, err := c.matrix(in.Type, from, to, func(set func(i, j int, v float64)) {
				for j, row := range taps {
					for _, t := range row {
						set(t.Index, j, t.Weight)
					}
				}
			})
			if err != nil {
				return nil, err
			}
			d = c.matmul(weights, c.reshape(d, []int{lead, to, trail}))
		}
		next := append(append(append([]int(nil), shape[:axis]...), from), shape[axis+1:]...)
		d = c.reshape(d, next)
	}
	dx := make([]string, len(n.Inputs))
	dx[0] = d
	return dx, nil
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
