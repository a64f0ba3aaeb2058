package onnx

import "fmt"

// tensorProto is a TensorProto as it is stored. The element types share the
// typed lists: int32_data also carries every narrower integer, booleans and
// the bits of 16-bit floats, uint64_data also uint32.
type tensorProto struct {
	name     string
	typ      DataType
	dims     []int64
	raw      []byte
	hasRaw   bool
	floats   []float32
	ints     []int64 // int32_data or int64_data or uint64_data
	doubles  []float64
	strings  []string
	external map[string]string
	outside  bool
}

// tensor reads a TensorProto; what describes it in errors until its name is
// known.
func (d *decoder) tensor(b []byte, what string) (string, *Tensor, error) {
	var p tensorProto
	err := fields(b, what, func(f field) (err error) {
		switch f.id {
		case 1:
			p.dims, err = f.appendVarints(p.dims, what)
		case 2:
			var t int64
			t, err = f.int(what)
			p.typ = DataType(t)
		case 3:
			return unsupportedf("%s is stored in segments: export the model again", what)
		case 4:
			p.floats, err = f.appendFloats(p.floats, what)
		case 5, 7, 11:
			p.ints, err = f.appendVarints(p.ints, what)
		case 6:
			var s []byte
			s, err = f.message(what)
			p.strings = append(p.strings, string(s))
		case 8:
			p.name, err = f.text(what)
		case 9:
			p.raw, err = f.message(what)
			p.hasRaw = true
		case 10:
			p.doubles, err = f.appendDoubles(p.doubles, what)
		case 13:
			if p.external == nil {
				p.external = map[string]string{}
			}
			err = pair(p.external, f, what)
		case 14:
			p.outside = f.num == 1
		}
		return err
	})
	if err != nil {
		return "", nil, err
	}
	if p.name != "" {
		what = fmt.Sprintf("tensor %q", p.name)
	}
	t, err := d.decode(&p)
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", what, err)
	}
	return p.name, t, nil
}

func (d *decoder) decode(p *tensorProto) (*Tensor, error) {
	if !p.typ.known() {
		return nil, unsupportedf("its element type is %v, which lcfv does not know: export the model in float32", p.typ)
	}
	if len(p.dims) > maxRank {
		return nil, unsupportedf("it has %d dimensions, lcfv knows up to %d", len(p.dims), maxRank)
	}
	shape := make([]int, len(p.dims))
	for i, v := range p.dims {
		if v < 0 || v > maxElements {
			return nil, formatf("its shape %v is impossible: %s", p.dims, truncated)
		}
		shape[i] = int(v)
	}
	n, ok := elements(shape)
	if !ok {
		return nil, formatf("its shape %v is impossible: %s", p.dims, truncated)
	}
	t := &Tensor{Type: p.typ, Shape: shape}
	if p.outside {
		raw, err := d.ext.bytes(p.external, n*p.typ.Size())
		if err != nil {
			return nil, err
		}
		p.raw, p.hasRaw = raw, true
	}
	var err error
	if p.hasRaw && p.typ != String {
		t.Data, err = decodeRaw(p.typ, n, p.raw)
	} else {
		t.Data, err = decodeTyped(p, n)
	}
	return t, err
}

// maxRank bounds the number of dimensions.
const maxRank = 32

func sizeError(got, want int, unit string) error {
	return formatf("it holds %d %s where its shape asks for %d: the file is truncated, copy or export it again", got, unit, want)
}

// decodeTyped reads the elements from the typed list of the tensor's type.
func decodeTyped(p *tensorProto, n int) (any, error) {
	got := len(p.ints)
	switch p.typ {
	case Float32:
		got = len(p.floats)
	case Float64:
		got = len(p.doubles)
	case String:
		got = len(p.strings)
	}
	if got != n {
		return nil, sizeError(got, n, "elements")
	}
	switch p.typ {
	case Float32:
		return nonNil(p.floats), nil
	case Float64:
		return nonNil(p.doubles), nil
	case String:
		return nonNil(p.strings), nil
	case Int64:
		return nonNil(p.ints), nil
	case Uint64:
		return convert[uint64](p.ints), nil
	case Uint32:
		return convert[uint32](p.ints), nil
	case Int32:
		return convert[int32](p.ints), nil
	case Int16:
		return convert[int16](p.ints), nil
	case Int8:
		return convert[int8](p.ints), nil
	case Uint8:
		return convert[uint8](p.ints), nil
	case Uint16, Float16, BFloat16:
		return convert[uint16](p.ints), nil
	}
	b := make([]bool, n)
	for i, v := range p.ints {
		b[i] = v != 0
	}
	return b, nil
}

// firstNaN is the index of the first NaN of a floating-point tensor; -1 where
// there is none.
func firstNaN(t *Tensor) int {
	switch d := t.Data.(type) {
	case []float32:
		for i, v := range d {
			if v != v {
				return i
			}
		}
	case []float64:
		for i, v := range d {
			if v != v {
				return i
			}
		}
	case []uint16: // an exponent of ones and a fraction that is not 0
		inf := uint16(0x7c00)
		if t.Type == BFloat16 {
			inf = 0x7f80
		}
		for i, v := range d {
			if v&0x7fff > inf {
				return i
			}
		}
	}
	return -1
}
