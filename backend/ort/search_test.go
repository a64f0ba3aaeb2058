package ort

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/lcfv-go/lcfv/internal/onnxruntime"
	"github.com/stretchr/testify/require"
)

func TestSearchOrder(t *testing.T) {
	origins := func(list []candidate) (order []string) {
		for _, c := range list {
			if len(order) == 0 || order[len(order)-1] != c.origin {
				order = append(order, c.origin)
			}
		}
		return order
	}
	t.Setenv(libraryVariable, "")
	order := origins(candidates(""))
	require.Equal(t, []string{"beside the program", "fetched", "the system's loader"}, order[:3])

	t.Setenv(libraryVariable, "from-environment.so")
	require.Equal(t, []candidate{{"from-environment.so", libraryVariable, true}}, candidates(""))
	require.Equal(t, []candidate{{"from-options.so", "Options.Library", true}}, candidates("from-options.so"), "options go before the environment")

	dir := t.TempDir()
	name := onnxruntime.Names()[0]
	require.Contains(t, candidates(dir), candidate{filepath.Join(dir, name), "Options.Library", true})
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o666))
	require.True(t, contains(dir, filepath.Join(dir, name)))
	require.False(t, contains(t.TempDir(), filepath.Join(dir, name)))
}
