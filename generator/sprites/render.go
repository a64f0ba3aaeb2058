package sprites

import (
	"fmt"
	"math"
)

// Render writes the scene's 3×Size×Size values, channel by channel and row by row,
// to dst:
//
//	brightness · (ground·(1−c) + object·c)
//
// with c the object's Coverage of the pixel and the ground taken at the pixel's
// centre. Values beyond [0, 1], which no scene of Random has, are clipped.
//
// It returns an error that wraps ErrScene if s cannot be drawn, and another if
// dst does not hold 3·Size·Size values.
func (s Scene) Render(dst []float32) error {
	if len(dst) != 3*Size*Size {
		return fmt.Errorf("sprites: Render needs %d values to write to, got %d", 3*Size*Size, len(dst))
	}
	cover := make([]float32, Size*Size)
	if err := s.Coverage(cover); err != nil {
		return err
	}
	object := rgb(s.Hue, s.Saturation)
	for row := range Size {
		y := (float64(row) + 0.5) / Size
		for col := range Size {
			x := (float64(col) + 0.5) / Size
			var wave [len(s.Ground.Waves)]float64
			for i, w := range s.Ground.Waves {
				wave[i] = math.Cos(2 * math.Pi * (w.X*x + w.Y*y + w.Phase))
			}
			at := row*Size + col
			share := float64(cover[at])
			for c := range 3 {
				ground := s.Ground.Color[c]
				for i, w := range s.Ground.Waves {
					ground += w.Color[c] * wave[i]
				}
				v := s.Brightness * (ground + share*(object[c]-ground))
				dst[c*Size*Size+at] = float32(min(1, max(0, v)))
			}
		}
	}
	return nil
}

// Coverage writes how much of each of Size×Size pixels the object covers, row by
// row, to dst: clamp(1/2 − d, 0, 1), where d is the signed distance in pixels
// from the pixel's centre to the outline. That ramp is the exact coverage of a
// pixel by an edge parallel to its sides, and changes continuously with every
// factor. It is also the object's true mask, to hold a detector against.
//
// It returns an error that wraps ErrScene if s cannot be drawn, and another if
// dst does not hold Size·Size values.
func (s Scene) Coverage(dst []float32) error {
	if len(dst) != Size*Size {
		return fmt.Errorf("sprites: Coverage needs %d values to write to, got %d", Size*Size, len(dst))
	}
	if err := s.check(); err != nil {
		return err
	}
	sin, cos := math.Sincos(s.Angle)
	for row := range Size {
		dy := float64(row) + 0.5 - Size*s.Y
		for col := range Size {
			dx := float64(col) + 0.5 - Size*s.X
			u, v := (cos*dx-sin*dy)/s.Scale, (sin*dx+cos*dy)/s.Scale
			dst[row*Size+col] = float32(min(1, max(0, 0.5-s.Scale*s.Class.distance(u, v))))
		}
	}
	return nil
}

// rgb converts a colour of full value from HSV, the hue in sixths of the circle.
func rgb(hue, saturation float64) [3]float64 {
	var c [3]float64
	for i, offset := range [3]float64{5, 3, 1} {
		k := math.Mod(offset+hue, 6)
		if k < 0 {
			k += 6
		}
		c[i] = 1 - saturation*min(1, max(0, min(k, 4-k)))
	}
	return c
}
