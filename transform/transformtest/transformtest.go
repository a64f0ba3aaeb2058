// Package transformtest checks implementations of [transform.Transform] against
// the laws and contracts that lcfv relies on.
//
// [Test] runs the checks as subtests; [Check] returns what fails as an error.
package transformtest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/transform"
)

// Options adapts the checks to a transform. A nil *Options stands for the
// defaults.
type Options struct {
	// Channels, Height and Width are the size of the images transformed; 0
	// stands for 3, 40 and 48. The images are smooth, with details of no less
	// than 32 pixels, and have pixels on the limits 0 and 1 as well as between.
	Channels, Height, Width int

	// T lists the parameters tried, alone and in pairs. Nil stands for -0.15,
	// -0.08, 0.05, 0.08 and 0.15. Every one of them must leave part of the
	// image defined, as must any two after one another.
	T []float64

	// Tolerance is the largest difference between pixels that must be equal up
	// to interpolation. 0 stands for 0.01.
	Tolerance float64
}

// checks lists what is checked, in order.
var checks = []struct {
	name string
	run  func(*subject) error
}{
	{"name and unit", (*subject).named},
	{"identity at 0", (*subject).identity},
	{"range", (*subject).limits},
	{"effect", (*subject).effect},
	{"additivity", (*subject).additivity},
	{"source untouched", (*subject).untouched},
	{"reused memory", (*subject).reuse},
	{"nil mask", (*subject).nilMask},
	{"samples", (*subject).samples},
	{"errors", (*subject).errors},
	{"concurrency", (*subject).concurrent},
}

// Test runs every check on tr as a subtest.
func Test(t *testing.T, tr transform.Transform, opts *Options) {
	t.Helper()
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			if err := run(c.run, newSubject(tr, opts)); err != nil {
				t.Error(err)
			}
		})
	}
}

// Check runs every check on tr and joins what fails.
func Check(tr transform.Transform, opts *Options) error {
	var all []error
	for _, c := range checks {
		if err := run(c.run, newSubject(tr, opts)); err != nil {
			all = append(all, fmt.Errorf("%s: %w", c.name, err))
		}
	}
	return errors.Join(all...)
}

// run runs one check; a panic of the transform is its failure.
func run(check func(*subject) error, s *subject) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panics: %v", p)
		}
	}()
	return check(s)
}

// subject is the transform under test with images to transform.
type subject struct {
	tr  transform.Transform
	src *generator.Images
	ts  []float64
	tol float64
}

func newSubject(tr transform.Transform, opts *Options) *subject {
	var o Options
	if opts != nil {
		o = *opts
	}
	for _, f := range []struct {
		field     *int
		byDefault int
	}{{&o.Channels, 3}, {&o.Height, 40}, {&o.Width, 48}} {
		if *f.field == 0 {
			*f.field = f.byDefault
		}
	}
	if o.T == nil {
		o.T = []float64{-0.15, -0.08, 0.05, 0.08, 0.15}
	}
	if o.Tolerance == 0 {
		o.Tolerance = 0.01
	}
	return &subject{tr: tr, src: pictures(o.Channels, o.Height, o.Width), ts: o.T, tol: o.Tolerance}
}

// apply transforms src into fresh memory.
func (s *subject) apply(src *generator.Images, t float64) (dst, mask *generator.Images, err error) {
	dst, mask = new(generator.Images), new(generator.Images)
	if err := s.tr.Apply(dst, mask, src, t); err != nil {
		return nil, nil, fmt.Errorf("applying t = %v: %w", t, err)
	}
	if !dst.SameSize(src) || len(dst.Pix) != len(src.Pix) {
		return nil, nil, fmt.Errorf("t = %v: images of size %d×%d×%d×%d become %d×%d×%d×%d",
			t, src.N, src.C, src.H, src.W, dst.N, dst.C, dst.H, dst.W)
	}
	if mask.N != src.N || mask.C != 1 || mask.H != src.H || mask.W != src.W || len(mask.Pix) != src.N*src.H*src.W {
		return nil, nil, fmt.Errorf("t = %v: mask of size %d×%d×%d×%d, want %d×1×%d×%d",
			t, mask.N, mask.C, mask.H, mask.W, src.N, src.H, src.W)
	}
	return dst, mask, nil
}
