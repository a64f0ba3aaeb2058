package lcfv

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/atomicfile"
)

// save writes what, for messages, to a file, whole or not at all.
func save(path, what string, write func(io.Writer) error) error {
	var buf bytes.Buffer
	err := write(&buf)
	if err == nil {
		err = atomicfile.Write(path, buf.Bytes())
	}
	if err != nil {
		return fmt.Errorf("lcfv: saving %s: %w", what, err)
	}
	return nil
}

// load reads what, for messages, from a file and checks that it goes with the
// generator g. A nil g asks not to check.
func load[T interface{ Fits(generator.Info) error }](path, what string, g generator.Generator, read func(io.Reader) (T, error)) (v T, err error) {
	f, err := os.Open(path)
	if err != nil {
		return v, fmt.Errorf("lcfv: loading %s: %w", what, err)
	}
	defer f.Close()
	if v, err = read(f); err == nil && g != nil {
		err = v.Fits(g.Info())
	}
	if err != nil {
		var none T
		return none, fmt.Errorf("%s: %w", path, err)
	}
	return v, nil
}
