package conv

import (
	"math"

	"github.com/lcfv-go/lcfv/internal/f32"
)

// layout places the padded image of one sample: channel by channel, slice by
// slice along its depth, and within a slice the rows and columns of equal
// remainders by the strides together, so that neighbouring outputs meet
// neighbours.
type layout struct {
	direct            bool // x as it lies is laid out so already
	padF, padT, padL  int  // slices, rows and columns of zeros first, or cropped if below zero
	sD, sH, sW        int
	depth, rows, cols int // of the padded image that any output meets
	subRows           int // rows of one remainder
	pitch             int // columns of one remainder
	slice             int // floats of a slice
	plane             int // floats of a channel
	sample            int // floats of a sample
}

// newLayout takes the padding before, the strides and the extents of the padded
// image, along depth, height and width.
func newLayout(channels int, pad, stride, size [3]int) layout {
	l := layout{padF: pad[0], padT: pad[1], padL: pad[2], sD: stride[0], sH: stride[1], sW: stride[2],
		depth: size[0], rows: size[1], cols: size[2]}
	l.subRows, l.pitch = (l.rows+l.sH-1)/l.sH, (l.cols+l.sW-1)/l.sW
	l.slice = l.sH * l.sW * l.subRows * l.pitch
	l.plane = l.depth * l.slice
	l.sample = channels * l.plane
	return l
}

// at is the position in a channel of a pixel of the padded image.
func (l *layout) at(z, y, x int) int {
	return z*l.slice + ((y%l.sH)*l.sW+x%l.sW)*l.subRows*l.pitch + y/l.sH*l.pitch + x/l.sW
}

// A tap is a weight of the kernel, and where the pixel is that it meets in the
// output at the phase's origin.
type tap struct{ kernel, at int }

// A phase is a set of outputs that meet the same taps: all of a convolution's,
// those of equal remainders of a transposed one's.
type phase struct {
	z, y, x int // remainders
	d, h, w int // outputs
	taps    []tap
	off     []int32 // of the right operand: channels of a group × taps
	pack    int     // start of the phase's weights among those of a group
	runs    []run   // of a block of samples
	vecs    []vec
}

// plan finds the layout and the phases.
func (c *Conv) plan() {
	p := &c.p
	c.outD, c.outH, c.outW = 1, 1, 1
	if p.Transposed {
		c.outD, c.outH, c.outW = p.StrideD, p.StrideH, p.StrideW
		c.planTransposed()
	} else {
		c.planDirect()
	}
	l := &c.in
	c.paired = c.outW == 2 && c.ow%2 == 0
	c.planRuns()
	l.direct = l.padF == 0 && l.padT == 0 && l.padL == 0 && l.sH == 1 && l.sW == 1 &&
		l.depth == p.D && l.rows == p.H && l.cols == p.W && c.inside()

	cg, pack, most := p.C/p.Group, 0, 0
	for i := range c.phases {
		ph := &c.phases[i]
		ph.pack = pack
		for ch := range cg {
			for _, t := range ph.taps {
				ph.off = append(ph.off, int32(ch*l.plane+t.at))
			}
		}
		pack += len(ph.off) * (p.M / p.Group)
		most = max(most, len(ph.off))
	}
	if c.run < c.lanes {
		c.packed = make([]int32, most)
		for i := range c.packed {
			c.packed[i] = int32(i * f32.MaxVectors * c.lanes)
		}
	}
}

// planDirect: one phase, whose taps are in the order of the weights.
func (c *Conv) planDirect() {
	p := &c.p
	if c.pointwise() {
		// Pixels are independent: one long row.
		p.D, p.H, p.W = 1, 1, p.pixels()
		c.od, c.oh, c.ow = 1, 1, c.plane
	}
	out, span := [3]int{c.od, c.oh, c.ow}, [3]int{}
	for i, a := range p.axes() {
		span[i] = (out[i]-1)*a.stride + (a.kernel-1)*a.dil + 1
	}
	c.in = newLayout(p.C, [3]int{p.PadFront, p.PadTop, p.PadLeft}, [3]int{p.StrideD, p.StrideH, p.StrideW}, span)
	ph := phase{d: c.od, h: c.oh, w: c.ow}
	for kd := range p.KD {
		for kh := range p.KH {
			for kw := range p.KW {
				ph.taps = append(ph.taps, tap{len(ph.taps), c.in.at(kd*p.DilD, kh*p.DilH, kw*p.DilW)})
			}
		}
	}
	c.phases = []phase{ph}
}

// pointwise reports that every output is made of the pixels of its own place.
func (c *Conv) pointwise() bool {
	for _, a := range c.p.axes() {
		if a.kernel != 1 || a.stride != 1 || !a.unpadded() {
			return false
		}
	}
	return true
}

// An axisTap is a position of the kernel along an axis, and how far before the
// output's the input's index is that it meets.
type axisTap struct{ k, shift int }

// planTransposed: output oy meets input y through the tap kh where
// oy = y·stride − pad + kh·dilation. For the outputs oy = i·stride + r of one
// remainder that is y = i + (r + pad − kh·dilation)/stride, for the taps for which
// the division leaves nothing. Depth and width are alike.
func (c *Conv) planTransposed() {
	p := &c.p
	out, axes := [3]int{c.od, c.oh, c.ow}, p.axes()
	var pad, span [3]int
	var taps [3][][]axisTap // by axis and remainder
	for i, a := range axes {
		// The padded image spans the shifts of all phases.
		first, last := math.MaxInt, math.MinInt
		for r := range min(a.stride, out[i]) {
			ts := a.transposedTaps(r)
			for _, t := range ts {
				first, last = min(first, t.shift), max(last, t.shift+steps(out[i]-r, a.stride))
			}
			taps[i] = append(taps[i], ts)
		}
		if first > last {
			first, last = 0, 1
		}
		pad[i], span[i] = -first, last-first
	}
	c.in = newLayout(p.C, pad, [3]int{1, 1, 1}, span)
	for z, tz := range taps[0] {
		for y, ty := range taps[1] {
			for x, tx := range taps[2] {
				ph := phase{z: z, y: y, x: x,
					d: steps(c.od-z, p.StrideD), h: steps(c.oh-y, p.StrideH), w: steps(c.ow-x, p.StrideW)}
				for _, td := range tz {
					for _, th := range ty {
						for _, tw := range tx {
							ph.taps = append(ph.taps, tap{(td.k*p.KH+th.k)*p.KW + tw.k,
								c.in.at(td.shift+pad[0], th.shift+pad[1], tw.shift+pad[2])})
						}
					}
				}
				c.phases = append(c.phases, ph)
			}
		}
	}
}

// transposedTaps lists the positions of the kernel that reach the outputs of a
// remainder.
func (a axis) transposedTaps(r int) (taps []axisTap) {
	for k := range a.kernel {
		if d := r + a.before - k*a.dil; d%a.stride == 0 {
			taps = append(taps, axisTap{k, d / a.stride})
		}
	}
	return taps
}
