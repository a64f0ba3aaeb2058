package dataset

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/invert"
)

func TestRows(t *testing.T) {
	opts := quick(11)
	opts.Invert.MaxRelative, opts.Invert.Drop = -1, -1
	want, err := invert.Run(t.Context(), blob.Generator{}, shift, &opts.Invert)
	require.NoError(t, err)
	d := fill(t, t.TempDir(), opts)
	i := 0
	for r, err := range d.Rows() {
		require.NoError(t, err)
		p := want.Pairs[i]
		require.Equal(t, int64(p.Trajectory), r.Trajectory)
		require.Equal(t, want.Z0.Row(p.Trajectory), r.Z0)
		require.Equal(t, want.Z.Row(i), r.Z)
		require.Equal(t, p.Relative(), r.Relative)
		pair, err := r.pair()
		require.NoError(t, err)
		require.Equal(t, p, pair)
		i++
	}
	require.Equal(t, len(want.Pairs), i)
	for range d.Rows() {
		break // must not panic
	}
	m := d.Manifest()
	require.Equal(t, want.T, m.Targets)
	m.Targets[0] = 9
	require.NotEqual(t, m, d.Manifest(), "a copy")
}

func TestEveryStatusIsKept(t *testing.T) {
	part := &invert.Dataset{T: []float64{1}}
	for s := invert.Kept; s.String() != "unknown"; s++ {
		if s != invert.Unreached && s != invert.Worst {
			part.Pairs = append(part.Pairs, invert.Pair{
				Trajectory: len(part.Pairs), T: 1, Error: 2, Still: 4, Status: s,
				Converged: true, Iterations: 3, Work: 5.5, LeftAt: 0.5, Active: true,
			})
		}
	}
	n := len(part.Pairs)
	require.Len(t, Statuses(), n)
	part.Z0, part.Z = generator.NewLatents(n, 2), generator.NewLatents(n, 2)
	part.ForwardEquivalents = 7.25
	m := Manifest{Schema: schema, Targets: part.T, Shard: n, Generator: Generator{D: 2}}
	state, err := m.encode()
	require.NoError(t, err)
	file, err := encodeShard(state, invert.Range{Low: n, High: 2 * n}, part)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "x.parquet")
	require.NoError(t, os.WriteFile(path, file, 0o666))
	s, err := readShard(path, &m, n)
	require.NoError(t, err)
	require.Equal(t, 7.25*float64(n), s.Work)
	for i := range s.Rows {
		got, err := s.Rows[i].pair()
		require.NoError(t, err)
		want := part.Pairs[i]
		want.Trajectory += n
		require.Equal(t, want, got)
		require.Equal(t, 0.5, s.Rows[i].Relative)
	}
	part.Pairs[0].Status = invert.Worst
	_, err = encodeShard(state, invert.Range{Low: n, High: 2 * n}, part)
	require.ErrorContains(t, err, "worst of its t")
}

func TestIncomplete(t *testing.T) {
	d := fill(t, t.TempDir(), quick(20))
	_, err := d.Pairs(21, nil)
	require.ErrorIs(t, err, ErrIncomplete)
	require.ErrorContains(t, err, "number 16 ")
	require.NoError(t, os.Remove(d.shardPath(8)))
	_, err = d.Pairs(20, nil)
	require.ErrorIs(t, err, ErrIncomplete)
	require.ErrorContains(t, err, "number 8 ")
	_, err = d.Pairs(8, &invert.Options{MaxRelative: -1})
	require.NoError(t, err)
	_, err = d.Pairs(0, nil)
	require.Error(t, err)
	_, err = d.Pairs(8, &invert.Options{Drop: 2})
	require.ErrorIs(t, err, invert.ErrOptions)
	var ranges []invert.Range
	for s, err := range d.Shards() {
		require.NoError(t, err)
		ranges = append(ranges, s.Range)
	}
	require.Equal(t, []invert.Range{{Low: 0, High: 8}, {Low: 16, High: 20}}, ranges)
}

