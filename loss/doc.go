// Package loss measures how far generated images are from a target of which
// only some pixels are defined, with gradients.
//
// A [Loss] is a number per sample; one that is a sum of squares of residuals
// affine in the image also implements [LeastSquares], which lets Gauss–Newton
// methods in. [MSE] compares pixel by pixel. [Blurred] compares after a
// Gaussian blur that nothing undefined leaks into, which widens the basin of
// attraction of a moved object: where two sprites do not overlap, the gradient
// of MSE says nothing about which way to go, that of a blurred loss does.
// [Structural] compares local structure (DSSIM), and [Perceptual] what a neural
// network sees (LPIPS, or the features of any ONNX network); neither is a sum of
// squares.
//
// Package losstest checks an implementation of one's own.
package loss
