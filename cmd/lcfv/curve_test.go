package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv"
)

func TestLearnCurved(t *testing.T) {
	dir := t.TempDir()
	first, second := filepath.Join(dir, "a.json"), filepath.Join(dir, "b.json")
	learn := func(out string, more ...string) string {
		status, text, log := execute(append([]string{"learn", "-model", "dsprites", "-transform", "translate-x", "-trajectories", "8", "-range", "0.1", "-curved", "-o", out}, more...)...)
		require.Equal(t, exitOK, status, log)
		return text
	}
	require.Contains(t, learn(first), "curve of order 1, from ")
	learn(second, "-data", filepath.Join(dir, "pairs"))
	a, err := lcfv.Load(first, nil)
	require.NoError(t, err)
	b, err := lcfv.Load(second, nil)
	require.NoError(t, err)
	require.NotNil(t, a.Curve)
	require.Equal(t, a.Curve, b.Curve, "the pairs may come from a folder")

	status, out, log := execute("inspect", "-control", first)
	require.Equal(t, exitOK, status, log)
	require.Contains(t, out, "curve        of order 1, from ")
	status, _, log = execute("steer", "-model", "dsprites", "-control", first, "-by", "-0.05,0.3", "-n", "2", "-o", filepath.Join(dir, "a.png"))
	require.Equal(t, exitOK, status, log)
	require.Contains(t, log, "curve to where it was not learned")

	for _, more := range [][]string{{"-transform", "translate-x,zoom"}, {"-baseline", "random"}} {
		status, _, log := execute(append([]string{"learn", "-model", "dsprites", "-transform", "translate-x", "-curved", "-o", first}, more...)...)
		require.Equal(t, exitUsage, status)
		require.Contains(t, log, "-curved")
	}
}
