package invert

import (
	"context"

	"github.com/lcfv-go/lcfv/generator"
)

// Method follows trajectories outward from t = 0.
//
// Implementations keep nothing between calls: one value serves several workers
// at once.
type Method interface {
	// Name identifies the method and every setting that its results depend on,
	// for example "adam(rate=0.01,iterations=50)": pairs on disk are gone on with
	// by a method of the same name only.
	Name() string

	// Follow finds codes for the targets T_t(G(z_0)) at every t of ts, which
	// all have one sign and grow in magnitude, for all p.N() trajectories at
	// once. When it is done with ts[k] it calls emit. A method is free to aim at
	// other targets on the way, and to advance trajectories at different paces
	// as long as emit sees every k once and in order.
	//
	// Rows that p no longer holds Alive are recorded as such, whatever they
	// contain; the others must satisfy p.Constraint(i). An error, be it the
	// context's, emit's or the generator's, is returned as it is.
	Follow(ctx context.Context, p *Problem, ts []float64, emit Emit) error
}

// Emit records the codes found for target k, one row a trajectory, and their
// losses at that target. notes say how each was found; nil stands for nothing to
// say. Emit copies all of them.
type Emit func(k int, z *generator.Latents, loss []float64, notes []Note) error

// Note is what a method says of the search for one pair.
type Note struct {
	Iterations int     // steps tried, those on the way from the target before included
	Work       float64 // forward equivalents spent on it, all of what it shares with others, and nothing that fills up a batch
	Converged  bool    // the method expects nothing of further steps

	// Status is Kept, or why this pair has no code. Unlike Problem.End, which
	// is for all targets not yet emitted, it is for this one alone.
	Status Status
	LeftAt float64 // the last t that was reached, where Status is Left
}
