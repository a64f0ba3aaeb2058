package diff

import (
	"slices"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// pullGather adds up what was gathered from the same place.
func pullGather(c *context, n *onnx.Node, dy []string) ([]string, error) {
	t, axis := c.source.Types[n.Inputs[0]], int(n.Int("axis"))
	idx := c.source.Types[n.Inputs[1]]
	before, after := t.Shape[:axis], t.Shape[axis+1:]
	lead, count, trail := length(before), idx.Len(), length(after)
	d := c.reshape(dy[0], []int{lead, count, trail})
	if constant, ok := c.source.Consts[n.Inputs[1]]; ok {
		if table, times, ok := sources(constant.Ints(), t.Shape[axis]); ok {
			return []string{c.reshape(c.gatherSums(d, table, times), t.Shape)}, nil
		}
	}
	// Places are rows: those of a leading axis are others than those of another.
	if lead > 1 {
		d = c.transpose(d, []int{1, 0, 2})
	}
	d = c.reshape(d, []int{count, lead * trail})
	places := c.primal(n.Inputs[1])
	if c.types[places].Type != onnx.Int64 {
		places = c.emit("Cast", map[string]any{"to": int64(onnx.Int64), "saturate": int64(1)}, onnx.TensorType{Type: onnx.Int64, Shape: idx.Shape}, places)
	}
	places = c.expand(c.reshape(places, []int{count, 1}), []int{count, lead * trail})
	d = c.scatter(c.zeros(onnx.TensorType{Type: t.Type, Shape: []int{t.Shape[axis], lead * trail}}), places, d, 0, "add")
	if lead > 1 {
		d = c.transpose(c.reshape(d, []int{t.Shape[axis], lead, trail}), []int{1, 0, 2})
	}
	return []string{c.reshape(d, t.Shape)}, nil
}

// sources lists for each of extent places the positions in index that name it,
// times of them, filled up with the position behind the last; false where that
// is much more than there are.
func sources(index []int64, extent int) (table []int64, times int, ok bool) {
	found := make([][]int64, extent)
	for k, i := range index {
		found[i] = append(found[i], int64(k))
		times = max(times, len(found[i]))
	}
	if times*extent > 4*(len(index)+extent) {
		return nil, 0, false
	}
	for _, f := range found {
		table = append(table, f...)
		for range times - len(f) {
			table = append(table, int64(len(index)))
		}
	}
	return table, times, true
}

// gatherSums sums times elements of the middle axis of d for each element of the
// result; a position behind the last stands for zero.
func (c *context) gatherSums(d string, table []int64, times int) string {
	t := c.types[d]
	shape := slices.Clone(t.Shape)
	if slices.Contains(table, int64(shape[1])) {
		zero := onnx.TensorType{Type: t.Type, Shape: []int{shape[0], 1, shape[2]}}
		d = c.concat(1, d, c.zeros(zero))
	}
	shape[1] = len(table)
	d = c.emit("Gather", map[string]any{"axis": int64(1)}, onnx.TensorType{Type: t.Type, Shape: shape}, d, c.ints(table...))
	if times == 1 {
		return d
	}
	return c.sum(c.reshape(d, []int{shape[0], len(table) / times, times, shape[2]}), []int{2}, false)
}

func pushGather(c *context, n *onnx.Node, dx []string) ([]string, error) {
	return []string{c.emit(n.Op, n.Attrs, c.source.Types[n.Outputs[0]], dx[0], c.primal(n.Inputs[1]))}, nil
}

// pullElements is the transpose of picking single elements, for GatherElements
// and TopK: places are the indices.
func (c *context) pullElements(n *onnx.Node, d, places string) []string {
	return []string{c.scatter(c.zeros(c.source.Types[n.Inputs[0]]), places, d, n.Int("axis"), "add")}
}

func pullGatherElements(c *context, n *onnx.Node, dy []string) ([]string, error) {
	return c.pullElements(n, dy[0], c.primal(n.Inputs[1])), nil
}

func pullTopK(c *context, n *onnx.Node, dy []string) ([]string, error) {
	return c.pullElements(n, dy[0], c.primal(n.Outputs[1])), nil
}

func pushTopK(c *context, n *onnx.Node, dx []string) ([]string, error) {
	return []string{c.pick(dx[0], c.primal(n.Outputs[1]), n.Int("axis")), ""}, nil
}

// pick emits GatherElements.
func (c *context) pick(a, places string, axis int64) string {
	return c.emit("GatherElements", map[string]any{"axis": axis},
		onnx.TensorType{Type: c.types[a].Type, Shape: c.shape(places)}, a, places)
}

// scatter emits ScatterElements.
func (c *context) scatter(a, places, updates string, axis int64, reduction string) string {
	return c.emit("ScatterElements", map[string]any{"axis": axis, "reduction": reduction}, c.types[a], a, places, updates)
}

func length(shape []int) int { return onnx.TensorType{Shape: shape}.Len() }
