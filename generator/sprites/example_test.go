package sprites_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/lcfv-go/lcfv/generator/sprites"
)

func ExampleScene_Coverage() {
	s := sprites.Scene{Class: sprites.Star, X: 0.5, Y: 0.5, Scale: 0.8}
	mask := make([]float32, sprites.Size*sprites.Size)
	if err := s.Coverage(mask); err != nil {
		fmt.Println(err)
		return
	}
	for row := 20; row < 44; row += 2 { // characters are twice as high as wide
		for col := 20; col < 44; col++ {
			fmt.Printf("%c", ".:+#"[int(3*mask[row*sprites.Size+col]+0.5)])
		}
		fmt.Println()
	}
	// Output:
	// ........................
	// ...........##...........
	// .........:####:.........
	// ........:######:........
	// .++##################++.
	// ...##################...
	// ....:##############:....
	// ......############......
	// .....:############:.....
	// .....:#####::#####:.....
	// .....++:........:++.....
	// ........................
}

func ExampleScene_Render() {
	s := sprites.Scene{Class: sprites.Disc, X: 0.25, Y: 0.5, Scale: 1, Brightness: 1, Saturation: 1}
	img := make([]float32, 3*sprites.Size*sprites.Size)
	if err := s.Render(img); err != nil {
		fmt.Println(err)
		return
	}
	at := 32*sprites.Size + 16 // in the disc's middle
	fmt.Println(img[at], img[sprites.Size*sprites.Size+at])
	// Output: 1 0
}

func ExampleRandom() {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 3 {
		s := sprites.Random(rng, sprites.Cross)
		fmt.Printf("%v at (%.2f, %.2f), scale %.2f, brightness %.2f\n", s.Class, s.X, s.Y, s.Scale, s.Brightness)
	}
	// Output:
	// cross at (0.59, 0.48), scale 0.71, brightness 0.87
	// cross at (0.53, 0.39), scale 0.85, brightness 0.91
	// cross at (0.69, 0.52), scale 0.61, brightness 0.63
}
