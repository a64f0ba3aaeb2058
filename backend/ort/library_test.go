package ort_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/lcfv-go/lcfv/backend/ort"
	"github.com/lcfv-go/lcfv/internal/onnxruntime"
	"github.com/lcfv-go/lcfv/internal/testort"
	"github.com/stretchr/testify/require"
)

// TestMain runs the tests of the process's only ONNX Runtime before any other
// can load it.
func TestMain(m *testing.M) {
	if path := os.Getenv("LCFV_ORT_TEST_LIBRARY"); path != "" {
		err := ort.Available(&ort.Options{Library: path})
		os.Stdout.WriteString(err.Error())
		return
	}
	os.Exit(m.Run())
}

func TestUnusableLibraries(t *testing.T) {
	testort.Require(t)
	dir := t.TempDir()
	text := filepath.Join(dir, "text.so")
	require.NoError(t, os.WriteFile(text, []byte("no library"), 0o666))
	for path, want := range map[string]string{
		filepath.Join(dir, "none.so"): "not there",
		dir:                           "not there",
		text:                          "cannot be loaded",
	} {
		require.Contains(t, inNewProcess(t, "LCFV_ORT_TEST_LIBRARY="+path), want)
	}
	out := inNewProcess(t, "LCFV_ORT_TEST_LIBRARY="+text)
	for _, want := range []string{"ONNX Runtime is not available", onnxruntime.Oldest, "make onnxruntime", text, "Options.Library"} {
		require.Contains(t, out, want)
	}
	if runtime.GOOS == "linux" {
		require.Contains(t, inNewProcess(t, "LCFV_ORT_TEST_LIBRARY="+libc(t)), "not ONNX Runtime")
	}
}

// Once a library is loaded, another cannot be.
func TestOneLibrary(t *testing.T) {
	testort.Require(t)
	err := ort.Available(&ort.Options{Library: filepath.Join(t.TempDir(), "other.so")})
	require.ErrorIs(t, err, ort.ErrUnavailable)
	require.ErrorContains(t, err, "there can be only one")
}

func TestOptions(t *testing.T) {
	for want, o := range map[string]ort.Options{
		"Options.Threads is -1":     {Threads: -1},
		"Options.Plans is -1":       {Plans: -1},
		`Options.Provider is "TPU"`: {Provider: "TPU"},
	} {
		require.ErrorContains(t, ort.Available(&o), want)
	}
}

// The library for CPUs says that it is none for GPUs.
func TestMissingProvider(t *testing.T) {
	testort.Require(t)
	for _, p := range []ort.Provider{ort.CUDA, ort.CoreML} {
		o := &ort.Options{Provider: p}
		if err := ort.Available(o); err != nil {
			require.ErrorIs(t, err, ort.ErrUnavailable)
			require.ErrorContains(t, err, string(p))
			_, err = ort.New(chain(), o)
			require.ErrorIs(t, err, ort.ErrUnavailable)
		}
	}
}
