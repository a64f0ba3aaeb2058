//go:build !cgo

package ort

import "context"

// Without cgo there is no ONNX Runtime. load says so before anything here is
// reached.
const cgo = false

type session struct{}

type value struct{}

type interrupter struct{}

func initialized() bool            { return false }
func initialize(string) error      { return ErrUnavailable }
func checkProvider(*Options) error { return ErrUnavailable }

func newSession([]byte, string, []string, []string, *Options, bool) (*session, error) {
	return nil, ErrUnavailable
}

func (*session) run(in, out []*value, _ *interrupter) error { return ErrUnavailable }
func (*session) destroy()                                   {}

func newValue([]int, any) (*value, error) { return nil, ErrUnavailable }
func (*value) destroy()                   {}

func newInterrupter() (*interrupter, error) { return nil, ErrUnavailable }

func (*interrupter) during(context.Context, func() error) error { return ErrUnavailable }
func (*interrupter) destroy()                                   {}
