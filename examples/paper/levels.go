package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/factor"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/chart"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/saliency"
)

var levelsExperiment = experiment{
	name:     "levels",
	question: "In which level of its code does a generator keep a factor?",
	claim: "Section 3: BigGAN's code has six levels, and the norm of the part of u in each tells where the generator keeps the factor; " +
		"for position and scale the first, coarsest level has the largest.",
	version: 1,
	run: func(ctx context.Context, l *lab, w io.Writer) error {
		g, err := l.generator(coloured)
		if err != nil {
			return err
		}
		seeds := []uint64{1, 2, 3}
		if l.full {
			seeds = []uint64{1, 2, 3, 4, 5}
		}
		return byLevel(ctx, l, w, familyOf(g), unmixed{}, seeds)
	},
}

// levelled is a factor learned on all classes with several seeds.
type levelled struct {
	factor  measurable
	norms   [][]float64 // by seed and level
	control *lcfv.Control
	key     pooled // of the first seed's
}

// byLevel tells how directions lie in the levels of codes, what each level's part of
// them does, and what can be had from one level alone.
func byLevel(ctx context.Context, l *lab, w io.Writer, f family, d saliency.Detector, seeds []uint64) error {
	o := invert.Options{Trajectories: 4}
	if l.full {
		o.Trajectories = 30
	}
	samples := l.codes(25, 200)
	classes := counted(0, len(f.names))
	var all []levelled
	for _, t := range f.factors {
		of := levelled{factor: t}
		for i, seed := range seeds {
			o.Seed = seed
			c, key, err := f.learn(ctx, l, t, classes, o)
			if err != nil {
				return fmt.Errorf("%s: %w", t.Name(), err)
			}
			norms, err := c.LevelNorms(f.info.Levels)
			if err != nil {
				return fmt.Errorf("%s: %w", t.Name(), err)
			}
			of.norms = append(of.norms, norms)
			if i == 0 {
				of.control, of.key = c, key
			}
		}
		all = append(all, of)
	}
	fmt.Fprintf(w, "Learned on all classes with %d trajectories each; norms of the parts of u, means of %d seeds with the least and the largest:\n\n", o.Trajectories, len(seeds))
	f.norms(w, all)
	if err := f.drawNorms(l, all); err != nil {
		return err
	}
	fmt.Fprintf(w, "Steered in one level alone by the direction of all, and learned on that level alone, on %d codes of every class:\n\n", samples)
	o.Seed = seeds[0]
	return f.partsOf(ctx, l, w, all, d, samples, o)
}

// norms writes the norms by level.
func (f family) norms(w io.Writer, all []levelled) {
	columns := []string{"factor"}
	for _, level := range f.info.Levels {
		columns = append(columns, level.Name)
	}
	table(w, columns...)
	for _, of := range all {
		cells := []string{of.factor.Name()}
		for k := range f.info.Levels {
			cells = append(cells, of.norm(k).format("%.2f"))
		}
		row(w, cells...)
	}
	cells := []string{"a random direction, in the root mean square"}
	for _, level := range f.info.Levels {
		cells = append(cells, fmt.Sprintf("%.2f", math.Sqrt(float64(level.High-level.Low)/float64(f.info.D))))
	}
	row(w, cells...)
	fmt.Fprintln(w)
}

// norm is that of a level, the mean over seeds between the least and the largest.
func (of levelled) norm(level int) estimate {
	var values []float64
	for _, norms := range of.norms {
		values = append(values, norms[level])
	}
	return estimate{mean(values)(counted(0, len(values))), [2]float64{slices.Min(values), slices.Max(values)}}
}

// drawNorms draws the norms, levels side by side and factors beside each other.
func (f family) drawNorms(l *lab, all []levelled) error {
	axes := chart.Axes{Title: "Where the direction lies", X: "level of the code", Y: "norm of its part of u", YRange: [2]float64{0, 1}}
	for _, level := range f.info.Levels {
		axes.Categories = append(axes.Categories, level.Name)
	}
	var layers []chart.Layer
	for i, of := range all {
		dots := chart.Dots{Name: of.factor.Name(), Place: i, Of: len(all)}
		for k := range f.info.Levels {
			n := of.norm(k)
			dots.Y, dots.Low, dots.High = append(dots.Y, n.Value), append(dots.Low, n.CI[0]), append(dots.High, n.CI[1])
		}
		layers = append(layers, dots)
	}
	return l.chart("norms.png", axes, layers...)
}

