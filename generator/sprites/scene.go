package sprites

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

// Size is the width and height of an image, in pixels.
const Size = 64

// ErrScene reports a scene that cannot be drawn: an unknown class, a number that
// is not finite, or a scale that is not positive.
var ErrScene = errors.New("sprites: invalid scene")

// Class is the kind of object that a scene shows: its outline and its range of hues.
type Class int

// The classes, in the order of the generator's.
const (
	Disc Class = iota
	Square
	Triangle
	Star
	Cross
	Ring
)

var classNames = [...]string{"disc", "square", "triangle", "star", "cross", "ring"}

// NumClasses is the number of classes.
const NumClasses = len(classNames)

// ClassNames returns the names of the classes by their index.
func ClassNames() []string { return append([]string(nil), classNames[:]...) }

// String returns the name of the class.
func (c Class) String() string {
	if c < 0 || int(c) >= NumClasses {
		return fmt.Sprintf("Class(%d)", int(c))
	}
	return classNames[c]
}

// Scene is one image by its factors: an object on a ground, both under one light.
type Scene struct {
	Class Class

	// X and Y place the object's barycentre, in fractions of the width from the
	// left and of the height from the top.
	X, Y float64

	// Scale multiplies every length of the object. At 1 its area is 324 square
	// pixels, whatever its class.
	Scale float64

	// Angle is what the object is turned by about its barycentre, in radians,
	// counter-clockwise as seen, as transform.Rotate counts it.
	Angle float64

	// Brightness multiplies every pixel of the image, as transform.Brightness
	// does.
	Brightness float64

	// Hue is the object's, in sixths of the colour circle: 0 is red, 1 yellow,
	// 2 green, 3 cyan, 4 blue, 5 magenta. Saturation is 0 for white and 1 for a
	// pure colour.
	Hue, Saturation float64

	Ground Ground
}

// Ground is what lies behind the object: a colour and two plane waves.
type Ground struct {
	Color [3]float64 // red, green, blue
	Waves [2]Wave
}

// Wave adds Color·cos(2π(X·x + Y·y + Phase)) to the ground, with x and y the
// fractions of the width and height that Scene places its object by.
type Wave struct {
	X, Y  float64 // cycles over the width and over the height
	Phase float64 // cycles
	Color [3]float64
}

// Random draws a scene of the distribution that the generator was trained on: all
// factors independent, and all uniform but for scale and brightness, whose
// logarithms are.
//
//	X, Y               0.25 to 0.75
//	Scale, Brightness  0.5 to 1
//	Angle              −0.5 to 0.5
//	Hue                the class's index ± 1/3
//	Saturation         0.6 to 0.9
//	Ground.Color       0.2 to 0.4 a channel
//	Waves              −1.5 to 1.5 cycles each way, ±0.08 a channel
//
// The whole object is always in the frame, and no pixel leaves [0, 1].
func Random(rng *rand.Rand, class Class) Scene {
	uniform := func(low, high float64) float64 { return low + (high-low)*rng.Float64() }
	colour := func(low, high float64) [3]float64 {
		return [3]float64{uniform(low, high), uniform(low, high), uniform(low, high)}
	}
	s := Scene{
		Class:      class,
		X:          uniform(0.25, 0.75),
		Y:          uniform(0.25, 0.75),
		Scale:      math.Exp(uniform(-math.Ln2, 0)),
		Angle:      uniform(-0.5, 0.5),
		Brightness: math.Exp(uniform(-math.Ln2, 0)),
		Hue:        float64(class) + uniform(-1.0/3, 1.0/3),
		Saturation: uniform(0.6, 0.9),
		Ground:     Ground{Color: colour(0.2, 0.4)},
	}
	for i := range s.Ground.Waves {
		s.Ground.Waves[i] = Wave{
			X: uniform(-1.5, 1.5), Y: uniform(-1.5, 1.5), Phase: rng.Float64(),
			Color: colour(-0.08, 0.08),
		}
	}
	return s
}

// Area returns the area of the object in square pixels: 324·Scale².
func (s Scene) Area() float64 { return area * s.Scale * s.Scale }

// check returns an error that names the first factor that cannot be drawn.
func (s Scene) check() error {
	if s.Class < 0 || int(s.Class) >= NumClasses {
		return fmt.Errorf("%w: %v: choose one from 0 to %d", ErrScene, s.Class, NumClasses-1)
	}
	type factor struct {
		name  string
		value float64
	}
	factors := []factor{
		{"X", s.X}, {"Y", s.Y}, {"Scale", s.Scale}, {"Angle", s.Angle}, {"Brightness", s.Brightness},
		{"Hue", s.Hue}, {"Saturation", s.Saturation},
	}
	for c := range 3 {
		factors = append(factors, factor{"Ground.Color", s.Ground.Color[c]})
		for _, w := range s.Ground.Waves {
			factors = append(factors, factor{"Ground.Waves", w.Color[c]})
		}
	}
	for _, w := range s.Ground.Waves {
		factors = append(factors, factor{"Ground.Waves", w.X}, factor{"Ground.Waves", w.Y}, factor{"Ground.Waves", w.Phase})
	}
	for _, f := range factors {
		if math.IsNaN(f.value) || math.IsInf(f.value, 0) {
			return fmt.Errorf("%w: %s is %v, want a finite number", ErrScene, f.name, f.value)
		}
	}
	if s.Scale <= 0 {
		return fmt.Errorf("%w: Scale is %v, want a positive number (Random draws 0.5 to 1)", ErrScene, s.Scale)
	}
	return nil
}
