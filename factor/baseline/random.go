package baseline

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/transform"
)

// Random is a direction drawn from the uniform distribution on the unit sphere:
// what is achieved by calibration alone.
type Random struct {
	// Seed determines the direction.
	Seed uint64
}

// Name implements Finder.
func (r Random) Name() string { return fmt.Sprintf("random(seed=%d)", r.Seed) }

// Find implements Finder. It looks at neither the images of g nor t.
func (r Random) Find(ctx context.Context, g generator.Differentiable, _ transform.Transform) (*Candidates, error) {
	if err := check(g); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	source := rand.New(rand.NewPCG(r.Seed, apart))
	u := make([]float64, g.Info().D)
	for {
		for i := range u {
			u[i] = source.NormFloat64()
		}
		if normalised(u) {
			return &Candidates{U: [][]float64{u}}, nil
		}
	}
}
