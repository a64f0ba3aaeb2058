package saliency

import (
	"context"
	"fmt"
	"math"
	"math/cmplx"

	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/stat"

	"github.com/lcfv-go/lcfv/generator"
)

// SpectralResidual finds what is unexpected in an image's spectrum (Hou and
// Zhang, Saliency Detection: A Spectral Residual Approach, CVPR 2007): the log
// amplitude less its local average, transformed back with the phase it had and
// smoothed. It needs no contrast with the border. Of large objects it marks the
// outline, so that places are measured better than areas.
//
// The paper treats grey images; here every channel is treated by itself, and the
// squares are summed with the channels' variances as weights, which the residual
// has lost. Where the paper marks as objects all that exceeds three times the
// mean, here the one region that stands out is marked, as [Barrier] does: sprites
// that are small or lie on a texture often reach no three times the mean.
type SpectralResidual struct {
	// Side is the length in pixels that the longer side of the image is resized
	// to, which sets the scale of what counts as an object. Zero stands for 64,
	// as in the paper; at least 8.
	Side int

	// Sigma is the standard deviation in pixels, after resizing, of the
	// Gaussian that smooths the map. Zero stands for 2.5, as in the authors'
	// code.
	Sigma float64
}

const (
	defaultSpectralSide  = 64
	defaultSpectralSigma = 2.5
)

// Name returns "spectral", followed by the settings if one is not zero.
func (d SpectralResidual) Name() string {
	if d == (SpectralResidual{}) {
		return "spectral"
	}
	d = d.withDefaults()
	return fmt.Sprintf("spectral(%d,%g)", d.Side, d.Sigma)
}

func (d SpectralResidual) withDefaults() SpectralResidual {
	if d.Side == 0 {
		d.Side = defaultSpectralSide
	}
	if d.Sigma == 0 {
		d.Sigma = defaultSpectralSigma
	}
	return d
}

// Detect implements [Detector].
func (d SpectralResidual) Detect(ctx context.Context, dst, src *generator.Images) error {
	d = d.withDefaults()
	if d.Side < 8 || !(d.Sigma > 0) || math.IsInf(d.Sigma, 0) {
		return fmt.Errorf("saliency: %s: %w: the side must be at least 8 and σ positive", d.Name(), ErrSetting)
	}
	if err := prepare(ctx, d.Name(), dst, src); err != nil {
		return err
	}
	scale := float64(d.Side) / float64(max(src.H, src.W))
	h, w := max(3, int(math.Round(scale*float64(src.H)))), max(3, int(math.Round(scale*float64(src.W))))
	s := newSpectrum(h, w)
	shrink, grow := newResizer(src.H, src.W, h, w), newResizer(h, w, src.H, src.W)
	blur := newBlurrer(h, w, d.Sigma)
	small, scores, label := make([]float32, h*w), make([]float32, h*w), make([]int32, src.H*src.W)
	plane := src.H * src.W
	for n := range src.N {
		if err := ctx.Err(); err != nil {
			return err
		}
		clear(scores)
		pix, m := src.Sample(n), dst.Sample(n)
		for c := range src.C {
			shrink.apply(small, pix[c*plane:(c+1)*plane])
			if low, high := span(small); high-low >= minContrast {
				s.residual(scores, small)
			}
		}
		blur.apply(scores)
		grow.apply(m, scores)
		outline(m, label, src.H, src.W)
	}
	return nil
}

// spectrum is the scratch memory of the transforms of one size.
type spectrum struct {
	h, w          int
	rows, columns *fourier.CmplxFFT
	f             []complex128
	column        []complex128
	amplitude     []float64 // its logarithm
	values        []float64 // scratch
}

func newSpectrum(h, w int) *spectrum {
	return &spectrum{
		h: h, w: w, rows: fourier.NewCmplxFFT(w), columns: fourier.NewCmplxFFT(h),
		f: make([]complex128, h*w), column: make([]complex128, h), amplitude: make([]float64, h*w), values: make([]float64, h*w),
	}
}

// residual adds to dst the square of the spectral residual of plane, times the
// variance of plane.
func (s *spectrum) residual(dst, plane []float32) {
	for i, v := range plane {
		s.f[i], s.values[i] = complex(float64(v), 0), float64(v)
	}
	variance := stat.PopVariance(s.values, nil)
	s.transform((*fourier.CmplxFFT).Coefficients)
	var most float64
	for i, v := range s.f {
		s.values[i] = cmplx.Abs(v)
		most = max(most, s.values[i])
	}
	// Where a regular image has no amplitude but rounding, the floor keeps that
	// from looking like an unexpected one.
	floor := 1e-6 * most
	for i, v := range s.values {
		s.amplitude[i] = math.Log(v + floor)
	}
	for i := range s.h {
		for j := range s.w {
			at := i*s.w + j
			amplitude := math.Exp(s.amplitude[at] - s.average(i, j))
			s.f[at] *= complex(amplitude/(s.values[at]+floor), 0) // the phase stays
		}
	}
	s.transform((*fourier.CmplxFFT).Sequence)
	for i, v := range s.f {
		dst[i] += float32(variance * (real(v)*real(v) + imag(v)*imag(v)))
	}
}

// average is the mean of the log amplitude over the 3×3 frequencies around one;
// the spectrum is periodic.
func (s *spectrum) average(i, j int) float64 {
	before, after := (j+s.w-1)%s.w, (j+1)%s.w
	var sum float64
	for _, k := range [3]int{(i + s.h - 1) % s.h, i, (i + 1) % s.h} {
		row := s.amplitude[k*s.w : (k+1)*s.w]
		sum += row[before] + row[j] + row[after]
	}
	return sum / 9
}

// transform applies a one-dimensional transform to all rows, then all columns.
func (s *spectrum) transform(f func(t *fourier.CmplxFFT, dst, src []complex128) []complex128) {
	for i := range s.h {
		row := s.f[i*s.w : (i+1)*s.w]
		f(s.rows, row, row)
	}
	for j := range s.w {
		for i := range s.h {
			s.column[i] = s.f[i*s.w+j]
		}
		f(s.columns, s.column, s.column)
		for i := range s.h {
			s.f[i*s.w+j] = s.column[i]
		}
	}
}
