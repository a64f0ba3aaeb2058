package main

import (
	"flag"
	"fmt"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/invert"
)

// refineFlags say whether codes are refined, and which then count.
type refineFlags struct {
	on    bool
	error float64
}

func (f *refineFlags) define(fs *flag.FlagSet) {
	fs.BoolVar(&f.on, "refine", false, "look for the code of each change with the generator, which takes gradients; for a control alone")
	fs.Float64Var(&f.error, "refine-error", 0, "largest error of an image, as a `share` of that of not changing it, with which -refine takes a change for drawn; 0 for 0.05, which on textured scenes refuses most: try 0.2 there")
}

// options are those of Control.Refine, nil where nothing is refined.
func (f *refineFlags) options(workers int) (*lcfv.RefineOptions, error) {
	switch {
	case !(f.error >= 0):
		return nil, fmt.Errorf("%w: -refine-error %g: give a share of the error of not changing the image, such as 0.2", errUsage, f.error)
	case !f.on && f.error != 0:
		return nil, fmt.Errorf("%w: -refine-error %g says when -refine is satisfied: give -refine too, or leave it out", errUsage, f.error)
	case !f.on:
		return nil, nil
	}
	return &lcfv.RefineOptions{Correct: invert.CorrectOptions{Workers: workers, MaxRelative: f.error}}, nil
}
