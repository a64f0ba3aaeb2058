package ort_test

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"sync"
	"testing"
	"time"

	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/backend/ort"
	"github.com/lcfv-go/lcfv/internal/race"
	"github.com/lcfv-go/lcfv/internal/testmodels"
	"github.com/lcfv-go/lcfv/internal/testort"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// model wraps nodes over an input x of two numbers a sample and an output y.
func model(consts map[string]*onnx.Tensor, nodes ...*onnx.Node) *onnx.Model {
	return &onnx.Model{
		IRVersion: 8, Opsets: map[string]int64{"": 17},
		Graph: &onnx.Graph{
			Name: "test", Nodes: nodes, Initializers: consts,
			Inputs:  []onnx.ValueInfo{{Name: "x", Type: onnx.Float32, Shape: []onnx.Dim{{Value: -1, Param: "N"}, {Value: 2}}}},
			Outputs: []onnx.ValueInfo{{Name: "y", Type: onnx.Float32}},
		},
	}
}

func node(op, out string, inputs ...string) *onnx.Node {
	return &onnx.Node{Name: "node " + out, Op: op, Inputs: inputs, Outputs: []string{out}, Attrs: map[string]any{}}
}

// chain is y = tanh(exp(x)).
func chain() *onnx.Model { return model(nil, node("Exp", "h", "x"), node("Tanh", "y", "h")) }

// decoder makes 16 maps of 8×8 of two numbers.
func decoder() *onnx.Model {
	w := func(shape ...int) *onnx.Tensor {
		data := make([]float32, tensor.Shape(shape).TotalSize())
		for i := range data {
			data[i] = float32(math.Sin(1.3 * float64(i)))
		}
		return onnx.NewTensor(onnx.Float32, shape, data)
	}
	up := node("ConvTranspose", "d", "c", "k")
	up.Attrs = map[string]any{"strides": []int64{2, 2}, "pads": []int64{1, 1, 1, 1}}
	return model(map[string]*onnx.Tensor{"w": w(2, 128), "k": w(8, 16, 4, 4), "shape": onnx.NewTensor(onnx.Int64, []int{4}, []int64{-1, 8, 4, 4})},
		node("MatMul", "a", "x", "w"), node("Relu", "b", "a"), node("Reshape", "c", "b", "shape"), up, node("Sigmoid", "y", "d"))
}

// pair makes two numbers for each of n samples.
func pair(n int) *tensor.Dense {
	d := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(n, 2))
	for i := range d.Float32s() {
		d.Float32s()[i] = float32(i%5) / 4
	}
	return d
}

// resident is the process's memory in bytes, 0 where the system does not say.
func resident(t *testing.T) int {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		var kib int
		if n, _ := fmt.Sscanf(s.Text(), "VmRSS: %d", &kib); n == 1 {
			return kib << 10
		}
	}
	return 0
}

// Nothing is left behind by linearizations, by batches that come and go, or by
// models.
func TestMemoryIsFlat(t *testing.T) {
	testort.Require(t)
	if race.Enabled {
		t.Skip("the race detector's memory grows")
	}
	m, err := ort.New(decoder(), nil)
	require.NoError(t, err)
	defer m.Close()
	rounds, warm := 10000, 2000
	if testing.Short() {
		rounds, warm = 1000, 500
	}
	const n = 3
	in := tensors{"x": pair(n)}
	v, dz := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(n, 16, 8, 8)), pair(n)
	dx := zerosLike(v)
	var before int
	for i := range rounds {
		if i == warm {
			debug.FreeOSMemory()
			before = resident(t)
		}
		l, err := m.Linearize(t.Context(), "y", "x", in)
		require.NoError(t, err)
		require.NoError(t, l.Pullback(t.Context(), dz, v))
		require.NoError(t, l.Pushforward(t.Context(), dx, dz))
		require.NoError(t, l.Close())
	}
	debug.FreeOSMemory()
	grown := resident(t) - before
	t.Logf("%d rounds: %.1f MB before, %+.2f MB after", rounds-warm, float64(before)/1e6, float64(grown)/1e6)
	require.Less(t, grown, 4<<20)
}

func TestModelsAreFreed(t *testing.T) {
	testort.Require(t)
	if race.Enabled {
		t.Skip("the race detector's memory grows")
	}
	x := pair(3)
	round := func(batch int) {
		m, err := ort.New(chain(), &ort.Options{Plans: 1})
		require.NoError(t, err)
		for n := 1; n <= batch; n++ { // each drops the one before
			l, err := m.Linearize(t.Context(), "y", "x", tensors{"x": pair(n)})
			require.NoError(t, err)
			defer l.Close() // some of them after the model
			require.NoError(t, l.Pullback(t.Context(), pair(n), pair(n)))
		}
		require.NoError(t, m.Run(t.Context(), tensors{"y": zerosLike(x)}, tensors{"x": x}))
		require.NoError(t, m.Close())
	}
	for range 10 {
		round(4)
	}
	debug.FreeOSMemory()
	before := resident(t)
	for range 30 {
		round(4)
	}
	debug.FreeOSMemory()
	require.Less(t, resident(t)-before, 6<<20)
}

