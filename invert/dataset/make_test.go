package dataset

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/internal/atomicfile"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

func TestPairsAreThoseOfRun(t *testing.T) {
	opts := quick(19)
	opts.Invert.MaxRelative, opts.Invert.Drop = 0.5, 0.2
	want, err := invert.Run(t.Context(), blob.Generator{}, shift, &opts.Invert)
	require.NoError(t, err)
	require.Positive(t, want.Count(invert.Worst))
	got, err := fill(t, t.TempDir(), opts).Pairs(19, &opts.Invert)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestShardsDependOnNothingElse(t *testing.T) {
	want := contents(t, fill(t, t.TempDir(), quick(20)).Path())
	require.Len(t, want, 4, "a manifest and the shards of 8, 8 and 4 trajectories")
	require.Contains(t, want, "manifest.json")
	require.Contains(t, want, "pairs/00000016.parquet")

	for _, workers := range []int{1, 2, 7} {
		opts := quick(20)
		opts.Invert.Workers = workers
		require.Equal(t, want, contents(t, fill(t, t.TempDir(), opts).Path()), "%d workers", workers)
	}
	dir := t.TempDir()
	for _, n := range []int{3, 11, 20, 12} { // 11 has a shard to be made longer
		fill(t, dir, quick(n))
	}
	require.Equal(t, want, contents(t, dir))
	require.NoError(t, os.Remove(filepath.Join(dir, "pairs", "00000008.parquet")))
	fill(t, dir, quick(20))
	require.Equal(t, want, contents(t, dir))
	require.NoError(t, os.Remove(filepath.Join(dir, "manifest.json")))
	fill(t, dir, quick(20))
	require.Equal(t, want, contents(t, dir))
}

func TestMakeComputesWhatIsMissing(t *testing.T) {
	dir := t.TempDir()
	g := counting{calls: new(atomic.Int64)}
	var found Found
	run := func(n int) int64 {
		t.Helper()
		opts := quick(n)
		opts.Found = func(f Found) { found = f }
		g.calls.Store(0)
		_, err := Make(t.Context(), dir, g, shift, opts)
		require.NoError(t, err)
		return g.calls.Load()
	}
	whole := run(16)
	require.Equal(t, Found{Missing: 16}, found)
	require.Zero(t, run(16))
	require.Equal(t, Found{Trajectories: 16, Shards: 2}, found)
	require.Zero(t, run(5))
	require.Equal(t, Found{Trajectories: 5, Shards: 1}, found)
	require.Equal(t, whole/4, run(20), "one batch of four")
	require.Equal(t, Found{Trajectories: 16, Shards: 2, Missing: 4}, found)
	require.Equal(t, whole/2, run(22), "the short shard is made again")
	require.Equal(t, Found{Trajectories: 16, Shards: 2, Missing: 6, Again: 4}, found)
}

func TestOtherSettingsAreRefused(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir, quick(4))
	before := contents(t, dir)
	opts := quick(4)
	opts.Invert.Seed, opts.Invert.Steps, opts.Shard = 8, 1, 4
	_, err := Make(t.Context(), dir, blob.Generator{Angle: 1}, transform.Zoom{}, opts)
	require.ErrorIs(t, err, ErrMismatch)
	var mismatch *MismatchError
	require.ErrorAs(t, err, &mismatch)
	var fields []string
	for _, d := range mismatch.Differences {
		fields = append(fields, d.Field)
	}
	require.Equal(t, []string{"generator.fingerprint", "transform", "unit", "targets", "seed", "shard"}, fields)
	require.ErrorContains(t, err, "seed: 7 there, 8 here")
	require.ErrorContains(t, err, "transform: translate-x there, zoom here")
	require.ErrorContains(t, err, "manifest.json")
	require.Equal(t, before, contents(t, dir))

	// Shards without their manifest are held against the run's.
	require.NoError(t, os.Remove(filepath.Join(dir, "manifest.json")))
	opts = quick(4)
	opts.Invert.Seed = 8
	_, err = Make(t.Context(), dir, blob.Generator{}, shift, opts)
	require.ErrorIs(t, err, ErrMismatch)
	require.ErrorContains(t, err, "00000000.parquet")
	require.NoFileExists(t, filepath.Join(dir, "manifest.json"))
}

