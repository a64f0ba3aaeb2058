package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReport(t *testing.T) {
	dir := t.TempDir()
	control, data := filepath.Join(dir, "x.json"), filepath.Join(dir, "pairs")
	status, _, log := execute("learn", "-model", "dsprites", "-transform", "translate-x",
		"-range", "0.1", "-steps", "4", "-trajectories", "16", "-seed", "1", "-data", data, "-o", control)
	require.Equal(t, exitOK, status, log)

	page, figures := filepath.Join(dir, "r.html"), filepath.Join(dir, "figures")
	args := []string{"report", "-model", "dsprites", "-control", control, "-samples", "30", "-by", "-0.05,0.05", "-rows", "2"}
	status, out, log := execute(append(args, "-data", data, "-o", page, "-figures", figures, "-json")...)
	require.Equal(t, exitOK, status, log)
	require.Contains(t, log, "reporting", "progress goes to stderr")
	var r reportResult
	require.NoError(t, json.Unmarshal([]byte(out), &r))
	require.Equal(t, page, r.File)
	require.Equal(t, []string{"translate-x"}, r.Factors)
	require.Equal(t, 60, r.Each[0].N)
	require.Equal(t, "barycentre-x", r.Measures[0])
	require.InDelta(t, r.Each[0].Slope, r.CrossTalk[0][0].Slope, 1e-9)
	require.Len(t, r.Figures, 16)
	for _, path := range r.Figures {
		require.FileExists(t, path)
	}
	written, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Equal(t, r.Bytes, len(written))
	require.Contains(t, string(written), "lcfv report -by -0.05,0.05 -control ", "how to make it again")
	require.NotContains(t, string(written), "were not at hand")

	// The pairs found again are those that were kept.
	again := filepath.Join(t.TempDir(), "r.html")
	status, out, log = execute(append(args, "-again", "-o", again)...)
	require.Equal(t, exitOK, status, log)
	require.Contains(t, out, "report written to "+again)
	other, err := os.ReadFile(again)
	require.NoError(t, err)
	kept := strings.Replace(string(written), " -data "+data, "", 1)
	require.Equal(t, kept, strings.Replace(string(other), " -again=true", "", 1))
}

func TestReportMistakes(t *testing.T) {
	control := learned(t)
	dir := t.TempDir()
	page := filepath.Join(dir, "r.html")
	for _, c := range []struct {
		status int
		says   string
		args   []string
	}{
		{exitUsage, "-control is missing", []string{"-o", page}},
		{exitUsage, "-o is missing", []string{"-control", control}},
		{exitUsage, "must end in .html", []string{"-control", control, "-o", "r.pdf"}},
		{exitUsage, "-samples", []string{"-control", control, "-o", page, "-samples", "0"}},
		{exitUsage, "-rows", []string{"-control", control, "-o", page, "-rows", "0"}},
		{exitUsage, "-seed", []string{"-control", control, "-o", page, "-seed", "0"}},
		{exitUsage, "-tolerance", []string{"-control", control, "-o", page, "-tolerance", "-1"}},
		{exitUsage, "-by", []string{"-control", control, "-o", page, "-by", "far"}},
		{exitUsage, "-again", []string{"-control", control, "-o", page, "-again", "-data", dir}},
		{exitUsage, "-measure", []string{"-control", control, "-o", page, "-measure", "weight"}},
		{exitUsage, "detector", []string{"-control", control, "-o", page, "-detector", "eyes"}},
		{exitFailed, "manifest", []string{"-control", control, "-o", page, "-data", dir}},
		{exitFailed, "cannot be written", []string{"-control", control, "-o", filepath.Join(dir, "none", "r.html")}},
		{exitFailed, "held out", []string{"-control", control, "-o", page, "-seed", "1"}},
	} {
		status, _, log := execute(append([]string{"report", "-model", "dsprites"}, c.args...)...)
		require.Equal(t, c.status, status, c.args)
		require.Contains(t, log, c.says, c.args)
		require.NoFileExists(t, page)
	}
}

func TestReportIsInterrupted(t *testing.T) {
	control := learned(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	page := filepath.Join(t.TempDir(), "r.html")
	var out, log strings.Builder
	status := run(ctx, []string{"report", "-model", "dsprites", "-control", control, "-o", page}, &out, &log)
	require.Equal(t, exitFailed, status)
	require.Contains(t, log.String(), "interrupted")
	require.NoFileExists(t, page)
}

func TestShellQuoting(t *testing.T) {
	require.Equal(t, `-control 'my x.json' -by -0.1,0.1 -o 'it'\''s.html' ''`, shell([]string{"-control", "my x.json", "-by", "-0.1,0.1", "-o", "it's.html", ""}))
}
