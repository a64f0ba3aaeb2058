// Package saliency measures factors on images: where an object is, how large
// and how it lies, how bright the picture is.
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
// Measures method.
package saliency
