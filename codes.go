package lcfv

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/invert"
)

// Codes are latent codes that draw given images, with what is known of how well:
// what invert.Image found, kept for a control to steer. Save and LoadCodes keep
// them.
type Codes struct {
	// Generator is what the codes are codes of.
	Generator GeneratorRecord

	// Seed determined the codes from which the search started.
	Seed uint64

	Images []CodeRecord
}

// CodeRecord is the code of one image. See invert.Projection for the numbers.
type CodeRecord struct {
	Source   string // where the image came from, for people
	Code     []float32
	Error    float64
	Relative float64
	RMSE     float64
	Status   string // "converged", or what else became of the search

	Iterations         int
	ForwardEquivalents float64
	Active             bool
}

// NewCodes records what invert.Image found on the generator that info describes;
// sources name the images, one each, and seed is that of the options. The codes are
// copied.
func NewCodes(info generator.Info, sources []string, found []invert.Projection, seed uint64) (*Codes, error) {
	if len(sources) != len(found) {
		return nil, fmt.Errorf("lcfv: %d names for %d images: give one each", len(sources), len(found))
	}
	c := &Codes{Generator: NewGeneratorRecord(info), Seed: seed}
	for i, p := range found {
		c.Images = append(c.Images, CodeRecord{
			Source: sources[i], Code: slices.Clone(p.Code),
			Error: p.Error, Relative: p.Relative(), RMSE: p.RMSE, Status: p.Outcome(),
			Iterations: p.Iterations, ForwardEquivalents: p.ForwardEquivalents, Active: p.Active,
		})
	}
	return c, c.Validate()
}

// Latents returns a copy of the codes, one row an image.
func (c *Codes) Latents() *generator.Latents {
	z := generator.NewLatents(len(c.Images), c.Generator.D)
	for i, m := range c.Images {
		copy(z.Row(i), m.Code)
	}
	return z
}

// Fits reports whether the codes are ones of the generator that info describes,
// fixed to the same condition: nil if they are, else an error that wraps
// ErrGenerator.
func (c *Codes) Fits(info generator.Info) error {
	if err := c.Generator.fits(info, "the codes", "invert the image on this generator"); err != nil {
		return err
	}
	if info.Condition != c.Generator.Condition {
		return fmt.Errorf("lcfv: %w: it is fixed to %s, the codes to %s: draw with the condition they were found for",
			ErrGenerator, conditionOf(info.Condition), conditionOf(c.Generator.Condition))
	}
	return nil
}

func conditionOf(s string) string {
	if s == "" {
		return "no condition"
	}
	return s
}

// Validate reports what makes the codes unusable, if anything does.
func (c *Codes) Validate() error {
	if len(c.Images) == 0 {
		return errors.New("lcfv: there are no codes: give at least one image")
	}
	for i, m := range c.Images {
		if len(m.Code) != c.Generator.D || len(m.Code) == 0 {
			return fmt.Errorf("lcfv: code %d has %d numbers, the generator's have %d", i, len(m.Code), c.Generator.D)
		}
		for _, v := range m.Code {
			if x := float64(v); math.IsNaN(x) || math.IsInf(x, 0) {
				return fmt.Errorf("lcfv: code %d holds %g: numbers must be finite", i, x)
			}
		}
		if bad := m.Error + m.Relative + m.RMSE; math.IsNaN(bad) || math.IsInf(bad, 0) {
			return fmt.Errorf("lcfv: an error of code %d is not finite: the generator drew nothing finite for it", i)
		}
	}
	return nil
}
