package transform

import "github.com/lcfv-go/lcfv/generator"

// TranslateX moves the image to the right by t times its width, to the left for
// negative t. Any number of channels.
type TranslateX struct{}

// Name returns "translate-x".
func (TranslateX) Name() string { return "translate-x" }

// Unit returns "fraction of width".
func (TranslateX) Unit() string { return "fraction of width" }

// Measures returns "barycentre-x".
func (TranslateX) Measures() string { return "barycentre-x" }

// Apply implements [Transform].
func (x TranslateX) Apply(dst, mask, src *generator.Images, t float64) error {
	return applyGeometric(x, dst, mask, src, t)
}

func (TranslateX) flow(_, w int) flow { return flow{b: complex(float64(w), 0)} }

// TranslateY moves the image down by t times its height, up for negative t. Any
// number of channels.
type TranslateY struct{}

// Name returns "translate-y".
func (TranslateY) Name() string { return "translate-y" }

// Unit returns "fraction of height".
func (TranslateY) Unit() string { return "fraction of height" }

// Measures returns "barycentre-y".
func (TranslateY) Measures() string { return "barycentre-y" }

// Apply implements [Transform].
func (y TranslateY) Apply(dst, mask, src *generator.Images, t float64) error {
	return applyGeometric(y, dst, mask, src, t)
}

func (TranslateY) flow(h, _ int) flow { return flow{b: complex(0, float64(h))} }

// Zoom enlarges the image about its centre by the factor exp(t); it shrinks for
// negative t, and leaves the border it vacates undefined. Any number of
// channels. It is not low-passed before it shrinks, which shows as aliasing
// below about half the size (t < −0.7).
type Zoom struct{}

// Name returns "zoom".
func (Zoom) Name() string { return "zoom" }

// Unit returns "log scale".
func (Zoom) Unit() string { return "log scale" }

// Measures returns "log-scale".
func (Zoom) Measures() string { return "log-scale" }

// Apply implements [Transform].
func (z Zoom) Apply(dst, mask, src *generator.Images, t float64) error {
	return applyGeometric(z, dst, mask, src, t)
}

func (Zoom) flow(_, _ int) flow { return flow{a: 1} }

// Rotate turns the image about its centre by t radians, counter-clockwise as
// seen. Any number of channels.
type Rotate struct{}

// Name returns "rotate".
func (Rotate) Name() string { return "rotate" }

// Unit returns "radians".
func (Rotate) Unit() string { return "radians" }

// Measures returns "orientation".
func (Rotate) Measures() string { return "orientation" }

// Apply implements [Transform].
func (r Rotate) Apply(dst, mask, src *generator.Images, t float64) error {
	return applyGeometric(r, dst, mask, src, t)
}

// With y downwards a positive imaginary part turns clockwise.
func (Rotate) flow(_, _ int) flow { return flow{a: -1i} }

// applyGeometric is Apply of the built-in geometric transforms.
func applyGeometric[G geometric](g G, dst, mask, src *generator.Images, t float64) error {
	if err := prepare(g.Name(), dst, mask, src, t); err != nil {
		return err
	}
	return applyFlow(g.Name(), g.flow(src.H, src.W), dst, mask, src, t)
}
