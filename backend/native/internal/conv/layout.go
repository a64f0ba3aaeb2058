package conv

import (
	"math"

	"github.com/lcfv-go/lcfv/internal/f32"
)

// layout places the padded image of one sample: channel by channel, and within
// a channel the rows and columns of equal remainders by the strides together,
// so that neighbouring outputs meet neighbours.
type layout struct {
	direct     bool // x as it lies is laid out so already
	padT, padL int  // rows and columns of zeros first, or cropped if below zero
	sH, sW     int
	rows, cols int // of the padded image that any output meets
	subRows    int // rows of one remainder
	pitch      int // columns of one remainder
	plane      int // floats of a channel
	sample     int // floats of a sample
}

func newLayout(channels, padT, padL, sH, sW, rows, cols int) layout {
	l := layout{padT: padT, padL: padL, sH: sH, sW: sW, rows: rows, cols: cols}
	l.subRows, l.pitch = (rows+sH-1)/sH, (cols+sW-1)/sW
	l.plane = sH * sW * l.subRows * l.pitch
	l.sample = channels * l.plane
	return l
}

// at is the position in a channel of a pixel of the padded image.
func (l *layout) at(y, x int) int {
	return ((y%l.sH)*l.sW+x%l.sW)*l.subRows*l.pitch + y/l.sH*l.pitch + x/l.sW
}

// A tap is a weight of the kernel, and where the pixel is that it meets in the
// output at the phase's origin.
type tap struct{ kernel, at int }

// A phase is a set of outputs that meet the same taps: all of a convolution's,
// those of equal remainders of a transposed one's.
type phase struct {
	y, x int // remainders
	h, w int // outputs
	taps []tap
	off  []int32 // of the right operand: channels of a group × taps
	pack int     // start of the phase's weights among those of a group
	runs []run   // of a block of samples
	vecs []vec
}

// plan finds the layout and the phases.
func (c *Conv) plan() {
	p := &c.p
	c.outH, c.outW = 1, 1
	if p.Transposed {
		c.outH, c.outW = p.StrideH, p.StrideW
		c.planTransposed()
	} else {
		if p.KH == 1 && p.KW == 1 && p.StrideH == 1 && p.StrideW == 1 && p.PadTop|p.PadLeft|p.PadBottom|p.PadRight == 0 {
			// Pixels are independent: one long row.
			p.H, p.W = 1, p.H*p.W
			c.oh, c.ow = 1, c.oh*c.ow
		}
		c.in = newLayout(p.C, p.PadTop, p.PadLeft, p.StrideH, p.StrideW,
			(c.oh-1)*p.StrideH+(p.KH-1)*p.DilH+1, (c.ow-1)*p.StrideW+(p.KW-1)*p.DilW+1)
		ph := phase{h: c.oh, w: c.ow}
		for kh := range p.KH {
			for kw := range p.KW {
				ph.taps = append(ph.taps, tap{kh*p.KW + kw, c.in.at(kh*p.DilH, kw*p.DilW)})
			}
		}
		c.phases = []phase{ph}
	}
	l := &c.in
	c.paired = c.outW == 2 && c.ow%2 == 0
	c.planRuns()
	l.direct = l.padT == 0 && l.padL == 0 && l.sH == 1 && l.sW == 1 && l.rows == p.H && l.cols == p.W && c.inside()

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

// planTransposed: output oy meets input y through the tap kh where
// oy = y·stride − pad + kh·dilation. For the outputs oy = i·stride + r of one
// remainder that is y = i + (r + pad − kh·dilation)/stride, for the taps for which
// the division leaves nothing.
func (c *Conv) planTransposed() {
	p := &c.p
	type axisTap struct{ k, shift int }
	axis := func(r, stride, pad, dil, kernel int) (taps []axisTap) {
		for k := range kernel {
			if d := r + pad - k*dil; d%stride == 0 {
				taps = append(taps, axisTap{k, d / stride})
			}
		}
		return taps
	}
	// The padded image spans the shifts of all phases.
	span := func(out, stride, pad, dil, kernel int) (before, length int) {
		first, last := math.MaxInt, math.MinInt
		for r := range min(stride, out) {
			n := steps(out-r, stride)
			for _, t := range axis(r, stride, pad, dil, kernel) {
				first, last = min(first, t.shift), max(last, t.shift+n)
			}
		}
		if first > last {
			return 0, 1
		}
		return -first, last - first
	}
	padT, rows := span(c.oh, p.StrideH, p.PadTop, p.DilH, p.KH)
	padL, cols := span(c.ow, p.StrideW, p.PadLeft, p.DilW, p.KW)
	c.in = newLayout(p.C, padT, padL, 1, 1, rows, cols)
	for y := range min(p.StrideH, c.oh) {
		for x := range min(p.StrideW, c.ow) {
			ph := phase{y: y, x: x, h: steps(c.oh-y, p.StrideH), w: steps(c.ow-x, p.StrideW)}
			for _, th := range axis(y, p.StrideH, p.PadTop, p.DilH, p.KH) {
				for _, tw := range axis(x, p.StrideW, p.PadLeft, p.DilW, p.KW) {
					ph.taps = append(ph.taps, tap{th.k*p.KW + tw.k, c.in.at(th.shift+padT, tw.shift+padL)})
				}
			}
			c.phases = append(c.phases, ph)
		}
	}
}
