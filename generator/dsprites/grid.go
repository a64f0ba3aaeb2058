package dsprites

import (
	"errors"
	"fmt"
	"math"
)

// The numbers of values that the factors take in the data set.
const (
	NumShapes       = 3
	NumScales       = 6
	NumOrientations = 40
	NumPositions    = 32 // of x and of y

	// NumImages is the number of combinations, 737,280.
	NumImages = NumShapes * NumScales * NumOrientations * NumPositions * NumPositions
)

// ErrIndex reports an index beyond the number of values that its factor takes.
var ErrIndex = errors.New("dsprites: index out of range")

// At returns the sprite of the data set with the given factor indices, each from
// zero: the scale runs linearly from 0.5 to 1 in NumScales values, the orientation
// from 0 to 2π in NumOrientations (so that the last repeats the first), and x and
// y from 0 to 1 in NumPositions.
//
// It returns an error that wraps ErrIndex if an index is out of range.
func At(shape, scale, orientation, x, y int) (Sprite, error) {
	for _, f := range [...]struct {
		name     string
		index, n int
	}{
		{"shape", shape, NumShapes},
		{"scale", scale, NumScales},
		{"orientation", orientation, NumOrientations},
		{"x", x, NumPositions},
		{"y", y, NumPositions},
	} {
		if f.index < 0 || f.index >= f.n {
			return Sprite{}, fmt.Errorf("%w: %s is %d, want 0 to %d", ErrIndex, f.name, f.index, f.n-1)
		}
	}
	return Sprite{
		Shape:       Shape(shape),
		Scale:       0.5 + 0.5*float64(scale)/(NumScales-1),
		Orientation: 2 * math.Pi * float64(orientation) / (NumOrientations - 1),
		X:           float64(x) / (NumPositions - 1),
		Y:           float64(y) / (NumPositions - 1),
	}, nil
}

// Nth returns the i-th sprite of the data set, for i from 0 to NumImages−1. As in
// the published files y changes fastest, then x, orientation, scale and shape.
//
// It returns an error that wraps ErrIndex if i is out of range.
func Nth(i int) (Sprite, error) {
	if i < 0 || i >= NumImages {
		return Sprite{}, fmt.Errorf("%w: image is %d, want 0 to %d", ErrIndex, i, NumImages-1)
	}
	next := func(n int) int {
		k := i % n
		i /= n
		return k
	}
	y, x := next(NumPositions), next(NumPositions)
	orientation, scale := next(NumOrientations), next(NumScales)
	return At(i, scale, orientation, x, y)
}
