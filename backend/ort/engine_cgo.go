//go:build cgo

package ort

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/lcfv-go/lcfv/internal/onnxruntime"
	rt "github.com/yalue/onnxruntime_go"
)

// All that is asked of ONNX Runtime is here.

const cgo = true

func initialized() bool { return rt.IsInitialized() }

// initialize loads a library and sets it up for the life of the process.
func initialize(path string) error {
	rt.SetSharedLibraryPath(path)
	err := rt.InitializeEnvironment(rt.WithLogLevelFatal())
	switch {
	case err == nil:
		return nil
	case strings.Contains(err.Error(), "setting ORT API base"):
		return fmt.Errorf("older than %s", onnxruntime.Oldest)
	case strings.Contains(err.Error(), "looking up OrtGetApiBase"):
		return errors.New("not ONNX Runtime")
	case strings.Contains(err.Error(), "loading ONNX shared library"):
		_, reason, _ := strings.Cut(err.Error(), `": `)
		return fmt.Errorf("cannot be loaded: %s", reason)
	}
	return err
}

// checkProvider reports whether the library has the provider asked for.
func checkProvider(o *Options) error {
	s, err := sessionOptions("", o)
	if err != nil {
		return err
	}
	return s.Destroy()
}

// session runs one graph. It is safe for concurrent use.
type session struct {
	dynamic *rt.DynamicAdvancedSession
}

// newSession makes a session of a model whose external data is in folder. With
// check it only has to tell whether the model can be run.
func newSession(model []byte, folder string, inputs, outputs []string, o *Options, check bool) (*session, error) {
	s, err := sessionOptions(folder, o)
	if err != nil {
		return nil, err
	}
	defer s.Destroy()
	if check {
		err = errors.Join(s.SetGraphOptimizationLevel(rt.GraphOptimizationLevelDisableAll),
			s.AddSessionConfigEntry("session.disable_prepacking", "1"))
		if err != nil {
			return nil, err
		}
	}
	var d *rt.DynamicAdvancedSession
	err = flushingDenormals(func() (err error) {
		d, err = rt.NewDynamicAdvancedSessionWithONNXData(model, inputs, outputs, s)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &session{d}, nil
}

func sessionOptions(folder string, o *Options) (*rt.SessionOptions, error) {
	s, err := rt.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	err = errors.Join(
		s.SetIntraOpNumThreads(o.Threads),
		s.SetInterOpNumThreads(1),
		s.SetExecutionMode(rt.ExecutionModeSequential),
		s.SetGraphOptimizationLevel(rt.GraphOptimizationLevelEnableAll),
		s.SetLogSeverityLevel(rt.LoggingLevelFatal),
		// Idle threads must not take the processor from the program's own.
		s.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"),
		s.AddSessionConfigEntry("session.inter_op.allow_spinning", "0"),
		// For threads of the session's own; see flushingDenormals.
		s.AddSessionConfigEntry("session.set_denormal_as_zero", "1"),
		// The arena grows by powers of two and keeps what it has, in every session;
		// without it generators are as fast.
		s.SetCpuMemArena(false),
	)
	if err == nil && folder != "" {
		err = s.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", folder)
	}
	if err == nil {
		err = appendProvider(s, o)
	}
	if err != nil {
		s.Destroy()
		return nil, err
	}
	return s, nil
}

func appendProvider(s *rt.SessionOptions, o *Options) error {
	var err error
	switch o.Provider {
	case CUDA:
		var c *rt.CUDAProviderOptions
		if c, err = rt.NewCUDAProviderOptions(); err == nil {
			defer c.Destroy()
			if len(o.ProviderOptions) > 0 {
				err = c.Update(o.ProviderOptions)
			}
			if err == nil {
				err = s.AppendExecutionProviderCUDA(c)
			}
		}
	case CoreML:
		err = s.AppendExecutionProviderCoreMLV2(o.ProviderOptions)
	}
	if err != nil {
		return fmt.Errorf("ort: %w with the provider %s: %w", ErrUnavailable, o.Provider, err)
	}
	return nil
}

// run computes out from in, in the order of the session's names.
func (s *session) run(in, out []*value, i *interrupter) error {
	inputs, outputs := make([]rt.Value, len(in)), make([]rt.Value, len(out))
	for k, v := range in {
		inputs[k] = v.Value
	}
	for k, v := range out {
		outputs[k] = v.Value
	}
	return flushingDenormals(func() error { return s.dynamic.RunWithOptions(inputs, outputs, i.options) })
}

func (s *session) destroy() { s.dynamic.Destroy() }

// value is a tensor whose elements lie in Go's memory. ONNX Runtime keeps a
// pointer to them, which is sound because the value holds the slice and Go's
// collector does not move what is on the heap.
type value struct {
	rt.Value
}

// newValue makes a value over the elements of data, a slice, which must be on
// the heap. A value without extents counts as one of length 1.
func newValue(shape []int, data any) (*value, error) {
	s := make(rt.Shape, 0, len(shape)+1)
	for _, d := range shape {
		s = append(s, int64(d))
	}
	if len(s) == 0 {
		s = append(s, 1)
	}
	var v rt.Value
	var err error
	switch d := data.(type) {
	case []float32:
		v, err = rt.NewTensor(s, d)
	case []float64:
		v, err = rt.NewTensor(s, d)
	case []int64:
		v, err = rt.NewTensor(s, d)
	case []int32:
		v, err = rt.NewTensor(s, d)
	case []bool:
		v, err = rt.NewTensor(s, d)
	default:
		return nil, fmt.Errorf("ort: values of type %T are not supported", data)
	}
	if err != nil {
		return nil, err
	}
	return &value{v}, nil
}

func (v *value) destroy() { v.Value.Destroy() }

// interrupter ends runs when a context does. One run at a time.
type interrupter struct {
	options *rt.RunOptions
}

func newInterrupter() (*interrupter, error) {
	o, err := rt.NewRunOptions()
	if err != nil {
		return nil, err
	}
	return &interrupter{o}, nil
}

// during calls do, whose runs fail once ctx has ended, with ctx's error.
func (i *interrupter) during(ctx context.Context, do func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if ctx.Done() == nil {
		return do()
	}
	terminated := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() { terminated <- i.options.Terminate() })
	err := do()
	if stop() {
		return err
	}
	if undo := errors.Join(<-terminated, i.options.UnsetTerminate()); undo != nil {
		return undo
	}
	if err != nil {
		return ctx.Err()
	}
	return nil
}

func (i *interrupter) destroy() { i.options.Destroy() }
