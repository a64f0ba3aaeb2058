// Package generator defines what lcfv controls: a [Generator] maps latent codes
// to images, a [Differentiable] one can be linearised, which is all that
// learning asks for.
//
// A conditional network is a generator once its class is fixed, by index or by name
// (ModelOptions); Network.WithClass gives that of another class.
//
// [FromModel] makes a generator of a network that a backend executes, such as an
// ONNX file opened with backend/native; [FiniteDifference] gives gradients to a
// generator that has none. A generator of one's own passes
// generatortest.Test, and sets Info.Fingerprint to something that changes with
// its weights: controls are tied to it, and without one only the length of codes
// tells generators apart.
//
// Batches are plain slices with their extents: [Images] in NCHW order with pixels
// in [0, 1], [Latents] row by row. The caller owns them; methods that fill one
// resize it and reuse its memory.
package generator
