package lcfv_test

import (
	"context"
	"fmt"
	"log"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/invert"
)

// A control whose direction is off by 45 degrees is a first guess that Refine mends
// with the generator: the blob is to move by 0.05 of the width, which takes 0.5 of
// the code's first number.
func ExampleControl_Refine() {
	c := askew()
	z := generator.NewLatents(1, blob.D)
	found, err := c.Refine(context.Background(), blob.Generator{}, z, 0.05, nil)
	if err != nil {
		log.Fatal(err)
	}
	r := found[0]
	fmt.Println(r.Status == invert.Kept, r.Error < 0.01*r.Before)
	fmt.Printf("%.1f to the right, down by less than 0.05: %t\n", r.Code[0], r.Code[1] < 0.05 && r.Code[1] > -0.05)
	// Output:
	// true true
	// 0.5 to the right, down by less than 0.05: true
}
