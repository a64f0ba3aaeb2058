package lcfv_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/generator/dsprites"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

// Learn to move sprites sideways, see how well that works on codes that
// learning has not seen, and move one. Fewer trajectories than by default make
// the example quick, and the control a little worse.
func Example() {
	ctx := context.Background()
	g, err := dsprites.Open(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer g.Close()

	control, err := lcfv.Learn(ctx, g, transform.TranslateX{}, &lcfv.LearnOptions{
		Invert: invert.Options{Trajectories: 20, Range: 0.15},
	})
	if err != nil {
		log.Fatal(err)
	}
	e, err := lcfv.Evaluate(ctx, g, control, &lcfv.EvaluateOptions{Samples: 50, Deltas: []float64{-0.1, 0.1}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("error below two pixels of 64:", e.RMSE < 2./64)

	z := make([]float32, g.Info().D) // the average sprite
	before, _ := control.Position(z)
	if err := control.Steer(z, z, 0.1); err != nil {
		log.Fatal(err)
	}
	after, _ := control.Position(z)
	fmt.Printf("moved by %.3f %s\n", after-before, control.Unit)
	// Output:
	// error below two pixels of 64: true
	// moved by 0.100 fraction of width
}

// A control that was made to go a tenth too far, held against what the images
// show.
func ExampleEvaluate() {
	c := byHand()
	for i := range c.Model.G.Values {
		c.Model.G.Values[i] /= 1.1
	}
	e, err := lcfv.Evaluate(context.Background(), blob.Generator{}, c, &lcfv.EvaluateOptions{
		Samples: 100,
		Deltas:  []float64{-0.1, -0.05, 0.05, 0.1},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: slope %.2f\n", e.Measure, e.Slope)
	for _, d := range e.ByDelta {
		fmt.Printf("%+.2f asked for, %+.3f measured\n", d.Delta, d.Mean)
	}
	// Output:
	// barycentre-x: slope 1.10
	// -0.10 asked for, -0.110 measured
	// -0.05 asked for, -0.055 measured
	// +0.05 asked for, +0.055 measured
	// +0.10 asked for, +0.110 measured
}

// A value out of reach is refused; the code of the nearest one is there for
// callers who would rather have that.
func ExampleControl_Steer() {
	c := byHand() // reaches from -0.2 to 0.2
	z := []float32{1, 0, 0, 0}
	moved := make([]float32, 4)

	err := c.Steer(moved, z, 0.3)
	var out *lcfv.RangeError
	if errors.As(err, &out) {
		fmt.Printf("asked for %.1f, nearest is %.1f\n", out.Asked, out.Nearest)
	}
	position, _ := c.Position(moved)
	fmt.Printf("the code's position is %.1f\n", position)
	// Output:
	// asked for 0.4, nearest is 0.2
	// the code's position is 0.2
}

// A control's file says what it was learned on; it is not used with another
// generator by mistake.
func ExampleLoad() {
	folder, err := os.MkdirTemp("", "lcfv")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	if err := byHand().Save(folder + "/x.json"); err != nil {
		log.Fatal(err)
	}

	var other generator.Generator = otherGenerator{}
	_, err = lcfv.Load(folder+"/x.json", other)
	fmt.Println(errors.Is(err, lcfv.ErrGenerator))
	_, err = lcfv.Load(folder+"/x.json", nil) // anything goes
	fmt.Println(err)
	// Output:
	// true
	// <nil>
}

type otherGenerator struct{ generator.Generator }

func (otherGenerator) Info() generator.Info {
	return generator.Info{D: 4, Fingerprint: "another"}
}
