package lcfv

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strings"

	"github.com/lcfv-go/lcfv/factor"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

// LearnClasses finds one direction that serves several classes of a conditional
// generator (Plumerault et al. 2020, section 3), with one calibration for all of
// them, and one for each besides if opts.PerClass asks for it: see Control.OfClass.
// EvaluateClasses tells how well it serves these, and classes it was not learned
// on.
//
// open makes the generator of a class, such as the method WithClass of a
// generator.Network:
//
//	c, err := lcfv.LearnClasses(ctx, g.WithClass, []int{1, 5, 9}, transform.Zoom{}, nil)
//
// Classes are opened one after the other, and closed, if they can be (io.Closer),
// before the next, so that there is never more than one in memory. First each is
// opened once to see that it can be.
//
// Every class has opts.Invert.Trajectories of its own, from codes that its own seed
// determines (ClassSeed): what is found in a class does not depend on the others.
// The result depends on the order of the classes, but not on the number of workers.
// opts.Invert.Progress counts the pairs of all classes.
//
// Errors are those of Learn. They wrap generator.ErrCondition if a class is there
// twice or is none, and ErrGenerator if the classes are not of one generator.
func LearnClasses[G generator.Differentiable](ctx context.Context, open func(class int) (G, error), classes []int, t transform.Transform, opts *LearnOptions) (*Control, error) {
	if open == nil || t == nil {
		return nil, errors.New("lcfv: learning: the function that opens classes or the transform is nil: give both")
	}
	if opts == nil {
		opts = &LearnOptions{}
	}
	if opts.Curved || opts.Baseline != nil {
		return nil, fmt.Errorf("lcfv: learning %s: a curve and a baseline's direction are learned on one class at a time: leave out Curved and Baseline", t.Name())
	}
	infos, err := classInfos(ctx, open, classes)
	if err != nil {
		return nil, fmt.Errorf("lcfv: learning %s: %w", t.Name(), err)
	}
	sets := make([]*invert.Dataset, len(classes))
	for i, class := range classes {
		o := opts.Invert
		o.Seed = ClassSeed(opts.Invert.Seed, infos[i].Condition)
		if opts.Invert.Progress != nil {
			o.Progress = func(p invert.Progress) {
				p.Done += i * p.Total
				p.Total *= len(classes)
				opts.Invert.Progress(p)
			}
		}
		err := onClass(open, class, func(g G) (err error) {
			sets[i], err = invert.Run(ctx, g, t, &o)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("lcfv: learning %s on %s: %w", t.Name(), infos[i].Condition, err)
		}
	}
	c, err := FromClassPairs(infos, t, sets, &opts.Fit)
	if err != nil {
		return nil, err
	}
	c.Inversion.Seed = opts.Invert.Seed
	if opts.PerClass {
		for i, info := range infos {
			if err := c.Calibrate(info, sets[i], &opts.Fit); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

// ClassSeed returns the seed that LearnClasses takes for the codes of a class, whose
// condition is that of generator.Info: another one for each class and seed, below
// 2⁵³, so that every reader of JSON can hold it.
func ClassSeed(seed uint64, condition string) uint64 {
	h := fnv.New64a()
	h.Write(binary.BigEndian.AppendUint64(nil, seed))
	h.Write([]byte(condition))
	return h.Sum64() >> 11
}

// FromClassPairs fits a control to the outcomes of inversions of t, one a class, on
// the generators that infos describe: the second half of LearnClasses, without the
// calibrations by class, which Calibrate adds. Nil options stand for the defaults.
//
// All pairs that are good for a fit weigh the same. The record of the inversion is
// that of all classes together: trajectories and pairs are sums, ForwardEquivalents
// is a mean, and Seed is 0 if the classes have several. Errors are those of
// LearnClasses.
func FromClassPairs(infos []generator.Info, t transform.Transform, pairs []*invert.Dataset, opts *factor.Options) (*Control, error) {
	if t == nil || len(pairs) == 0 || len(pairs) != len(infos) || slices.Contains(pairs, nil) {
		return nil, errors.New("lcfv: learning: the transform is nil, or there are not pairs for every class: give what invert.Run used and returned")
	}
	if err := checkClasses(infos); err != nil {
		return nil, fmt.Errorf("lcfv: learning %s: %w", t.Name(), err)
	}
	for i, set := range pairs {
		if set.Z0.D != infos[i].D {
			return nil, fmt.Errorf("lcfv: learning %s: %w: codes of %s have length %d, those of its pairs %d", t.Name(), ErrGenerator, infos[i].Condition, infos[i].D, set.Z0.D)
		}
		if !slices.Equal(set.T, pairs[0].T) {
			return nil, fmt.Errorf("lcfv: learning %s: %s has the targets %v, %s %v: give pairs of the same ones",
				t.Name(), infos[0].Condition, pairs[0].T, infos[i].Condition, set.T)
		}
		if !slices.Equal(set.Settings.Levels, pairs[0].Settings.Levels) {
			return nil, fmt.Errorf("lcfv: learning %s: the pairs of %s and %s moved different levels: give those of one run", t.Name(), infos[0].Condition, infos[i].Condition)
		}
	}
	info := infos[0]
	conditions := make([]string, len(infos))
	for i := range infos {
		conditions[i] = infos[i].Condition
	}
	info.Condition = strings.Join(conditions, ", ")
	c, err := FromPairs(info, t, pooled(pairs), opts)
	if err != nil {
		return nil, err
	}
	for i, set := range pairs {
		c.Classes = append(c.Classes, ClassRecord{Condition: conditions[i], Inversion: inversionOf(set, set.Count(invert.Kept))})
	}
	return c, nil
}

// pooled puts the pairs of several runs into one dataset, trajectories one after
// the other.
func pooled(sets []*invert.Dataset) *invert.Dataset {
	d := sets[0].Z0.D
	all := &invert.Dataset{T: sets[0].T, Z0: &generator.Latents{D: d}, Z: &generator.Latents{D: d}, Settings: sets[0].Settings}
	work := 0.0
	for _, s := range sets {
		for _, p := range s.Pairs {
			p.Trajectory += all.Z0.N
			all.Pairs = append(all.Pairs, p)
		}
		all.Z0.Data, all.Z0.N = append(all.Z0.Data, s.Z0.Data...), all.Z0.N+s.Z0.N
		all.Z.Data, all.Z.N = append(all.Z.Data, s.Z.Data...), all.Z.N+s.Z.N
		work += s.ForwardEquivalents * float64(s.Z0.N)
		if s.Settings.Seed != all.Settings.Seed {
			all.Settings.Seed = 0
		}
	}
	all.ForwardEquivalents = work / float64(all.Z0.N)
	all.Settings.Trajectories = all.Z0.N
	return all
}

// classInfos opens each class once and describes it.
func classInfos[G generator.Generator](ctx context.Context, open func(class int) (G, error), classes []int) ([]generator.Info, error) {
	if len(classes) == 0 {
		return nil, fmt.Errorf("%w: there are no classes: give one at least", generator.ErrCondition)
	}
	infos := make([]generator.Info, len(classes))
	for i, class := range classes {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if slices.Contains(classes[:i], class) {
			return nil, fmt.Errorf("%w: class %d is there twice: give every class once", generator.ErrCondition, class)
		}
		err := onClass(open, class, func(g G) error { infos[i] = g.Info(); return nil })
		if err != nil {
			return nil, err
		}
	}
	return infos, checkClasses(infos)
}

// checkClasses sees whether infos describe different classes of one generator.
func checkClasses(infos []generator.Info) error {
	first := infos[0]
	for i, info := range infos {
		if info.Condition == "" {
			return fmt.Errorf("%w: the generator %s states no class in its Info.Condition: give a conditional one", generator.ErrCondition, info.Name)
		}
		if slices.ContainsFunc(infos[:i], func(o generator.Info) bool { return o.Condition == info.Condition }) {
			return fmt.Errorf("%w: %s is there twice: give every class once", generator.ErrCondition, info.Condition)
		}
		if info.D != first.D || info.C != first.C || info.H != first.H || info.W != first.W || info.Fingerprint != first.Fingerprint {
			return fmt.Errorf("%w: %s and %s are of different ones: give classes of one generator", ErrGenerator, first.Condition, info.Condition)
		}
	}
	return nil
}

// onClass opens a class, for do alone.
func onClass[G generator.Generator](open func(class int) (G, error), class int, do func(g G) error) (err error) {
	g, err := open(class)
	if err != nil {
		return err
	}
	if c, ok := any(g).(io.Closer); ok {
		defer func() { err = errors.Join(err, c.Close()) }()
	}
	return do(g)
}
