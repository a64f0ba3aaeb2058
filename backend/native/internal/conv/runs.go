package conv

import "github.com/lcfv-go/lcfv/internal/f32"

// A run is a row of neighbouring outputs, as wide as a vector or a half or
// quarter of it; n of them are wanted.
type run struct{ src, dst, n int }

// A vec is what a vector of lanes holds: one or more runs.
type vec struct {
	src, dst int  // of its first run
	whole    bool // all lanes are wanted, and neighbours in the output
}

const (
	blockVectors = 24      // enough for all samples of a block to fill tiles
	blockFloats  = 1 << 16 // of the padded images: an eighth of a usual second cache
)

// planRuns chooses how wide runs are and how many samples are convolved
// together, and lists the runs of each phase.
func (c *Conv) planRuns() {
	width, pixels := 0, 0
	for _, ph := range c.phases {
		width = max(width, ph.w)
		pixels = max(pixels, ph.h*ph.w)
	}
	c.run = c.lanes
	for c.run > 4 && c.run/2 >= width {
		c.run /= 2
	}
	c.block = 1
	for c.block < c.p.N && c.block*pixels < blockVectors*c.lanes && (c.block+1)*c.in.sample <= blockFloats {
		c.block++
	}
	for i := range c.phases {
		ph := &c.phases[i]
		start := 0
		for _, q := range c.phases[:i] {
			start += q.h * q.w
		}
		for b := range c.block {
			for y := range ph.h {
				c.addRow(ph, b*c.in.sample+y*c.in.pitch, b*c.p.M*c.oh*c.ow+start+y*ph.w)
			}
		}
		ph.addVecs(c.lanes, c.run)
	}
}

// addRow cuts a row of outputs into runs; the last of a long row starts early
// rather than end late, so that its lanes are all wanted.
func (c *Conv) addRow(ph *phase, src, dst int) {
	for x := 0; x < ph.w; x += c.run {
		n := min(c.run, ph.w-x)
		at := x
		if n < c.run && ph.w >= c.run {
			at, n = ph.w-c.run, c.run
		}
		ph.runs = append(ph.runs, run{src + at, dst + at, n})
	}
}

func (ph *phase) addVecs(lanes, width int) {
	perVec := lanes / width
	for i := 0; i < len(ph.runs); i += perVec {
		rs := ph.runs[i:min(i+perVec, len(ph.runs))]
		v := vec{src: rs[0].src, dst: rs[0].dst, whole: len(rs) == perVec}
		next := v.dst
		for _, r := range rs {
			v.whole = v.whole && r.dst == next && r.n == width
			next += r.n
		}
		ph.vecs = append(ph.vecs, v)
	}
}

// whole reports whether all vectors are.
func (c *Conv) whole() bool {
	for _, ph := range c.phases {
		for _, v := range ph.vecs {
			if !v.whole {
				return false
			}
		}
	}
	return true
}

// panelWidth is the floats from step to step of a packed panel.
func panelWidth(lanes int) int { return f32.MaxVectors * lanes }

// packPanels gathers what the vectors of the phase meet, in panels of three
// vectors, step by step within a panel.
func (c *Conv) packPanels(dst, src []float32, ph *phase, runs []run) {
	width, k := panelWidth(c.lanes), len(ph.off)
	perPanel := width / c.run
	for i, r := range runs {
		d := dst[i/perPanel*k*width+i%perPanel*c.run:]
		f32.Gather(d, width, src[r.src:], ph.off, c.run)
	}
}
