package lcfv

import (
	"context"
	"errors"
	"fmt"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

// RefineOptions say how to refine what a control does. Nil and the zero value
// stand for the defaults stated with each field.
type RefineOptions struct {
	// Transform changes images by what the control changes; nil stands for the
	// built-in one of the control's name (transform.ByName), and has to be given
	// for others.
	Transform transform.Transform

	// Correct says how codes are corrected. Its loss, method and constraint are
	// those that Learn would use, and nil Levels stand for those that the control
	// moves: its Moves, or without these those it was learned on.
	Correct invert.CorrectOptions
}

// Refine steers the codes of z by delta, and then looks with the generator itself
// for the codes nearby that draw T_delta(G(z)): for generators in which no
// direction carries the factor alone, or for a change that is to be exact. The
// control only makes the first guess, and where that is no good, the codes are
// found along a path from z in short steps (invert.Correct). It takes tens of
// forward passes a code, where Steer takes none.
//
// Row i of the result is what became of code i; where its Status is not
// invert.Kept, the generator was not seen to draw what was asked for, and Code is
// the best one met. The control's range does not count: whether a change can be
// had is seen. Codes are returned in the set in which Learn keeps them, the ball of
// radius √D for a normal prior, unless delta is 0; of a control that moves some
// levels only, those stay in that set, and the rest of a code as it is. Errors about the codes are those
// of Steer, others those of invert.Correct.
func (c *Control) Refine(ctx context.Context, g generator.Differentiable, z *generator.Latents, delta float64, opts *RefineOptions) ([]invert.Correction, error) {
	if g == nil {
		return nil, errors.New("lcfv: refining: the generator is nil: give the one the control was learned on")
	}
	if opts == nil {
		opts = &RefineOptions{}
	}
	if err := z.Validate(); err != nil {
		return nil, fmt.Errorf("lcfv: refining %s: %w", c.Transform, err)
	}
	t := opts.Transform
	if t == nil {
		var err error
		if t, err = transform.ByName(c.Transform); err != nil {
			return nil, fmt.Errorf("lcfv: refining %s: give what it was learned from in RefineOptions.Transform: %w", c.Transform, err)
		}
	}
	guess := generator.NewLatents(z.N, z.D)
	for i := range z.N {
		if err := c.Steer(guess.Row(i), z.Row(i), delta); err != nil && !errors.Is(err, ErrOutOfRange) {
			return nil, err
		}
	}
	if delta == 0 {
		out := make([]invert.Correction, z.N)
		for i := range out {
			out[i].Code = guess.Row(i)
		}
		return out, nil
	}
	correct := opts.Correct
	if correct.Levels == nil {
		correct.Levels = c.movable()
	}
	out, err := invert.Correct(ctx, g, t, z, guess, delta, &correct)
	if err != nil {
		return nil, fmt.Errorf("lcfv: refining %s: %w", c.Transform, err)
	}
	return out, nil
}

// refined steers the codes of an evaluation with Refine.
func (e *evaluator) refined(ctx context.Context, moved *generator.Latents, refused []bool, delta float64) error {
	g, ok := e.g.(generator.Differentiable)
	if !ok {
		return errors.New("refining takes gradients, which the generator has not: give a generator.Differentiable, such as generator.FiniteDifference makes")
	}
	found, err := e.c.Refine(ctx, g, e.z, delta, e.o.Refine)
	if err != nil {
		return err
	}
	for i, r := range found {
		copy(moved.Row(i), r.Code)
		refused[i] = r.Status != invert.Kept
		e.result.ForwardEquivalents += r.ForwardEquivalents / float64(e.result.N)
	}
	return nil
}
