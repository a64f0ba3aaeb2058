package dsprites

import (
	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/bundled"
)

// Model returns the bundled decoder on the native backend, for use without package
// generator. The caller closes it.
func Model() (*native.Model, error) { return bundled.Model(decoder) }

// Open returns the bundled decoder as a generator: codes of length 10 with a
// normal prior, images of 1×64×64. Nil options stand for the defaults. It is safe
// for concurrent use; the caller closes it.
func Open(opts *generator.ModelOptions) (*generator.Network, error) {
	return bundled.Open(decoder, "dsprites", opts)
}
