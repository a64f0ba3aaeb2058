package ort_test

import (
	"os"
	"os/exec"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// inNewProcess runs this test program with a variable added to the environment and
// returns what it prints.
func inNewProcess(t *testing.T, env string, args ...string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), env)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	return string(out)
}

// libc returns the path of the C library, which is a library and no ONNX
// Runtime.
func libc(t *testing.T) string {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/maps")
	require.NoError(t, err)
	path := regexp.MustCompile(`/\S*/libc[.-]\S+`).Find(maps)
	if path == nil {
		t.Skip("the program has no C library")
	}
	return string(path)
}
