package dataset

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
)

// What lies in a folder.
const (
	manifestName = "manifest.json"
	shardsName   = "pairs"
	shardSuffix  = ".parquet"
	lockName     = "lock"
)

// Dir is a folder with the pairs of a run, complete or not. It keeps nothing of
// them in memory, and is safe for concurrent use.
type Dir struct {
	path     string
	manifest Manifest
}

// Open opens a folder that Make has filled, to read it. The error wraps
// fs.ErrNotExist where there is no manifest, and ErrManifest where it cannot be
// read.
func Open(path string) (*Dir, error) {
	m, err := readManifest(filepath.Join(path, manifestName))
	if err != nil {
		return nil, err
	}
	return &Dir{path: path, manifest: m}, nil
}

// Path returns the folder.
func (d *Dir) Path() string { return d.path }

// Manifest says what the pairs depend on.
func (d *Dir) Manifest() Manifest {
	m := d.manifest
	m.Targets, m.Levels = slices.Clone(m.Targets), slices.Clone(m.Levels)
	return m
}

func (d *Dir) shards() string { return filepath.Join(d.path, shardsName) }

// shardPath returns where the shard that begins at a trajectory lies.
func (d *Dir) shardPath(low int) string {
	return filepath.Join(d.shards(), fmt.Sprintf("%08d%s", low, shardSuffix))
}

// Shards reads the shards that are there, in order, one at a time. Each is
// checked; one that is damaged gives an error that wraps ErrShard and names it, and
// reading goes on behind it. One that was made with other settings gives a
// *MismatchError.
func (d *Dir) Shards() iter.Seq2[*Shard, error] {
	return func(yield func(*Shard, error) bool) {
		lows, err := d.list()
		if err != nil {
			yield(nil, err)
			return
		}
		for _, low := range lows {
			if !yield(readShard(d.shardPath(low), &d.manifest, low)) {
				return
			}
		}
	}
}

// list returns the first trajectories of the shards that are there, by their
// names.
func (d *Dir) list() ([]int, error) {
	entries, err := os.ReadDir(d.shards())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	var lows []int
	for _, e := range entries {
		digits, is := strings.CutSuffix(e.Name(), shardSuffix)
		low, err := strconv.Atoi(digits)
		if is && err == nil && d.shardPath(low) == filepath.Join(d.shards(), e.Name()) && low%d.manifest.Shard == 0 {
			lows = append(lows, low)
		}
	}
	slices.Sort(lows)
	return lows, nil
}

// Rows reads the pairs that are there, ordered by trajectory, then t, holding one
// shard at a time. It ends with the first error; see Shards. A run that was cut
// short may have left gaps in the trajectories.
func (d *Dir) Rows() iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		for s, err := range d.Shards() {
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range s.Rows {
				if !yield(&s.Rows[i], nil) {
					return
				}
			}
		}
	}
}

// missing returns what is to be computed for the first n trajectories to be there:
// whole shards, the last of them as far as n. A shard of fewer trajectories than
// that is computed anew. Damaged ones are errors, all of them at once.
func (d *Dir) missing(ctx context.Context, n int) (todo []invert.Range, found Found, err error) {
	lows, err := d.list()
	if err != nil {
		return nil, found, err
	}
	var damage []error
	for low := 0; low < n; low += d.manifest.Shard {
		if err := ctx.Err(); err != nil {
			return nil, found, fmt.Errorf("dataset: looking at %s: %w", d.path, err)
		}
		high := min(low+d.manifest.Shard, n)
		there := 0
		if _, ok := slices.BinarySearch(lows, low); ok {
			s, err := readShard(d.shardPath(low), &d.manifest, low)
			if err != nil {
				damage = append(damage, err)
				continue
			}
			there = s.Range.High - low
		}
		if there < high-low {
			todo = append(todo, invert.Range{Low: low, High: high})
			found.Missing += high - low
			found.Again += there
			continue
		}
		found.Shards++
		found.Trajectories += high - low
	}
	return todo, found, errors.Join(damage...)
}

// Pairs reads the first n trajectories and marks the pairs that missed their
// targets, as invert.Run does with the same options, of which it looks at
// MaxRelative and Drop; nil stands for the defaults. It holds n trajectories in
// memory, however many are there: see FitTrajectories.
//
// The error wraps ErrIncomplete if not all of them are there, ErrShard if a file
// is damaged, invert.ErrAllFailed if no pair is to be kept.
func (d *Dir) Pairs(n int, opts *invert.Options) (*invert.Dataset, error) {
	m := &d.manifest
	if n < 1 {
		return nil, fmt.Errorf("dataset: %d trajectories: ask for at least one", n)
	}
	set := &invert.Dataset{
		T:     slices.Clone(m.Targets),
		Z0:    generator.NewLatents(n, m.Generator.D),
		Z:     generator.NewLatents(n*len(m.Targets), m.Generator.D),
		Pairs: make([]invert.Pair, 0, n*len(m.Targets)),
		Settings: invert.Settings{
			Method: m.Method, Loss: m.Loss, Constraint: m.Constraint, Levels: slices.Clone(m.Levels),
			Trajectories: n, Batch: m.Batch, Seed: m.Seed,
		},
	}
	work := 0.0
	for low := 0; low < n; low += m.Shard {
		s, err := readShard(d.shardPath(low), m, low)
		if errors.Is(err, fs.ErrNotExist) || err == nil && s.Range.High < min(low+m.Shard, n) {
			return nil, fmt.Errorf("dataset: %s: %w: number %d is not there: let the run that makes them finish, or ask for less",
				d.path, ErrIncomplete, len(set.Pairs)/len(m.Targets))
		}
		if err != nil {
			return nil, err
		}
		used := min(s.Range.High, n) - low
		work += s.Work * float64(used) / float64(s.Range.High-low)
		for i := range s.Rows[:used*len(m.Targets)] {
			r := &s.Rows[i]
			pair, err := r.pair()
			if err != nil {
				return nil, damaged(s.Path, err)
			}
			copy(set.Z0.Row(pair.Trajectory), r.Z0)
			copy(set.Z.Row(len(set.Pairs)), r.Z)
			set.Pairs = append(set.Pairs, pair)
		}
	}
	set.ForwardEquivalents = work / float64(n)
	if err := set.Select(opts); err != nil {
		return nil, fmt.Errorf("dataset: %s: %w", d.path, err)
	}
	return set, nil
}

// FitTrajectories is how many trajectories lcfv learn fits a control to, the first
// ones, however many there are.
const FitTrajectories = 500
