package main

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSetOfControls(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "set.json")
	out, _ := runs(t, exitOK, "learn", "-model", "dsprites", "-backend", "native", "-transform", "translate-x, translate-y",
		"-range", "0.12", "-trajectories", "16", "-o", file, "-json")
	var learned learnedSet
	require.NoError(t, json.Unmarshal([]byte(out), &learned))
	require.Len(t, learned.Factors, 2)
	require.Positive(t, learned.ForwardEquivalents)

	out, _ = runs(t, exitOK, "inspect", "-control", file)
	require.Contains(t, out, "factor       translate-x")
	require.Contains(t, out, "together     with translate-x")

	out, _ = runs(t, exitOK, "evaluate", "-model", "dsprites", "-backend", "native", "-control", file, "-samples", "40", "-json")
	var e evaluatedSet
	require.NoError(t, json.Unmarshal([]byte(out), &e))
	require.Equal(t, []string{"translate-x", "translate-y"}, e.Factors)
	require.InDelta(t, 1, e.CrossTalk[0][0].Slope, 0.2)
	require.Len(t, e.Together, 1)
	out, _ = runs(t, exitOK, "evaluate", "-model", "dsprites", "-backend", "native", "-control", file, "-samples", "40")
	require.Contains(t, out, "largest cross-talk")

	sheet := filepath.Join(dir, "sheet.png")
	steer := []string{"steer", "-model", "dsprites", "-backend", "native", "-control", file, "-n", "2", "-o", sheet}
	_, log := runs(t, exitUsage, steer...)
	require.Contains(t, log, "-factor")
	runs(t, exitOK, append(steer, "-factor", "translate-y", "-with", "translate-x=0.02", "-by", "0,0.05")...)
	require.FileExists(t, sheet)
	for _, wrong := range [][]string{
		{"-factor", "zoom"}, {"-factor", "translate-x", "-with", "zoom=1"},
		{"-factor", "translate-x", "-with", "translate-x=0.1"}, {"-factor", "translate-x", "-with", "translate-y=far"},
	} {
		runs(t, exitUsage, append(steer, wrong...)...)
	}
	_, log = runs(t, exitUsage, "learn", "-model", "dsprites", "-transform", "zoom,zoom", "-o", file)
	require.Contains(t, log, "twice")
	runs(t, exitUsage, "learn", "-model", "dsprites", "-transform", "zoom,translate-x", "-tolerance", "0.1", "-o", file)
}

// runs executes a command and requires its exit status.
func runs(t *testing.T, want int, args ...string) (out, log string) {
	t.Helper()
	status, out, log := execute(args...)
	require.Equal(t, want, status, log)
	return out, log
}
