// Package invert finds the latent codes that draw what a transform asks for.
//
// For codes z_0 drawn from a generator's prior and a family of image transforms
// T_t, [Run] looks for codes z_t with
//
//	G(z_t) ≈ T_t(G(z_0))
//
// for t on a grid of both signs. Each sign starts from z_0 and each target from
// the code that was found for the target before it, so a trajectory follows the
// factor outward in small steps and stays in one basin of the loss, which is
// what makes inversion reliable (Plumerault, Le Borgne, Hudelot: Controlling
// generative models with continuous factors of variations, ICLR 2020, section
// 2.1). The codes stay where the prior puts its mass: in the ball
// of radius √D for a normal prior, in the box for a uniform one.
//
// The result is a [Dataset] of pairs (z_0, z_t). Package factor reads a direction
// and a calibration off it. The pairs a trajectory missed most, and those of
// trajectories that met a value that is not finite, are marked with why.
//
// # Methods
//
// A [Method] follows a batch of trajectories through the targets of one sign. It
// sees a [Problem], which aims at a target, evaluates the loss and its gradient,
// and keeps count of the work. [Automatic] chooses: [LevenbergMarquardt] for short
// codes, [LBFGS] for long ones. [Adam] is that of the paper: [Published] returns the
// settings of its authors, [DefaultAdam] those that reach lower errors with less
// work.
//
// # Levels
//
// Some generators take parts of a code at different depths. Options.Levels names
// those that may move; the rest of a code stays that of its z_0, whatever the method,
// and with less to move, less work is needed. What of a target only the rest could
// draw is missing then, and pairs are dropped for it as for any other error.
//
// # Given images
//
// [Image] projects images that nobody generated, such as a user's own picture. With
// no path to follow, it compares the image with many draws from the prior, starts
// from the most similar ones with the same methods, first by a coarse comparison,
// then by a fine one, and keeps the best. Its [Projection] tells how much of the
// picture the code explains. [Probe] tells beforehand whether a generator can be
// inverted at images of its own.
//
// # Determinism
//
// Code z_0 of trajectory i comes from random stream i of the seed, trajectories
// are cut into batches at fixed indices, and batches do not exchange anything:
// a seed gives the same dataset, bit for bit, whatever the number of workers.
package invert
