package dataset

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

// quick inverts the blob, or nearly, in no time: 4 trajectories a call, 8 a shard.
func quick(trajectories int) *Options {
	return &Options{Invert: invert.Options{
		Method: invert.Adam{Rate: 0.05, Iterations: 2, Secant: true},
		Range:  0.1, Steps: 2, Trajectories: trajectories, Batch: 4, Seed: 7,
	}}
}

var shift = transform.TranslateX{}

// fill calls Make on the blob and expects it to succeed.
func fill(t testing.TB, path string, opts *Options) *Dir {
	t.Helper()
	d, err := Make(context.Background(), path, blob.Generator{}, shift, opts)
	require.NoError(t, err)
	return d
}

// contents returns what is in a folder, but for the lock: checksums by path.
func contents(t testing.TB, path string) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, filepath.WalkDir(path, func(p string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == lockName {
			return err
		}
		data, err := os.ReadFile(p)
		rel, _ := filepath.Rel(path, p)
		all[filepath.ToSlash(rel)] = fmt.Sprintf("%d bytes, %x", len(data), sha256.Sum256(data))
		return err
	}))
	return all
}

// counting is the blob with its calls counted; before each it calls at with their
// number.
type counting struct {
	blob.Generator
	calls *atomic.Int64
	at    func(call int64)
}

func (c counting) count() {
	n := c.calls.Add(1)
	if c.at != nil {
		c.at(n)
	}
}

func (c counting) Generate(ctx context.Context, dst *generator.Images, z *generator.Latents) error {
	c.count()
	return c.Generator.Generate(ctx, dst, z)
}

func (c counting) Linearize(ctx context.Context, z *generator.Latents) (generator.Linearization, error) {
	c.count()
	return c.Generator.Linearize(ctx, z)
}

// read returns a file of a folder.
func read(t testing.TB, elem ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(elem...))
	require.NoError(t, err)
	return data
}
