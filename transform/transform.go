package transform

import "github.com/lcfv-go/lcfv/generator"

// Transform is a one-parameter family T_t of image transforms that carries one
// factor of variation: T_0 is the identity and T_a∘T_b = T_(a+b), so t is
// additive (a zoom's t is the logarithm of its scale).
//
// Implementations are safe for concurrent use.
type Transform interface {
	// Name identifies the transform in files and on the command line, for
	// example "translate-x".
	Name() string

	// Unit says what t counts, for example "fraction of width".
	Unit() string

	// Apply writes T_t(src) to dst and to mask how far each pixel of dst is
	// defined by src, N×1×H×W in [0, 1]: 0 where the transform would have to
	// invent what lies outside the frame. It resizes dst and mask and reuses
	// their memory. mask may be nil, dst must not share memory with src.
	Apply(dst, mask, src *generator.Images, t float64) error
}
