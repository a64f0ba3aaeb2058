package report_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator/dsprites"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/report"
	"github.com/lcfv-go/lcfv/transform"
)

func Example() {
	ctx := context.Background()
	g, err := dsprites.Open(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer g.Close()
	control, err := lcfv.Learn(ctx, g, transform.TranslateX{}, &lcfv.LearnOptions{
		Invert: invert.Options{Range: 0.1, Steps: 4, Trajectories: 16, Seed: 1}, // in a hurry
	})
	if err != nil {
		log.Fatal(err)
	}
	set, err := lcfv.NewControls(control) // a set of one
	if err != nil {
		log.Fatal(err)
	}
	pairs, err := report.FindPairs(ctx, g, control, 0, nil) // or those that were kept
	if err != nil {
		log.Fatal(err)
	}
	r, err := report.Make(ctx, g, set, &report.Options{
		Samples: 50, Deltas: []float64{-0.05, 0.05},
		Pairs: map[string]*invert.Dataset{"translate-x": pairs},
	})
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "report")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := r.Save(filepath.Join(dir, "report.html")); err != nil {
		log.Fatal(err)
	}
	for _, f := range r.Figures() {
		fmt.Println(f.Name, f.Formats())
	}
	// Output:
	// translate-x-strip [png]
	// translate-x-walk [gif]
	// translate-x-measured [png svg]
	// translate-x-errors [png svg]
	// translate-x-rmse [png svg]
	// translate-x-quality [png svg]
	// translate-x-calibration [png svg]
	// translate-x-inversion [png svg]
	// cross-talk [png svg]
}
