package lcfv

import (
	"context"
	"errors"
	"fmt"

	"github.com/lcfv-go/lcfv/factor"
	"github.com/lcfv-go/lcfv/factor/baseline"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

// FromBaseline makes a control whose direction comes from another method, as a
// yardstick for that of FromPairs. The finder proposes directions without seeing
// the pairs; all of them are calibrated on the pairs, and the one that
// promises the least error is taken (baseline.Choose). So both controls come
// from the same pairs and are calibrated alike, and what a comparison shows is the
// worth of the direction. pairs are those of an inversion of t on g; nil options stand for the
// defaults.
//
// Errors are those of the finder and of factor.FitAlong, and wrap ctx.Err() if ctx
// ends while the finder is at work.
func FromBaseline(ctx context.Context, g generator.Differentiable, t transform.Transform, pairs *invert.Dataset, finder baseline.Finder, opts *factor.Options) (*Control, error) {
	if g == nil || t == nil || pairs == nil || finder == nil {
		return nil, errors.New("lcfv: learning: the generator, the transform, the pairs or the finder are nil: give what invert.Run used and returned, and a baseline")
	}
	if o := among(opts, pairs); o != nil && o.Levels != nil {
		return nil, fmt.Errorf("lcfv: learning %s: %w", t.Name(), errBaselineLevels)
	}
	found, err := finder.Find(ctx, g, t)
	if err != nil {
		return nil, fmt.Errorf("lcfv: learning %s: %w", t.Name(), err)
	}
	data := dataOf(pairs)
	model, at, err := baseline.Choose(data, found, opts)
	if err != nil {
		return nil, fmt.Errorf("lcfv: learning %s: %s: %w", t.Name(), finder.Name(), err)
	}
	c := controlOf(g.Info(), t, pairs, data, model)
	c.Baseline = finder.Name()
	if n := len(found.U); n > 1 {
		c.Baseline += fmt.Sprintf(", candidate %d of %d", at+1, n)
	}
	return c, nil
}
