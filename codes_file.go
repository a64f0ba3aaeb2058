package lcfv

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/lcfv-go/lcfv/generator"
)

// ErrCodes is wrapped by errors about a file that holds no codes.
var ErrCodes = errors.New("not a file of codes")

// codesFile is the JSON form of Codes. Numbers of codes are float32, written with
// as many digits as reading the same ones back takes.
type codesFile struct {
	Schema    int             `json:"schema"` // codesSchema
	Kind      string          `json:"kind"`   // codesKind: tells it from a control
	Library   string          `json:"library"`
	Generator generatorFile   `json:"generator"`
	Seed      uint64          `json:"seed"`
	Images    []codeImageFile `json:"images"`
}

const (
	codesSchema = 1
	codesKind   = "codes"
)

// codeImageFile mirrors CodeRecord field by field.
type codeImageFile struct {
	Source             string    `json:"source"`
	Code               []float32 `json:"code"`
	Error              float64   `json:"error"`
	Relative           float64   `json:"relative_error"`
	RMSE               float64   `json:"rmse"`
	Status             string    `json:"status"`
	Iterations         int       `json:"iterations"`
	ForwardEquivalents float64   `json:"forward_equivalents"`
	Active             bool      `json:"constraint_active"`
}

// Write writes the codes as JSON. The same codes give the same bytes, and reading
// these gives the same codes, bit for bit.
func (c *Codes) Write(w io.Writer) error {
	if err := c.Validate(); err != nil {
		return err
	}
	f := codesFile{
		Schema: codesSchema, Kind: codesKind, Library: "lcfv " + Version,
		Generator: generatorFile(c.Generator), Seed: c.Seed,
	}
	for _, m := range c.Images {
		f.Images = append(f.Images, codeImageFile(m))
	}
	data, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return fmt.Errorf("lcfv: writing codes: %w", err)
	}
	_, err = w.Write(append(data, '\n'))
	return err
}

// ReadCodes reads codes and checks all of them. Errors about what was read wrap
// ErrCodes.
func ReadCodes(r io.Reader) (*Codes, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("lcfv: reading codes: %w", err)
	}
	// The schema decides what else may be there, so it is read first.
	var head struct {
		Schema int    `json:"schema"`
		Kind   string `json:"kind"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("lcfv: %w: %w", ErrCodes, err)
	}
	switch {
	case head.Kind != codesKind:
		return nil, fmt.Errorf("lcfv: %w: its kind is %q, not %q: give a file that lcfv invert wrote", ErrCodes, head.Kind, codesKind)
	case head.Schema > codesSchema:
		return nil, fmt.Errorf("lcfv: %w: its schema %d is newer than this library's %d: update lcfv", ErrCodes, head.Schema, codesSchema)
	case head.Schema < 1:
		return nil, fmt.Errorf("lcfv: %w: schema %d does not exist", ErrCodes, head.Schema)
	}
	var f codesFile
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		return nil, fmt.Errorf("lcfv: %w: %w", ErrCodes, err)
	}
	c := &Codes{Generator: GeneratorRecord(f.Generator), Seed: f.Seed}
	for _, m := range f.Images {
		c.Images = append(c.Images, CodeRecord(m))
	}
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCodes, err)
	}
	return c, nil
}

// Save writes the codes to a file, whole or not at all.
func (c *Codes) Save(path string) error { return save(path, "codes", c.Write) }

// LoadCodes reads codes from a file and checks that they are ones of the generator
// g; the error wraps ErrGenerator if they are not. A nil g asks not to check.
func LoadCodes(path string, g generator.Generator) (*Codes, error) {
	return load(path, "codes", g, ReadCodes)
}
