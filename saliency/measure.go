package saliency

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Sample is one image with the map of its object.
type Sample struct {
	C, H, W int
	Image   []float32 // C·H·W pixels
	Map     []float32 // H·W pixels, nil for a measure that does not need it
}

// Measure is a number read off an image. One of one's own is a literal.
type Measure struct {
	// Name identifies the measure; Unit says what it counts, the unit of the
	// transform that changes it.
	Name, Unit string

	// Period is the number that makes no difference, for angles. Zero stands
	// for a measure that is not periodic.
	Period float64

	// NeedsMap says that the measure is one of the detected object. Without an
	// object there is then no value.
	NeedsMap bool

	// Of returns the value, and false where it is not defined: the orientation
	// of a disc, the hue of a grey image. It must be safe for concurrent use.
	Of func(s Sample) (value float64, ok bool)
}

// Change returns by how much the measure has moved between two values; of a
// periodic one the shorter way round, in [−Period/2, Period/2].
func (m Measure) Change(from, to float64) float64 {
	if m.Period == 0 {
		return to - from
	}
	return math.Remainder(to-from, m.Period)
}

// minElongation and minChroma are the values below which orientation and hue
// are lost in noise.
const (
	minElongation = 0.05
	minChroma     = 0.001
)

// measures returns the measures of this package.
func measures() []Measure { return slices.Concat(ofTransforms(), ofObjects(), published()) }

// ofTransforms returns the measures that grow by t under the built-in transform
// whose unit they have.
func ofTransforms() []Measure {
	return []Measure{
		{Name: "barycentre-x", Unit: "fraction of width", NeedsMap: true, Of: func(s Sample) (float64, bool) {
			x, _ := Barycentre(s.Map, s.H, s.W)
			return defined(x)
		}},
		{Name: "barycentre-y", Unit: "fraction of height", NeedsMap: true, Of: func(s Sample) (float64, bool) {
			_, y := Barycentre(s.Map, s.H, s.W)
			return defined(y)
		}},
		// The area grows with the square of the scale.
		{Name: "log-scale", Unit: "log scale", NeedsMap: true, Of: func(s Sample) (float64, bool) {
			return defined(math.Log(Area(s.Map)) / 2)
		}},
		{Name: "orientation", Unit: "radians", Period: math.Pi, NeedsMap: true, Of: func(s Sample) (float64, bool) {
			angle, elongation := Orientation(s.Map, s.H, s.W)
			return angle, elongation >= minElongation
		}},
		{Name: "log-intensity", Unit: "log intensity", Of: func(s Sample) (float64, bool) {
			mean, _ := lumaStatistics(s)
			return defined(math.Log(mean))
		}},
		{Name: "log-contrast", Unit: "log contrast", Of: func(s Sample) (float64, bool) {
			_, deviation := lumaStatistics(s)
			return defined(math.Log(deviation))
		}},
		{Name: "log-saturation", Unit: "log saturation", Of: func(s Sample) (float64, bool) {
			_, _, mean := chroma(s)
			value, ok := defined(math.Log(mean))
			return value, ok && mean >= minChroma
		}},
		{Name: "hue", Unit: "radians", Period: 2 * math.Pi, Of: func(s Sample) (float64, bool) {
			a, b, _ := chroma(s)
			return math.Atan2(b, a), math.Hypot(a, b) >= minChroma
		}},
	}
}

// ofObjects returns the measures that describe the detected object and are no
// transform's own.
func ofObjects() []Measure {
	box := func(of func(b Box) float64) func(s Sample) (float64, bool) {
		return func(s Sample) (float64, bool) {
			b, ok := BoundingBox(s.Map, s.H, s.W)
			return of(b), ok
		}
	}
	return []Measure{
		{Name: "area", Unit: "fraction of frame", NeedsMap: true, Of: func(s Sample) (float64, bool) {
			return defined(Area(s.Map))
		}},
		{Name: "box-width", Unit: "fraction of width", NeedsMap: true, Of: box(func(b Box) float64 { return b.Right - b.Left })},
		{Name: "box-height", Unit: "fraction of height", NeedsMap: true, Of: box(func(b Box) float64 { return b.Bottom - b.Top })},
		{Name: "confidence", Unit: "fraction", NeedsMap: true, Of: func(s Sample) (float64, bool) {
			return defined(Confidence(s.Map))
		}},
	}
}

// MeasureNames lists the names of the measures of this package.
func MeasureNames() []string {
	var names []string
	for _, m := range measures() {
		names = append(names, m.Name)
	}
	return names
}

// MeasureByName returns the measure of that name. Any other name is an error
// that wraps [ErrUnknown] and lists the names there are.
func MeasureByName(name string) (Measure, error) {
	for _, m := range measures() {
		if m.Name == name {
			return m, nil
		}
	}
	return Measure{}, fmt.Errorf("saliency: %w %q: use one of %s, or a Measure of your own",
		ErrUnknown, name, strings.Join(MeasureNames(), ", "))
}

// defined returns v and whether it is finite.
func defined(v float64) (float64, bool) {
	return v, !math.IsNaN(v) && !math.IsInf(v, 0)
}

// lumaStatistics returns the mean and the standard deviation of the luma.
func lumaStatistics(s Sample) (mean, deviation float64) {
	size := s.H * s.W
	for i := range size {
		mean += float64(luma(s.Image, s.C, size, i))
	}
	mean /= float64(size)
	for i := range size {
		d := float64(luma(s.Image, s.C, size, i)) - mean
		deviation += d * d
	}
	return mean, math.Sqrt(deviation / float64(size))
}

// chroma returns the mean of the colour's projection onto the plane across the
// grey axis, red along the first coordinate and green at a third of a turn, and
// the mean of its length. Images that do not have three channels have none.
func chroma(s Sample) (a, b, mean float64) {
	if s.C != 3 {
		return 0, 0, 0
	}
	size := s.H * s.W
	for i := range size {
		red, green, blue := float64(s.Image[i]), float64(s.Image[size+i]), float64(s.Image[2*size+i])
		x, y := red-(green+blue)/2, math.Sqrt(3)/2*(green-blue)
		a, b, mean = a+x, b+y, mean+math.Hypot(x, y)
	}
	n := float64(size)
	return a / n, b / n, mean / n
}
