// Package testmodels finds the generators of other people that tests measure
// lcfv against. They are not part of the repository: they lie in the folder
// named by LCFV_MODELS, or in ../shared/models beside the checkout.
package testmodels

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Generators lists the models that are generators with known gradients.
var Generators = []string{
	"anime_dcgan64",
	"biggan_tiny",
	"disvae_VAE_dsprites",
	"disvae_betaH_dsprites",
	"disvae_btcvae_celeba",
	"disvae_btcvae_dsprites",
	"jointvae_fashion",
	"mnist_cwgan",
}

// Path returns the path of a file of the models' folder. Where it is absent the
// test is skipped, or fails if the environment says CI=true.
func Path(t testing.TB, elem ...string) string {
	t.Helper()
	root := os.Getenv("LCFV_MODELS")
	if root == "" {
		_, file, _, _ := runtime.Caller(0)
		root = filepath.Join(filepath.Dir(file), "..", "..", "..", "shared", "models")
	}
	path := filepath.Join(append([]string{root}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("shared model missing: %v (set LCFV_MODELS to the folder of models)", err)
		}
		t.Skipf("shared model missing: %v (set LCFV_MODELS to the folder of models)", err)
	}
	return path
}

// Array is one entry of a reference file.
type Array struct {
	Shape []int     `json:"shape"`
	Dtype string    `json:"dtype"`
	Data  []float64 `json:"data"`
}

// Float32 returns the array's numbers as float32.
func (a Array) Float32() []float32 {
	out := make([]float32, len(a.Data))
	for i, v := range a.Data {
		out[i] = float32(v)
	}
	return out
}

// Reference reads a model's reference.json: "z", "image", "v" and "grad", and
// "class" for a conditional generator.
func Reference(t testing.TB, model string) map[string]Array {
	t.Helper()
	data, err := os.ReadFile(Path(t, model, "reference.json"))
	if err != nil {
		t.Fatal(err)
	}
	var ref map[string]Array
	if err := json.Unmarshal(data, &ref); err != nil {
		t.Fatal(err)
	}
	return ref
}
