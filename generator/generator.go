package generator

import (
	"context"
	"errors"
)

// Generator maps latent codes to images.
//
// Implementations are safe for concurrent use unless their documentation says
// otherwise.
type Generator interface {
	Info() Info

	// Generate draws z into dst, which it resizes to z.N images. The caller
	// owns both. A code of the wrong length is an error, and so is ctx having
	// ended, which the error wraps.
	Generate(ctx context.Context, dst *Images, z *Latents) error
}

// Differentiable is a Generator G that can be linearised.
type Differentiable interface {
	Generator

	// Linearize draws z and keeps what products with the Jacobian J = dG/dz at
	// z need. The result must be closed. z may be changed afterwards.
	Linearize(ctx context.Context, z *Latents) (Linearization, error)
}

// Linearization is a batch of images together with the derivative of each with
// respect to its code; J is block diagonal over the samples. It is not safe for
// concurrent use, but different linearizations of one generator are independent
// of each other.
type Linearization interface {
	// Images returns G(z), valid until Close; it must not be modified.
	Images() *Images

	// VJP computes dz = Jᵀv, one row a sample. It resizes dz.
	VJP(ctx context.Context, dz *Latents, v *Images) error

	// JVP computes dx = J dz, one image a sample. It resizes dx.
	JVP(ctx context.Context, dx *Images, dz *Latents) error

	// Close gives the memory back. Calling it twice is harmless.
	Close() error
}

var errClosed = errors.New("generator: the linearization is closed")

// Info describes a generator.
type Info struct {
	Name    string
	D       int // length of a latent code
	C, H, W int // channels, rows and columns of an image
	Prior   Prior

	// Levels names the parts of a code that enter the network at different
	// depths, in order; they cover the code. Nil stands for one level.
	Levels []Level

	// Condition says what a conditional generator has been fixed to, for
	// example "class 7"; empty for an unconditional one.
	Condition string

	// Fingerprint identifies the generator's weights, whatever the condition;
	// two generators with the same one draw the same images. Empty stands for
	// not known: controls are then not told apart by it.
	Fingerprint string
}
