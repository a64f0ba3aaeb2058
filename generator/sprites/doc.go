// Package sprites draws coloured objects on textured grounds, with every factor known.
//
// A [Scene] is one 64×64 image in colour by its factors: an object of one of six
// classes (disc, square, triangle, star, cross, ring), its position, scale, angle and
// colour, the brightness of the light, and a ground of a colour and two plane waves.
// [Scene.Render] draws it, [Scene.Coverage] its object alone, and [Random] draws the
// factors. What a control of a class-conditional generator did to such an image can
// therefore be checked against the truth.
//
// The factors are counted as the built-in transforms count theirs: positions in
// fractions of the width (transform.TranslateX, TranslateY), scale and brightness by
// ratios (Zoom, Brightness), angles counter-clockwise as seen (Rotate). Outlines are
// anti-aliased, so that an image changes with every small change of a factor. All
// classes have the same area at the same scale, and turn about their barycentres, so
// that position and scale can be read off an image without knowing its class. Each
// class has a range of hues of its own.
//
// # The generator
//
// [Open] returns a class-conditional generator of such images, and [File] its ONNX file:
// a BigGAN of three quarters of a million parameters, with a code of four levels, trained on
// this renderer's images by the program in the folder train. Nobody told it of any factor
// but the class. It draws the class asked for in at least 998 of 1000 images, positions and
// scales in 0.90 to 1.04 times the renderer's range. Its first level, of four numbers, holds
// position, scale and brightness, each nearly along one direction, because an encoder that
// reads that level off the images was trained along. The report in that folder has the
// figures. To measure what a control does to its images takes a detector that finds
// objects on a textured ground, such as saliency.Barrier.
package sprites
