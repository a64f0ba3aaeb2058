package onnx

import (
	"fmt"
	"io"
	"math"
	"reflect"
	"strconv"
)

// Place is where the data of a tensor lies outside the model's file.
type Place struct {
	File   string // beside the model's file
	Offset int64
}

// MarshalExternal is [Model.Marshal] for a model that does not hold all of its
// weights: place tells of each initializer where its data is, as
// [Tensor.WriteTo] writes it, or returns nil for one that the model is to hold.
// An error of place is returned.
func (m *Model) MarshalExternal(place func(*Tensor) (*Place, error)) ([]byte, error) {
	if m.Graph == nil {
		return nil, formatf("onnx: the model has no graph")
	}
	e := encoder{place: place}
	e.model(m)
	if e.err != nil {
		return nil, fmt.Errorf("onnx: %w", e.err)
	}
	if len(e.b) > math.MaxInt32 {
		return nil, unsupportedf("onnx: the model takes %d bytes, more than the 2 GiB that a file can hold", len(e.b))
	}
	return e.b, nil
}

// initializer writes a tensor, or where it is.
func (e *encoder) initializer(name string, t *Tensor) {
	var p *Place
	if e.place != nil && t.check() == nil && t.Type != String {
		var err error
		if p, err = e.place(t); err != nil {
			e.fail(err)
			return
		}
	}
	if p == nil {
		e.tensor(name, t)
		return
	}
	e.tensorType(t)
	e.text(8, name)
	pair := func(key, value string) {
		e.msg(13, func() {
			e.text(1, key)
			e.text(2, value)
		})
	}
	pair("location", p.File)
	pair("offset", strconv.FormatInt(p.Offset, 10))
	pair("length", strconv.Itoa(t.Len()*t.Type.Size()))
	e.int(14, 1) // data_location = EXTERNAL
}

// WriteTo writes the elements as ONNX files keep them, little-endian. It
// panics for strings, which have no such form.
func (x *Tensor) WriteTo(w io.Writer) (int64, error) {
	if x.Type == String {
		panic("onnx: Tensor.WriteTo: strings cannot be external data")
	}
	const block = 1 << 16 // elements at a time
	var written int64
	var buffer []byte
	data := reflect.ValueOf(x.Data)
	for from, n := 0, data.Len(); from < n; from += block {
		buffer = appendRaw(buffer[:0], data.Slice(from, min(from+block, n)).Interface())
		k, err := w.Write(buffer)
		written += int64(k)
		if err != nil {
			return written, err
		}
	}
	return written, nil
}
