package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"

	"github.com/lcfv-go/lcfv/bench/internal/pytorch"
)

// codes returns the n numbers of PyTorch's codes as they are now.
func codes(python *pytorch.Process, folder string, n int) ([]float32, error) {
	if _, err := python.Ask("codes"); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(filepath.Join(folder, "codes"))
	if err != nil {
		return nil, err
	}
	out := make([]float32, n)
	if len(data) != 4*n {
		return nil, fmt.Errorf("PyTorch wrote %d bytes of codes, not those of %d numbers", len(data), n)
	}
	_, err = binary.Decode(data, binary.LittleEndian, out)
	return out, err
}
