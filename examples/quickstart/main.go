// Command quickstart learns to move and to scale the sprites of the bundled
// generator, measures how well it does so on codes it has never seen, and
// writes what it learned and what it drew to a folder.
//
//	go run ./examples/quickstart
package main

import (
	"context"
	"flag"
	"fmt"
	"image"
	"log"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/generator/dsprites"
	"github.com/lcfv-go/lcfv/internal/picture"
	"github.com/lcfv-go/lcfv/transform"
)

func main() {
	log.SetFlags(0)
	out := flag.String("o", "quickstart-out", "`folder` to write to")
	samples := flag.Int("samples", 200, "`number` of held-out codes to measure on")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *out, *samples); err != nil {
		log.Fatal(err)
	}
}

// factors are what is learned: each transform shows the generator's samples
// with one factor changed.
var factors = []transform.Transform{transform.TranslateX{}, transform.TranslateY{}, transform.Zoom{}}

func run(ctx context.Context, out string, samples int) error {
	if err := os.MkdirAll(out, 0o777); err != nil {
		return err
	}
	g, err := dsprites.Open(nil)
	if err != nil {
		return err
	}
	defer g.Close()

	z := generator.NewLatents(4, g.Info().D)
	g.Info().Prior.Sample(z, 5, 0)
	var walks [][]picture.Sheet
	for _, t := range factors {
		fmt.Printf("learning %s (%s) ...\n", t.Name(), t.Unit())
		control, err := lcfv.Learn(ctx, g, t, nil)
		if err != nil {
			return err
		}
		if err := control.Save(filepath.Join(out, t.Name()+".json")); err != nil {
			return err
		}
		if err := report(ctx, g, control, samples); err != nil {
			return err
		}
		walk, _, err := picture.Walk(ctx, g, control, z, -0.2, 0.2, 20)
		if err != nil {
			return err
		}
		walks = append(walks, walk)
		sheet, _, err := picture.Steered(ctx, g, control, z, []float64{-0.2, -0.15, -0.1, -0.05, 0, 0.05, 0.1, 0.15, 0.2})
		if err != nil {
			return err
		}
		if err := picture.WritePNG(filepath.Join(out, t.Name()+".png"), sheet.Draw()); err != nil {
			return err
		}
	}
	if err := picture.WriteGIF(filepath.Join(out, "walk.gif"), beside(walks), 6); err != nil {
		return err
	}
	fmt.Printf("\ncontrols (.json), sheets (.png) and walk.gif are in %s\n", out)
	return nil
}

// report prints what was asked for against what came out.
func report(ctx context.Context, g generator.Generator, control *lcfv.Control, samples int) error {
	e, err := lcfv.Evaluate(ctx, g, control, &lcfv.EvaluateOptions{Samples: samples})
	if err != nil {
		return err
	}
	low, high := control.Range()
	fmt.Printf("  range %.2f to %.2f; of %d requests on %d held-out codes %.0f %% are out of it\n",
		low, high, e.N, e.N/len(e.ByDelta), 100*float64(e.Refused+e.Undetected)/float64(e.N))
	fmt.Println("  requested  measured (mean ± standard deviation)")
	for _, s := range e.ByDelta {
		fmt.Printf("  %+9.2f  %+.3f ± %.3f\n", s.Delta, s.Mean, s.Std)
	}
	fmt.Printf("  RMSE %.4f [%.4f, %.4f], slope %.3f\n\n", e.RMSE, e.RMSECI[0], e.RMSECI[1], e.Slope)
	return nil
}

// beside puts the frames of several walks side by side.
func beside(walks [][]picture.Sheet) []picture.Sheet {
	frames := make([]picture.Sheet, len(walks[0]))
	for k := range frames {
		for r := range walks[0][k] {
			var row []image.Image
			for _, w := range walks {
				row = append(row, w[k][r]...)
			}
			frames[k] = append(frames[k], row)
		}
	}
	return frames
}
