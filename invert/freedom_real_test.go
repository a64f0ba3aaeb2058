package invert_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/testmodels"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

// On generators that other people made, and on BigGAN's architecture with random
// weights, what may move gets nearer to the target, by every method, and what may
// not stays to the bit.
func TestLevelsOfModels(t *testing.T) {
	for _, model := range []struct {
		name, sizes, moving string
		pixels              generator.PixelRange
	}{
		{"biggan_tiny", "z0:20,z1:20,z2:20,z3:20", "z1", generator.PixelRange{Low: -1, High: 1}},
		{"jointvae_fashion", "z0:4,z1:6", "z1", generator.PixelRange{}},
		{"mnist_cwgan", "z0:4,z1:2,z2:4", "z1", generator.PixelRange{Low: -1, High: 1}},
	} {
		t.Run(model.name, func(t *testing.T) {
			m, err := native.Open(testmodels.Path(t, model.name, "generator.onnx"), nil)
			require.NoError(t, err)
			defer m.Close()
			levels, err := generator.ParseLevels(model.sizes)
			require.NoError(t, err)
			class := 3
			g, err := generator.FromModel(m, &generator.ModelOptions{Class: &class, Range: model.pixels, Levels: levels})
			require.NoError(t, err)
			chosen, err := g.Info().Select(model.moving)
			require.NoError(t, err)
			low, high := chosen[0].Low, chosen[0].High
			for _, method := range []invert.Method{invert.LevenbergMarquardt{Limit: 10}, invert.LBFGS{Iterations: 5}, invert.Adam{Iterations: 5, Best: true}} {
				set, err := invert.Run(t.Context(), g, transform.Brightness{}, &invert.Options{
					Method: method, Levels: chosen, Range: 0.05, Steps: 1, Trajectories: 2, MaxRelative: -1, Drop: -1,
				})
				require.NoError(t, err)
				for i, p := range set.Pairs {
					z0, z := set.Z0.Row(p.Trajectory), set.Z.Row(i)
					require.Equal(t, z0[:low], z[:low])
					require.Equal(t, z0[high:], z[high:])
					require.NotEqual(t, z0[low:high], z[low:high])
					require.Less(t, p.Relative(), 1.0, method.Name())
				}
			}
		})
	}
}
