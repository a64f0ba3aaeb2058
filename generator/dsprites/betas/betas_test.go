package betas_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/generator/dsprites/betas"
	"github.com/lcfv-go/lcfv/generator/generatortest"
)

func TestOpen(t *testing.T) {
	fingerprints := map[string]bool{}
	for _, beta := range betas.Values() {
		g, err := betas.Open(beta, nil)
		require.NoError(t, err)
		info := g.Info()
		require.Equal(t, fmt.Sprintf("dsprites-β%d", beta), info.Name)
		require.Equal(t, []int{10, 1, 64, 64}, []int{info.D, info.C, info.H, info.W})
		require.Equal(t, generator.Normal, info.Prior.Kind)
		fingerprints[info.Fingerprint] = true
		generatortest.Test(t, g)
		require.NoError(t, g.Close())
	}
	require.Len(t, fingerprints, len(betas.Values()))
}

func TestOpenUnknown(t *testing.T) {
	for _, beta := range []int{0, 2, -1} {
		_, err := betas.Open(beta, nil)
		require.ErrorIs(t, err, betas.ErrUnknown)
		require.ErrorContains(t, err, strconv.Itoa(beta))
	}
}

// The report must speak of the files that are bundled, and of ones that differ in β
// alone.
func TestReport(t *testing.T) {
	raw, err := os.ReadFile("report.json")
	require.NoError(t, err)
	var reports map[string]struct {
		SHA256   string `json:"decoder_sha256"`
		Settings map[string]any
	}
	require.NoError(t, json.Unmarshal(raw, &reports))
	require.Len(t, reports, len(betas.Values()))
	var common map[string]any
	for _, beta := range betas.Values() {
		r := reports[strconv.Itoa(beta)]
		b, err := betas.Decoder(beta)
		require.NoError(t, err)
		sum := sha256.Sum256(b)
		require.Equal(t, r.SHA256, hex.EncodeToString(sum[:]))
		require.EqualValues(t, beta, r.Settings["beta"])
		delete(r.Settings, "beta")
		if common == nil {
			common = r.Settings
		}
		require.Equal(t, common, r.Settings)
	}
}

func ExampleOpen() {
	g, err := betas.Open(10, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer g.Close()
	z := generator.NewLatents(1, g.Info().D)
	var image generator.Images
	if err := g.Generate(context.Background(), &image, z); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(g.Info().Name, image.C, image.H, image.W)
	// Output: dsprites-β10 1 64 64
}
