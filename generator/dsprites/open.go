package dsprites

import (
	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/generator"
)

// Model returns the bundled decoder on the native backend, for use without package
// generator. The caller closes it.
func Model() (*native.Model, error) {
	m, err := onnx.Parse(decoder, nil)
	if err != nil {
		return nil, err
	}
	return native.New(m, nil)
}

// Open returns the bundled decoder as a generator: codes of length 10 with a
// normal prior, images of 1×64×64. Nil options stand for the defaults. It is safe
// for concurrent use; the caller closes it.
func Open(opts *generator.ModelOptions) (*generator.Network, error) {
	m, err := Model()
	if err != nil {
		return nil, err
	}
	if opts == nil {
		opts = &generator.ModelOptions{}
	}
	o := *opts
	if o.Name == "" {
		o.Name = "dsprites"
	}
	g, err := generator.FromModel(m, &o)
	if err != nil {
		m.Close()
		return nil, err
	}
	return g, nil
}
