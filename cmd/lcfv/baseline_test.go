package main

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A baseline is learned like any other control, from pairs on disk, too, and says
// what it is.
func TestLearnBaseline(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.json")
	args := []string{"learn", "-model", "dsprites", "-transform", "translate-x", "-range", "0.1", "-steps", "2",
		"-trajectories", "16", "-baseline", "sefa", "-o", path}
	for _, more := range [][]string{{"-json"}, {"-json", "-data", filepath.Join(dir, "pairs")}} {
		status, out, log := execute(append(args, more...)...)
		require.Equal(t, exitOK, status, log)
		var r learnResult
		require.NoError(t, json.Unmarshal([]byte(out), &r))
		require.Regexp(t, `^sefa\(samples=64,seed=1\), candidate \d+ of 10$`, r.Baseline)
		require.Equal(t, 16*4, r.Pairs)
	}
	status, out, log := execute("inspect", "-control", path)
	require.Equal(t, exitOK, status, log)
	require.Contains(t, out, "direction    by sefa(")
	status, _, log = execute("evaluate", "-model", "dsprites", "-control", path, "-samples", "20", "-json")
	require.Equal(t, exitOK, status, log)
}

func TestLearnUnknownBaseline(t *testing.T) {
	status, _, log := execute("learn", "-model", "dsprites", "-transform", "zoom", "-baseline", "ica", "-o", filepath.Join(t.TempDir(), "x.json"))
	require.Equal(t, exitUsage, status)
	require.Contains(t, log, "use one of pca")
}
