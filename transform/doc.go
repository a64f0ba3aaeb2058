// Package transform holds the one-parameter families of image transforms T_t
// that say what "the object moves to the right" or "the picture grows brighter"
// means in pixels.
//
// A [Transform] takes a batch of images and a real number t and returns images
// together with a mask that says where the result is known. Two laws make t a
// quantity one can calibrate and add up:
//
//	T_0 is the identity
//	T_a∘T_b = T_(a+b)   wherever both sides are defined
//
// That is why a zoom counts the logarithm of its scale and a brightness the
// logarithm of its gain. The laws, and what else is expected of an
// implementation, are checked by package transformtest.
//
// # Built-in transforms
//
//	translate-x  TranslateX  fraction of the width, positive to the right
//	translate-y  TranslateY  fraction of the height, positive downwards
//	zoom         Zoom        log scale about the image centre
//	rotate       Rotate      radians about the image centre, counter-clockwise as seen
//	brightness   Brightness  log intensity
//	contrast     Contrast    log contrast
//	saturation   Saturation  log saturation
//	hue          Hue         radians about the grey axis, from red towards green
//
// The zero value of each is ready to use; [ByName] finds one by the name that
// files and the command line use, and [Compose] drives several by one t.
//
// # Geometry
//
// The four geometric transforms are flows of similarities of the plane, sampled
// by bilinear interpolation. The centre is the point ((W−1)/2, (H−1)/2) in pixel
// indices. A pixel that the flow carries in from beyond the frame is undefined:
// its mask is 0, or where the interpolation reaches only partly beyond the
// outermost pixels, the share of weight that lies inside. Such a border pixel
// takes its value from the pixels inside alone. Where source pixels are met
// exactly, as in shifts by whole pixels and quarter turns, they are copied.
//
// # Colour and the limits of the pixel range
//
// Colour transforms keep pixels in [0, 1] the way a camera does. Brightness and
// Contrast clip a value that leaves the range, and the result is defined:
// overexposure is what a brighter scene looks like, and a generator trained on
// photographs draws it so. What clipping has lost cannot be had back, however:
// where a value lies on a limit and would be drawn inwards, the pixel is
// undefined (mask 0). With both rules, T_a∘T_b = T_(a+b) holds for every image
// wherever the masks are 1. Saturation and Hue mix the channels of a pixel and
// say themselves how they respect the range.
package transform
