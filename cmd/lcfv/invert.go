package main

import (
	"context"
	"flag"
	"fmt"
	"image"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/picture"
	"github.com/lcfv-go/lcfv/invert"
)

// poorMatch is the relative error above which a code has little to do with its
// image.
const poorMatch = 0.8

type invertFlags struct {
	model    generatorFlags
	images   string
	restarts int
	seed     uint64
	out      string
	preview  string
	json     bool
}

func defineInvert(fs *flag.FlagSet) func(context.Context, streams) error {
	f := &invertFlags{}
	f.model.define(fs)
	fs.StringVar(&f.images, "image", "", "PNG, JPEG or GIF `file`, or several with commas between them; the middle is cut to the generator's shape and scaled to its size")
	fs.IntVar(&f.restarts, "restarts", 4, "`number` of codes to start from, the best of many drawn")
	fs.Uint64Var(&f.seed, "seed", 1, "`number` that determines the codes to start from")
	fs.StringVar(&f.out, "o", "", "`file` to write the codes to, for steer -z")
	fs.StringVar(&f.preview, "preview", "", "PNG `file` to write, with each picture beside what its code draws")
	fs.BoolVar(&f.json, "json", false, "print the result as one JSON object")
	return f.run
}

// invertResult is what invert -json prints.
type invertResult struct {
	Images  []invertedImage `json:"images"`
	Seconds float64         `json:"seconds"`
}

type invertedImage struct {
	Image              string  `json:"image"`
	Error              float64 `json:"error"`
	RelativeError      float64 `json:"relative_error"`
	RMSE               float64 `json:"rmse"`
	Status             string  `json:"status"`
	Iterations         int     `json:"iterations"`
	ForwardEquivalents float64 `json:"forward_equivalents"`
	ConstraintActive   bool    `json:"constraint_active"`
}

func (f *invertFlags) run(ctx context.Context, s streams) error {
	if err := required("image", f.images); err != nil {
		return err
	}
	if err := required("o", f.out); err != nil {
		return err
	}
	if f.restarts < 1 { // the library would take a zero for its default
		return fmt.Errorf("%w: -restarts must be positive", errUsage)
	}
	if f.preview != "" && strings.ToLower(filepath.Ext(f.preview)) != ".png" {
		return fmt.Errorf("%w: -preview %s: the name must end in .png", errUsage, f.preview)
	}
	if f.preview == f.out {
		return fmt.Errorf("%w: -o and -preview name the same file", errUsage)
	}
	if err := writable("o", f.out); err != nil {
		return err
	}
	if f.preview != "" {
		if err := writable("preview", f.preview); err != nil {
			return err
		}
	}
	g, err := f.model.open(true)
	if err != nil {
		return err
	}
	defer g.Close()
	paths := strings.Split(f.images, ",")
	target, err := readImages(s.log, g.Info(), paths)
	if err != nil {
		return err
	}

	bar := newProgress(s.log, "inverting")
	start := time.Now()
	found, err := invert.Image(ctx, g, target, nil, &invert.ImageOptions{
		Restarts: f.restarts, Seed: f.seed, Workers: f.model.workers, Progress: bar.show,
	})
	bar.finish()
	if err != nil {
		return err
	}
	seconds := time.Since(start).Seconds()
	codes, err := lcfv.NewCodes(g.Info(), paths, found, f.seed)
	if err != nil {
		return err
	}
	if f.preview != "" {
		if err := drawPreview(ctx, f.preview, g, target, codes.Latents()); err != nil {
			return err
		}
	}
	if err := codes.Save(f.out); err != nil {
		return err
	}
	return f.report(s, codes, seconds)
}

// readImages reads pictures in the size of the generator's.
func readImages(log io.Writer, info generator.Info, paths []string) (*generator.Images, error) {
	target := generator.NewImages(len(paths), info.C, info.H, info.W)
	for i, path := range paths {
		if path == "" {
			return nil, fmt.Errorf("%w: -image: a name in the list is empty", errUsage)
		}
		x, whole, part, err := picture.Read(path, info.C, info.H, info.W)
		if err != nil {
			return nil, err
		}
		copy(target.Sample(i), x.Pix)
		if part != whole {
			fmt.Fprintf(log, "%s: of %d×%d pixels, the middle %d×%d are used\n", path, whole.X, whole.Y, part.X, part.Y)
		}
	}
	return target, nil
}

// drawPreview writes a sheet with a row for each image, what was given on the left
// and what the code draws on the right.
func drawPreview(ctx context.Context, path string, g generator.Generator, target *generator.Images, z *generator.Latents) error {
	var drawn generator.Images
	if err := g.Generate(ctx, &drawn, z); err != nil {
		return err
	}
	var sheet picture.Sheet
	for i := range target.N {
		sheet = append(sheet, []image.Image{picture.RGBA(target, i), picture.RGBA(&drawn, i)})
	}
	return picture.WritePNG(path, sheet.Draw())
}

func (f *invertFlags) report(s streams, codes *lcfv.Codes, seconds float64) error {
	r := invertResult{Seconds: seconds}
	for _, m := range codes.Images {
		if m.Relative > poorMatch {
			fmt.Fprintf(s.log, "%s: the code explains little of the picture (relative error %.2f): it is not like what the generator draws; see -preview, or try more -restarts\n",
				m.Source, m.Relative)
		}
		r.Images = append(r.Images, invertedImage{m.Source, m.Error, m.Relative, m.RMSE, m.Status, m.Iterations, m.ForwardEquivalents, m.Active})
	}
	if f.json {
		return printJSON(s.out, r)
	}
	for _, m := range r.Images {
		fmt.Fprintf(s.out, "%s: RMSE %.4f a pixel, relative error %.4f; %s, %d iterations, %.0f forward equivalents\n",
			m.Image, m.RMSE, m.RelativeError, m.Status, m.Iterations, m.ForwardEquivalents)
	}
	fmt.Fprintf(s.out, "%.1f s; codes written to %s\n", seconds, f.out)
	return nil
}
