package onnx

import (
	"fmt"
	"maps"
	"os"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// Write writes the model to a file, replacing one that is there.
func (m *Model) Write(path string) error {
	b, err := m.Marshal()
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, b, 0o666); err != nil {
		return fmt.Errorf("onnx: cannot write the model, choose another place: %w", err)
	}
	return nil
}

// Marshal encodes the model as an ONNX file, weights included. The same model
// gives the same bytes. It fails for a model built by hand that cannot be
// expressed: without a graph, with an attribute or tensor of a wrong Go type,
// or larger than the 2 GiB that the format allows.
func (m *Model) Marshal() ([]byte, error) { return m.MarshalExternal(nil) }

func (e *encoder) model(m *Model) {
	e.int(1, m.IRVersion)
	e.str(2, m.Producer)
	e.str(3, m.ProducerVersion)
	e.str(6, m.Doc)
	e.msg(7, func() { e.graph(m.Graph, m.IRVersion < 4) })
	for _, domain := range slices.Sorted(maps.Keys(m.Opsets)) {
		e.msg(8, func() {
			e.str(1, domain)
			e.int(2, m.Opsets[domain])
		})
	}
	for _, key := range slices.Sorted(maps.Keys(m.Metadata)) {
		e.msg(14, func() {
			e.text(1, key)
			e.text(2, m.Metadata[key])
		})
	}
}

// encoder appends protobuf fields to b; it keeps the first error.
type encoder struct {
	b     []byte
	err   error
	place func(*Tensor) (*Place, error) // nil: all data is in the file
}

func (e *encoder) fail(err error) {
	if e.err == nil {
		e.err = err
	}
}

func (e *encoder) int(id protowire.Number, v int64) {
	e.b = protowire.AppendTag(e.b, id, protowire.VarintType)
	e.b = protowire.AppendVarint(e.b, uint64(v))
}

func (e *encoder) bytes(id protowire.Number, v []byte) {
	e.b = protowire.AppendTag(e.b, id, protowire.BytesType)
	e.b = protowire.AppendBytes(e.b, v)
}

// text writes a string, str one that may be left out where it is empty.
func (e *encoder) text(id protowire.Number, v string) {
	e.b = protowire.AppendTag(e.b, id, protowire.BytesType)
	e.b = protowire.AppendString(e.b, v)
}

func (e *encoder) str(id protowire.Number, v string) {
	if v != "" {
		e.text(id, v)
	}
}

// msg writes a message with the fields that body appends.
func (e *encoder) msg(id protowire.Number, body func()) {
	outer := e.b
	e.b = nil
	body()
	inner := e.b
	e.b = outer
	e.bytes(id, inner)
}

func (e *encoder) graph(g *Graph, declareInitializers bool) {
	for _, n := range g.Nodes {
		e.msg(1, func() { e.node(n) })
	}
	name := g.Name
	if name == "" {
		name = "graph" // the format requires one
	}
	e.text(2, name)
	names := slices.Sorted(maps.Keys(g.Initializers))
	for _, name := range names {
		e.msg(5, func() { e.initializer(name, g.Initializers[name]) })
	}
	for _, v := range g.Inputs {
		e.msg(11, func() { e.valueInfo(v) })
	}
	if declareInitializers { // before IR version 4 each had to be an input, too
		for _, name := range names {
			if t := g.Initializers[name]; t != nil {
				e.msg(11, func() { e.valueInfo(declaration(name, t.TensorType())) })
			}
		}
	}
	for _, v := range g.Outputs {
		e.msg(12, func() { e.valueInfo(v) })
	}
}

// declaration declares a value of a static type.
func declaration(name string, t TensorType) ValueInfo {
	v := ValueInfo{Name: name, Type: t.Type, Shape: make([]Dim, len(t.Shape))}
	for i, d := range t.Shape {
		v.Shape[i].Value = d
	}
	return v
}

func (e *encoder) node(n *Node) {
	for _, s := range n.Inputs {
		e.text(1, s)
	}
	for _, s := range n.Outputs {
		e.text(2, s)
	}
	e.str(3, n.Name)
	e.str(4, n.Op)
	for _, name := range slices.Sorted(maps.Keys(n.Attrs)) {
		e.msg(5, func() { e.attribute(n, name) })
	}
	e.str(7, n.Domain)
}

func (e *encoder) attribute(n *Node, name string) {
	e.text(1, name)
	kind := int64(0)
	switch v := n.Attrs[name].(type) {
	case float32:
		kind = attrFloat
		e.b = protowire.AppendTag(e.b, 2, protowire.Fixed32Type)
		e.b = appendRaw(e.b, []float32{v})
	case int64:
		kind = attrInt
		e.int(3, v)
	case string:
		kind = attrString
		e.text(4, v)
	case *Tensor:
		kind = attrTensor
		e.msg(5, func() { e.tensor("", v) })
	case *Graph:
		kind = attrGraph
		if v == nil {
			e.fail(formatf("%v: attribute %q is a nil graph", n, name))
			return
		}
		e.msg(6, func() { e.graph(v, false) })
	case []float32:
		kind = attrFloats
		if len(v) > 0 {
			e.bytes(7, appendRaw(nil, v))
		}
	case []int64:
		kind = attrInts
		for _, i := range v {
			e.int(8, i)
		}
	case []string:
		kind = attrStrings
		for _, s := range v {
			e.text(9, s)
		}
	default:
		e.fail(formatf("%v: attribute %q is %T, which no attribute can be", n, name, v))
	}
	e.int(20, kind)
}

func (e *encoder) valueInfo(v ValueInfo) {
	e.text(1, v.Name)
	e.msg(2, func() { // TypeProto
		e.msg(1, func() { // Tensor
			e.int(1, int64(v.Type))
			if v.Shape == nil {
				return
			}
			e.msg(2, func() { // TensorShapeProto
				for _, d := range v.Shape {
					e.msg(1, func() {
						switch {
						case d.Value >= 0:
							e.int(1, int64(d.Value))
						case d.Param != "":
							e.text(2, d.Param)
						}
					})
				}
			})
		})
	})
}

func (e *encoder) tensor(name string, t *Tensor) {
	if err := t.check(); err != nil {
		e.fail(formatf("tensor %q: %v", name, err))
		return
	}
	e.tensorType(t)
	if s, ok := t.Data.([]string); ok {
		for _, v := range s {
			e.text(6, v)
		}
	}
	e.str(8, name)
	if t.Type != String {
		e.bytes(9, appendRaw(nil, t.Data))
	}
}

func (e *encoder) tensorType(t *Tensor) {
	for _, d := range t.Shape {
		e.int(1, int64(d))
	}
	e.int(2, int64(t.Type))
}
