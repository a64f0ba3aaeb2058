package conv

import (
	"errors"
	"fmt"
	"math"
)

// ErrParams is wrapped by the errors of [New].
var ErrParams = errors.New("invalid convolution")

// Params describes a convolution of x, N×C×D×H×W, to N×M×OD×OH×OW, in the terms
// of ONNX's Conv and ConvTranspose. D, KD, strides, dilations and Group of zero
// mean 1, which is what two-dimensional convolutions leave them at; a
// one-dimensional one has H = KH = 1 as well. Padding below zero crops.
type Params struct {
	N, C, D, H, W             int // input
	M                         int // output channels
	KD, KH, KW                int
	StrideD, StrideH, StrideW int
	DilD, DilH, DilW          int
	PadFront, PadBack         int
	PadTop, PadBottom         int
	PadLeft, PadRight         int
	Group                     int
	OutPadD, OutPadH, OutPadW int // added at the end of each axis, if Transposed
	Transposed                bool
}

// axis is a convolution along one axis.
type axis struct{ in, kernel, stride, dil, before, after, outPad int }

// axes returns the convolution along depth, height and width.
func (p *Params) axes() [3]axis {
	return [3]axis{
		{p.D, p.KD, p.StrideD, p.DilD, p.PadFront, p.PadBack, p.OutPadD},
		{p.H, p.KH, p.StrideH, p.DilH, p.PadTop, p.PadBottom, p.OutPadH},
		{p.W, p.KW, p.StrideW, p.DilW, p.PadLeft, p.PadRight, p.OutPadW},
	}
}

// out is the extent of the output.
func (a axis) out(transposed bool) int {
	if transposed {
		return (a.in-1)*a.stride + (a.kernel-1)*a.dil + 1 + a.outPad - a.before - a.after
	}
	return steps(a.in+a.before+a.after-(a.kernel-1)*a.dil, a.stride)
}

// unpadded reports that nothing is added or cropped.
func (a axis) unpadded() bool { return a.before|a.after|a.outPad == 0 }

// OutSize returns the depth, height and width of the output; they are not
// positive for parameters that [New] refuses.
func (p Params) OutSize() (od, oh, ow int) {
	p = p.normal()
	a := p.axes()
	return a[0].out(p.Transposed), a[1].out(p.Transposed), a[2].out(p.Transposed)
}

// taps is the number of weights between two channels.
func (p *Params) taps() int { return p.KD * p.KH * p.KW }

// pixels is the number of elements of an input channel.
func (p *Params) pixels() int { return p.D * p.H * p.W }

// steps is the number of multiples of stride in [0, n).
func steps(n, stride int) int {
	if n <= 0 || stride <= 0 {
		return 0
	}
	return (n + stride - 1) / stride
}

func (p Params) normal() Params {
	for _, v := range []*int{&p.D, &p.KD, &p.StrideD, &p.StrideH, &p.StrideW, &p.DilD, &p.DilH, &p.DilW, &p.Group} {
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
		{"N", p.N}, {"C", p.C}, {"D", p.D}, {"H", p.H}, {"W", p.W}, {"M", p.M}, {"KD", p.KD}, {"KH", p.KH}, {"KW", p.KW},
		{"StrideD", p.StrideD}, {"StrideH", p.StrideH}, {"StrideW", p.StrideW},
		{"DilD", p.DilD}, {"DilH", p.DilH}, {"DilW", p.DilW}, {"Group", p.Group},
	} {
		if v.value < 1 {
			return fmt.Errorf("%w: %s is %d, must be positive", ErrParams, v.name, v.value)
		}
	}
	if p.C%p.Group != 0 || p.M%p.Group != 0 {
		return fmt.Errorf("%w: %d groups do not divide %d input and %d output channels", ErrParams, p.Group, p.C, p.M)
	}
	if !p.Transposed && p.OutPadD|p.OutPadH|p.OutPadW != 0 {
		return fmt.Errorf("%w: output padding is for transposed convolutions", ErrParams)
	}
	od, oh, ow := p.OutSize()
	if od < 1 || oh < 1 || ow < 1 {
		return fmt.Errorf("%w: the output is %d×%d×%d; the %d×%d×%d input is too small for its kernel or cropped too far", ErrParams, od, oh, ow, p.D, p.H, p.W)
	}
	// The kernels address with 32 bits.
	padded, phases := float64(p.C), 1.0
	out := [3]int{od, oh, ow}
	for i, a := range p.axes() {
		padded *= float64(a.in+abs(a.before)+abs(a.after)) + float64(a.kernel)*float64(a.dil)
		phases *= float64(min(a.stride, out[i]))
	}
	pixels := float64(od) * float64(oh) * float64(ow)
	if padded > math.MaxInt32 || float64(p.M)*pixels > math.MaxInt32 {
		return fmt.Errorf("%w: a sample of %d×%d×%d×%d to %d×%d×%d×%d has over 2³¹ elements", ErrParams, p.C, p.D, p.H, p.W, p.M, od, oh, ow)
	}
	if pixels > maxPixels {
		return fmt.Errorf("%w: an output of %d×%d×%d pixels; at most 2²⁶ are supported", ErrParams, od, oh, ow)
	}
	if p.Transposed && phases > maxPhases {
		return fmt.Errorf("%w: a transposed convolution of strides %d×%d×%d; their product can be at most %d", ErrParams, p.StrideD, p.StrideH, p.StrideW, maxPhases)
	}
	return nil
}

func abs(x int) int { return max(x, -x) }
