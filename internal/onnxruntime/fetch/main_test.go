package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/lcfv-go/lcfv/internal/onnxruntime"
	"github.com/stretchr/testify/require"
)

// ownCache gives the test a cache folder of its own.
func ownCache(t *testing.T) {
	for _, name := range []string{"XDG_CACHE_HOME", "HOME", "LocalAppData"} {
		t.Setenv(name, t.TempDir())
	}
}

func TestDamagedPackageIsRefused(t *testing.T) {
	ownCache(t)
	if _, ok := onnxruntime.Packaged(); !ok {
		t.Skip("no library for this platform")
	}
	_, err := fetch(t.Context(), func(_ context.Context, dir string) (string, error) {
		path := filepath.Join(dir, "p.tgz")
		return path, os.WriteFile(path, []byte("another package"), 0o666)
	})
	require.ErrorContains(t, err, "damaged or exchanged")
	path, err := onnxruntime.Cached()
	require.NoError(t, err)
	require.NoFileExists(t, path)
}

func TestNoClient(t *testing.T) {
	ownCache(t)
	t.Setenv("PATH", "")
	_, err := fetch(t.Context(), npmPack)
	require.ErrorIs(t, err, exec.ErrNotFound)
}

// What is there and whole is not fetched again.
func TestNothingToDo(t *testing.T) {
	path, err := onnxruntime.Cached()
	if _, statErr := os.Stat(path); err != nil || statErr != nil {
		t.Skip("the library is not in the cache: run make onnxruntime")
	}
	got, err := fetch(t.Context(), func(context.Context, string) (string, error) {
		return "", errors.New("asked for the package")
	})
	require.NoError(t, err)
	require.Equal(t, path, got)
}
