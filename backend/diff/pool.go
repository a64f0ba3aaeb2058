package diff

import (
	"maps"
	"slices"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// lowest stands for padding below all numbers. It is not minus infinity, which
// some engines do not take for the maximum of anything.
const lowest = -3e38

// pooling is a MaxPool seen as a choice of elements: those of the padded input,
// in one row, that are the first maximum of a window, as PyTorch and ONNX
// Runtime have it.
type pooling struct {
	shape         []int // of the padded input
	before, after []int
	picks         string // for each output, in one row
}

// pooling emits the choice of node n.
func (c *context) pooling(n *onnx.Node) *pooling {
	x := c.primal(n.Inputs[0])
	spatial := len(c.shape(x)) - 2
	p := &pooling{before: make([]int, 2+spatial), after: make([]int, 2+spatial)}
	attrs := maps.Clone(n.Attrs)
	kernel, pads := n.Ints("kernel_shape"), n.Ints("pads")
	for k, size := range kernel {
		if max(pads[k], pads[spatial+k]) < size {
			continue
		}
		// More padding than engines accept, which a partial last window may need.
		for k := range spatial {
			p.before[2+k], p.after[2+k] = int(pads[k]), int(pads[spatial+k])
		}
		x = c.padWith(x, p.before, p.after, c.scalar(lowest, x))
		attrs["pads"] = make([]int64, 2*spatial)
		break
	}
	p.shape = c.shape(x)
	y := c.source.Types[n.Outputs[0]]
	maxima, picks := c.name("MaxPool"), c.name("picks")
	c.nodes = append(c.nodes, &onnx.Node{Name: maxima, Op: "MaxPool", Inputs: []string{x}, Outputs: []string{maxima, picks}, Attrs: attrs})
	c.types[maxima], c.types[picks] = y, onnx.TensorType{Type: onnx.Int64, Shape: y.Shape}
	p.picks = c.row(picks)
	return p
}

// row is a value as one row.
func (c *context) row(a string) string {
	return c.reshape(a, []int{onnx.TensorType{Shape: c.shape(a)}.Len()})
}

func pullMaxPool(c *context, n *onnx.Node, dy []string) ([]string, error) {
	p := c.pooling(n)
	t := onnx.TensorType{Type: c.types[dy[0]].Type, Shape: []int{onnx.TensorType{Shape: p.shape}.Len()}}
	zeros := c.expand(c.reshape(c.scalar(0, dy[0]), []int{1}), t.Shape)
	attrs := map[string]any{"axis": int64(0), "reduction": "add"}
	dx := c.reshape(c.emit("ScatterElements", attrs, t, zeros, p.picks, c.row(dy[0])), p.shape)
	for axis, size := range c.source.Types[n.Inputs[0]].Shape {
		dx = c.slice(dx, axis, p.before[axis], p.before[axis]+size, 1)
	}
	return []string{dx}, nil
}

func pushMaxPool(c *context, n *onnx.Node, dx []string) ([]string, error) {
	p := c.pooling(n)
	row := c.row(c.pad(dx[0], p.before, p.after))
	t := onnx.TensorType{Type: c.types[row].Type, Shape: slices.Clone(c.shape(p.picks))}
	dy := c.emit("GatherElements", map[string]any{"axis": int64(0)}, t, row, p.picks)
	return []string{c.reshape(dy, c.source.Types[n.Outputs[0]].Shape), ""}, nil
}