func TestCancel(t *testing.T) {
	dir := t.TempDir()
	// A shard takes 28 calls.
	for _, at := range []int64{1, 30, 30, 20} {
		ctx, cancel := context.WithCancel(t.Context())
		g := counting{calls: new(atomic.Int64)}
		g.at = func(call int64) {
			if call == at {
				cancel()
			}
		}
		opts := quick(24)
		opts.Invert.Workers = 1
		_, err := Make(ctx, dir, g, shift, opts)
		require.ErrorIs(t, err, context.Canceled)
		require.LessOrEqual(t, g.calls.Load(), at)
		ctx, cancel = context.WithCancel(t.Context())
		cancel()
		_, err = Make(ctx, dir, g, shift, opts)
		require.ErrorIs(t, err, context.Canceled)
	}
	d, err := Open(dir)
	require.NoError(t, err)
	n := 0
	for _, err := range d.Shards() {
		require.NoError(t, err)
		n++
	}
	require.Equal(t, 2, n, "what was finished is there")
	require.Equal(t, contents(t, fill(t, t.TempDir(), quick(24)).Path()), contents(t, fill(t, dir, quick(24)).Path()))
}

// A write that fails, wherever it does, loses nothing that was finished before.
func TestDiskFull(t *testing.T) {
	want := contents(t, fill(t, t.TempDir(), quick(24)).Path())
	dir := t.TempDir()
	for writes := range 3 {
		left := writes
		m, o := toMake(t, dir, 24)
		m.write = func(path string, data []byte) error {
			if left--; left < 0 {
				// As if the process had been killed as well: half a file stays.
				f, err := os.CreateTemp(filepath.Dir(path), atomicfile.Pattern(filepath.Base(path)))
				require.NoError(t, err)
				_, err = f.Write(data[:len(data)/2])
				require.NoError(t, err)
				require.NoError(t, f.Close())
				return &os.PathError{Op: "write", Path: path, Err: syscall.ENOSPC}
			}
			return atomicfile.Write(path, data)
		}
		_, err := m.make(t.Context(), blob.Generator{}, shift, o, nil)
		require.ErrorIs(t, err, syscall.ENOSPC)
		if writes > 0 {
			require.ErrorContains(t, err, "run again to go on")
		}
	}
	require.NotEqual(t, want, contents(t, dir), "halves of files are about")
	require.Equal(t, want, contents(t, fill(t, dir, quick(24)).Path()), "and swept")
}

func toMake(t *testing.T, dir string, n int) (*maker, *invert.Options) {
	g := blob.Generator{}
	o, err := quick(n).Invert.Resolve(g.Info())
	require.NoError(t, err)
	o.Workers = 1
	return &maker{dir: &Dir{path: dir, manifest: newManifest(g.Info(), shift, &o, 8)}, write: atomicfile.Write}, &o
}

func TestNoFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o666))
	_, err := Make(t.Context(), file, blob.Generator{}, shift, quick(4))
	require.ErrorContains(t, err, file)
	_, err = Open(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestTwoRunsAtOnce(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir, quick(4))
	unlock, err := lock(filepath.Join(dir, lockName))
	require.NoError(t, err)
	fill(t, dir, quick(4)) // nothing to do, nothing to wait for
	_, err = Make(t.Context(), dir, blob.Generator{}, shift, quick(12))
	if lockless() {
		t.Skip("no locks on this system")
	}
	require.ErrorIs(t, err, ErrLocked)
	require.ErrorContains(t, err, "process ")
	unlock()
	fill(t, dir, quick(12))
}

// lockless reports whether two locks of one file are had at once.
func lockless() bool {
	path := filepath.Join(os.TempDir(), "lcfv-lock-test")
	first, err := lock(path)
	if err != nil {
		return false
	}
	defer first()
	second, err := lock(path)
	if err == nil {
		second()
	}
	return !errors.Is(err, ErrLocked)
}

func TestOptionsAreChecked(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "d")
	opts := quick(4)
	opts.Shard = 6
	_, err := Make(t.Context(), dir, blob.Generator{}, shift, opts)
	require.ErrorIs(t, err, invert.ErrOptions)
	require.ErrorContains(t, err, "multiple of the batch, 4")
	opts = quick(-1)
	_, err = Make(t.Context(), dir, blob.Generator{}, shift, opts)
	require.ErrorIs(t, err, invert.ErrOptions)
	_, err = Make(t.Context(), dir, nil, shift, nil)
	require.ErrorIs(t, err, invert.ErrOptions)
	require.NoDirExists(t, dir)
}
