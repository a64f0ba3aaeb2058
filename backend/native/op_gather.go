package native

import (
	"fmt"

	"github.com/lcfv-go/lcfv/backend/native/internal/nd"
	"github.com/lcfv-go/lcfv/backend/onnx"
)

// gather picks slices of data along an axis, negative indices counting from the
// end. An index out of range is an error: when compiling if indices are
// constant, else of the run.
func gather(c *compiler, n *onnx.Node) (step, error) {
	axis, data := n.Int("axis"), c.types[n.Inputs[0]]
	outer, inner := aroundAxis(data.Shape, axis)
	g := gathering{
		outer: outer, extent: data.Shape[axis], inner: inner, count: c.len(n.Inputs[1]),
		data: c.id(n.Inputs[0]), indices: c.id(n.Inputs[1]), dst: c.id(n.Outputs[0]),
	}
	if t := c.constant(n.Inputs[1]); t != nil {
		table := make([]int, g.count)
		for i, index := range t.Ints() {
			row, err := g.row(index)
			if err != nil {
				return nil, err
			}
			table[i] = row * inner
		}
		if g.count*outer*inner == 0 {
			return nil, nil
		}
		m := nd.NewMove([]nd.Axis{{N: outer, Step: g.extent * inner}, {N: g.count, Table: table}, {N: inner, Step: 1}},
			[]int{g.count * inner, inner, 1}, 0)
		return move(data.Type, m, g.dst, g.data), nil
	}
	switch data.Type {
	case onnx.Float32:
		return gatherFrom[float32](g, c.types[n.Inputs[1]])
	case onnx.Float64:
		return gatherFrom[float64](g, c.types[n.Inputs[1]])
	case onnx.Int64:
		return gatherFrom[int64](g, c.types[n.Inputs[1]])
	case onnx.Int32:
		return gatherFrom[int32](g, c.types[n.Inputs[1]])
	default:
		return gatherFrom[bool](g, c.types[n.Inputs[1]])
	}
}

// gathering holds the shape of data as outer×extent×inner and the buffers.
type gathering struct {
	outer, extent, inner, count int
	data, indices, dst          int
}

// row returns the position that an index stands for.
func (g *gathering) row(index int64) (int, error) {
	row := index
	if row < 0 {
		row += int64(g.extent)
	}
	if row < 0 || row >= int64(g.extent) {
		return 0, fmt.Errorf("index %d is out of range; there are %d", index, g.extent)
	}
	return int(row), nil
}

func gatherFrom[T nd.Elem](g gathering, indices onnx.TensorType) (step, error) {
	switch indices.Type {
	case onnx.Int64:
		return gatherStep[T, int64](g), nil
	case onnx.Int32:
		return gatherStep[T, int32](g), nil
	}
	return nil, fmt.Errorf("indices of type %v", indices)
}

func gatherStep[T nd.Elem, I int64 | int32](g gathering) step {
	return func(f *frame) error {
		dst, data := at[T](f, g.dst), at[T](f, g.data)
		for i, index := range at[I](f, g.indices) {
			row, err := g.row(int64(index))
			if err != nil {
				return err
			}
			for o := range g.outer {
				copy(dst[(o*g.count+i)*g.inner:][:g.inner], data[(o*g.extent+row)*g.inner:][:g.inner])
			}
		}
		return nil
	}
}
