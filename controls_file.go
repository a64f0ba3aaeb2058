package lcfv

import (
	"fmt"
	"io"

	"github.com/lcfv-go/lcfv/generator"
)

// setFile is a file that holds a set of controls.
type setFile struct {
	header
	Controls []controlFile `json:"controls"`
}

// Write writes the set as JSON. The same set gives the same bytes.
func (s *Controls) Write(w io.Writer) error {
	f := setFile{header: newHeader()}
	for _, c := range s.list {
		if err := c.Validate(); err != nil {
			return err
		}
		f.Controls = append(f.Controls, fileOf(c))
	}
	return writeFile(w, f)
}

// ReadControls reads a set of controls, or a single one as a set of its own, and
// checks all of it as Read and NewControls do. Errors about what was read wrap
// ErrFormat.
func ReadControls(r io.Reader) (*Controls, error) {
	list, _, err := readFile(r)
	if err != nil {
		return nil, err
	}
	s, err := NewControls(list...)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return s, nil
}

// Save writes the set to a file, whole or not at all.
func (s *Controls) Save(path string) error { return save(path, "controls", s.Write) }

// LoadControls reads a set of controls, or a single one as a set of its own, from
// a file and checks that they were learned on the generator g, as Load does.
func LoadControls(path string, g generator.Generator) (*Controls, error) {
	return load(path, "controls", g, ReadControls)
}
