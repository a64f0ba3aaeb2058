package ort

import (
	"errors"
	"fmt"
)

// ErrUnavailable is wrapped by errors that say why there is no ONNX Runtime, or
// not the one asked for.
var ErrUnavailable = errors.New("ONNX Runtime is not available")

// ErrClosed is wrapped by the errors of a model, or of a linearization, that
// has been closed.
var ErrClosed = errors.New("closed")

// Provider is a device that ONNX Runtime computes on, its "execution provider".
type Provider string

const (
	// CPU is the default.
	CPU Provider = ""
	// CUDA takes a library built for it, and an NVIDIA GPU. Values pass through
	// the main memory between sessions.
	CUDA Provider = "CUDA"
	// CoreML takes macOS. What it cannot compute is computed on the CPU.
	CoreML Provider = "CoreML"
)

// Options configures a [Model]. A nil *Options means the defaults.
type Options struct {
	// Library is the path of the shared library, or of a folder that holds it.
	// "" looks for it, as the package documentation says.
	Library string

	// Threads is the number of threads that compute one operator of a session;
	// 0 means 1.
	Threads int

	// Provider is the device, with settings of its own such as "device_id".
	Provider        Provider
	ProviderOptions map[string]string

	// Plans is the number of batch sizes for which the model keeps sessions and
	// their memory, separately for every output it is run for and every pair it is
	// linearised for; the least recently used is dropped. 0 means 6.
	Plans int
}

const defaultPlans = 6

// withDefaults returns checked options with every number set.
func (o *Options) withDefaults() (Options, error) {
	var c Options
	if o != nil {
		c = *o
	}
	switch {
	case c.Threads < 0:
		return c, fmt.Errorf("ort: Options.Threads is %d; give a number of threads, or 0 for 1", c.Threads)
	case c.Plans < 0:
		return c, fmt.Errorf("ort: Options.Plans is %d; give the number of batch sizes to keep, or 0 for %d", c.Plans, defaultPlans)
	case c.Provider != CPU && c.Provider != CUDA && c.Provider != CoreML:
		return c, fmt.Errorf("ort: Options.Provider is %q; there are CPU (\"\"), %q and %q", c.Provider, CUDA, CoreML)
	}
	if c.Threads == 0 {
		c.Threads = 1
	}
	if c.Plans == 0 {
		c.Plans = defaultPlans
	}
	return c, nil
}
