// Package factor reads a direction and its calibration off pairs of latent codes.
//
// Given pairs (z_0, z_t) of which the second shows the first's image with a
// factor changed by Δt, [Fit] looks for a unit vector u and a strictly increasing
// function g with
//
//	Δt = g(⟨z_t, u⟩) − g(⟨z_0, u⟩)
//
// so that g(⟨z, u⟩) is the factor's value at z, up to a constant that is fixed by
// g(0) = 0 (Plumerault, Le Borgne, Hudelot: Controlling generative models with
// continuous factors of variations, ICLR 2020, section 2.2). Because g is
// invertible, a [Model] can change the factor by a given amount,
//
//	z' = z + (g⁻¹(g(⟨z, u⟩) + δ) − ⟨z, u⟩) u,
//
// in the units of t: [Model.Steer], or give it a value: [Model.Set].
//
// # The fit
//
// g is piecewise linear. For a fixed u its slopes are a bounded linear least
// squares problem; u follows by Gauss–Newton steps on the sphere from the solution
// of a ridge regression. All of it is deterministic and in float64.
//
// Several directions may predict Δt about as well. The ridge draws u towards the
// mean displacement of the codes, which moves everything that changes with the
// factor, and away from what merely predicts it best. Cross-validation takes the
// strongest of [Options].Ridge whose error is within one standard error of the
// least, and then the number of cells and the smoothness of g with the least. It
// is over whole trajectories: pairs of one trajectory share their z_0, and judging
// one by the others would flatter the fit. The errors in a [Report] come with what
// cross-validation says about new trajectories.
//
// A direction found in another way is calibrated by [FitAlong], which differs in
// nothing else. [Compare] shows what the choice of g does to the error.
//
// # Curves
//
// In some generators no direction carries a factor alone: which way a code has to go
// depends on where it is. A [Curve] is a velocity field dz/dt, fitted by [FitCurve] to
// the steps of the trajectories, along which a code flows for as long as the factor is
// to change. It takes no reading of the factor, and has none to offer.
//
// # Trust
//
// [Bootstrap] tells how far direction and calibration would spread with other
// trajectories. [Model.Interval] gives, for a change to come, the interval that its
// error keeps to with a given probability. A model is for codes whose factor lies
// between its Low and High: beyond, there were too few codes, the factor hardly
// grows, or pairs contradict the model (Options.Tolerance).
package factor
