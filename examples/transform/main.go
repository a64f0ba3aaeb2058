// Command transform teaches lcfv a factor of one's own: a transform is a type
// with three short methods, and transformtest checks them in one line.
//
//	go run ./examples/transform
package main

import (
	"context"
	"fmt"
	"log"
	"math"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/generator/dsprites"
	"github.com/lcfv-go/lcfv/invert"
)

// Fall moves an image towards its lower right corner.
type Fall struct{}

// Name is how files and messages call the factor.
func (Fall) Name() string { return "fall" }

// Unit says what t counts.
func (Fall) Unit() string { return "fraction of width and height" }

// Apply draws every image t further down and to the right into dst, between
// pixels where need be, and says in mask which pixels of the result are known.
func (Fall) Apply(dst, mask, src *generator.Images, t float64) error {
	if err := src.Validate(); err != nil {
		return err
	}
	if math.IsNaN(t) || math.IsInf(t, 0) {
		return fmt.Errorf("fall: t is %g", t)
	}
	if mask == nil {
		mask = new(generator.Images)
	}
	dst.Resize(src.N, src.C, src.H, src.W)
	mask.Resize(src.N, 1, src.H, src.W)
	plane := src.H * src.W
	for k := range dst.Pix {
		image, channel, row, col := k/(src.C*plane), k/plane, k%plane/src.W, k%src.W
		y, x := float64(row)-t*float64(src.H), float64(col)-t*float64(src.W)
		top, left := int(math.Floor(y)), int(math.Floor(x))
		value, known := 0.0, 0.0
		for corner := range 4 {
			r, c := top+corner/2, left+corner%2
			if weight := (1 - math.Abs(y-float64(r))) * (1 - math.Abs(x-float64(c))); r >= 0 && r < src.H && c >= 0 && c < src.W {
				value += weight * float64(src.Pix[channel*plane+r*src.W+c])
				known += weight
			}
		}
		dst.Pix[k] = float32(value)
		mask.Pix[image*plane+k%plane] = float32(known)
	}
	return nil
}

func main() {
	ctx := context.Background()
	g, err := dsprites.Open(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer g.Close()
	control, err := lcfv.Learn(ctx, g, Fall{}, &lcfv.LearnOptions{Invert: invert.Options{Range: 0.15, Trajectories: 30}})
	if err != nil {
		log.Fatal(err)
	}
	low, high := control.Range()
	fmt.Printf("%s: R² %.3f on left-out trajectories, range %.2f to %.2f %s\n",
		control.Transform, control.Model.Report.CrossR2, low, high, control.Unit)

	z := generator.NewLatents(1, g.Info().D) // the average sprite
	for _, delta := range []float64{-0.1, 0, 0.1} {
		if err := control.Steer(z.Data, make([]float32, z.D), delta); err != nil {
			log.Fatal(err)
		}
		var x generator.Images
		if err := g.Generate(ctx, &x, z); err != nil {
			log.Fatal(err)
		}
		across, down := centre(&x)
		fmt.Printf("asked for %+.2f: the sprite is at %.3f of the width, %.3f of the height\n", delta, across, down)
	}
}

// centre is the centre of mass of the first image.
func centre(x *generator.Images) (across, down float64) {
	var sum float64
	for k, p := range x.Sample(0) {
		across += float64(p) * (float64(k%x.W) + 0.5) / float64(x.W)
		down += float64(p) * (float64(k/x.W) + 0.5) / float64(x.H)
		sum += float64(p)
	}
	return across / sum, down / sum
}
