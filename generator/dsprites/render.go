package dsprites

import (
	"errors"
	"fmt"
	"math"
)

// Size is the width and height of an image, in pixels.
const Size = 64

// Lengths in pixels at scale 1. The three shapes share one area, so that the
// scale alone sets the area, and none reaches further than 16 pixels from its
// barycentre, so that no sprite of the data set leaves the frame.
const (
	squareSide   = 20.0
	ellipseRatio = 2.0
)

var (
	ellipseMinor = squareSide / math.Sqrt(math.Pi*ellipseRatio)
	ellipseMajor = ellipseMinor * ellipseRatio
	// A heart is a square standing on a corner with a half disc on each of its
	// upper sides; this is the side of that square.
	heartSide = squareSide / math.Sqrt(1+math.Pi/4)
	// heartRise is the height of the heart's barycentre above the centre of
	// its square. A half disc of radius r has its barycentre 4r/(3π) away from
	// its straight side.
	heartRise = heartSide * (math.Pi/8 + 1.0/6) / (math.Sqrt2 * (1 + math.Pi/4))
)

// ErrSprite reports a sprite that cannot be drawn: an unknown shape, a factor
// that is not finite, or a scale that is not positive.
var ErrSprite = errors.New("dsprites: invalid sprite")

// Shape is the outline of a sprite.
type Shape int

// The shapes, in the order of the data set.
const (
	Square Shape = iota
	Ellipse
	Heart
)

// String returns "square", "ellipse" or "heart".
func (s Shape) String() string {
	switch s {
	case Square:
		return "square"
	case Ellipse:
		return "ellipse"
	case Heart:
		return "heart"
	}
	return fmt.Sprintf("Shape(%d)", int(s))
}

// Sprite is one image of the data set by its factors, all of them continuous.
type Sprite struct {
	Shape Shape

	// Scale multiplies every length of the sprite. The data set has 0.5 to 1.
	Scale float64

	// Orientation is the angle in radians by which the sprite is turned,
	// clockwise on screen, where rows grow downwards.
	Orientation float64

	// X and Y place the barycentre, from 0 (a quarter of the width or height)
	// to 1 (three quarters). Values outside draw a sprite nearer to the border,
	// cut off by it if need be.
	X, Y float64
}

// Center returns the barycentre of the sprite in pixels, from the upper left
// corner of the image: pixel (i, j) covers [i, i+1] × [j, j+1].
func (s Sprite) Center() (x, y float64) {
	return Size/4 + Size/2*s.X, Size/4 + Size/2*s.Y
}

// Area returns the area of the sprite in square pixels: 400·Scale², whatever
// its shape.
func (s Sprite) Area() float64 {
	return squareSide * squareSide * s.Scale * s.Scale
}

// Render writes the sprite's Size×Size grey values, row by row, to dst: 1 inside
// the sprite, 0 outside, and clamp(1/2 − d, 0, 1) in between, where d is the
// signed distance in pixels from the pixel's centre to the outline. That ramp
// is the exact area coverage of a pixel by an edge parallel to its sides, and
// changes continuously with every factor.
//
// It returns an error that wraps ErrSprite if s cannot be drawn, and another if
// dst does not hold Size·Size values.
func (s Sprite) Render(dst []float32) error {
	if len(dst) != Size*Size {
		return fmt.Errorf("dsprites: Render needs %d values to write to, got %d", Size*Size, len(dst))
	}
	distance, err := s.outline()
	if err != nil {
		return err
	}
	cx, cy := s.Center()
	sin, cos := math.Sincos(s.Orientation)
	for row := range Size {
		dy := float64(row) + 0.5 - cy
		for col := range Size {
			dx := float64(col) + 0.5 - cx
			u, v := (cos*dx+sin*dy)/s.Scale, (cos*dy-sin*dx)/s.Scale
			dst[row*Size+col] = float32(min(1, max(0, 0.5-s.Scale*distance(u, v))))
		}
	}
	return nil
}

// outline checks s and returns the signed distance of its shape at scale 1,
// upright and centred on its barycentre.
func (s Sprite) outline() (func(u, v float64) float64, error) {
	for _, f := range [...]struct {
		name  string
		value float64
	}{{"Scale", s.Scale}, {"Orientation", s.Orientation}, {"X", s.X}, {"Y", s.Y}} {
		if math.IsNaN(f.value) || math.IsInf(f.value, 0) {
			return nil, fmt.Errorf("%w: %s is %v, want a finite number", ErrSprite, f.name, f.value)
		}
	}
	if s.Scale <= 0 {
		return nil, fmt.Errorf("%w: Scale is %v, want a positive number (the data set has 0.5 to 1)", ErrSprite, s.Scale)
	}
	switch s.Shape {
	case Square:
		return squareDistance, nil
	case Ellipse:
		return ellipseDistance, nil
	case Heart:
		return heartDistance, nil
	}
	return nil, fmt.Errorf("%w: %v, want Square, Ellipse or Heart", ErrSprite, s.Shape)
}

// boxDistance is the signed distance to the square |u|, |v| ≤ half.
func boxDistance(u, v, half float64) float64 {
	du, dv := math.Abs(u)-half, math.Abs(v)-half
	return math.Hypot(max(du, 0), max(dv, 0)) + min(max(du, dv), 0)
}

func squareDistance(u, v float64) float64 {
	return boxDistance(u, v, squareSide/2)
}

// ellipseDistance is (k−1)/|∇k| with k = |(u/a, v/b)|: exact on the outline and to
// first order beside it, which is where the ramp needs it.
func ellipseDistance(u, v float64) float64 {
	ku, kv := u/ellipseMinor, v/ellipseMajor
	k := math.Hypot(ku, kv)
	slope := math.Hypot(ku/ellipseMinor, kv/ellipseMajor) // k·|∇k|
	if slope < 1e-9 {
		return -ellipseMinor // the centre, where the quotient is 0/0
	}
	return k * (k - 1) / slope
}

func heartDistance(u, v float64) float64 {
	v -= heartRise
	// Axes along the square's sides; p and q grow towards its two upper sides,
	// which carry the half discs. The inner half of each disc is in the square.
	p, q := (u-v)/math.Sqrt2, (-u-v)/math.Sqrt2
	r := heartSide / 2
	lobe := min(math.Hypot(p-r, q), math.Hypot(p, q-r)) - r
	return min(boxDistance(p, q, r), lobe)
}
