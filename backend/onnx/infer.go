package onnx

import (
	"maps"
	"slices"
)

// Infer computes the types of a node's outputs from those of its inputs, for a
// node in the form of a [Static]. Omitted inputs have the zero type. consts
// holds the values of inputs that are constants, and nil elsewhere; it may be
// shorter than inputs. It also checks whatever a consumer relies on: element
// types, ranks, extents, attributes.
func Infer(n *Node, inputs []TensorType, consts []*Tensor) (types []TensorType, err error) {
	rule, ok := inferences[n.Op]
	if !ok || n.Domain != "" {
		return nil, unsupportedf("%v: no node of a static graph can be of this operator", n)
	}
	defer catch(&err)
	i := &inference{n: n, in: inputs, consts: consts}
	types = rule(i)
	for k, t := range types {
		if _, ok := elements(t.Shape); !ok {
			failf("its output %d of type %v is too large", k, t)
		}
		if !computed(t.Type) {
			unsupportedNode("it computes %v; lcfv computes in float32, float64, int64, int32 and bool", t.Type)
		}
	}
	return types, nil
}

// computed reports whether nodes may have outputs of type t.
func computed(t DataType) bool {
	return t == Float32 || t == Float64 || t == Int64 || t == Int32 || t == Bool
}

// inferRule computes output types; it ends with failf where inputs do not fit.
type inferRule func(i *inference) []TensorType

// inferences holds the operators that a Static consists of.
var inferences = merge(inferElementwise, inferReductions, inferShape, inferIndexing, inferLinear, inferSpatial)

func merge[M ~map[K]V, K comparable, V any](tables ...M) M {
	all := make(M)
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}

// failure carries an error out of a rule: rules are many and small, and an
// error return at every step would hide what they do. It never leaves the
// package: Infer and Specialize recover it.
type failure struct{ err error }

// failf ends a rule: the graph is invalid.
func failf(format string, args ...any) { panic(failure{formatf(format, args...)}) }

// unsupportedNode ends a rule: the graph may be valid, but not for lcfv.
func unsupportedNode(format string, args ...any) { panic(failure{unsupportedf(format, args...)}) }

// catch turns a failure back into an error.
func catch(err *error) {
	switch r := recover().(type) {
	case nil:
	case failure:
		*err = r.err
	default:
		panic(r)
	}
}

// inference is what a rule sees of a node.
type inference struct {
	n      *Node
	in     []TensorType
	consts []*Tensor
}

// has reports whether the k-th input is given.
func (i *inference) has(k int) bool { return k < len(i.in) && i.in[k].Type != Undefined }

// arg is the type of the k-th input, which must be given.
func (i *inference) arg(k int) TensorType {
	if !i.has(k) {
		failf("its input %d is missing", k)
	}
	return i.in[k]
}

// constant is the value of the k-th input, which must be a constant.
func (i *inference) constant(k int) *Tensor {
	i.arg(k)
	if k >= len(i.consts) || i.consts[k] == nil {
		failf("its input %d must be a constant", k)
	}
	return i.consts[k]
}

// ints is the value of the k-th input, a constant list of integers.
func (i *inference) ints(k int) []int64 {
	c := i.constant(k)
	if c.Type != Int64 || len(c.Shape) != 1 {
		failf("its input %d must be a list of int64, not %v", k, c.TensorType())
	}
	return c.Ints()
}

func (i *inference) attrInt(name string) int64    { return inferAttr[int64](i, name) }
func (i *inference) attrStr(name string) string   { return inferAttr[string](i, name) }
func (i *inference) attrInts(name string) []int64 { return inferAttr[[]int64](i, name) }
func (i *inference) attrFloat(name string) float32 {
	return inferAttr[float32](i, name)
}

func inferAttr[T any](i *inference, name string) T {
	v, ok := i.n.Attrs[name].(T)
	if !ok {
		failf("its attribute %q is missing or not %T", name, v)
	}
	return v
}

// axis is an axis attribute, which a Static has in 0 ≤ axis < rank.
func (i *inference) axis(name string, rank int) int {
	a := i.attrInt(name)
	if a < 0 || a >= int64(rank) {
		failf("its axis %d is outside a value of %d dimensions", a, rank)
	}
	return int(a)
}

// one makes the result of a node with one output.
func one(t DataType, shape []int) []TensorType { return []TensorType{{t, shape}} }

// broadcastShapes is numpy's rule for the shape of an elementwise result.
func broadcastShapes(a, b []int) []int {
	long, short := a, b
	if len(short) > len(long) {
		long, short = short, long
	}
	out := slices.Clone(long)
	for k, d := range short {
		o := &out[len(out)-len(short)+k]
		switch {
		case *o == d || d == 1:
		case *o == 1:
			*o = d
		default:
			failf("its inputs of shapes %v and %v cannot be broadcast together", a, b)
		}
	}
	return out
}

// product multiplies extents that are known to be small enough.
func product(shape []int) int { return TensorType{Shape: shape}.Len() }

func toInts(v []int64) []int {
	out := make([]int, len(v))
	for i, d := range v {
		if d < 0 || d > maxElements {
			failf("it asks for the impossible extents %v", v)
		}
		out[i] = int(d)
	}
	return out
}

func toInt64s(v []int) []int64 {
	out := make([]int64, len(v))
	for i, d := range v {
		out[i] = int64(d)
	}
	return out
}
