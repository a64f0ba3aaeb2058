// Package generatortest checks implementations of [generator.Generator] and
// [generator.Differentiable] against the contract of their documentation.
//
// A test of one's own generator is one line:
//
//	func TestGenerator(t *testing.T) { generatortest.Test(t, mygen.New()) }
package generatortest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/lcfv-go/lcfv/generator"
)

// Test reports everything that Check finds wrong with g.
func Test(t *testing.T, g generator.Generator) {
	t.Helper()
	if err := Check(g); err != nil {
		t.Error(err)
	}
}

// samples is the size of the batches drawn.
const samples = 3

// Check returns everything found wrong with g, joined, or nil. Where g is
// differentiable its products with the Jacobian are checked too: against each
// other (⟨J dz, v⟩ = ⟨dz, Jᵀv⟩) and against differences of images.
func Check(g generator.Generator) error {
	c := &checker{g: g, info: g.Info(), z: generator.NewLatents(samples, max(g.Info().D, 1))}
	if err := c.checkInfo(); err != nil {
		return err // nothing else makes sense then
	}
	c.info.Prior.Sample(c.z, 1, 0)
	if err := g.Generate(context.Background(), &c.x, c.z); err != nil {
		return fault("Generate", "%w", err)
	}
	errs := []error{c.checkImages(), c.checkBatch(), c.checkReuse(), c.checkConcurrent(), c.checkBadInput()}
	if d, ok := g.(generator.Differentiable); ok {
		errs = append(errs, c.checkLinearization(d))
	}
	return errors.Join(errs...)
}

type checker struct {
	g    generator.Generator
	info generator.Info
	z    *generator.Latents
	x    generator.Images // G(z)
}

func (c *checker) checkInfo() error {
	i := c.info
	if i.D < 1 || i.C < 1 || i.H < 1 || i.W < 1 {
		return fault("Info", "code length %d and image size %d×%d×%d must be positive", i.D, i.C, i.H, i.W)
	}
	if err := i.Prior.Validate(); err != nil {
		return fault("Info", "%w", err)
	}
	at := 0
	for _, l := range i.Levels {
		if l.Low != at || l.High <= l.Low {
			return fault("Info", "level %q covers [%d, %d), the one before ends at %d", l.Name, l.Low, l.High, at)
		}
		at = l.High
	}
	if len(i.Levels) > 0 && at != i.D {
		return fault("Info", "levels cover %d of %d numbers", at, i.D)
	}
	return nil
}

func (c *checker) checkImages() error {
	if err := c.x.Validate(); err != nil {
		return err
	}
	if c.x.N != samples || c.x.C != c.info.C || c.x.H != c.info.H || c.x.W != c.info.W {
		return fault("Generate", "drew %d×%d×%d×%d for %d codes, Info says %d×%d×%d",
			c.x.N, c.x.C, c.x.H, c.x.W, samples, c.info.C, c.info.H, c.info.W)
	}
	for i, p := range c.x.Pix {
		if math.IsNaN(float64(p)) || p < -0.05 || p > 1.05 {
			return fault("Generate", "pixel %d is %g, not within [0, 1]", i, p)
		}
	}
	return nil
}

// checkBatch draws every code alone: neighbours must not matter.
func (c *checker) checkBatch() error {
	var one generator.Images
	for i := range samples {
		if err := c.g.Generate(context.Background(), &one, c.z.Slice(i, i+1)); err != nil {
			return fault("Generate for a single code", "%w", err)
		}
		if d := maxDiff(one.Pix, c.x.Sample(i)); d > 1e-4 {
			return fault("Generate", "sample %d differs by %.2g when drawn alone", i, d)
		}
	}
	return nil
}

// checkReuse draws again into an image of another size.
func (c *checker) checkReuse() error {
	before := slices.Clone(c.z.Data)
	again := generator.NewImages(7, 2, 3, 5)
	if err := c.g.Generate(context.Background(), again, c.z); err != nil {
		return fault("Generate into images of another size", "%w", err)
	}
	if !again.SameSize(&c.x) || maxDiff(again.Pix, c.x.Pix) > 1e-6 {
		return fault("Generate", "drawing the same codes again, into other memory, gives other images")
	}
	if !slices.Equal(before, c.z.Data) {
		return fault("Generate", "the codes were modified")
	}
	return nil
}

func (c *checker) checkConcurrent() error {
	errs := make([]error, 4)
	var wait sync.WaitGroup
	for k := range errs {
		wait.Go(func() {
			var x generator.Images
			if err := c.g.Generate(context.Background(), &x, c.z); err != nil {
				errs[k] = fault("Generate from several goroutines", "%w", err)
			} else if maxDiff(x.Pix, c.x.Pix) > 1e-6 {
				errs[k] = fault("Generate", "other images when called from several goroutines")
			}
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}

func (c *checker) checkBadInput() error {
	var x generator.Images
	var errs []error
	if c.g.Generate(context.Background(), &x, generator.NewLatents(1, c.info.D+1)) == nil {
		errs = append(errs, fault("Generate", "no error for a code of length %d instead of %d", c.info.D+1, c.info.D))
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := c.g.Generate(ctx, &x, c.z); !errors.Is(err, context.Canceled) {
		errs = append(errs, fault("Generate", "with a cancelled context returned %v instead of context.Canceled", err))
	}
	return errors.Join(errs...)
}

// fault is something found wrong with a method.
func fault(method, format string, args ...any) error {
	return fmt.Errorf("generatortest: %s: %w", method, fmt.Errorf(format, args...))
}

func maxDiff(a, b []float32) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	worst := 0.0
	for i := range a {
		d := math.Abs(float64(a[i]) - float64(b[i]))
		if math.IsNaN(d) {
			return math.Inf(1)
		}
		worst = max(worst, d)
	}
	return worst
}
