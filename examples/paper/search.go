package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/loss"
	"github.com/lcfv-go/lcfv/transform"
)

// heldOutSeed is that of the codes on which searches are compared, and
// referenceSeed that of others which say where a generator draws its object.
const (
	heldOutSeed   = 77
	referenceSeed = 78
)

// shown is the number of codes whose images go into pictures.
const shown = 6

// motion is what is asked for: the object moves to the right by whole pixels of a
// 64-pixel image, so that the target is made of the generator's own pixels and not
// of interpolated ones.
var motion = transform.TranslateX{}

// search is how the codes are looked for whose images are moved ones.
type search struct {
	method     invert.Method     // nil: lcfv's own choice
	loss       loss.Loss         // nil: lcfv's own
	constraint invert.Constraint // nil: lcfv's own

	// t are the targets, increasing: each starts from the code found for the one
	// before it.
	t []float64

	codes int
	reach float64 // only codes whose object can move this far
}

// searchKey is what the outcome of a search depends on.
type searchKey struct {
	Generator, Loss, Constraint, Method, Transform string

	T           []float64
	Codes       int
	Reach       float64
	Seeds       [2]uint64
	Fingerprint string
}

// found is what a search came to at one target: one number a code.
type found struct {
	T    float64
	Work float64 // forward equivalents a code, from z_0 to this target

	Blurred []float64 // error in the default loss, whatever was minimised
	Still   []float64 // that of not moving at all
	LPIPS   []float64 // over the defined pixels
	Detail  []float64 // contrast of neighbouring pixels, in units of the target's
	Norm    []float64 // ‖z‖/√D

	// Of sprites: by how much more than t the barycentre has moved, and how the
	// logarithm of the scale has changed; Lost marks those without an object,
	// which have neither.
	Position []float64 `json:",omitempty"`
	Scale    []float64 `json:",omitempty"`
	Lost     []bool    `json:",omitempty"`

	Start [][]float32 // z_0 of the codes that are shown
	Codes [][]float32 // what was found for them
}

// follow looks for the codes of all held-out trajectories on the generator of a
// name and judges their images at every target.
func (l *lab) follow(ctx context.Context, name string, s search) ([]found, error) {
	g, err := l.generator(name)
	if err != nil {
		return nil, err
	}
	info := g.Info()
	o := &invert.Options{Method: s.method, Loss: s.loss, Constraint: s.constraint, T: s.t, Seed: heldOutSeed, MaxRelative: -1, Drop: -1}
	resolved, err := o.Resolve(info)
	if err != nil {
		return nil, err
	}
	key := searchKey{
		Generator: name, Fingerprint: info.Fingerprint, Transform: motion.Name(),
		Method: resolved.Method.Name(), Loss: resolved.Loss.Name(), Constraint: resolved.Constraint.Name(),
		T: s.t, Codes: s.codes, Reach: s.reach, Seeds: [2]uint64{heldOutSeed, referenceSeed},
	}
	return cell(ctx, l, key, func() ([]found, error) {
		which, err := l.heldOut(ctx, name, s.codes, s.reach)
		if err != nil {
			return nil, err
		}
		paths, err := run(ctx, g, o, which)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return l.judge(ctx, g, paths)
	})
}

// paths are codes and what was found for them: z[k] for the target t[k].
type paths struct {
	t    []float64
	z0   *generator.Latents
	z    []*generator.Latents
	work []float64 // forward equivalents a code up to t[k]
}

// run follows the trajectories of the given indices, each by itself, so that what
// is found for one depends on no other.
func run(ctx context.Context, g generator.Differentiable, o *invert.Options, which []int) (*paths, error) {
	d := g.Info().D
	p := &paths{t: o.T, z0: generator.NewLatents(len(which), d), work: make([]float64, len(o.T))}
	row := map[int]int{} // of a trajectory
	var ranges []invert.Range
	for n, i := range which {
		row[i] = n
		ranges = append(ranges, invert.Range{Low: i, High: i + 1})
	}
	for range o.T {
		p.z = append(p.z, generator.NewLatents(len(which), d))
	}
	err := invert.RunRanges(ctx, g, motion, o, ranges, func(of invert.Range, part *invert.Dataset) error {
		copy(p.z0.Row(row[of.Low]), part.Z0.Row(0))
		work := 1.0 // the image of z_0
		for i, pair := range part.Pairs {
			if pair.Status == invert.NotFinite || pair.Status == invert.Undefined {
				return fmt.Errorf("code %d at t = %g: %v", of.Low, pair.T, pair.Status)
			}
			work += pair.Work
			k := slices.Index(o.T, pair.T)
			copy(p.z[k].Row(row[of.Low]), part.Z.Row(i))
			p.work[k] += work / float64(len(which))
		}
		return nil
	})
	return p, err
}

// stay is the method that does not move, to compare with.
type stay struct{}

// Name implements invert.Method.
func (stay) Name() string { return "stay" }

// Follow implements invert.Method.
func (stay) Follow(_ context.Context, p *invert.Problem, ts []float64, emit invert.Emit) error {
	for k := range ts {
		if err := emit(k, p.Start(), make([]float64, p.N()), make([]invert.Note, p.N())); err != nil {
			return err
		}
	}
	return nil
}
