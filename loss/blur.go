package loss

import "github.com/lcfv-go/lcfv/internal/f32"

// blur replaces plane by K * plane, with zeros beyond the frame. It expects
// zeros in the gaps of plane and leaves other numbers there, which the weights
// M and P that follow set back to zero.
func (op *operator) blur() {
	if len(op.kernel) == 1 {
		return // K is the identity
	}
	op.across()
	op.down()
}

// across blurs along rows, from plane to temp2.
func (op *operator) across() {
	size := len(op.plane)
	copy(op.temp[op.gap:], op.plane)
	out := op.temp2
	f32.MulScalar(out, op.plane, op.kernel[0])
	for k := 1; k <= op.gap; k++ {
		f32.Axpy(out, op.kernel[k], op.temp[op.gap+k:][:size])
		f32.Axpy(out, op.kernel[k], op.temp[op.gap-k:][:size])
	}
}

// down blurs along columns, from temp2 to plane.
func (op *operator) down() {
	size, stride := len(op.plane), op.stride()
	f32.MulScalar(op.plane, op.temp2, op.kernel[0])
	for k := 1; k < min(len(op.kernel), op.h); k++ {
		shift := k * stride
		f32.Axpy(op.plane[:size-shift], op.kernel[k], op.temp2[shift:])
		f32.Axpy(op.plane[shift:], op.kernel[k], op.temp2[:size-shift])
	}
}
