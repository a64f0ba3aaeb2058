package dataset

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/atomicfile"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

// Options say how to fill a folder. The zero value and nil stand for the defaults
// stated with each field.
type Options struct {
	// Invert says what to invert and how. Its MaxRelative and Drop do not count
	// here: a folder holds all pairs.
	Invert invert.Options

	// Shard is the number of trajectories a file, a multiple of Invert.Batch; 0
	// stands for two batches. What is lost when a run is cut short is, for each
	// worker, at most the shard it was at.
	Shard int

	// Found, if not nil, is called once, before the work begins.
	Found func(Found)
}

// Found is what a run found in its folder, and what is left to do.
type Found struct {
	Trajectories int // of those asked for that need not be done
	Shards       int // that hold them
	Missing      int // trajectories to do
	Again        int // of these, in a last shard that is to become longer
}

// Make sees to it that the folder at path holds the pairs of the first
// opts.Invert.Trajectories trajectories of a run of invert on g and tr: it makes
// the folder if there is none and computes what is missing, shard by shard. What
// is there is checked and never computed again, but for a last shard that is
// shorter than what is asked for. A folder that is complete is only read.
//
// The content of a shard depends on the manifest and on its range of trajectories
// alone: it is the same, byte for byte, whatever the number of workers and however
// often the run was killed, on one kind of machine with one engine; elsewhere it
// may differ in the last bits of its numbers.
//
// Errors wrap ErrMismatch if the folder holds pairs of other settings, ErrLocked if
// another run is filling it, ErrManifest or ErrShard if a file is damaged, else what
// invert.RunRanges and the file system say. When ctx ends, Make returns within one
// generator call. Whatever the error, shards that are finished stay, and calling
// Make again goes on from them.
func Make(ctx context.Context, path string, g generator.Differentiable, tr transform.Transform, opts *Options) (*Dir, error) {
	if g == nil || tr == nil {
		return nil, fmt.Errorf("dataset: %w: generator and transform must not be nil", invert.ErrOptions)
	}
	if opts == nil {
		opts = &Options{}
	}
	o, err := opts.Invert.Resolve(g.Info())
	if err != nil {
		return nil, err
	}
	shard := opts.Shard
	if shard == 0 {
		shard = 2 * o.Batch
	}
	if shard < 0 || shard%o.Batch != 0 {
		return nil, fmt.Errorf("dataset: %w: Shard %d: give a multiple of the batch, %d", invert.ErrOptions, shard, o.Batch)
	}
	m := maker{dir: &Dir{path: path, manifest: newManifest(g.Info(), tr, &o, shard)}, write: atomicfile.Write}
	return m.make(ctx, g, tr, &o, opts.Found)
}

// maker fills a folder.
type maker struct {
	dir   *Dir                                 // with the manifest of the run
	write func(path string, data []byte) error // replaces a file whole or not at all
	state []byte                               // the manifest that shards carry
}

func (m *maker) make(ctx context.Context, g generator.Differentiable, tr transform.Transform, o *invert.Options, report func(Found)) (*Dir, error) {
	if err := os.MkdirAll(m.dir.shards(), 0o777); err != nil {
		return nil, fmt.Errorf("dataset: making the folder: %w", err)
	}
	unlock, lockErr := lock(filepath.Join(m.dir.path, lockName))
	if lockErr == nil {
		defer unlock()
	}
	fresh, err := m.adopt()
	if err != nil {
		return nil, err
	}
	todo, found, err := m.dir.missing(ctx, o.Trajectories)
	if err != nil {
		return nil, err
	}
	if report != nil {
		report(found)
	}
	if len(todo) == 0 && !fresh {
		return m.dir, nil // even where nothing can be written, or somebody else does
	}
	if lockErr != nil {
		return nil, lockErr
	}
	if err := m.prepare(fresh); err != nil {
		return nil, err
	}
	if err := invert.RunRanges(ctx, g, tr, o, todo, m.save); err != nil {
		return nil, err
	}
	return m.dir, nil
}

// adopt holds the run's manifest against the folder's and takes that over. It
// reports whether there is none.
func (m *maker) adopt() (fresh bool, err error) {
	path := filepath.Join(m.dir.path, manifestName)
	there, err := readManifest(path)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if err := m.dir.manifest.compare(path, &there); err != nil {
		return false, err
	}
	m.dir.manifest = there
	return false, nil
}

// prepare writes the manifest where there is none, and removes what runs that were
// killed left half-written.
func (m *maker) prepare(fresh bool) error {
	state, err := m.dir.manifest.encode()
	if err != nil {
		return err
	}
	m.state = state
	if err := sweep(m.dir.path, manifestName); err != nil {
		return err
	}
	if err := sweep(m.dir.shards(), "*"+shardSuffix); err != nil {
		return err
	}
	if !fresh {
		return nil
	}
	if err := m.write(filepath.Join(m.dir.path, manifestName), state); err != nil {
		return fmt.Errorf("dataset: %w", err)
	}
	return nil
}

// sweep removes what is left of files that were being written.
func sweep(folder, base string) error {
	entries, err := os.ReadDir(folder)
	for _, e := range entries {
		if left, _ := filepath.Match(atomicfile.Pattern(base), e.Name()); left && err == nil {
			err = os.Remove(filepath.Join(folder, e.Name()))
		}
	}
	if err != nil {
		return fmt.Errorf("dataset: removing what a run that was killed left behind: %w", err)
	}
	return nil
}

// save writes a shard.
func (m *maker) save(of invert.Range, part *invert.Dataset) error {
	data, err := encodeShard(m.state, of, part)
	if err != nil {
		return err
	}
	if err := m.write(m.dir.shardPath(of.Low), data); err != nil {
		return fmt.Errorf("dataset: trajectories %d to %d: %w: what was finished before is kept; run again to go on", of.Low, of.High-1, err)
	}
	return nil
}
