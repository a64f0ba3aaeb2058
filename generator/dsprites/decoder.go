package dsprites

import (
	_ "embed"
	"slices"
)

//go:embed decoder.onnx
var decoder []byte

// LatentSize is the number of latents of the bundled decoder.
const LatentSize = 10

// Decoder returns the ONNX file of the bundled generator, about one megabyte of
// float32 weights at opset 17: input "z" N×LatentSize, output "image" N×1×Size×Size.
// Its metadata describe the prior and the range of pixels to lcfv. The caller owns
// the copy returned.
func Decoder() []byte { return slices.Clone(decoder) }
