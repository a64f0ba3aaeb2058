// Package baseline finds directions of a generator's latent space in ways other
// than lcfv's own, as yardsticks for it.
//
// A [Finder] proposes unit vectors without seeing a pair of codes:
//
//   - [PCA] regresses codes on the principal components of what they draw, in the
//     manner of GANSpace (Härkönen et al., NeurIPS 2020).
//   - [SeFa] takes the directions along which images change most, in the manner of
//     closed-form factorisation (Shen and Zhou, CVPR 2021).
//   - [Walk] trains a direction by gradients so that moving along it does what a
//     transform does (Jahanian, Chai and Isola, ICLR 2020).
//   - [Random] draws one.
//
// The first two do not know which factor is wanted: people look at what their
// directions do and name them. Here [Choose] takes the place of the people: along
// every candidate it fits the calibration that lcfv fits, to the same pairs of
// codes, and takes the candidate that promises the least error. The walk's
// direction is calibrated in that way, too, unless [Walk].Linear asks for the
// linear calibration that is published with it. So a yardstick gets lcfv's
// calibration and range, and differs from lcfv in its direction alone; the two
// walks together show the worth of the calibration.
//
// A calibration on pairs says by how much the factor has changed where codes have
// come to lie farther along a direction. Moving codes along it does the same only
// if it is the way that codes take when the factor changes. Where the two make an
// angle α, images follow by cos²α of what was asked for, and something else
// follows, too. That is part of what is wrong with such a direction.
package baseline
