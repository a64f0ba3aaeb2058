// Package betas bundles four decoders of sprites that were trained the same way but
// for the weight β of the Kullback-Leibler divergence in their objective (β-VAE,
// Higgins et al., ICLR 2017). They serve to see what β does to control, as
// Plumerault et al. (ICLR 2020, section 3) did: `go run ./examples/paper beta`.
//
// Their encoder saw images alone, so how far their latents separate factors is
// β's doing, unlike in the decoder of package dsprites. The report in this folder
// says what each has learned; the program generator/dsprites/train/betas.py made
// them. The weights are stored as float16, half a megabyte each.
package betas

import (
	"embed"
	"errors"
	"fmt"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/bundled"
)

//go:embed beta*.onnx
var files embed.FS

// ErrUnknown is wrapped by the error for a β that no decoder was trained with.
var ErrUnknown = errors.New("betas: no such decoder")

// Values returns the values of β there are, in increasing order.
func Values() []int { return []int{1, 5, 10, 20} }

// Decoder returns the ONNX file of the decoder trained with beta: input "z" N×10
// with a standard normal prior, output "image" N×1×64×64 in [0, 1]. The caller owns
// it. The error for a beta that is not among Values wraps ErrUnknown.
func Decoder(beta int) ([]byte, error) {
	b, err := files.ReadFile(fmt.Sprintf("beta%d.onnx", beta))
	if err != nil {
		return nil, fmt.Errorf("%w: β is %d, but they were trained with %v", ErrUnknown, beta, Values())
	}
	return b, nil
}

// Open returns the decoder trained with beta as a generator on the native backend,
// named "dsprites-β" and the number unless opts say otherwise. Nil options stand for
// the defaults. It is safe for concurrent use; the caller closes it. The error for a
// beta that is not among Values wraps ErrUnknown.
func Open(beta int, opts *generator.ModelOptions) (*generator.Network, error) {
	b, err := Decoder(beta)
	if err != nil {
		return nil, err
	}
	return bundled.Open(b, fmt.Sprintf("dsprites-β%d", beta), opts)
}
