package invert_test

import (
	"context"
	"fmt"

	"github.com/lcfv-go/lcfv/invert"
)

// The toy draws linearly, and the transform asks for images along one direction of
// its latent space: inversion gives the direction back.
func ExampleRun() {
	g := newToy(4)
	tr := along{g: g, b: []float32{1, -0.5, 0.8, 0.3}}
	set, err := invert.Run(context.Background(), g, tr, &invert.Options{
		Loss:         square{},
		Range:        0.5,
		Steps:        5,
		Trajectories: 8,
		Constraint:   invert.Unconstrained{},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(set.Pairs), "pairs,", set.Count(invert.Worst), "dropped")
	last := len(set.T) - 1 // t = 0.5 of trajectory 0
	for j, v := range set.Z.Row(last) {
		fmt.Printf("%+.1f ", (v-set.Z0.Row(0)[j])/0.5)
	}
	// Output:
	// 80 pairs, 10 dropped
	// +1.0 -0.5 +0.8 +0.3
}
