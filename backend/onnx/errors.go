package onnx

import (
	"errors"
	"fmt"
)

var (
	// ErrFormat says that a file is not a valid ONNX model: damaged, truncated
	// or wired wrongly.
	ErrFormat = errors.New("not a valid ONNX model")

	// ErrUnsupported says that a model is valid, or may be, but uses something
	// this package does not know.
	ErrUnsupported = errors.New("not supported")
)

// formatf and unsupportedf make errors whose text ends with what the sentinel
// says, so that one line tells the place, the fact and the kind of fault.
func formatf(format string, args ...any) error {
	return &taggedError{fmt.Sprintf(format, args...), ErrFormat}
}

func unsupportedf(format string, args ...any) error {
	return &taggedError{fmt.Sprintf(format, args...), ErrUnsupported}
}

// taggedError is a message of its own that errors.Is finds the sentinel of.
type taggedError struct {
	msg  string
	kind error
}

func (e *taggedError) Error() string { return e.msg }
func (e *taggedError) Unwrap() error { return e.kind }

// ConstantError says that a value which decides shapes, or which a node reads
// while the graph is specialised, depends on inputs of the model. It wraps
// [ErrUnsupported]. Where these inputs are the same at every call, making them
// constants by [Model.WithConstant] is the way out.
type ConstantError struct {
	Inputs []string // names of the inputs, in the model's order
	msg    string
}

func (e *ConstantError) Error() string { return e.msg }

// Unwrap returns [ErrUnsupported].
func (e *ConstantError) Unwrap() error { return ErrUnsupported }
