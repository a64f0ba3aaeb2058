// Package losstest checks implementations of [loss.Loss] and
// [loss.LeastSquares] against what lcfv relies on.
//
// [Test] runs the checks as subtests; [Check] returns what fails as an error.
package losstest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/loss"
)

// Options adapts the checks to a loss. A nil *Options stands for the defaults.
type Options struct {
	// Channels, Height and Width are the size of the images compared; 0 stands
	// for 3, 16 and 20. A loss built on a network may need its input size.
	Channels, Height, Width int

	// Step is the step of the central differences that gradients are held
	// against. 0 stands for 0.02, which is exact for least squares; a loss
	// that bends more needs a smaller one.
	Step float64

	// Tolerance is the largest error, relative to the size of what is
	// compared. 0 stands for 1e-3.
	Tolerance float64

	// Samples is the number of images in a batch; 0 stands for 3.
	Samples int
}

// checks lists what is checked, in order.
var checks = []struct {
	name string
	run  func(*subject) error
}{
	{"zero at the target", (*subject).zero},
	{"gradient", (*subject).gradient},
	{"gradient is optional", (*subject).optional},
	{"masked pixels", (*subject).masked},
	{"nothing defined", (*subject).undefined},
	{"nil mask", (*subject).nilMask},
	{"samples", (*subject).samples},
	{"inputs untouched", (*subject).untouched},
	{"errors", (*subject).errors},
	{"concurrency", (*subject).concurrent},
	{"residual", (*subject).residual},
	{"linear part", (*subject).linear},
	{"adjoint", (*subject).adjoint},
}

// Test runs every check on l as a subtest. The last three are skipped for a
// loss that is no [loss.LeastSquares].
func Test(t *testing.T, l loss.Loss, opts *Options) {
	t.Helper()
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			err := run(c.run, newSubject(l, opts))
			if errors.Is(err, errSkip) {
				t.Skip("the loss is no LeastSquares")
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// Check runs every check on l and joins what fails.
func Check(l loss.Loss, opts *Options) error {
	var all []error
	for _, c := range checks {
		if err := run(c.run, newSubject(l, opts)); err != nil && !errors.Is(err, errSkip) {
			all = append(all, fmt.Errorf("%s: %w", c.name, err))
		}
	}
	return errors.Join(all...)
}

// errSkip says that a check does not apply.
var errSkip = errors.New("does not apply")

// run runs one check; a panic of the loss is its failure.
func run(check func(*subject) error, s *subject) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panics: %v", p)
		}
	}()
	return check(s)
}

// subject is the loss under test with images to compare.
type subject struct {
	loss            loss.Loss
	step, tol       float64
	x, target, mask *generator.Images
	rand            *rand.Rand
}

// newSubject draws images around middle grey. The mask has holes, a soft border
// and differs between samples.
func newSubject(l loss.Loss, opts *Options) *subject {
	var o Options
	if opts != nil {
		o = *opts
	}
	or := func(v, byDefault int) int {
		if v == 0 {
			return byDefault
		}
		return v
	}
	n, c, h, w := or(o.Samples, 3), or(o.Channels, 3), or(o.Height, 16), or(o.Width, 20)
	if o.Step == 0 {
		o.Step = 0.02
	}
	if o.Tolerance == 0 {
		o.Tolerance = 1e-3
	}
	s := &subject{
		loss: l, step: o.Step, tol: o.Tolerance,
		x: generator.NewImages(n, c, h, w), target: generator.NewImages(n, c, h, w), mask: generator.NewImages(n, 1, h, w),
		rand: rand.New(rand.NewPCG(1, 2)),
	}
	for i := range s.x.Pix {
		s.x.Pix[i] = 0.3 + 0.4*s.rand.Float32()
		s.target.Pix[i] = 0.3 + 0.4*s.rand.Float32()
	}
	for i := range n {
		m := s.mask.Sample(i)
		for p := range m {
			m[p] = 1
			switch row, col := p/w, p%w; {
			case col < i+w/8 || row == h/2 && col%3 == 0:
				m[p] = 0
			case col == i+w/8:
				m[p] = 0.4
			}
		}
	}
	return s
}

// eval evaluates the loss into fresh memory.
func (s *subject) eval(x, target, mask *generator.Images) ([]float64, *generator.Images, error) {
	value, grad := make([]float64, x.N), new(generator.Images)
	if err := s.loss.Eval(value, grad, x, target, mask); err != nil {
		return nil, nil, fmt.Errorf("from Eval: %w", err)
	}
	if !grad.SameSize(x) || len(grad.Pix) != len(x.Pix) {
		return nil, nil, fmt.Errorf("gradient of size %d×%d×%d×%d for images of size %d×%d×%d×%d",
			grad.N, grad.C, grad.H, grad.W, x.N, x.C, x.H, x.W)
	}
	return value, grad, nil
}
