package native_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// benchModels are those whose speed the project states.
var benchModels = []string{"disvae_btcvae_dsprites", "anime_dcgan64"}

func BenchmarkRun(b *testing.B) {
	ctx := context.Background()
	for _, name := range benchModels {
		b.Run(name, func(b *testing.B) {
			m := open(b, name)
			in, image := benchInputs(b, m, 32)
			out := tensors{"image": image}
			b.ReportAllocs()
			for b.Loop() {
				require.NoError(b, m.Run(ctx, out, in))
			}
		})
	}
}

func BenchmarkGradient(b *testing.B) {
	ctx := context.Background()
	for _, name := range benchModels {
		b.Run(name, func(b *testing.B) {
			m := open(b, name)
			in, v := benchInputs(b, m, 32)
			dz := zerosLike(in["z"])
			b.ReportAllocs()
			for b.Loop() {
				l, err := m.Linearize(ctx, "image", "z", in)
				require.NoError(b, err)
				require.NoError(b, l.Pullback(ctx, dz, v))
				require.NoError(b, l.Close())
			}
		})
	}
}

// benchInputs returns n random codes, and a random tensor of the shape of their
// images.
func benchInputs(b testing.TB, m backend.Model, n int) (in tensors, image *tensor.Dense) {
	b.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	in = tensors{}
	for _, p := range m.Inputs() {
		shape := append([]int{n}, p.Shape[1:]...)
		in[p.Name] = randomLike(rng, tensor.New(tensor.Of(p.Dtype), tensor.WithShape(shape...)))
	}
	shape := append([]int{n}, m.Outputs()[0].Shape[1:]...)
	return in, randomLike(rng, tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(shape...)))
}
