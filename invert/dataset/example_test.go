package dataset_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator/dsprites"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/invert/dataset"
	"github.com/lcfv-go/lcfv/transform"
)

// Learning a control from a folder: run again after whatever went wrong, it goes on
// from the shards that were finished.
func ExampleMake() {
	dir, err := os.MkdirTemp("", "pairs")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	g, err := dsprites.Open(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer g.Close()

	opts := &dataset.Options{Invert: invert.Options{Trajectories: 40, Range: 0.1, Steps: 2, Seed: 1}}
	d, err := dataset.Make(context.Background(), dir, g, transform.TranslateX{}, opts)
	if err != nil {
		log.Fatal(err)
	}
	pairs, err := d.Pairs(min(40, dataset.FitTrajectories), &opts.Invert)
	if err != nil {
		log.Fatal(err)
	}
	control, err := lcfv.FromPairs(g.Info(), transform.TranslateX{}, pairs, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(control.Inversion.Pairs, "pairs of", control.Inversion.Trajectories, "trajectories")
	// Output: 160 pairs of 40 trajectories
}

// Reading a folder pair by pair, whatever its size.
func ExampleDir_Rows() {
	dir, err := os.MkdirTemp("", "pairs")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	g, err := dsprites.Open(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer g.Close()
	opts := &dataset.Options{Invert: invert.Options{Trajectories: 4, T: []float64{-0.05, 0.05}}}
	if _, err := dataset.Make(context.Background(), dir, g, transform.Zoom{}, opts); err != nil {
		log.Fatal(err)
	}

	d, err := dataset.Open(dir)
	if err != nil {
		log.Fatal(err)
	}
	for row, err := range d.Rows() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(row.Trajectory, row.T, len(row.Z), row.Status)
	}
	// Output:
	// 0 -0.05 10 found
	// 0 0.05 10 found
	// 1 -0.05 10 found
	// 1 0.05 10 found
	// 2 -0.05 10 found
	// 2 0.05 10 found
	// 3 -0.05 10 found
	// 3 0.05 10 found
}