// partsOf writes what parts of directions do, and directions that lie in one level.
func (f family) partsOf(ctx context.Context, l *lab, w io.Writer, all []levelled, d saliency.Detector, samples int, o invert.Options) error {
	table(w, "factor", "level", "squared norm of u", "slope of the part", "learned there: slope", "RMSE", "refused", "undetected")
	classes := counted(0, len(f.names))
	for _, of := range all {
		whole, err := f.evaluate(ctx, l, of.control, of.key, nil, d, samples, nil)
		if err != nil {
			return fmt.Errorf("%s: %w", of.factor.Name(), err)
		}
		row(w, append([]string{of.factor.Name(), "all", "1.00", slopeOf(whole, samples)}, did(whole, samples)...)...)
		for k, level := range f.info.Levels {
			levels := []generator.Level{level}
			part, err := of.control.Part(levels)
			if err != nil {
				return fmt.Errorf("%s: %w", of.factor.Name(), err)
			}
			moved, err := f.evaluate(ctx, l, part, of.key, []string{level.Name}, d, samples, nil)
			if err != nil {
				return fmt.Errorf("%s, part in %s: %w", of.factor.Name(), level.Name, err)
			}
			cells := []string{of.factor.Name(), level.Name, fmt.Sprintf("%.2f", square(of.norms[0][k])), slopeOf(moved, samples)}
			o.Levels = levels
			nothing, err := f.nothingLearned(ctx, l, of.factor, classes, o)
			if err != nil {
				return fmt.Errorf("%s in %s: %w", of.factor.Name(), level.Name, err)
			}
			if nothing {
				row(w, append(cells, "nothing learned", "", "", "")...)
				continue
			}
			alone, key, err := f.learn(ctx, l, of.factor, classes, o)
			if err != nil {
				return fmt.Errorf("%s in %s: %w", of.factor.Name(), level.Name, err)
			}
			e, err := f.evaluate(ctx, l, alone, key, nil, d, samples, nil)
			if err != nil && !errors.Is(err, lcfv.ErrNothingMeasured) {
				return fmt.Errorf("%s in %s: %w", of.factor.Name(), level.Name, err)
			}
			row(w, append(cells, did(e, samples)...)...)
		}
	}
	return nil
}

// nothingLearned reports whether the generator does not draw what is asked for by moving
// the levels of o alone. That too is kept.
func (f family) nothingLearned(ctx context.Context, l *lab, t measurable, classes []int, o invert.Options) (bool, error) {
	key := struct{ Nothing pooled }{f.key(t, classes, o)}
	return cell(ctx, l, key, func() (bool, error) {
		_, _, err := f.learn(ctx, l, t, classes, o)
		if errors.Is(err, factor.ErrNoMotion) || errors.Is(err, invert.ErrAllFailed) {
			return true, nil
		}
		return false, err
	})
}

// slopeOf is that of measured changes against requested ones, over all classes.
func slopeOf(t *lcfv.Transfer, samples int) string {
	s := tallied(t, func(int, lcfv.ClassEvaluation) bool { return true })
	if len(s.requests) == 0 {
		return "nothing measured"
	}
	return agreementOf(s.requests, samples).Slope.format("%.2f")
}

// did is what a control does to all classes: slope, error, and the shares of what it
// refused and of what could not be measured. A nil transfer is one that did nothing.
func did(t *lcfv.Transfer, samples int) []string {
	if t == nil {
		return []string{"nothing measured", "", "", ""}
	}
	s := tallied(t, func(int, lcfv.ClassEvaluation) bool { return true })
	refused, undetected := s.shares()
	if len(s.requests) == 0 {
		return []string{"nothing measured", "", refused, undetected}
	}
	a := agreementOf(s.requests, samples)
	return []string{a.Slope.format("%.2f"), a.RMSE.format("%.4f"), refused, undetected}
}
