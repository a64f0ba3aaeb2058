package main

import (
	"context"
	"flag"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/picture"
	"github.com/lcfv-go/lcfv/invert"
)

type steerFlags struct {
	model   generatorFlags
	control controlFlags
	by      string
	factor  string
	with    string
	refine  refineFlags
	samples int
	seed    uint64
	codes   string
	out     string
	drawing []string // those of -n and -seed that were given
}

func defineSteer(fs *flag.FlagSet) func(context.Context, streams) error {
	f := &steerFlags{}
	f.model.define(fs)
	f.control.define(fs)
	fs.StringVar(&f.by, "by", "-0.2,-0.1,0,0.1,0.2", "changes of the factor, a `list` in the control's unit")
	fs.StringVar(&f.factor, "factor", "", "`name` of the factor that -by changes, for a file with several; the others stay as they are")
	fs.StringVar(&f.with, "with", "", "changes of other factors of the file that go with every one of -by, a `list` such as translate-y=-0.05,zoom=0.1")
	f.refine.define(fs)
	fs.IntVar(&f.samples, "n", 8, "`number` of samples")
	fs.Uint64Var(&f.seed, "seed", 5, "`number` that determines the samples")
	fs.StringVar(&f.codes, "z", "", "`file` of codes that lcfv invert wrote, to steer these and no samples")
	fs.StringVar(&f.out, "o", "", "`file` to write: .png for a sheet with a column a change, .gif for a walk through them")
	return func(ctx context.Context, s streams) error {
		fs.Visit(func(given *flag.Flag) {
			if given.Name == "n" || given.Name == "seed" {
				f.drawing = append(f.drawing, "-"+given.Name)
			}
		})
		return f.run(ctx, s)
	}
}

// mostSamples bounds what one picture can show.
const mostSamples = 1000

func (f *steerFlags) run(ctx context.Context, s streams) error {
	if err := required("control", f.control.path); err != nil {
		return err
	}
	if err := required("o", f.out); err != nil {
		return err
	}
	if f.samples < 1 || f.samples > mostSamples {
		return fmt.Errorf("%w: -n must be from 1 to %d", errUsage, mostSamples)
	}
	if f.codes != "" && len(f.drawing) > 0 {
		return fmt.Errorf("%w: %s draws samples, and -z steers the codes of a file: give one of them", errUsage, f.drawing[0])
	}
	by, err := parseList(f.by)
	if err != nil {
		return fmt.Errorf("%w: -by: %w", errUsage, err)
	}
	refine, err := f.refine.options(f.model.workers)
	if err != nil {
		return err
	}
	kind := strings.ToLower(filepath.Ext(f.out))
	if kind != ".png" && kind != ".gif" {
		return fmt.Errorf("%w: -o %s: the name must end in .png or .gif", errUsage, f.out)
	}
	if err := writable("o", f.out); err != nil {
		return err
	}
	g, err := f.model.open(f.refine.on)
	if err != nil {
		return err
	}
	defer g.Close()
	set, err := f.control.loadSet(g)
	if err != nil {
		return err
	}
	how, err := newSteerer(set, f.factor, f.with)
	if err != nil {
		return err
	}
	c := set.Control(how.name)
	z, err := f.start(g)
	if err != nil {
		return err
	}
	var mover picture.Steerer = how
	if f.refine.on {
		if len(set.Names()) > 1 {
			return fmt.Errorf("%w: -refine is for a file with one control", errUsage)
		}
		mover = refiner{ctx, c, g, refine}
	}
	refused, err := f.draw(ctx, g, mover, z, by, kind)
	if err != nil {
		return err
	}
	low, high := c.Range()
	if refused > 0 && f.refine.on {
		fmt.Fprintf(s.log, "%d of the changes were not seen to be drawn: left blank in a sheet, as near as it gets in a walk\n", refused)
	} else if refused > 0 && c.Curve != nil && c.Limits == nil {
		fmt.Fprintf(s.log, "%d of the changes follow the control's curve to where it was not learned: left blank in a sheet, as near as it gets in a walk\n", refused)
	} else if refused > 0 {
		fmt.Fprintf(s.log, "%d of the changes leave the control's range [%.3g, %.3g] (%s): left blank in a sheet, held at its end in a walk\n",
			refused, low, high, c.Unit)
	}
	fmt.Fprintf(s.out, "%s, changed by %s (%s), written to %s\n", c.Transform, f.by, c.Unit, f.out)
	return nil
}

// start returns the codes to steer.
func (f *steerFlags) start(g generator.Generator) (*generator.Latents, error) {
	if f.codes == "" {
		z := generator.NewLatents(f.samples, g.Info().D)
		g.Info().Prior.Sample(z, f.seed, 0)
		return z, nil
	}
	of := g
	if f.control.any {
		of = nil
	}
	codes, err := lcfv.LoadCodes(f.codes, of)
	if err != nil {
		return nil, err
	}
	if len(codes.Images) > mostSamples {
		return nil, fmt.Errorf("%s: %d codes, a picture shows at most %d", f.codes, len(codes.Images), mostSamples)
	}
	return codes.Latents(), nil
}

// refiner steers with Control.Refine, a code at a time.
type refiner struct {
	ctx context.Context
	c   *lcfv.Control
	g   generator.Differentiable
	how *lcfv.RefineOptions
}

// Steer implements picture.Steerer.
func (r refiner) Steer(dst, z []float32, delta float64) error {
	found, err := r.c.Refine(r.ctx, r.g, &generator.Latents{N: 1, D: len(z), Data: z}, delta, r.how)
	if err != nil {
		return err
	}
	copy(dst, found[0].Code)
	if found[0].Status != invert.Kept {
		return fmt.Errorf("changing the code by %g: %w: %s", delta, lcfv.ErrOutOfRange, found[0].Status)
	}
	return nil
}

// walkFrames is the number of frames from one end of a walk to the other, and
// walkDelay the time between them in hundredths of a second.
const (
	walkFrames = 24
	walkDelay  = 6
)

// draw writes the picture and returns how many changes were out of range.
func (f *steerFlags) draw(ctx context.Context, g generator.Generator, c picture.Steerer, z *generator.Latents, by []float64, kind string) (refused int, err error) {
	if kind == ".gif" {
		walk, refused, err := picture.Walk(ctx, g, c, z, slices.Min(by), slices.Max(by), walkFrames)
		if err != nil {
			return 0, err
		}
		return refused, picture.WriteGIF(f.out, walk, walkDelay)
	}
	sheet, refused, err := picture.Steered(ctx, g, c, z, by)
	if err != nil {
		return 0, err
	}
	return refused, picture.WritePNG(f.out, sheet.Draw())
}

// parseList reads finite numbers with commas between them.
func parseList(list string) ([]float64, error) {
	var out []float64
	for part := range strings.SplitSeq(list, ",") {
		v, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%q in %q is not a number", part, list)
		}
		out = append(out, v)
	}
	return out, nil
}
