package onnx

import (
	"fmt"
	"maps"
	"slices"
)

// lowerRule rewrites one node of a file into nodes of the static graph and
// returns the values that stand for its outputs. It ends with failf or
// unsupportedNode where it cannot.
type lowerRule func(l *lowering) []string

// lowerings holds the operators that files may use.
var lowerings map[string]lowerRule

func init() { // not an initial value: the rule of If walks subgraphs by this table
	lowerings = merge(lowerElementwise, lowerActivation, lowerSoftmaxes, lowerAttentions, lowerConstants, lowerMovement, lowerIndexing,
		lowerReductions, lowerNormalization, lowerLinear, lowerPooling, lowerResampling, lowerControl)
}

// lowering is what a rule sees of a node: the node as the file states it, its
// inputs by the names they have in the static graph, and the graph so far.
type lowering struct {
	*specializer
	n     *Node
	opset int64
	in    []string
	read  map[string]bool // attributes asked for
	fresh map[string]bool // outputs whose own names are already used
}

// has reports whether the k-th input is given.
func (l *lowering) has(k int) bool { return k < len(l.in) && l.in[k] != "" }

// arg is the name of the k-th input, which must be given.
func (l *lowering) arg(k int) string {
	if !l.has(k) {
		failf("its input %d is missing", k)
	}
	return l.in[k]
}

// opt is the name of the k-th input; "" where it is omitted.
func (l *lowering) opt(k int) string {
	if l.has(k) {
		return l.in[k]
	}
	return ""
}

// arity ends the rule where there are fewer or more inputs than it knows.
func (l *lowering) arity(least, most int) {
	n := len(l.in)
	for n > 0 && l.in[n-1] == "" {
		n--
	}
	if n < least {
		failf("it has %d inputs and needs %d", n, least)
	}
	if n > most {
		unsupportedNode("it has %d inputs, in opset %d lcfv knows %d", n, l.opset, most)
	}
}

func (l *lowering) typeOf(name string) DataType { return l.types[name].Type }
func (l *lowering) shape(name string) []int     { return l.types[name].Shape }

// constant is the value of the k-th input, which must not depend on the graph's
// inputs.
func (l *lowering) constant(k int) *Tensor {
	c := l.consts[l.arg(k)]
	if c == nil {
		inputs := l.inputsBehind(l.arg(k))
		panic(failure{&ConstantError{inputs, fmt.Sprintf(
			"its input %d (%q) depends on the model's inputs %s and is needed before it runs, for shapes for example: make them constants with Model.WithConstant",
			k, l.n.Inputs[k], quoted(inputs))}})
	}
	return c
}

