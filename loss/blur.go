package loss

import (
	"math"

	"github.com/lcfv-go/lcfv/internal/f32"
)

// blur replaces plane by K * plane, with zeros beyond the frame: along columns,
// from tall to wide, then along rows and back.
func (op *operator) blur() {
	if len(op.kernel) == 1 {
		return // K is the identity
	}
	down, side := op.downwards(), op.sideways()
	tall := f32.Plane{X: op.tall, Start: (len(down) - 1) * op.w, Stride: op.w, Rows: op.h, N: op.w}
	wide := f32.Plane{X: op.wide, Start: len(side) - 1, Stride: op.w + len(side) - 1, Rows: op.h, N: op.w}
	f32.Smooth(wide, tall, down, op.w)
	f32.Smooth(tall, wide, side, 1)
}

// downwards and sideways are the kernel as far as it reaches within the frame.
func (op *operator) downwards() []float32 { return op.kernel[:min(len(op.kernel), op.h)] }
func (op *operator) sideways() []float32  { return op.kernel[:min(len(op.kernel), op.w)] }

// gaussian appends the kernel at distances 0 to min(⌈3σ⌉, most) to dst, scaled
// so that both sides together sum to one.
func gaussian(dst []float32, sigma float64, most int) []float32 {
	radius := int(min(math.Ceil(3*sigma), float64(most)))
	value := func(k int) float64 {
		if k == 0 {
			return 1
		}
		q := float64(k) / sigma
		return math.Exp(-q * q / 2)
	}
	sum := -value(0)
	for k := 0; k <= radius; k++ {
		sum += 2 * value(k)
	}
	for k := 0; k <= radius; k++ {
		dst = append(dst, float32(value(k)/sum))
	}
	return dst
}
