package blob_test

import (
	"testing"

	"github.com/lcfv-go/lcfv/generator/generatortest"
	"github.com/lcfv-go/lcfv/internal/blob"
)

func TestGenerators(t *testing.T) {
	generatortest.Test(t, blob.Generator{Angle: 0.3})
	generatortest.Test(t, blob.Class{Generator: blob.Generator{Angle: 0.3}, Index: 2, Gain: 1.3, Offset: -0.4})
}
