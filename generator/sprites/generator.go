package sprites

import (
	_ "embed"
	"slices"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/bundled"
)

//go:embed generator.onnx
var file []byte

// LatentSize is the length of a latent code: levels of four, eight, eight and eight
// numbers, which enter the network at 4×4, 8×8, 16×16 and 32×32 pixels.
const LatentSize = 28

// File returns the ONNX file of the bundled generator: inputs "z" N×LatentSize and
// "class" N×NumClasses (one-hot), output "image" N×3×Size×Size in [−1, 1], weights in
// float16. Its metadata describe prior, pixel range, levels and classes to lcfv. The
// caller owns the copy returned.
func File() []byte { return slices.Clone(file) }

// Open returns the bundled generator: codes of length LatentSize with a normal
// prior, images of 3×Size×Size. ModelOptions choose the class by its index or name,
// Disc where they do not; WithClass changes it. Nil options stand for the defaults.
// It is safe for concurrent use; the caller closes it.
//
// A class that there is not is an error that wraps generator.ErrCondition.
func Open(opts *generator.ModelOptions) (*generator.Network, error) {
	var o generator.ModelOptions
	if opts != nil {
		o = *opts
	}
	if o.Class == nil && o.ClassName == "" {
		o.Class = new(int)
	}
	return bundled.Open(file, "sprites", &o)
}
