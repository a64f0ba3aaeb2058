// Package lcfv controls generative models with continuous factors of
// variation. It finds, in the latent space of a pretrained image generator, the
// direction that carries a factor such as position, scale or brightness,
// calibrates it in real units and drives it: "move the object 0.1 image widths
// to the right". It needs no labels, no retraining and no deep-learning
// framework. The method is that of Plumerault, Le Borgne and Hudelot,
// "Controlling generative models with continuous factors of variations"
// (ICLR 2020, arXiv 2001.10238).
//
// # Three steps
//
// [Learn] transforms samples of the generator step by step, finds the codes
// that draw what the transform shows, and fits to these pairs of codes a unit
// direction u with an increasing function g such that the factor of a code z is
// g(⟨z, u⟩). The result is a [Control].
//
// [Control.Steer] changes the factor of a code by an amount, [Control.Set]
// gives it a value, [Control.Position] tells it. What lies outside the range
// that was learned is refused ([ErrOutOfRange]).
//
// [Evaluate] draws codes that learning never saw, steers them, measures with a
// detector by how much the factor really changed and reports the error with its
// confidence interval. [Delimit] measures within which [Limits] a control keeps a
// promise, and Steer then refuses the rest.
//
// Where one direction cannot carry the factor, [Control.Refine] corrects steered
// codes with the generator itself.
//
// [LearnAll] learns several factors together, as [Controls] that change some of them
// and leave the others as they are; [EvaluateAll] measures how well they do.
// [Control.Sample] draws codes whose factor is distributed as asked.
//
// [LearnClasses] learns one direction for several classes of a conditional generator,
// and [EvaluateClasses] tells how well it serves these and others. [Control.OfClass]
// is the control with the calibration of one class. [Control.Part] moves some levels
// of a hierarchical code only, and invert.Options.Levels learns on them.
//
// The code may be that of the user's own picture: invert.Image finds it, and
// [Codes] keeps it for later.
//
// # What plugs in
//
// The packages below hold the method, each behind a small interface that can be
// implemented elsewhere and checked with a public conformance kit:
//
//   - generator: Generator and Differentiable. FromModel makes one of an ONNX
//     file that a backend opened; FiniteDifference gives gradients to any
//     other. generator/dsprites bundles a small one to try things with, and
//     generator/sprites one with classes and levels.
//   - backend: Model and Differentiable, the engines that execute networks.
//     backend/native is pure Go.
//   - transform: Transform, the family of image transforms that stands for a
//     factor.
//   - loss: Loss, the distance that inversion minimises.
//   - invert: Method, how codes are found; factor: the direction and its
//     calibration.
//   - saliency: Detector, which finds the object to be measured.
//
// Package report, above this one, shows what a control does as figures on a page.
package lcfv
