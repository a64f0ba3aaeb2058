package dataset

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/generator/dsprites"
	"github.com/lcfv-go/lcfv/internal/blob"
)

// childKey names the variable of the environment that makes the test's program a
// run to be killed, and says which.
const childKey = "LCFV_DATASET_TEST_CHILD"

// child is a run of Make in a process of its own. It writes a byte to stdout for
// each call of the generator, and its error, if any, to stderr.
type child struct {
	Dir          string
	Trajectories int
	Workers      int
	Real         bool   // the bundled decoder in place of the blob
	FileSize     uint64 // no file may grow beyond; 0: no limit
}

func TestMain(m *testing.M) {
	var c child
	if err := json.Unmarshal([]byte(os.Getenv(childKey)), &c); err != nil {
		os.Exit(m.Run())
	}
	if err := c.run(); err != nil {
		fmt.Fprint(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func (c child) run() error {
	if err := limitFileSize(c.FileSize); err != nil {
		return err
	}
	if c.Real {
		g, err := dsprites.Open(nil)
		if err != nil {
			return err
		}
		defer g.Close()
		_, err = Make(context.Background(), c.Dir, telling{g}, shift, c.options())
		return err
	}
	g := counting{calls: new(atomic.Int64), at: func(int64) { tell() }}
	_, err := Make(context.Background(), c.Dir, g, shift, c.options())
	return err
}

func tell() { _, _ = os.Stdout.Write([]byte{'.'}) }

func (c child) options() *Options {
	o := quick(c.Trajectories)
	o.Invert.Workers = c.Workers
	if c.Real {
		o.Invert.Batch, o.Invert.Steps = 2, 1
	}
	return o
}

// telling is a generator that tells of each batch it is asked to draw.
type telling struct{ generator.Differentiable }

func (t telling) Generate(ctx context.Context, dst *generator.Images, z *generator.Latents) error {
	tell()
	return t.Differentiable.Generate(ctx, dst, z)
}

func (t telling) Linearize(ctx context.Context, z *generator.Latents) (generator.Linearization, error) {
	tell()
	return t.Differentiable.Linearize(ctx, z)
}

func (c child) command(t *testing.T) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Skip("no processes here:", err)
	}
	text, err := json.Marshal(c)
	require.NoError(t, err)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childKey+"="+string(text))
	return cmd
}

// kill starts the run and kills it, as kill -9 does, after it has called the
// generator a number of times, wherever it is by then. It reports whether it came
// in time.
func (c child) kill(t *testing.T, calls int) bool {
	t.Helper()
	cmd := c.command(t)
	var failure bytes.Buffer
	cmd.Stderr = &failure
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	_, err = io.CopyN(io.Discard, out, int64(calls))
	if err == nil {
		err = cmd.Process.Kill()
	}
	if waited := cmd.Wait(); err == nil {
		err = waited
	}
	require.Empty(t, failure.String())
	return err != nil && cmd.ProcessState.ExitCode() != 0
}

// A run that is killed twenty times at random, and gone on with by one worker and by
// two in turn, leaves what an uninterrupted one leaves.
func TestKilled(t *testing.T) {
	const trajectories = 300 // 38 shards, of 28 calls each
	want := contents(t, fill(t, t.TempDir(), quick(trajectories)).Path())
	dir := filepath.Join(t.TempDir(), "d")
	r := rand.New(rand.NewPCG(4, 9))
	left, finished := 0, 0
	for kills := 0; kills < 20; {
		if !(child{Dir: dir, Trajectories: trajectories, Workers: 1 + kills%2}).kill(t, 1+r.IntN(60)) {
			require.Equal(t, want, contents(t, dir))
			require.NoError(t, os.RemoveAll(dir)) // it was too fast: begin again
			continue
		}
		kills++
		finished = 0
		for name, sum := range contents(t, dir) {
			if whole, ok := want[name]; ok {
				require.Equal(t, whole, sum, "%s after kill %d: what has its name is whole", name, kills)
				finished++
			} else {
				left++
			}
		}
	}
	t.Logf("%d files were finished after the last kill; %d unfinished ones were met on the way", finished, left)
	require.Greater(t, finished, 1, "every run must go on from the last")
	require.Equal(t, want, contents(t, fill(t, dir, quick(trajectories)).Path()))
}

func TestKilledOnTheBundledDecoder(t *testing.T) {
	g, err := dsprites.Open(nil)
	require.NoError(t, err)
	defer g.Close()
	var want map[string]string
	for _, workers := range []int{1, 2} {
		c := child{Dir: t.TempDir(), Trajectories: 12, Workers: workers, Real: true}
		d, err := Make(t.Context(), c.Dir, g, shift, c.options())
		require.NoError(t, err)
		if want == nil {
			want = contents(t, d.Path())
			require.Len(t, want, 4)
		}
		require.Equal(t, want, contents(t, d.Path()))

		c.Dir = t.TempDir()
		c.kill(t, 20)
		c.kill(t, 3)
		_, err = Make(t.Context(), c.Dir, g, shift, c.options())
		require.NoError(t, err)
		require.Equal(t, want, contents(t, c.Dir))
	}
}

// Two processes at once: one of them is turned away.
func TestTwoProcesses(t *testing.T) {
	if lockless() {
		t.Skip("no locks on this system")
	}
	dir := t.TempDir()
	cmd := child{Dir: dir, Trajectories: 3000, Workers: 1}.command(t)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	_, err = io.CopyN(io.Discard, out, 40)
	require.NoError(t, err)
	_, err = Make(t.Context(), dir, blob.Generator{}, shift, quick(3000))
	require.ErrorIs(t, err, ErrLocked)
	require.ErrorContains(t, err, fmt.Sprintf("process %d)", cmd.Process.Pid))
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	fill(t, dir, quick(20)) // the lock went with the process
}