// inputsBehind lists the model's inputs that a value is computed from.
func (l *lowering) inputsBehind(name string) []string {
	needed := map[string]bool{name: true}
	for _, n := range slices.Backward(l.nodes) {
		if slices.ContainsFunc(n.Outputs, func(o string) bool { return needed[o] }) {
			for _, in := range n.Inputs {
				needed[in] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(l.free), func(in string) bool { return !needed[in] })
}

// constInts is the value of the k-th input, a constant list of integers.
func (l *lowering) constInts(k int) []int64 {
	c := l.constant(k)
	if !c.Type.IsInt() || len(c.Shape) > 1 {
		failf("its input %d must be a list of integers, not %v", k, c.TensorType())
	}
	return c.Ints()
}

// axis maps an axis counted from the end where negative to 0 ≤ axis < rank.
func axis(a int64, rank int) int {
	if a < -int64(rank) || a >= int64(rank) {
		failf("its axis %d is outside a value of %d dimensions", a, rank)
	}
	if a < 0 {
		a += int64(rank)
	}
	return int(a)
}

// axes maps a list of axes, which must differ.
func axes(list []int64, rank int) []int {
	out := make([]int, len(list))
	for i, a := range list {
		out[i] = axis(a, rank)
		if slices.Contains(out[:i], out[i]) {
			failf("its axes %v name an axis twice", list)
		}
	}
	return out
}

// The attribute getters return def where the node does not have the attribute.

func (l *lowering) attrInt(name string, def int64) int64       { return lowerAttr(l, name, def) }
func (l *lowering) attrFloat(name string, def float32) float32 { return lowerAttr(l, name, def) }
func (l *lowering) attrStr(name string, def string) string     { return lowerAttr(l, name, def) }
func (l *lowering) attrInts(name string, def []int64) []int64  { return lowerAttr(l, name, def) }
func (l *lowering) attrFloats(name string, def []float32) []float32 {
	return lowerAttr(l, name, def)
}

func lowerAttr[T any](l *lowering, name string, def T) T {
	l.read[name] = true
	v, ok := l.n.Attrs[name]
	if !ok {
		return def
	}
	t, ok := v.(T)
	if !ok {
		failf("its attribute %q is %T, not %T", name, v, def)
	}
	return t
}

// hasAttr reports whether the node has the attribute.
func (l *lowering) hasAttr(name string) bool {
	l.read[name] = true
	_, ok := l.n.Attrs[name]
	return ok
}

// ignore marks attributes that change nothing here.
func (l *lowering) ignore(names ...string) {
	for _, n := range names {
		l.read[n] = true
	}
}

// strange is an attribute that no rule asked for: a form of the operator that
// lcfv does not know.
func (l *lowering) strange() (string, bool) {
	for _, name := range slices.Sorted(maps.Keys(l.n.Attrs)) {
		if !l.read[name] {
			return name, true
		}
	}
	return "", false
}

// out is the name for the value of the k-th output: the file's own.
func (l *lowering) out(k int) string {
	if k < len(l.n.Outputs) && l.n.Outputs[k] != "" && !l.fresh[l.n.Outputs[k]] {
		l.fresh[l.n.Outputs[k]] = true
		return l.n.Outputs[k]
	}
	return l.temp(fmt.Sprint("output", k))
}

// temp makes a name for a value that the file does not have, from the name of
// the first output.
func (l *lowering) temp(hint string) string {
	base := hint
	if len(l.n.Outputs) > 0 {
		base = l.n.Outputs[0] + "/" + hint
	}
	return l.unique(base)
}

// emit adds a node with one output of the given name and returns that name. A
// node of constants is evaluated instead.
func (l *lowering) emit(name, op string, attrs map[string]any, inputs ...string) string {
	return l.emitAll([]string{name}, op, attrs, inputs...)[0]
}

// emitAll adds a node with several outputs.
func (l *lowering) emitAll(names []string, op string, attrs map[string]any, inputs ...string) []string {
	for len(inputs) > 0 && inputs[len(inputs)-1] == "" {
		inputs = inputs[:len(inputs)-1]
	}
	n := &Node{Name: l.n.Name, Op: op, Inputs: inputs, Outputs: names, Attrs: attrs}
	if n.Name == "" || !slices.Contains(l.n.Outputs, names[0]) {
		n.Name = names[0]
	}
	if n.Attrs == nil {
		n.Attrs = map[string]any{}
	}
	l.add(n)
	return names
}

// result emits the node's only output.
func (l *lowering) result(op string, attrs map[string]any, inputs ...string) []string {
	return []string{l.emit(l.out(0), op, attrs, inputs...)}
}

// define adds a constant that the file does not have and returns its name.
func (l *lowering) define(name string, t *Tensor) string {
	if err := l.undefined(name); err != nil {
		panic(failure{err})
	}
	l.consts[name] = t
	l.types[name] = t.TensorType()
	return name
}

// ints defines a constant list of int64.
func (l *lowering) ints(hint string, v []int64) string {
	return l.define(l.temp(hint), NewTensor(Int64, []int{len(v)}, v))
}

// scalar defines a constant of rank 0, of a type that nodes may compute.
func (l *lowering) scalar(hint string, t DataType, v float64) string {
	return l.define(l.temp(hint), NewTensor(t, []int{}, scalarData(t, v)))
}

func scalarData(t DataType, v float64) any {
	switch t {
	case Float32:
		return []float32{float32(v)}
	case Float64:
		return []float64{v}
	case Int64:
		return []int64{int64(v)}
	case Int32:
		return []int32{int32(v)}
	case Bool:
		return []bool{v != 0}
	}
	unsupportedNode("it computes with %v", t)
	return nil
}

// reshape views a value in another shape; it emits nothing where the shape is
// the same.
func (l *lowering) reshape(name func() string, x string, shape []int) string {
	if slices.Equal(l.shape(x), shape) {
		return x
	}
	out := name()
	return l.emit(out, "Reshape", nil, x, l.ints("shape", toInt64s(shape)))
}

// own returns a function that gives the name of output k, for reshape.
func (l *lowering) own(k int) func() string { return func() string { return l.out(k) } }

// tmp returns a function that gives a temporary name, for reshape.
func (l *lowering) tmp(hint string) func() string { return func() string { return l.temp(hint) } }
