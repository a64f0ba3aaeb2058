package onnx

import (
	"fmt"
	"slices"
)

// DataType is the element type of a tensor; the numbers are those of ONNX's
// TensorProto.DataType.
type DataType int32

// Undefined is the type of nothing; the others are those that tensors of a file
// may have.
const (
	Undefined DataType = 0
	Float32   DataType = 1
	Uint8     DataType = 2
	Int8      DataType = 3
	Uint16    DataType = 4
	Int16     DataType = 5
	Int32     DataType = 6
	Int64     DataType = 7
	String    DataType = 8
	Bool      DataType = 9
	Float16   DataType = 10
	Float64   DataType = 11
	Uint32    DataType = 12
	Uint64    DataType = 13
	BFloat16  DataType = 16
)

// Tensor is a constant of a graph, row-major.
//
// Data is a slice of Go's type of the same name as Type; []string for String,
// and the raw bits in []uint16 for Float16 and BFloat16. Tensors are shared
// between graphs and must not be modified once they are part of one.
type Tensor struct {
	Type  DataType
	Shape []int
	Data  any
}

// Dim is one extent of a declared shape: a number, or a name (possibly empty)
// that stands for an unknown one.
type Dim struct {
	Value int    // the extent, or -1 where it is unknown
	Param string // the name of an unknown extent, such as "batch"
}

// ValueInfo declares an input or output of a graph as a file states it. A nil
// Shape is an unknown one, an empty Shape that of a scalar.
type ValueInfo struct {
	Name  string
	Type  DataType
	Shape []Dim
}

// Node is the application of one operator. An empty input name is an omitted
// optional input; an empty output name an output nobody asked for.
type Node struct {
	Name    string
	Op      string
	Domain  string // "" is ONNX's own
	Inputs  []string
	Outputs []string
	// Attrs holds int64, float32, string, *Tensor, *Graph or slices of the
	// first three.
	Attrs map[string]any
}

// Graph is a computation as a file states it: shapes may be unknown, and
// operators have the form of the file's opset.
type Graph struct {
	Name         string
	Nodes        []*Node
	Inputs       []ValueInfo // without those that are initializers
	Outputs      []ValueInfo
	Initializers map[string]*Tensor
}

// Model is the content of an ONNX file.
type Model struct {
	IRVersion       int64
	Opsets          map[string]int64 // version by domain; "" is ONNX's own
	Producer        string
	ProducerVersion string
	Doc             string
	Metadata        map[string]string
	Graph           *Graph
	// SHA256 is the hexadecimal digest of the file and the external data it
	// names, in the order of first reference; empty for a model not read.
	SHA256 string
}

// TensorType is an element type and a static shape.
type TensorType struct {
	Type  DataType
	Shape []int
}

// Len is the number of elements.
func (t TensorType) Len() int {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	return n
}

// Equal reports whether t and u are the same type.
func (t TensorType) Equal(u TensorType) bool {
	return t.Type == u.Type && slices.Equal(t.Shape, u.Shape)
}

// String formats the type as, for example, float32[1,3,64,64].
func (t TensorType) String() string { return fmt.Sprintf("%v%v", t.Type, t.Shape) }

// Static is a computation with everything known that can be known before it
// runs: nodes are in topological order, every value has a static type, what
// does not depend on an input is a constant, what no output needs is gone.
//
// Every node is of ONNX's own domain and has the operator form of opset
// [StaticOpset], whatever the file's was, so that a consumer handles one form
// of each operator: the package documentation lists them.
type Static struct {
	Nodes   []*Node
	Inputs  []string
	Outputs []string // values that nodes compute, but also inputs and constants may be outputs
	Consts  map[string]*Tensor
	// Types holds the type of every value: inputs, constants and the outputs
	// of nodes.
	Types map[string]TensorType
}

// StaticOpset is the opset whose operator forms a [Static] uses.
const StaticOpset = 21

// Evaluator computes the outputs of one node of a [Static], in the form of
// [StaticOpset], from constant inputs; an omitted input is nil. Results have
// the types that shape inference found.
type Evaluator func(n *Node, inputs []*Tensor, outputs []TensorType) ([]*Tensor, error)
