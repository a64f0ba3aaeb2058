package dsprites_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/generator/dsprites"
	"github.com/lcfv-go/lcfv/generator/generatortest"
)

func TestOpen(t *testing.T) {
	g, err := dsprites.Open(nil)
	require.NoError(t, err)
	defer g.Close()
	require.Equal(t, "dsprites", g.Info().Name)
	require.Equal(t, dsprites.LatentSize, g.Info().D)
	require.Equal(t, generator.Normal, g.Info().Prior.Kind)
	require.Len(t, g.Info().Fingerprint, 64)
	generatortest.Test(t, g)
}

// How a batch is cut into pieces and spread over goroutines makes no difference.
func TestOpenWithOtherPieces(t *testing.T) {
	z := generator.NewLatents(20, dsprites.LatentSize)
	generator.Prior{}.Sample(z, 1, 0)
	var images []generator.Images
	for _, o := range []*generator.ModelOptions{nil, {Batch: 3, Workers: 2}, {Batch: 64, Workers: 1}} {
		g, err := dsprites.Open(o)
		require.NoError(t, err)
		var x generator.Images
		require.NoError(t, g.Generate(context.Background(), &x, z))
		require.NoError(t, g.Close())
		images = append(images, x)
	}
	require.Equal(t, images[0].Pix, images[1].Pix)
	require.Equal(t, images[0].Pix, images[2].Pix)
}
