package native_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/internal/testmodels"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

type tensors = map[string]*tensor.Dense

func open(t testing.TB, model string) *native.Model {
	t.Helper()
	m, err := native.Open(testmodels.Path(t, model, "generator.onnx"), nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, m.Close()) })
	return m
}

// dense makes a tensor of a reference array.
func dense(a testmodels.Array) *tensor.Dense {
	if a.Dtype == "int64" {
		data := make([]int64, len(a.Data))
		for i, v := range a.Data {
			data[i] = int64(v)
		}
		return tensor.New(tensor.WithShape(a.Shape...), tensor.WithBacking(data))
	}
	return tensor.New(tensor.WithShape(a.Shape...), tensor.WithBacking(a.Float32()))
}

func zerosLike(d *tensor.Dense) *tensor.Dense {
	return tensor.New(tensor.Of(d.Dtype()), tensor.WithShape(d.Shape()...))
}

func randomLike(rng *rand.Rand, d *tensor.Dense) *tensor.Dense {
	out := zerosLike(d)
	for i := range out.Float32s() {
		out.Float32s()[i] = float32(rng.NormFloat64())
	}
	return out
}

// referenceInputs returns the inputs of a model's reference file.
func referenceInputs(m *native.Model, ref map[string]testmodels.Array) tensors {
	in := tensors{}
	for _, p := range m.Inputs() {
		in[p.Name] = dense(ref[p.Name])
	}
	return in
}

// Any split of a batch gives the same bytes.
func TestBatchSplits(t *testing.T) {
	ctx := context.Background()
	for _, name := range testmodels.Generators {
		m, ref := open(t, name), testmodels.Reference(t, name)
		in := referenceInputs(m, ref)
		n := in["z"].Shape()[0]
		whole, alone := gradientOf(t, ctx, m, in, n, 0, n), []float32(nil)
		for i := range n {
			alone = append(alone, gradientOf(t, ctx, m, in, n, i, i+1)...)
		}
		require.Equal(t, whole, alone, name)
	}
}

// gradientOf returns the gradient of ⟨v, G(z)⟩ for samples lo to hi of n, with
// the images before it, sample by sample.
func gradientOf(t *testing.T, ctx context.Context, m *native.Model, in tensors, n, lo, hi int) []float32 {
	part := tensors{}
	for name, d := range in {
		s, err := d.Slice(tensor.S(lo, hi))
		require.NoError(t, err)
		shape := d.Shape().Clone()
		shape[0] = hi - lo
		c := s.Materialize().(*tensor.Dense)
		require.NoError(t, c.Reshape(shape...))
		part[name] = c
	}
	l, err := m.Linearize(ctx, "image", "z", part)
	require.NoError(t, err)
	defer l.Close()
	v := zerosLike(l.Output())
	per := v.Shape().TotalSize() / (hi - lo)
	for i := range v.Float32s() {
		v.Float32s()[i] = float32(math.Sin(float64(lo*per + i)))
	}
	dz := zerosLike(part["z"])
	require.NoError(t, l.Pullback(ctx, dz, v))
	var out []float32
	d := dz.Shape()[1]
	for i := range hi - lo {
		out = append(out, l.Output().Float32s()[i*per:(i+1)*per]...)
		out = append(out, dz.Float32s()[i*d:(i+1)*d]...)
	}
	return out
}
