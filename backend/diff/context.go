package diff

import (
	"fmt"
	"slices"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// context is a graph under construction: the derivative of another, whose
// values it may read.
type context struct {
	source *onnx.Static
	active map[string]bool // values of source that depend on the input differentiated for

	prefix string
	serial int
	nodes  []*onnx.Node
	consts map[string]*onnx.Tensor
	types  map[string]onnx.TensorType
	reads  map[string]bool // residuals of this graph

	moves map[string]*onnx.Node // nodes of source and of this graph that transpose or reshape, by output
}

func newContext(s *onnx.Static, active map[string]bool, prefix string) *context {
	c := &context{
		source: s, active: active, prefix: prefix,
		consts: map[string]*onnx.Tensor{}, types: map[string]onnx.TensorType{}, reads: map[string]bool{},
		moves: map[string]*onnx.Node{},
	}
	for _, n := range s.Nodes {
		if n.Op == "Transpose" || n.Op == "Reshape" {
			c.moves[n.Outputs[0]] = n
		}
	}
	return c
}

// graph returns what has been built, with the residuals it reads behind the
// first input.
func (c *context) graph(input, output string) (*onnx.Static, error) {
	g := &onnx.Static{Nodes: c.nodes, Inputs: []string{input}, Consts: c.consts, Types: c.types}
	g, err := g.Prune(output)
	if err != nil {
		return nil, err
	}
	uses := g.Uses()
	for _, name := range valueOrder(c.source) {
		if c.reads[name] && uses[name] > 0 {
			g.Inputs = append(g.Inputs, name)
		}
	}
	return g, nil
}

// primal makes a value of the source graph readable here: a constant as it is,
// anything else as a residual. Of a transposed or reshaped value the original is
// the residual, which often is one already.
func (c *context) primal(name string) string {
	if n := c.moves[name]; n != nil && n.Op == "Transpose" {
		return c.transpose(c.primal(n.Inputs[0]), ints(n.Ints("perm")))
	} else if n != nil {
		return c.reshape(c.primal(n.Inputs[0]), c.source.Types[name].Shape)
	}
	c.types[name] = c.source.Types[name]
	if t, ok := c.source.Consts[name]; ok {
		c.consts[name] = t
		return name
	}
	c.reads[name] = true
	return name
}

func (c *context) name(hint string) string {
	for {
		c.serial++
		name := fmt.Sprintf("%s/%s_%d", c.prefix, hint, c.serial)
		if _, taken := c.source.Types[name]; !taken {
			return name
		}
	}
}

func (c *context) shape(name string) []int { return c.types[name].Shape }

// emit appends a node with one output of the given type.
func (c *context) emit(op string, attrs map[string]any, t onnx.TensorType, inputs ...string) string {
	out := c.name(op)
	c.nodes = append(c.nodes, &onnx.Node{Name: out, Op: op, Inputs: inputs, Outputs: []string{out}, Attrs: attrs})
	c.types[out] = t
	return out
}

// constant adds a constant.
func (c *context) constant(t *onnx.Tensor) string {
	name := c.name("const")
	c.consts[name] = t
	c.types[name] = onnx.TensorType{Type: t.Type, Shape: t.Shape}
	return name
}

func (c *context) ints(v ...int64) string {
	return c.constant(&onnx.Tensor{Type: onnx.Int64, Shape: []int{len(v)}, Data: v})
}

// scalar adds a constant of rank 0 with the element type of like.
func (c *context) scalar(v float64, like string) string {
	return c.constant(filled(c.types[like].Type, nil, v))
}

// zeros adds a constant of zeros.
func (c *context) zeros(t onnx.TensorType) string { return c.constant(filled(t.Type, t.Shape, 0)) }

// filled returns a tensor of a floating type with every element v.
func filled(dt onnx.DataType, shape []int, v float64) *onnx.Tensor {
	n := onnx.TensorType{Shape: shape}.Len()
	t := &onnx.Tensor{Type: dt, Shape: slices.Clone(shape)}
	if dt == onnx.Float64 {
		t.Data = slices.Repeat([]float64{v}, n)
	} else {
		t.Data = slices.Repeat([]float32{float32(v)}, n)
	}
	return t
}

// broadcast is the shape of an elementwise operation on a and b.
func broadcast(a, b []int) []int {
	if len(a) < len(b) {
		a, b = b, a
	}
	out := slices.Clone(a)
	for i, d := range b {
		if j := len(a) - len(b) + i; out[j] == 1 {
			out[j] = d
		}
	}
	return out
}

// binary emits an elementwise operation with broadcasting.
func (c *context) binary(op, a, b string) string {
	return c.emit(op, nil, onnx.TensorType{Type: c.types[a].Type, Shape: broadcast(c.shape(a), c.shape(b))}, a, b)
}

func (c *context) add(a, b string) string { return c.binary("Add", a, b) }
func (c *context) sub(a, b string) string { return c.binary("Sub", a, b) }
func (c *context) mul(a, b string) string { return c.binary("Mul", a, b) }
func (c *context) div(a, b string) string { return c.binary("Div", a, b) }

// compare emits a comparison.
func (c *context) compare(op, a, b string) string {
	return c.emit(op, nil, onnx.TensorType{Type: onnx.Bool, Shape: broadcast(c.shape(a), c.shape(b))}, a, b)
}

// where emits the choice of a where cond holds and of b elsewhere.
func (c *context) where(cond, a, b string) string {
	t := onnx.TensorType{Type: c.types[a].Type, Shape: broadcast(c.shape(cond), broadcast(c.shape(a), c.shape(b)))}
	return c.emit("Where", nil, t, cond, a, b)
}

// unary emits an elementwise operation on one value.
func (c *context) unary(op, a string) string { return c.emit(op, nil, c.types[a], a) }

func (c *context) neg(a string) string { return c.unary("Neg", a) }

// scale multiplies by a number, or does nothing where that is 1.
func (c *context) scale(a string, v float64) string {
	if v == 1 {
		return a
	}
	return c.mul(a, c.scalar(v, a))
}

// reshape emits a change of shape, or nothing where it is the same.
func (c *context) reshape(a string, shape []int) string {
	if slices.Equal(c.shape(a), shape) {
		return a
	}
	return c.emit("Reshape", nil, onnx.TensorType{Type: c.types[a].Type, Shape: slices.Clone(shape)}, a, c.ints(int64s(shape)...))
}

// expand repeats a to the given shape, which it broadcasts to.
func (c *context) expand(a string, shape []int) string {
	if slices.Equal(c.shape(a), shape) {
		return a
	}
	return c.emit("Expand", nil, onnx.TensorType{Type: c.types[a].Type, Shape: slices.Clone(shape)}, a, c.ints(int64s(shape)...))
}

// sum adds up over axes; keep leaves them with extent 1.
func (c *context) sum(a string, axes []int, keep bool) string {
	if len(axes) == 0 {
		return a
	}
	var shape []int
	for i, d := range c.shape(a) {
		switch {
		case !slices.Contains(axes, i):
			shape = append(shape, d)
		case keep:
			shape = append(shape, 1)
		}
	}
	attrs := map[string]any{"keepdims": int64(0)}
	if keep {
		attrs["keepdims"] = int64(1)
	}
	attrs["noop_with_empty_axes"] = int64(0)
	return c.emit("ReduceSum", attrs, onnx.TensorType{Type: c.types[a].Type, Shape: shape}, a, c.ints(int64s(axes)...))
}

// unbroadcast is the transpose of broadcasting from shape to that of a: it sums
// over what was repeated.
func (c *context) unbroadcast(a string, shape []int) string {
	from := c.shape(a)
	lead := len(from) - len(shape)
	var axes []int
	for i, d := range from {
		if i < lead || shape[i-lead] == 1 && d != 1 {
			axes = append(axes, i)
		}
	}
	return c.reshape(c.sum(a, axes, true), shape)
}

// transpose permutes the axes of a. What has been transposed here already is
// permuted at once, or not at all.
func (c *context) transpose(a string, perm []int) string {
	if n := c.moves[a]; n != nil && n.Op == "Transpose" {
		first := n.Ints("perm")
		both := make([]int, len(perm))
		for i, p := range perm {
			both[i] = int(first[p])
		}
		a, perm = n.Inputs[0], both
	}
	if slices.IsSorted(perm) {
		return a
	}
	shape := make([]int, len(perm))
	for i, p := range perm {
		shape[i] = c.shape(a)[p]
	}
	out := c.emit("Transpose", map[string]any{"perm": int64s(perm)}, onnx.TensorType{Type: c.types[a].Type, Shape: shape}, a)
	c.moves[out] = c.nodes[len(c.nodes)-1]
	return out
}

// matmul multiplies matrices of rank 2 or more, broadcasting leading extents.
func (c *context) matmul(a, b string) string {
	sa, sb := c.shape(a), c.shape(b)
	ra, rb := len(sa), len(sb)
	shape := append(broadcast(sa[:ra-2], sb[:rb-2]), sa[ra-2], sb[rb-1])
	return c.emit("MatMul", nil, onnx.TensorType{Type: c.types[a].Type, Shape: shape}, a, b)
}

// slice takes elements start, start+step, … before end along one axis.
func (c *context) slice(a string, axis, start, end, step int) string {
	shape := slices.Clone(c.shape(a))
	if step == 1 && start == 0 && end == shape[axis] {
		return a
	}
	stop := int64(end)
	if step > 0 {
		shape[axis] = (end - start + step - 1) / step
	} else {
		shape[axis] = (start - end - step - 1) / -step
		if end < 0 {
			stop = beforeFirst
		}
	}
	return c.emit("Slice", nil, onnx.TensorType{Type: c.types[a].Type, Shape: shape},
		a, c.ints(int64(start)), c.ints(stop), c.ints(int64(axis)), c.ints(int64(step)))
}

// pad adds zeros before and after every axis.
func (c *context) pad(a string, before, after []int) string {
	return c.padWith(a, before, after)
}

// padWith adds a constant, zero if none is given, before and after every axis.
func (c *context) padWith(a string, before, after []int, value ...string) string {
	shape := slices.Clone(c.shape(a))
	same := true
	for i := range shape {
		shape[i] += before[i] + after[i]
		same = same && before[i] == 0 && after[i] == 0
	}
	if same {
		return a
	}
	return c.emit("Pad", map[string]any{"mode": "constant"}, onnx.TensorType{Type: c.types[a].Type, Shape: shape},
		append([]string{a, c.ints(append(int64s(before), int64s(after)...)...)}, value...)...)
}

// concat joins values along an axis.
func (c *context) concat(axis int, parts ...string) string {
	if len(parts) == 1 {
		return parts[0]
	}
	shape := slices.Clone(c.shape(parts[0]))
	shape[axis] = 0
	for _, p := range parts {
		shape[axis] += c.shape(p)[axis]
	}
	return c.emit("Concat", map[string]any{"axis": int64(axis)}, onnx.TensorType{Type: c.types[parts[0]].Type, Shape: shape}, parts...)
}

func int64s(v []int) []int64 {
	out := make([]int64, len(v))
	for i, x := range v {
		out[i] = int64(x)
	}
	return out
}

func ints(v []int64) []int {
	out := make([]int, len(v))
	for i, x := range v {
		out[i] = int(x)
	}
	return out
}
