package main

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/saliency"
)

// sprites reports whether a generator draws grey sprites on black, whose place can
// be measured exactly.
func sprites(info generator.Info) bool { return info.C == 1 }

// subset names codes of a generator that heldOut has found.
type subset struct {
	generator string
	n         int
	reach     float64
}

// heldOut is that of the generator of a name in tables, found once.
func (l *lab) heldOut(ctx context.Context, name string, n int, reach float64) ([]int, error) {
	of := subset{name, n, reach}
	if which := l.held[of]; which != nil {
		return which, nil
	}
	g, err := l.generator(name)
	if err != nil {
		return nil, err
	}
	which, err := heldOut(ctx, g, n, reach)
	l.held[of] = which
	return which, err
}

// heldOut returns the indices of the first n codes of the prior whose object can
// move to the right by reach: with it, the barycentre of a sprite stays left of
// where 99 % of the generator's sprites are. Beyond, there is nothing to be found
// by any search. Of faces, whose place has no such end, they are the first n.
func heldOut(ctx context.Context, g generator.Generator, n int, reach float64) ([]int, error) {
	if !sprites(g.Info()) {
		return counted(0, n), nil
	}
	x, err := places(ctx, g, referenceSeed, 0, 1000)
	if err != nil {
		return nil, err
	}
	x = slices.DeleteFunc(x, math.IsNaN)
	if len(x) == 0 {
		return nil, fmt.Errorf("no sprite in 1000 images of %s", g.Info().Name)
	}
	slices.Sort(x)
	end := stat.Quantile(0.99, stat.LinInterp, x, nil)
	const most = 100 // draws for each code that is wanted
	var which []int
	for first := 0; first < most*n; first += n {
		x, err := places(ctx, g, heldOutSeed, first, n)
		if err != nil {
			return nil, err
		}
		for i, v := range x {
			if v+reach <= end { // false for NaN
				if which = append(which, first+i); len(which) == n {
					return which, nil
				}
			}
		}
	}
	return nil, fmt.Errorf("of %d images of %s, only %d have a sprite that can move by %g", most*n, g.Info().Name, len(which), reach)
}

// places returns the barycentres of images of the prior, NaN where there is none.
func places(ctx context.Context, g generator.Generator, seed uint64, first, n int) ([]float64, error) {
	z := generator.NewLatents(n, g.Info().D)
	g.Info().Prior.Sample(z, seed, uint64(first))
	var x generator.Images
	if err := g.Generate(ctx, &x, z); err != nil {
		return nil, err
	}
	return read(ctx, "barycentre-x", &x)
}

// read returns a measure of each image, NaN where there is nothing to measure.
func read(ctx context.Context, measure string, x *generator.Images) ([]float64, error) {
	m, err := saliency.MeasureByName(measure)
	if err != nil {
		return nil, err
	}
	values := make([]float64, x.N)
	return values, saliency.Meter{Measure: m}.Read(ctx, values, x)
}

// counted returns the numbers from low to high − 1.
func counted(low, high int) []int {
	var out []int
	for i := low; i < high; i++ {
		out = append(out, i)
	}
	return out
}
