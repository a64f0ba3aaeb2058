package onnx

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Read reads an ONNX file. External data files are looked for beside it, as
// the format prescribes.
//
// It checks the file's structure and that no weight is NaN; the wiring of the
// graph is checked by [Model.Validate] and [Model.Specialize]. Errors name the
// file and wrap [ErrFormat], [ErrUnsupported] or the error of the file system.
func Read(path string) (*Model, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	m, err := parse(data, os.DirFS(filepath.Dir(path)))
	if err != nil {
		return nil, fmt.Errorf("onnx: %s: %w", path, err)
	}
	return m, nil
}

// Parse reads an ONNX model from memory, as [Read] does. External data files
// are opened in dir, outside of which a model cannot reach; with a nil dir a
// model that has any is refused. The result does not refer to data.
func Parse(data []byte, dir fs.FS) (*Model, error) {
	m, err := parse(data, dir)
	if err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	return m, nil
}

// ParseTensor reads a tensor stored on its own, as the files are that hold
// example inputs and outputs beside a model (input_0.pb, output_0.pb). Every
// element type of [DataType] is read as it is stored, NaN and infinities
// included. The result does not refer to data. Errors wrap [ErrFormat] or
// [ErrUnsupported]; data outside the tensor itself is not supported.
func ParseTensor(data []byte) (*Tensor, error) {
	var d decoder
	_, t, err := d.tensor(data, "the tensor")
	if err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	return t, nil
}

func parse(data []byte, dir fs.FS) (*Model, error) {
	if len(data) == 0 {
		return nil, formatf("the file is empty: copy or export it again")
	}
	h := sha256.New()
	h.Write(data)
	d := &decoder{ext: external{dir: dir, hash: h}}
	m, err := d.model(data)
	if err != nil {
		return nil, err
	}
	m.SHA256 = hex.EncodeToString(h.Sum(nil))
	return m, nil
}
