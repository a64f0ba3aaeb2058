package dsprites_test

import (
	"fmt"

	"github.com/lcfv-go/lcfv/generator/dsprites"
)

func ExampleSprite_Render() {
	s := dsprites.Sprite{Shape: dsprites.Heart, Scale: 0.77, X: 0.5, Y: 0.5}
	img := make([]float32, dsprites.Size*dsprites.Size)
	if err := s.Render(img); err != nil {
		fmt.Println(err)
		return
	}
	for row := 22; row < 43; row += 2 { // characters are twice as high as wide
		for col := 20; col < 44; col++ {
			fmt.Printf("%c", ".:+#"[int(3*img[row*dsprites.Size+col]+0.5)])
		}
		fmt.Println()
	}
	// Output:
	// ........................
	// .......::......::.......
	// ...:################:...
	// ..:##################:..
	// ..####################..
	// ..:##################:..
	// ...:################:...
	// .....:############:.....
	// .......:########:.......
	// .........:####:.........
	// ...........::...........
}

func ExampleSprite_Center() {
	s := dsprites.Sprite{Shape: dsprites.Ellipse, Scale: 1, X: 0.5, Y: 1}
	x, y := s.Center()
	fmt.Printf("centre (%g, %g), area %g\n", x, y, s.Area())
	// Output: centre (32, 48), area 400
}

func ExampleAt() {
	s, err := dsprites.At(1, 3, 0, 31, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%v, scale %.1f, at (%g, %g)\n", s.Shape, s.Scale, s.X, s.Y)

	_, err = dsprites.At(1, 6, 0, 31, 0)
	fmt.Println(err)
	// Output:
	// ellipse, scale 0.8, at (1, 0)
	// dsprites: index out of range: scale is 6, want 0 to 5
}

func ExampleNth() {
	s, err := dsprites.Nth(dsprites.NumImages - 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%v, scale %g, at (%g, %g)\n", s.Shape, s.Scale, s.X, s.Y)
	// Output: heart, scale 1, at (1, 1)
}

func ExampleDecoder() {
	file := dsprites.Decoder()
	fmt.Println(len(file)>>10, "KiB")
	// Output: 977 KiB
}