// A linearization outlives its model.
func TestCloseInAnyOrder(t *testing.T) {
	testort.Require(t)
	m, err := ort.New(chain(), nil)
	require.NoError(t, err)
	l, err := m.Linearize(t.Context(), "y", "x", tensors{"x": pair(2)})
	require.NoError(t, err)
	require.NoError(t, m.Close())
	dx := pair(2)
	require.NoError(t, l.Pullback(t.Context(), dx, pair(2)), "whose session is made only now")
	x := pair(2).Float32s()
	for i, d := range dx.Float32s() {
		e := math.Exp(float64(x[i]))
		require.InDelta(t, e*(1-math.Tanh(e)*math.Tanh(e))*float64(x[i]), d, 1e-6)
	}
	require.NoError(t, l.Close())
	require.NoError(t, l.Close())
	require.ErrorIs(t, l.Pullback(t.Context(), dx, pair(2)), ort.ErrClosed)
	require.Nil(t, l.Output())
	require.ErrorIs(t, m.Run(t.Context(), tensors{"y": pair(2)}, tensors{"x": pair(2)}), ort.ErrClosed)
	require.ErrorIs(t, m.CheckLinearize("y", "x"), ort.ErrClosed)
	require.NoError(t, m.Close())
}

// A call that is cancelled in the middle returns at once, and the model works
// afterwards.
func TestCancel(t *testing.T) {
	m, ref := open(t, "anime_dcgan64"), testmodels.Reference(t, "anime_dcgan64")
	in := inputsOf(m, ref, 96)
	image := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(96, 3, 64, 64))
	l, err := m.Linearize(t.Context(), "image", "z", in)
	require.NoError(t, err)
	defer l.Close()
	calls := map[string]func(ctx context.Context) error{
		"Run": func(ctx context.Context) error { return m.Run(ctx, tensors{"image": image}, in) },
		"Linearize": func(ctx context.Context) error {
			l, err := m.Linearize(ctx, "image", "z", in)
			if err == nil {
				l.Close()
			}
			return err
		},
		"Pullback":    func(ctx context.Context) error { return l.Pullback(ctx, zerosLike(in["z"]), image) },
		"Pushforward": func(ctx context.Context) error { return l.Pushforward(ctx, zerosLike(image), in["z"]) },
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			require.NoError(t, call(context.Background()))
			whole := time.Since(start)
			ctx, cancel := context.WithTimeout(context.Background(), whole/10)
			defer cancel()
			require.ErrorIs(t, call(ctx), context.DeadlineExceeded)
			require.ErrorIs(t, call(ctx), context.DeadlineExceeded, "when it has ended before")
			require.NoError(t, call(context.Background()))
		})
	}
	// The result of the last run is whole: that of another model.
	want := zerosLike(image)
	n, err := native.Open(testmodels.Path(t, "anime_dcgan64", "generator.onnx"), nil)
	require.NoError(t, err)
	defer n.Close()
	require.NoError(t, n.Run(t.Context(), tensors{"image": want}, in))
	require.NoError(t, m.Run(t.Context(), tensors{"image": image}, in))
	require.LessOrEqual(t, maxDifference(image, want), 1e-4)
}

// Goroutines share a model, each with batches of its own, some of them cancelled,
// while plans come and go.
func TestConcurrency(t *testing.T) {
	testort.Require(t)
	m, err := ort.New(chain(), &ort.Options{Plans: 2})
	require.NoError(t, err)
	ctx := t.Context()
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 40 {
				n := 1 + (g+i)%4
				x, y := pair(n), pair(n)
				ctx, cancel := context.WithCancel(ctx)
				if i%5 == 4 {
					time.AfterFunc(50*time.Microsecond, cancel)
				}
				err := func() error {
					if err := m.Run(ctx, tensors{"y": y}, tensors{"x": x}); err != nil {
						return err
					}
					l, err := m.Linearize(ctx, "y", "x", tensors{"x": x})
					if err != nil {
						return err
					}
					defer l.Close()
					dx := zerosLike(x)
					if err := l.Pullback(ctx, dx, x); err != nil {
						return err
					}
					for k, v := range x.Float32s() {
						th := math.Tanh(math.Exp(float64(v)))
						want := float64(v) * (1 - th*th) * math.Exp(float64(v))
						if math.Abs(float64(dx.Float32s()[k])-want) > 1e-5 || math.Abs(float64(y.Float32s()[k])-th) > 1e-5 {
							return fmt.Errorf("element %d: gradient %g, want %g", k, dx.Float32s()[k], want)
						}
					}
					return nil
				}()
				if err != nil && ctx.Err() == nil {
					t.Error(err)
				}
				cancel()
			}
		})
	}
	wg.Wait()
	require.NoError(t, m.Close())
}
