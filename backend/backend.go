// Package backend is the seam between lcfv and the engines that execute neural
// networks: named tensors in, named tensors out.
//
// It knows nothing of images, latent codes or factors; [generator.FromModel]
// turns a Model into a generator. The engines live below this package:
// backend/native runs ONNX graphs in pure Go, backend/ort in ONNX Runtime. An
// engine of one's own implements [Model], or [Differentiable] if it has
// gradients, and passes [backendtest.Run].
//
// [generator.FromModel]: https://pkg.go.dev/github.com/lcfv-go/lcfv/generator#FromModel
// [backendtest.Run]: https://pkg.go.dev/github.com/lcfv-go/lcfv/backend/backendtest#Run
package backend

import (
	"context"

	"gorgonia.org/tensor"
)

// Batch marks the dimension of a [Port] that every call chooses anew.
const Batch = -1

// Port describes one input or output of a [Model].
type Port struct {
	Name  string
	Dtype tensor.Dtype
	// Shape holds the extents; Batch stands for the number of samples.
	Shape []int
}

// Model is a function from named tensors to named tensors.
//
// The number of samples is chosen at each call by the leading extent of the
// inputs; samples of a batch do not influence one another. A Model is safe for
// concurrent use.
type Model interface {
	// Inputs and Outputs list the ports in the model's own order. Inputs that
	// Bind has fixed are gone from the list.
	Inputs() []Port
	Outputs() []Port

	// Metadata holds the free-form key-value pairs stored with the model. The
	// map must not be modified.
	Metadata() map[string]string

	// Fingerprint identifies weights and architecture: the SHA-256 of the
	// model's file or files, in hexadecimal. Binding inputs does not change it.
	Fingerprint() string

	// Bind returns a model whose named input is fixed to value, given for one
	// sample (leading extent 1) and repeated for every sample of a batch. The
	// receiver is unchanged and shares its weights with the result.
	Bind(input string, value *tensor.Dense) (Model, error)

	// Run computes outputs from inputs. The caller owns all tensors: those of
	// outputs have the right type and shape and are overwritten; an output that
	// is not named is not returned. Tensors must be contiguous and row-major.
	Run(ctx context.Context, outputs, inputs map[string]*tensor.Dense) error

	// Close frees what the model holds. A closed model returns errors.
	Close() error
}

// Differentiable is a Model that can be linearised: it computes products with
// the Jacobian J of one output with respect to one input, without ever forming
// J.
type Differentiable interface {
	Model

	// Linearize computes the named output from inputs and keeps what the
	// products with its derivative with respect to the input wrt need. The
	// result must be closed.
	Linearize(ctx context.Context, output, wrt string, inputs map[string]*tensor.Dense) (Linearization, error)
}

// Linearization is a model's output at a point together with its derivative
// there. It is not safe for concurrent use; different linearizations of one
// model are independent of each other.
type Linearization interface {
	// Output is the value at the point, valid until Close; it must not be
	// modified.
	Output() *tensor.Dense

	// Pullback computes dst = Jᵀv. v has the shape of the output, dst that of
	// the input differentiated for; both belong to the caller.
	Pullback(ctx context.Context, dst, v *tensor.Dense) error

	// Pushforward computes dst = Jv. v has the shape of the input
	// differentiated for, dst that of the output; both belong to the caller.
	Pushforward(ctx context.Context, dst, v *tensor.Dense) error

	// Close gives the memory back. Calling it twice is harmless.
	Close() error
}
