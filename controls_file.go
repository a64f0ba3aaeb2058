package lcfv

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/atomicfile"
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
func (s *Controls) Save(path string) error {
	var buf bytes.Buffer
	err := s.Write(&buf)
	if err == nil {
		err = atomicfile.Write(path, buf.Bytes())
	}
	if err != nil {
		return fmt.Errorf("lcfv: saving controls: %w", err)
	}
	return nil
}

// LoadControls reads a set of controls, or a single one as a set of its own, from
// a file and checks that they were learned on the generator g, as Load does.
func LoadControls(path string, g generator.Generator) (*Controls, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("lcfv: loading controls: %w", err)
	}
	defer f.Close()
	s, err := ReadControls(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if g != nil {
		if err := s.Fits(g.Info()); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return s, nil
}
