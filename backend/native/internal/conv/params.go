package conv

import (
	"errors"
	"fmt"
	"math"
)

// ErrParams is wrapped by the errors of [New].
var ErrParams = errors.New("invalid convolution")

// Params describes a convolution of x, N×C×H×W, to N×M×OH×OW, in the terms of
// ONNX's Conv and ConvTranspose. Strides, dilations and Group of zero mean 1. A
// one-dimensional convolution has H = KH = 1. Padding below zero crops.
type Params struct {
	N, C, H, W                           int // input
	M                                    int // output channels
	KH, KW                               int
	StrideH, StrideW                     int
	DilH, DilW                           int
	PadTop, PadLeft, PadBottom, PadRight int
	Group                                int
	OutPadH, OutPadW                     int // rows and columns added below and to the right, if Transposed
	Transposed                           bool
}

// OutSize returns the height and width of the output; they are not positive
// for parameters that [New] refuses.
func (p Params) OutSize() (oh, ow int) {
	p = p.normal()
	if p.Transposed {
		return (p.H-1)*p.StrideH + (p.KH-1)*p.DilH + 1 + p.OutPadH - p.PadTop - p.PadBottom,
			(p.W-1)*p.StrideW + (p.KW-1)*p.DilW + 1 + p.OutPadW - p.PadLeft - p.PadRight
	}
	return steps(p.H+p.PadTop+p.PadBottom-(p.KH-1)*p.DilH, p.StrideH),
		steps(p.W+p.PadLeft+p.PadRight-(p.KW-1)*p.DilW, p.StrideW)
}

// steps is the number of multiples of stride in [0, n).
func steps(n, stride int) int {
	if n <= 0 || stride <= 0 {
		return 0
	}
	return (n + stride - 1) / stride
}

func (p Params) normal() Params {
	for _, v := range []*int{&p.StrideH, &p.StrideW, &p.DilH, &p.DilW, &p.Group} {
		if *v == 0 {
			*v = 1
		}
	}
	return p
}

// What is planned for each output pixel, and for each remainder of a transposed
// convolution, has to stay small beside the images themselves.
const (
	maxPixels = 1 << 26 // of an output channel
	maxPhases = 1 << 12 // remainders by the strides
)

func (p Params) validate() error {
	for _, v := range []struct {
		name  string
		value int
	}{
		{"N", p.N}, {"C", p.C}, {"H", p.H}, {"W", p.W}, {"M", p.M}, {"KH", p.KH}, {"KW", p.KW},
		{"StrideH", p.StrideH}, {"StrideW", p.StrideW}, {"DilH", p.DilH}, {"DilW", p.DilW}, {"Group", p.Group},
	} {
		if v.value < 1 {
			return fmt.Errorf("%w: %s is %d, must be positive", ErrParams, v.name, v.value)
		}
	}
	if p.C%p.Group != 0 || p.M%p.Group != 0 {
		return fmt.Errorf("%w: %d groups do not divide %d input and %d output channels", ErrParams, p.Group, p.C, p.M)
	}
	if !p.Transposed && (p.OutPadH != 0 || p.OutPadW != 0) {
		return fmt.Errorf("%w: output padding is for transposed convolutions", ErrParams)
	}
	oh, ow := p.OutSize()
	if oh < 1 || ow < 1 {
		return fmt.Errorf("%w: the output is %d×%d; the %d×%d input is too small for its kernel or cropped too far", ErrParams, oh, ow, p.H, p.W)
	}
	// The kernels address with 32 bits.
	limit := float64(math.MaxInt32)
	height := float64(p.H+abs(p.PadTop)+abs(p.PadBottom)) + float64(p.KH)*float64(p.DilH)
	width := float64(p.W+abs(p.PadLeft)+abs(p.PadRight)) + float64(p.KW)*float64(p.DilW)
	if float64(p.C)*height*width > limit ||
		float64(p.M)*float64(oh)*float64(ow) > limit {
		return fmt.Errorf("%w: a sample of %d×%d×%d to %d×%d×%d has over 2³¹ elements", ErrParams, p.C, p.H, p.W, p.M, oh, ow)
	}
	if float64(oh)*float64(ow) > maxPixels {
		return fmt.Errorf("%w: an output of %d×%d pixels; at most 2²⁶ are supported", ErrParams, oh, ow)
	}
	if p.Transposed && float64(min(p.StrideH, oh))*float64(min(p.StrideW, ow)) > maxPhases {
		return fmt.Errorf("%w: a transposed convolution of strides %d×%d; their product can be at most %d", ErrParams, p.StrideH, p.StrideW, maxPhases)
	}
	return nil
}

func abs(x int) int { return max(x, -x) }
