package onnx

import (
	"fmt"
	"math"
)

// The kinds of attributes, AttributeProto.AttributeType.
const (
	attrFloat   = 1
	attrInt     = 2
	attrString  = 3
	attrTensor  = 4
	attrGraph   = 5
	attrFloats  = 6
	attrInts    = 7
	attrStrings = 8
)

// attribute reads an AttributeProto of the node that owner describes.
func (d *decoder) attribute(b []byte, owner string) (string, any, error) {
	what := owner + ": attribute"
	var (
		name    string
		kind    int64
		f32     float32
		i       int64
		s       string
		tensor  []byte
		graph   []byte
		floats  []float32
		ints    []int64
		strings []string
	)
	err := fields(b, what, func(f field) (err error) {
		switch f.id {
		case 1:
			name, err = f.text(what)
		case 2:
			f32, kind = math.Float32frombits(uint32(f.num)), orKind(kind, attrFloat)
		case 3:
			i, err = f.int(what)
			kind = orKind(kind, attrInt)
		case 4: // bytes, not text
			b, err = f.message(what)
			s, kind = string(b), orKind(kind, attrString)
		case 5:
			tensor, err = f.message(what)
			kind = orKind(kind, attrTensor)
		case 6:
			graph, err = f.message(what)
			kind = orKind(kind, attrGraph)
		case 7:
			floats, err = f.appendFloats(floats, what)
			kind = orKind(kind, attrFloats)
		case 8:
			ints, err = f.appendVarints(ints, what)
			kind = orKind(kind, attrInts)
		case 9:
			b, err = f.message(what)
			strings, kind = append(strings, string(b)), orKind(kind, attrStrings)
		case 20:
			kind, err = f.int(what)
		}
		return err
	})
	if err != nil {
		return "", nil, err
	}
	if name == "" {
		return "", nil, formatf("%s has an attribute without a name: export the model again", owner)
	}
	what = fmt.Sprintf("%s: attribute %q", owner, name)
	switch kind {
	case attrFloat:
		return name, f32, nil
	case attrInt:
		return name, i, nil
	case attrString:
		return name, s, nil
	case attrTensor:
		_, t, err := d.tensor(tensor, what)
		return name, t, err
	case attrGraph:
		g, err := d.graph(graph, what)
		return name, g, err
	case attrFloats:
		return name, nonNil(floats), nil
	case attrInts:
		return name, nonNil(ints), nil
	case attrStrings:
		return name, nonNil(strings), nil
	}
	return "", nil, unsupportedf("%s is of kind %d, which lcfv does not know", what, kind)
}

// orKind keeps a kind that is already known: files of IR version 1 state none,
// so that the field which is set decides.
func orKind(known, found int64) int64 {
	if known != 0 {
		return known
	}
	return found
}

// nonNil makes an empty list out of none.
func nonNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