// Any single byte that is not what it was, and any end that is missing, is found.
func TestDamagedShard(t *testing.T) {
	d := fill(t, t.TempDir(), quick(16))
	whole := contents(t, d.Path())
	path := d.shardPath(8)
	good := read(t, path)
	damage := map[string][]byte{"empty": {}, "noise": []byte(strings.Repeat("noise", 1000)), "another's": read(t, d.shardPath(0))}
	r := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		at := r.IntN(len(good))
		bad := append([]byte(nil), good...)
		bad[at] ^= 1 << r.IntN(8)
		damage["bit"] = bad
		damage["end"] = good[:at]
		for name, data := range damage {
			require.NoError(t, os.WriteFile(path, data, 0o666))
			_, err := readShard(path, &d.manifest, 8)
			require.ErrorIs(t, err, ErrShard, "%s at byte %d", name, at)
		}
	}
	for _, err := range []error{
		func() error { _, err := d.Pairs(16, nil); return err }(),
		func() error {
			_, err := Make(context.Background(), d.Path(), blob.Generator{}, shift, quick(16))
			return err
		}(),
	} {
		require.ErrorIs(t, err, ErrShard)
		require.ErrorContains(t, err, path)
		require.ErrorContains(t, err, "delete it")
	}
	read := 0
	for s, err := range d.Shards() {
		if err == nil {
			read += len(s.Rows)
		}
	}
	require.Equal(t, 8*4, read, "the other shard is as good as before")
	require.NoError(t, os.Remove(path))
	require.Equal(t, whole, contents(t, fill(t, d.Path(), quick(16)).Path()))
}

func TestShardOfAnotherFolder(t *testing.T) {
	d := fill(t, t.TempDir(), quick(8))
	opts := quick(8)
	opts.Invert.Seed = 99
	data := read(t, fill(t, t.TempDir(), opts).shardPath(0))
	require.NoError(t, os.WriteFile(d.shardPath(0), data, 0o666))
	_, err := d.Pairs(8, nil)
	require.ErrorIs(t, err, ErrMismatch)
	require.ErrorContains(t, err, "seed: 99 there, 7 here")
}

func TestDamagedManifest(t *testing.T) {
	d := fill(t, t.TempDir(), quick(8))
	whole := contents(t, d.Path())
	text := string(read(t, d.Path(), "manifest.json"))
	path := filepath.Join(d.Path(), "manifest.json")
	for want, bad := range map[string]string{
		"truncated":     text[:len(text)/2],
		"update lcfv":   strings.Replace(text, `"schema": 1`, `"schema": 2`, 1),
		"no schema":     "{}",
		"unknown field": strings.Replace(text, `"seed"`, `"sead"`, 1),
		"no targets":    `{"schema": 1, "generator": {"latent": 1}}`,
		"length 0":      `{"schema": 1}`,
		"shards of 0":   `{"schema": 1, "generator": {"latent": 1}, "targets": [1]}`,
	} {
		require.NoError(t, os.WriteFile(path, []byte(bad), 0o666))
		_, err := Open(d.Path())
		require.ErrorIs(t, err, ErrManifest)
		require.ErrorContains(t, err, want)
		_, err = Make(context.Background(), d.Path(), blob.Generator{}, shift, quick(8))
		require.ErrorIs(t, err, ErrManifest)
		require.ErrorContains(t, err, path)
	}
	require.Equal(t, whole["pairs/00000000.parquet"], contents(t, d.Path())["pairs/00000000.parquet"])
	require.NoError(t, os.Remove(path)) // as the message says
	require.Equal(t, whole, contents(t, fill(t, d.Path(), quick(8)).Path()))
}

func FuzzShard(f *testing.F) {
	d := fill(f, f.TempDir(), quick(8))
	f.Add(read(f, d.shardPath(0)))
	f.Fuzz(func(t *testing.T, data []byte) {
		// Past the checksum, which keeps out all else.
		if place, err := digits(data); err == nil {
			copy(place, unsealed)
			require.NoError(t, seal(data))
			require.NoError(t, checkSeal(data))
		}
		s := &Shard{}
		if m, err := s.decode(data); err == nil {
			_ = s.check(m, 0)
		}
	})
}
