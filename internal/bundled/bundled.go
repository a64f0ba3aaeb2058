// Package bundled opens the generators that come with the library.
package bundled

import (
	"errors"

	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/generator"
)

// Model opens an ONNX file on the native backend. The caller closes it.
func Model(file []byte) (*native.Model, error) {
	m, err := onnx.Parse(file, nil)
	if err != nil {
		return nil, err
	}
	return native.New(m, nil)
}

// Open opens an ONNX file as a generator of that name, unless opts have another. Nil
// options stand for the defaults. The caller closes it.
func Open(file []byte, name string, opts *generator.ModelOptions) (*generator.Network, error) {
	m, err := Model(file)
	if err != nil {
		return nil, err
	}
	if opts == nil {
		opts = &generator.ModelOptions{}
	}
	o := *opts
	if o.Name == "" {
		o.Name = name
	}
	g, err := generator.FromModel(m, &o)
	if err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return g, nil
}
