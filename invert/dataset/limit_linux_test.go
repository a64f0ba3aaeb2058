package dataset

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// limitFileSize makes writes beyond a size fail.
func limitFileSize(size uint64) error {
	if size == 0 {
		return nil
	}
	signal.Ignore(syscall.SIGXFSZ)
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size, Max: size})
}

// A file system that takes no more, as a run of its own meets it.
func TestNoRoomForAShard(t *testing.T) {
	want := contents(t, fill(t, t.TempDir(), quick(20)).Path())
	dir := t.TempDir()
	fill(t, dir, quick(8))
	cmd := child{Dir: dir, Trajectories: 20, Workers: 2, FileSize: 2048}.command(t)
	var failure bytes.Buffer
	cmd.Stderr = &failure
	require.Error(t, cmd.Run())
	require.Contains(t, failure.String(), "file too large")
	require.Contains(t, failure.String(), "what was finished before is kept; run again to go on")
	require.Len(t, contents(t, dir), 2, "a manifest and a shard, no half of another")
	require.Equal(t, want, contents(t, fill(t, dir, quick(20)).Path()))
}

// unprivileged makes cmd run as somebody who may not write everywhere.
func unprivileged(cmd *exec.Cmd) {
	if os.Geteuid() == 0 {
		cmd.Path = "/proc/self/exe" // the program may lie where only root can look
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
}

func TestReadOnlyFolder(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Chmod(filepath.Dir(dir), 0o755))
	want := contents(t, fill(t, dir, quick(8)).Path())
	for _, folder := range []string{dir, filepath.Join(dir, shardsName)} {
		require.NoError(t, os.Chmod(folder, 0o555))
		defer os.Chmod(folder, 0o755) // so that it can be removed
	}
	run := func(n int, path string) (string, error) {
		cmd := child{Dir: path, Trajectories: n, Workers: 1}.command(t)
		unprivileged(cmd)
		var failure bytes.Buffer
		cmd.Stderr = &failure
		err := cmd.Run()
		if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
			t.Skip("no process without privileges here:", err)
		}
		return failure.String(), err
	}
	text, err := run(8, dir)
	require.NoError(t, err, "%s: a complete folder is only read", text)
	text, err = run(16, dir)
	require.Error(t, err)
	require.Contains(t, text, "cannot be written to")
	require.Contains(t, text, "permission denied")
	text, err = run(8, filepath.Join(dir, "new"))
	require.Error(t, err)
	require.Contains(t, text, "permission denied")
	require.Equal(t, want, contents(t, dir))
}
