package transform

import (
	"errors"

	"github.com/lcfv-go/lcfv/generator"
)

var (
	// ErrImages reports images that a transform cannot work on: empty ones, a
	// wrong number of channels, or a destination that is nil or shares memory
	// with its source.
	ErrImages = errors.New("unusable images")

	// ErrParameter reports a parameter t that is not finite or so large that
	// the transform overflows.
	ErrParameter = errors.New("unusable parameter")

	// ErrUnknown reports a name that belongs to no built-in transform.
	ErrUnknown = errors.New("unknown transform")
)

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
	//
	// Images without pixels and a t that is not finite are errors.
	Apply(dst, mask, src *generator.Images, t float64) error
}

// Measured is an optional interface of a Transform whose effect can be measured
// on an image.
type Measured interface {
	Transform

	// Measures names the measure of package saliency that grows by t when the
	// image is transformed by T_t, for example "barycentre-x".
	Measures() string
}

// Pointwise is an optional interface of a Transform that gives each pixel a new
// value from its own old one alone, and moves none. [Compose] asks for it: what
// an earlier part has left undefined stays where it is under a pointwise
// transform, and is carried along by any other.
type Pointwise interface {
	Transform

	// Pointwise does nothing; to have it is the statement.
	Pointwise()
}
