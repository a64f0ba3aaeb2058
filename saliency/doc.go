// Package saliency measures factors on images: where an object is, how large
// and how it lies, how bright the picture is.
//
// Which detector: [Intensity] for something bright on a dark ground, as sprites
// are; [Barrier] for an object that does not touch the border of the frame, on
// any ground that is not made of the object's colours; [SpectralResidual] where
// the border is no guide, at the price of accuracy; [Network] for photographs and
// what looks like them, with a network such as U²-Net that other people trained
// (see [FromModel]), which takes a hundred times as long.
//
// A [Detector] turns images into maps that say how much each pixel belongs to
// the object; a [Measure] turns an image and its map into a number in the unit
// of a transform, such that T_t changes the number by t. A [Meter] puts the two
// together for a batch. Measures of position, scale and orientation are those of
// the detected object; measures of colour are those of the whole frame, which is
// what the colour transforms change.
//
//	meter := saliency.Meter{Detector: saliency.Intensity{}, Measure: measure}
//	err := meter.Read(ctx, values, images)
//
// [MeasureByName] finds a measure by the name that a transform gives in its
// Measures method, and those of published evaluations, "published-x" for one.
package saliency
