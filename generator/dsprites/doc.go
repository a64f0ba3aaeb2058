// Package dsprites draws sprites, and holds a small generator that has learned to.
//
// dSprites (Matthey, Higgins, Hassabis and Lerchner, 2017) is the data set on which
// disentanglement is usually measured: one white shape on black, 64×64 pixels, with
// five factors known exactly: shape, scale, orientation and the two coordinates of
// its position. A control learned from a generator of such images can therefore be
// checked against the truth.
//
// # The renderer
//
// A [Sprite] is one combination of factors, and [Sprite.Render] draws it. Factors are
// continuous; [At] and [Nth] give the 737,280 combinations of the data set's grid.
//
// The images follow the published ones in their factors, in the order of the grid and
// in the span of positions, half of the image width; they are not the same pixels. They
// differ on purpose in two ways. Outlines are anti-aliased, so that an image changes
// with every small change of a factor. And the three shapes have equal areas at equal
// scales, and turn about their barycentres, so that scale and position can be read off
// an image without knowing its shape:
//
//	area       = 400·scale² square pixels
//	barycentre = (16 + 32x, 16 + 32y) pixels
//
// # The decoder
//
// [Decoder] returns an ONNX file with the decoder of a variational auto-encoder that was
// trained on this renderer's images by the program in the folder train. It maps an input
// "z", N×10 with a standard normal prior, to an output "image", N×1×64×64 with pixels in
// [0,1].
//
// The training used no labels, but an encoder that reads barycentre and area off the image
// and gives each a latent of its own: the decoder is made for trying out controls, and is
// no evidence that such models separate factors by themselves. It has learned the position,
// the scale, and the elongation and angle of the ellipse; squares and hearts it draws as
// discs of their area. The report in that folder has the figures.
package dsprites
