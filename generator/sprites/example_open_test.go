package sprites_test

import (
	"context"
	"fmt"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/generator/sprites"
)

func ExampleOpen() {
	star := int(sprites.Star)
	g, err := sprites.Open(&generator.ModelOptions{Class: &star})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer g.Close()
	z := generator.NewLatents(5, sprites.LatentSize)
	g.Info().Prior.Sample(z, 1, 0)
	var x generator.Images
	if err := g.Generate(context.Background(), &x, z); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d images of %s, %d×%d×%d\n", x.N, g.Info().Condition, x.C, x.H, x.W)
	// Output: 5 images of class 3 (star), 3×64×64
}
