package onnx

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Int returns an int64 attribute.
//
// Int, Float, Str and Ints are for the nodes of a [Static], which carry
// every attribute of their operator; they panic where the attribute is absent
// or of another type.
func (n *Node) Int(name string) int64 { return attr[int64](n, name) }

// Float returns a float32 attribute.
func (n *Node) Float(name string) float32 { return attr[float32](n, name) }

// Str returns a string attribute.
func (n *Node) Str(name string) string { return attr[string](n, name) }

// Ints returns a []int64 attribute, which must not be modified.
func (n *Node) Ints(name string) []int64 { return attr[[]int64](n, name) }

// Input returns the name of the i-th input; "" where it is omitted.
func (n *Node) Input(i int) string {
	if i < len(n.Inputs) {
		return n.Inputs[i]
	}
	return ""
}

// String describes the node in messages: the operator, and the node's name or
// else its first output, by which it can be found in a viewer such as Netron.
func (n *Node) String() string {
	op := n.Op
	if n.Domain != "" {
		op = n.Domain + "." + op
	}
	if q := strconv.Quote(op); len(q) != len(op)+2 { // a hostile file; messages stay on one line
		op = q
	}
	if n.Name != "" {
		return fmt.Sprintf("%s node %q", op, n.Name)
	}
	for _, o := range n.Outputs {
		if o != "" {
			return fmt.Sprintf("%s node with output %q", op, o)
		}
	}
	return op + " node without a name"
}

// clone copies the node and its lists; attribute values are shared.
func (n *Node) clone() *Node {
	c := *n
	c.Inputs = slices.Clone(n.Inputs)
	c.Outputs = slices.Clone(n.Outputs)
	c.Attrs = maps.Clone(n.Attrs)
	return &c
}

func attr[T any](n *Node, name string) T {
	v, ok := n.Attrs[name].(T)
	if !ok {
		panic(fmt.Sprintf("onnx: %v: attribute %q is %T, not %T", n, name, n.Attrs[name], v))
	}
	return v
}
