package ort

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"

	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/onnx"
)

// Weights reach ONNX Runtime through a file that its sessions map into memory:
// passed in the model, each session would hold copies of them, and more while
// it is being made.

// largeWeight is the size in bytes from which a constant goes to the file.
// Smaller ones are passed in the model, because sessions look at their values
// to simplify the graph, and so that small models need no file.
const largeWeight = 1 << 20

// weightAlignment is what offsets in the file are multiples of: the
// granularity of memory maps, which on Windows is the largest.
const weightAlignment = 64 << 10

const weightFile = "weights"

// source is a model with a file of its weights, each there once. The file
// exists as long as somebody uses it. A source is safe for concurrent use.
type source struct {
	path        string // of the file that the model was read from, or ""
	fingerprint string
	metadata    map[string]string

	mu      sync.Mutex
	model   *onnx.Model // folded; nil where it can be read again
	users   int
	folder  string // "" while there is none
	file    *os.File
	size    int64
	offsets map[[sha256.Size]byte]int64 // by content
}

// load returns the model.
func (s *source) load() (*onnx.Model, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.model != nil {
		return s.model, nil
	}
	m, err := onnx.Read(s.path)
	if err != nil {
		return nil, fmt.Errorf("ort: reading the model again, for another batch size or derivative: %w", err)
	}
	if m.SHA256 != s.fingerprint {
		return nil, fmt.Errorf("ort: %s has changed since it was opened: open it again", s.path)
	}
	s.model = fold(m)
	return s.model, nil
}

// fold computes what depends on nothing. Of a model of many weights, the bytes it was
// read from and the weights it no longer needs are given back at once: the collector
// would let as much again come together first.
func fold(m *onnx.Model) *onnx.Model {
	heavy := weightsOf(m) >= manyWeights
	if heavy {
		debug.FreeOSMemory()
	}
	m = m.Fold(native.Eval)
	if heavy {
		debug.FreeOSMemory()
	}
	return m
}

func weightsOf(m *onnx.Model) (size int) {
	for _, t := range m.Graph.Initializers {
		size += t.Len() * t.Type.Size()
	}
	return size
}

// tidy gives back what making a graph of many weights has left.
func (s *source) tidy() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.size >= manyWeights {
		debug.FreeOSMemory()
	}
}

// give returns the folder of the weights, "" where none was large, to a session
// that is about to take them. Many weights are not kept a second time.
func (s *source) give() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.size >= manyWeights {
		if s.path != "" {
			s.model = nil
		}
		debug.FreeOSMemory() // the session needs what they took
	}
	return s.folder
}

// use keeps the weights until release is called as often.
func (s *source) use() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users++
}

func (s *source) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users--; s.users > 0 || s.folder == "" {
		return
	}
	s.file.Close()
	os.RemoveAll(s.folder) // if this fails, the system clears its temporary files some day
	s.folder, s.file, s.size, s.offsets = "", nil, 0, nil
}

// place puts a constant into the file unless it is there; nil for a small one.
func (s *source) place(t *onnx.Tensor) (*onnx.Place, error) {
	if t.Type == onnx.String || t.Len()*t.Type.Size() < largeWeight {
		return nil, nil
	}
	h := sha256.New()
	if _, err := t.WriteTo(h); err != nil {
		return nil, err
	}
	key := [sha256.Size]byte(h.Sum(nil))
	s.mu.Lock()
	defer s.mu.Unlock()
	offset, ok := s.offsets[key]
	if !ok {
		var err error
		if offset, err = s.append(t); err != nil {
			return nil, fmt.Errorf("ort: the weights need a temporary file, and it cannot be written: %w", err)
		}
		s.offsets[key] = offset
	}
	return &onnx.Place{File: weightFile, Offset: offset}, nil
}

// append writes a constant at the file's end and returns where it begins.
func (s *source) append(t *onnx.Tensor) (int64, error) {
	if s.folder == "" {
		folder, err := os.MkdirTemp("", "lcfv-ort-*")
		if err != nil {
			return 0, err
		}
		if s.file, err = os.Create(filepath.Join(folder, weightFile)); err != nil {
			os.Remove(folder)
			return 0, err
		}
		s.folder, s.offsets = folder, map[[sha256.Size]byte]int64{}
	}
	offset := (s.size + weightAlignment - 1) / weightAlignment * weightAlignment
	if _, err := s.file.Seek(offset, 0); err != nil {
		return 0, err
	}
	n, err := t.WriteTo(s.file)
	if err != nil {
		return 0, err
	}
	s.size = offset + n
	return offset, nil
}
