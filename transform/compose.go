package transform

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"

	"github.com/lcfv-go/lcfv/generator"
)

// Part is one of the transforms that [Compose] drives together.
type Part struct {
	Transform Transform

	// Weight is the part's own parameter per unit of the common t. Zero stands
	// for 1.
	Weight float64
}

// Compose returns the transform that applies all parts at once, each with its
// weight times the common t.
//
// The built-in geometric parts become one flow, the sum of theirs, at the place
// of the first of them: the image is interpolated once, and T_a∘T_b = T_(a+b)
// holds exactly although, say, zoom and translation do not commute. The
// remaining parts follow one another in the order given; with them the law
// holds only if they commute, as brightness does with any geometric transform
// but not with contrast. Package transformtest tells.
//
// The name of the result is a sum such as "translate-x+0.5*zoom", which
// [ByName] understands.
func Compose(parts ...Part) (Transform, error) {
	if len(parts) == 0 {
		return nil, fmt.Errorf("transform: compose: %w: no parts", ErrUnknown)
	}
	c := new(composite)
	var names, units []string
	flowAt := -1
	for i, p := range parts {
		if p.Transform == nil {
			return nil, fmt.Errorf("transform: compose: %w: part %d is nil", ErrUnknown, i)
		}
		if p.Weight == 0 {
			p.Weight = 1
		}
		if math.IsNaN(p.Weight) || math.IsInf(p.Weight, 0) {
			return nil, fmt.Errorf("transform: compose: %w: the weight of %s is %v", ErrParameter, p.Transform.Name(), p.Weight)
		}
		names, units = append(names, weighted(p, "*", p.Transform.Name())), append(units, weighted(p, " × ", p.Transform.Unit()))
		switch g, ok := p.Transform.(geometric); {
		case ok && flowAt >= 0:
			c.steps[flowAt].flows = append(c.steps[flowAt].flows, weightedFlow{g, p.Weight})
		case ok:
			flowAt = len(c.steps)
			c.steps = append(c.steps, step{flows: []weightedFlow{{g, p.Weight}}})
		default:
			c.steps = append(c.steps, step{part: p})
		}
	}
	c.name, c.unit = strings.Join(names, "+"), strings.Join(units, " + ")
	return c, nil
}

// weighted writes weight, sep and s, or s alone for weight 1.
func weighted(p Part, sep, s string) string {
	if p.Weight == 1 {
		return s
	}
	return strconv.FormatFloat(p.Weight, 'g', -1, 64) + sep + s
}

// composite is a sequence of steps driven by one parameter.
type composite struct {
	name, unit string
	steps      []step
}

// step is a sum of flows or, where there are none, any other transform.
type step struct {
	flows []weightedFlow
	part  Part
}

type weightedFlow struct {
	geometric
	weight float64
}

// Name returns the weighted sum of the parts' names.
func (c *composite) Name() string { return c.name }

// Unit returns the weighted sum of the parts' units.
func (c *composite) Unit() string { return c.unit }

// composeWork holds what lies between two steps.
type composeWork struct{ image, mask, own, moved generator.Images }

var composePool = sync.Pool{New: func() any { return new(composeWork) }}

// Apply implements [Transform].
func (c *composite) Apply(dst, mask, src *generator.Images, t float64) error {
	if err := prepare(c.name, dst, mask, src, t); err != nil {
		return err
	}
	if t == 0 {
		identity(dst, mask, src)
		return nil
	}
	if err := c.steps[0].apply(c.name, dst, mask, src, t); err != nil || len(c.steps) == 1 {
		return err
	}
	work := composePool.Get().(*composeWork)
	defer composePool.Put(work)
	for i := range c.steps[1:] {
		if err := c.steps[1+i].after(c.name, dst, mask, t, work); err != nil {
			return err
		}
	}
	return nil
}

// apply is Apply of one step alone.
func (s *step) apply(name string, dst, mask, src *generator.Images, t float64) error {
	if len(s.flows) == 0 {
		return s.part.Transform.Apply(dst, mask, src, s.part.Weight*t)
	}
	var sum flow
	for _, g := range s.flows {
		f := g.flow(src.H, src.W)
		sum.a += complex(g.weight, 0) * f.a
		sum.b += complex(g.weight, 0) * f.b
	}
	return applyFlow(name, sum, dst, mask, src, t)
}

// after applies the step to dst in place, which mask says where it is defined,
// and updates mask.
func (s *step) after(name string, dst, mask *generator.Images, t float64, work *composeWork) error {
	work.image.CopyFrom(dst)
	if mask == nil {
		return s.apply(name, dst, nil, &work.image, t)
	}
	work.own.Resize(dst.N, 1, dst.H, dst.W)
	if err := s.apply(name, dst, &work.own, &work.image, t); err != nil {
		return err
	}
	if _, ok := s.part.Transform.(Pointwise); !ok {
		// What was undefined has moved with the image.
		work.mask.CopyFrom(mask)
		work.moved.Resize(dst.N, 1, dst.H, dst.W)
		if err := s.apply(name, mask, &work.moved, &work.mask, t); err != nil {
			return err
		}
	}
	for i, m := range work.own.Pix {
		mask.Pix[i] = min(1, mask.Pix[i]*m) // interpolated ones may exceed 1 by rounding
	}
	return nil
}
