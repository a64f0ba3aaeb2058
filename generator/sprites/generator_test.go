package sprites_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/generator/generatortest"
	"github.com/lcfv-go/lcfv/generator/sprites"
)

func open(t testing.TB, class sprites.Class) *generator.Network {
	t.Helper()
	index := int(class)
	g, err := sprites.Open(&generator.ModelOptions{Class: &index})
	require.NoError(t, err)
	t.Cleanup(func() { g.Close() })
	return g
}

func TestOpen(t *testing.T) {
	g := open(t, sprites.Ring)
	info := g.Info()
	require.Equal(t, "sprites", info.Name)
	require.Equal(t, [4]int{sprites.LatentSize, 3, sprites.Size, sprites.Size}, [4]int{info.D, info.C, info.H, info.W})
	require.Equal(t, generator.Normal, info.Prior.Kind)
	require.Equal(t, "class 5 (ring)", info.Condition)
	require.Equal(t, sprites.ClassNames(), g.Classes())
	require.Len(t, info.Levels, 4)
	low := 0
	for i, name := range []string{"4x4", "8x8", "16x16", "32x32"} {
		high := 8*i + 4
		require.Equal(t, generator.Level{Name: name, Low: low, High: high}, info.Levels[i])
		low = high
	}
	generatortest.Test(t, g)
}

func TestOpenClass(t *testing.T) {
	g, err := sprites.Open(nil)
	require.NoError(t, err)
	defer g.Close()
	require.Equal(t, "class 0 (disc)", g.Info().Condition)
	star, err := g.WithClass(int(sprites.Star))
	require.NoError(t, err)
	require.Equal(t, "class 3 (star)", star.Info().Condition)
	require.Equal(t, g.Info().Fingerprint, star.Info().Fingerprint)
	ring, err := sprites.Open(&generator.ModelOptions{ClassName: "ring"})
	require.NoError(t, err)
	require.Equal(t, "class 5 (ring)", ring.Info().Condition)
	require.NoError(t, ring.Close())
	for _, bad := range []int{-1, sprites.NumClasses} {
		_, err := sprites.Open(&generator.ModelOptions{Class: &bad})
		require.ErrorIs(t, err, generator.ErrCondition)
		require.ErrorContains(t, err, "choose one from 0 to 5")
	}
}

// The size that the project allows the file, and the report that speaks of it.
func TestFile(t *testing.T) {
	file := sprites.File()
	require.Less(t, len(file), 3<<20)
	raw, err := os.ReadFile("train/report.json")
	require.NoError(t, err)
	var report struct {
		SHA256     string
		Parameters int
	}
	require.NoError(t, json.Unmarshal(raw, &report))
	sum := sha256.Sum256(file)
	require.Equal(t, report.SHA256, hex.EncodeToString(sum[:]))
	require.Less(t, report.Parameters, 1_500_000)
	file[0] ^= 0xff
	require.NotEqual(t, file[0], sprites.File()[0], "File returns a copy")
}

// testdata/reference.json is what PyTorch makes of the same codes before the
// weights were rounded to float16, which the tolerances allow for. evaluate.py in
// the folder train writes it together with the file.
func TestAgainstTraining(t *testing.T) {
	raw, err := os.ReadFile("testdata/reference.json")
	require.NoError(t, err)
	var cases []struct {
		Class           int
		Z, Pixels, Grad []float32
	}
	require.NoError(t, json.Unmarshal(raw, &cases))
	require.Len(t, cases, sprites.NumClasses)
	ctx := context.Background()
	for _, c := range cases {
		g := open(t, sprites.Class(c.Class))
		lin, err := g.Linearize(ctx, &generator.Latents{N: 1, D: sprites.LatentSize, Data: c.Z})
		require.NoError(t, err)
		x := lin.Images()
		k := 0
		for channel := range 3 {
			for row := 0; row < sprites.Size; row += 3 {
				for col := 0; col < sprites.Size; col += 3 {
					require.InDelta(t, c.Pixels[k], x.Pix[(channel*sprites.Size+row)*sprites.Size+col], 0.02)
					k++
				}
			}
		}
		require.Len(t, c.Pixels, k)
		var grad generator.Latents
		require.NoError(t, lin.VJP(ctx, &grad, x))
		var off, norm float64
		for i, want := range c.Grad {
			off += math.Pow(float64(want-grad.Data[i]), 2)
			norm += math.Pow(float64(want), 2)
		}
		require.Less(t, math.Sqrt(off/norm), 0.03)
		require.NoError(t, lin.Close())
	}
}
