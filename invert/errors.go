package invert

import "errors"

var (
	// ErrOptions is wrapped by errors about settings that make no sense.
	ErrOptions = errors.New("invert: invalid options")

	// ErrAllFailed is wrapped by the error of a run in which no trajectory
	// gave a single pair.
	ErrAllFailed = errors.New("invert: every trajectory failed")
)
