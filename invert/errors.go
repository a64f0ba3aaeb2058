package invert

import "errors"

var (
	// ErrOptions is wrapped by errors about settings that make no sense.
	ErrOptions = errors.New("invert: invalid options")

	// ErrImages is wrapped by errors about images that cannot be projected.
	ErrImages = errors.New("invert: unusable images")

	// ErrAllFailed is wrapped by the error of a run in which no trajectory
	// gave a single pair.
	ErrAllFailed = errors.New("invert: every trajectory failed")
)
