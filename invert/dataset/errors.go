package dataset

import (
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrMismatch is wrapped by the error about a folder whose pairs were made
	// with other settings. It is always a *[MismatchError].
	ErrMismatch = errors.New("made with other settings")

	// ErrManifest is wrapped by errors about a manifest that cannot be read.
	ErrManifest = errors.New("no readable manifest")

	// ErrShard is wrapped by errors about a shard that is damaged or is none.
	ErrShard = errors.New("not a whole shard")

	// ErrIncomplete is wrapped by the error about trajectories that are not
	// there yet.
	ErrIncomplete = errors.New("trajectories are missing")

	// ErrLocked is wrapped by the error about a folder that another run is
	// filling.
	ErrLocked = errors.New("another run is writing there")
)

// MismatchError says in what the settings of a file differ from those of a run.
type MismatchError struct {
	Path        string // of the manifest or shard
	Differences []Difference
}

// Difference is a setting by its name in the manifest, with its value in the
// file and in the run.
type Difference struct{ Field, There, Here string }

// Error implements error.
func (e *MismatchError) Error() string {
	var list []string
	for _, d := range e.Differences {
		list = append(list, fmt.Sprintf("%s: %s there, %s here", d.Field, d.There, d.Here))
	}
	return fmt.Sprintf("dataset: %s: %v (%s): use the settings it states, or another folder", e.Path, ErrMismatch, strings.Join(list, "; "))
}

// Unwrap returns ErrMismatch.
func (e *MismatchError) Unwrap() error { return ErrMismatch }
