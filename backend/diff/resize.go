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
	settings := interp.Settings{Mode: n.Str("mode"), Coordinate: n.Str("coordinate_transformation_mode"), NearestMode: n.Str("nearest_mode")}
	d := dy[0]
	for axis := range in.Shape {
		from, to := in.Shape[axis], out.Shape[axis]
		scale := float64(to) / float64(from)
		if s := n.Input(2); s != "" {
			scale = c.source.Consts[s].Floats()[axis]
		}
		if from == to && scale == 1 {
			continue
		}
		taps, err := interp.Axis(settings, from, to, scale)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", err, ErrNotDifferentiable)
		}
		shape := c.shape(d)
		lead := onnx.TensorType{Shape: shape[:axis]}.Len()
		trail := onnx.TensorType{Shape: shape[axis+1:]}.Len()
		if times, ok := interp.Repeat(taps, from); ok {
			d = c.sum(c.reshape(d, []int{lead * from, times, trail}), []int{1}, false)
		} else {
			weights := make([]float64, from*to)
			for i, row := range taps {
				for _, t := range row {
					weights[t.Index*to+i] += t.Weight
				}
			}
			d = c.matmul(c.matrix(in.Type, from, to, weights), c.reshape(d, []int{lead, to, trail}))
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
