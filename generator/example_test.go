package generator_test

import (
	"context"
	"fmt"
	"log"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/generator/dsprites"
)

// The bundled decoder is a model like any other: native.Open opens one from a
// file.
func ExampleFromModel() {
	m, err := dsprites.Model()
	if err != nil {
		log.Fatal(err)
	}
	g, err := generator.FromModel(m, &generator.ModelOptions{Name: "sprites"})
	if err != nil {
		m.Close()
		log.Fatal(err)
	}
	defer g.Close()

	info := g.Info()
	fmt.Printf("%s: codes of length %d, %v; images of %d×%d×%d\n", info.Name, info.D, info.Prior, info.C, info.H, info.W)
	z := generator.NewLatents(3, info.D)
	info.Prior.Sample(z, 1, 0)
	var x generator.Images
	if err := g.Generate(context.Background(), &x, z); err != nil {
		log.Fatal(err)
	}
	fmt.Println(x.N, "images of", len(x.Sample(0)), "pixels")
	// Output:
	// sprites: codes of length 10, normal; images of 1×64×64
	// 3 images of 4096 pixels
}

// balance draws two pixels: one gets lighter with the code, the other darker,
// twice as fast.
type balance struct{}

func (balance) Info() generator.Info { return generator.Info{Name: "balance", D: 1, C: 1, H: 1, W: 2} }

func (balance) Generate(ctx context.Context, dst *generator.Images, z *generator.Latents) error {
	if err := z.Validate(); err != nil {
		return err
	}
	if z.D != 1 {
		return fmt.Errorf("balance: code of length %d instead of 1", z.D)
	}
	dst.Resize(z.N, 1, 1, 2)
	for i, v := range z.Data {
		copy(dst.Sample(i), []float32{0.5 + 0.1*v, 0.5 - 0.2*v})
	}
	return ctx.Err()
}

// A generator that can only draw gets its derivatives from differences.
func ExampleFiniteDifference() {
	ctx := context.Background()
	g := generator.FiniteDifference(balance{}, 0)
	lin, err := g.Linearize(ctx, generator.NewLatents(1, 1))
	if err != nil {
		log.Fatal(err)
	}
	defer lin.Close()

	var dx generator.Images // how the image changes with the code
	if err := lin.JVP(ctx, &dx, &generator.Latents{N: 1, D: 1, Data: []float32{1}}); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.3f\n", dx.Pix)
	var dz generator.Latents // what change of the code lightens the first pixel alone
	if err := lin.VJP(ctx, &dz, &generator.Images{N: 1, C: 1, H: 1, W: 2, Pix: []float32{1, 0}}); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.3f\n", dz.Data)
	// Output:
	// [0.100 -0.200]
	// [0.100]
}
