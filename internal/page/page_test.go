package page_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/internal/page"
)

func TestReplace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "page.md")
	const old = "before\n<!-- one -->\nold\n<!-- end -->\nafter <!-- end -->\n"
	require.NoError(t, os.WriteFile(path, []byte(old), 0o666))
	require.ErrorContains(t, page.Replace(path, "two", ""), "<!-- two -->")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, old, string(text))

	require.NoError(t, page.Replace(path, "one", "| 3 |\n"))
	text, err = os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "before\n<!-- one -->\n\n| 3 |\n\n<!-- end -->\nafter <!-- end -->\n", string(text))

	require.NoError(t, os.WriteFile(path, []byte("<!-- one -->\nold\n"), 0o666))
	require.ErrorContains(t, page.Replace(path, "one", ""), "<!-- end -->")
}
