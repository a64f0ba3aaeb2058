package invert

import (
	"context"
	"fmt"
	"slices"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/transform"
)

// RunAll is Run for several transforms, from the same codes z_0: set k holds the
// pairs of trs[k], bit for bit those that a Run of its own finds. The images of the
// codes, and the Jacobians there where the method uses them, are computed once for
// all; each set counts its part of that work. Progress counts the pairs of all.
//
// Errors are those of Run; one that concerns a single transform ends the run.
func RunAll(ctx context.Context, g generator.Differentiable, trs []transform.Transform, opts *Options) ([]*Dataset, error) {
	if g == nil || len(trs) == 0 || slices.Contains(trs, nil) {
		return nil, fmt.Errorf("%w: the generator or a transform is nil, or there are none: give both", ErrOptions)
	}
	o, err := opts.Resolve(g.Info())
	if err != nil {
		return nil, err
	}
	return runWhole(ctx, g, trs, &o)
}
