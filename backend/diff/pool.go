package diff

import (
	"fmt"
	"math"
	"slices"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// maxWindow bounds the elements of a window whose maximum is differentiated:
// each costs a pass over the output.
const maxWindow = 1 << 10

// pooling is a MaxPool seen as a choice, for each output, among as many shifted
// and strided views of the padded input as the window has elements.
type pooling struct {
	strides       []int // of the spatial axes
	out           []int // their extents in the output
	before, after []int // padding of all axes
	starts        [][]int
	picks         []string // for each view, where it is the first to hold the maximum
}

// pooling emits the choice of node n, the first of equal elements as PyTorch
// and ONNX Runtime have it.
func (c *context) pooling(n *onnx.Node) (*pooling, error) {
	x := c.source.Types[n.Inputs[0]]
	spatial := len(x.Shape) - 2
	kernel, dilations, pads := n.Ints("kernel_shape"), n.Ints("dilations"), ints(n.Ints("pads"))
	p := &pooling{
		strides: ints(n.Ints("strides")), out: c.source.Types[n.Outputs[0]].Shape[2:],
		before: slices.Concat([]int{0, 0}, pads[:spatial]), after: slices.Concat([]int{0, 0}, pads[spatial:]),
		starts: [][]int{nil},
	}
	for k, size := range kernel {
		if int64(len(p.starts)) > maxWindow/size {
			return nil, fmt.Errorf("windows of more than %d elements have no derivative rule: %w", maxWindow, ErrNotDifferentiable)
		}
		var longer [][]int
		for _, s := range p.starts {
			for i := range int(size) {
				longer = append(longer, append(slices.Clone(s), i*int(dilations[k])))
			}
		}
		p.starts = longer
	}
	lowest := c.constant(filled(x.Type, nil, math.Inf(-1)))
	padded, y := c.padWith(c.primal(n.Inputs[0]), p.before, p.after, lowest), c.primal(n.Outputs[0])
	logical := func(op string, inputs ...string) string {
		return c.emit(op, nil, onnx.TensorType{Type: onnx.Bool, Shape: c.shape(y)}, inputs...)
	}
	taken := ""
	for _, start := range p.starts {
		pick := c.compare("Equal", p.view(c, padded, start), y)
		if taken == "" {
			taken = pick
		} else {
			pick = logical("And", pick, logical("Not", taken))
			taken = logical("Or", taken, pick)
		}
		p.picks = append(p.picks, pick)
	}
	return p, nil
}

// view takes what the window's element at start meets in each output.
func (p *pooling) view(c *context, padded string, start []int) string {
	for k, s := range start {
		padded = c.slice(padded, 2+k, s, s+(p.out[k]-1)*p.strides[k]+1, p.strides[k])
	}
	return padded
}

func pullMaxPool(c *context, n *onnx.Node, dy []string) ([]string, error) {
	p, err := c.pooling(n)
	if err != nil {
		return nil, err
	}
	x := c.source.Types[n.Inputs[0]].Shape
	sum := ""
	for i, start := range p.starts {
		d := c.where(p.picks[i], dy[0], c.scalar(0, dy[0]))
		before, after := make([]int, len(x)), make([]int, len(x))
		for k, s := range start {
			d = c.spread(d, 2+k, p.strides[k])
			before[2+k] = s
			after[2+k] = p.before[2+k] + x[2+k] + p.after[2+k] - s - c.shape(d)[2+k]
		}
		d = c.pad(d, before, after)
		if sum != "" {
			d = c.add(sum, d)
		}
		sum = d
	}
	for axis, size := range x {
		sum = c.slice(sum, axis, p.before[axis], p.before[axis]+size, 1)
	}
	return []string{sum}, nil
}

func pushMaxPool(c *context, n *onnx.Node, dx []string) ([]string, error) {
	p, err := c.pooling(n)
	if err != nil {
		return nil, err
	}
	padded := c.pad(dx[0], p.before, p.after)
	sum := ""
	for i, start := range p.starts {
		d := c.where(p.picks[i], p.view(c, padded, start), c.scalar(0, padded))
		if sum != "" {
			d = c.add(sum, d)
		}
		sum = d
	}
	return []string{sum}, nil
}
