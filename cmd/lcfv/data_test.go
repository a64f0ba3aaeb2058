package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLearnFromData(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "pairs of x")
	learn := func(more ...string) (int, string) {
		status, _, log := execute(append([]string{"learn", "-model", "dsprites", "-backend", "native", "-transform", "translate-x",
			"-range", "0.1", "-steps", "2", "-method", "adam"}, more...)...)
		return status, log
	}
	plain, kept := filepath.Join(dir, "plain.json"), filepath.Join(dir, "kept.json")
	status, log := learn("-trajectories", "40", "-o", plain)
	require.Equal(t, exitOK, status, log)
	status, log = learn("-trajectories", "10", "-data", data, "-o", kept)
	require.Equal(t, exitOK, status, log)
	require.Contains(t, log, "0 of 10 trajectories found, 10 to do")
	status, log = learn("-trajectories", "40", "-data", data, "-o", kept)
	require.Equal(t, exitOK, status, log)
	require.Contains(t, log, "0 of 40 trajectories found, 40 to do, 10 of them again")
	status, log = learn("-trajectories", "40", "-data", data, "-o", kept)
	require.Equal(t, exitOK, status, log)
	require.Contains(t, log, "40 of 40 trajectories found, 0 to do")
	require.NotContains(t, log, "inverting")
	want, err := os.ReadFile(plain)
	require.NoError(t, err)
	got, err := os.ReadFile(kept)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "the folder makes no difference to the control")

	status, log = learn("-trajectories", "40", "-seed", "2", "-data", data, "-o", kept)
	require.Equal(t, exitFailed, status)
	require.Contains(t, log, "seed: 1 there, 2 here")

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out, errors bytes.Buffer
	status = run(ctx, []string{"learn", "-model", "dsprites", "-transform", "zoom", "-data", filepath.Join(dir, "new"), "-o", kept}, &out, &errors)
	require.Equal(t, exitFailed, status)
	require.Contains(t, errors.String(), "run it again to go on")

	status, text, log := execute("inspect", "-data", data)
	require.Equal(t, exitOK, status, log)
	require.Contains(t, text, "translate-x (fraction of width), 4 targets up to 0.1")
	require.Contains(t, text, "40 trajectories, the first 40 without a gap; 0 damaged")
	require.Contains(t, text, "160 found")
	require.Contains(t, text, "|t| = 0.05")
	shard := filepath.Join(data, "pairs", "00000032.parquet")
	require.NoError(t, os.Truncate(shard, 1000))
	status, text, log = execute("inspect", "-data", data)
	require.Equal(t, exitFailed, status)
	require.Contains(t, text, "the first 32 without a gap; 1 damaged")
	require.Contains(t, log, shard)
	status, log = learn("-trajectories", "40", "-data", data, "-o", kept)
	require.Equal(t, exitFailed, status)
	require.Contains(t, log, shard)
	require.Contains(t, log, "delete it")
	status, _, log = execute("inspect", "-data", dir)
	require.Equal(t, exitFailed, status)
	require.Contains(t, log, "manifest.json")
}
