package onnx

import (
	"math"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// field is one field of a protobuf message. Scalars are in num, bytes and
// messages in data, which shares the file's memory.
type field struct {
	id   protowire.Number
	typ  protowire.Type
	num  uint64
	data []byte
}

// maxDepth bounds how deep messages may nest; recursion is on the way in.
const maxDepth = 64

const truncated = "the file is truncated or not an ONNX file: copy or export it again"

// fields calls visit for each field of message b, which is called what in
// errors.
func fields(b []byte, what string, visit func(f field) error) error {
	for len(b) > 0 {
		id, typ, n := protowire.ConsumeTag(b)
		if n < 0 {
			return formatf("%s: %s", what, truncated)
		}
		b = b[n:]
		f := field{id: id, typ: typ}
		switch typ {
		case protowire.VarintType:
			f.num, n = protowire.ConsumeVarint(b)
		case protowire.Fixed32Type:
			var v uint32
			v, n = protowire.ConsumeFixed32(b)
			f.num = uint64(v)
		case protowire.Fixed64Type:
			f.num, n = protowire.ConsumeFixed64(b)
		case protowire.BytesType:
			f.data, n = protowire.ConsumeBytes(b)
		default: // groups, which ONNX does not use
			n = protowire.ConsumeFieldValue(id, typ, b)
		}
		if n < 0 {
			return formatf("%s: %s", what, truncated)
		}
		b = b[n:]
		if err := visit(f); err != nil {
			return err
		}
	}
	return nil
}

// text is a string field; protobuf strings are UTF-8.
func (f field) text(what string) (string, error) {
	if f.typ != protowire.BytesType || !utf8.Valid(f.data) {
		return "", formatf("%s: field %d is not text; %s", what, f.id, truncated)
	}
	return string(f.data), nil
}

// message is the content of a field that holds a message.
func (f field) message(what string) ([]byte, error) {
	if f.typ != protowire.BytesType {
		return nil, formatf("%s: field %d is not a message; %s", what, f.id, truncated)
	}
	return f.data, nil
}

// int is an integer field.
func (f field) int(what string) (int64, error) {
	if f.typ != protowire.VarintType {
		return 0, formatf("%s: field %d is not an integer; %s", what, f.id, truncated)
	}
	return int64(f.num), nil
}

// appendVarints adds the values of a repeated integer field, packed or not.
func (f field) appendVarints(dst []int64, what string) ([]int64, error) {
	switch f.typ {
	case protowire.VarintType:
		return append(dst, int64(f.num)), nil
	case protowire.BytesType:
		for b := f.data; len(b) > 0; {
			v, n := protowire.ConsumeVarint(b)
			if n < 0 {
				return nil, formatf("%s: %s", what, truncated)
			}
			dst, b = append(dst, int64(v)), b[n:]
		}
		return dst, nil
	}
	return nil, formatf("%s: field %d is not a list of integers; %s", what, f.id, truncated)
}

// appendFloats adds the values of a repeated float field, packed or not.
func (f field) appendFloats(dst []float32, what string) ([]float32, error) {
	switch f.typ {
	case protowire.Fixed32Type:
		return append(dst, math.Float32frombits(uint32(f.num))), nil
	case protowire.BytesType:
		b := f.data
		if len(b)%4 != 0 {
			break
		}
		for ; len(b) > 0; b = b[4:] {
			v, _ := protowire.ConsumeFixed32(b)
			dst = append(dst, math.Float32frombits(v))
		}
		return dst, nil
	}
	return nil, formatf("%s: field %d is not a list of floats; %s", what, f.id, truncated)
}

// appendDoubles adds the values of a repeated double field, packed or not.
func (f field) appendDoubles(dst []float64, what string) ([]float64, error) {
	switch f.typ {
	case protowire.Fixed64Type:
		return append(dst, math.Float64frombits(f.num)), nil
	case protowire.BytesType:
		b := f.data
		if len(b)%8 != 0 {
			break
		}
		for ; len(b) > 0; b = b[8:] {
			v, _ := protowire.ConsumeFixed64(b)
			dst = append(dst, math.Float64frombits(v))
		}
		return dst, nil
	}
	return nil, formatf("%s: field %d is not a list of doubles; %s", what, f.id, truncated)
}
