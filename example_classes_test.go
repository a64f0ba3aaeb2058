package lcfv_test

import (
	"context"
	"fmt"
	"log"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

// One direction for two classes, tried on a third. In class 0 the object moves 0.075
// widths a unit of the code, in class 1 0.12, in class 2 0.09. Of a model from a file,
// open is the method WithClass of its generator.Network.
func ExampleLearnClasses() {
	ctx := context.Background()
	open := func(class int) (blob.Class, error) {
		return blob.Class{Index: class, Gain: []float64{0.75, 1.2, 0.9}[class]}, nil
	}
	control, err := lcfv.LearnClasses(ctx, open, []int{0, 1}, transform.TranslateX{}, &lcfv.LearnOptions{
		Invert:   invert.Options{Range: 0.12, Steps: 4, Trajectories: 24, Seed: 1},
		PerClass: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	transfer, err := lcfv.EvaluateClasses(ctx, open, []int{0, 1, 2}, control, &lcfv.EvaluateOptions{
		Samples: 60, Deltas: []float64{-0.1, 0.1},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, k := range transfer.Classes {
		fmt.Printf("%s, held out %t: slope %.1f", k.Condition, k.HeldOut, k.Common.Slope)
		if k.Own != nil {
			fmt.Printf(", by its own calibration %.1f", k.Own.Slope)
		}
		fmt.Println()
	}
	// Output:
	// class 0, held out false: slope 0.8, by its own calibration 1.0
	// class 1, held out false: slope 1.3, by its own calibration 1.0
	// class 2, held out true: slope 1.0
}
