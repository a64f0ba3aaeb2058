package conv

// A run is a row of neighbouring outputs of a phase, as wide as a vector or a
// half or quarter of it; n of them are wanted. Its place in the output is that of
// the first; the others follow at the distance of the stride.
type run struct{ src, dst, n int }

// A vec is what a vector of lanes holds: one, two or four runs.
type vec struct {
	src, dst [4]int // of its runs; the last is repeated where one is lacking
	full     bool   // all lanes are wanted
	whole    bool   // and they are neighbours in the output
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
		pixels = max(pixels, ph.d*ph.h*ph.w)
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
		for b := range c.block {
			for z := range ph.d {
				for y := range ph.h {
					row := ((b*c.p.M*c.od+z*c.outD+ph.z)*c.oh+y*c.outH+ph.y)*c.ow + ph.x
					c.addRow(ph, b*c.in.sample+z*c.in.sD*c.in.slice+y*c.in.pitch, row)
				}
			}
		}
		c.addVecs(ph)
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
		ph.runs = append(ph.runs, run{src + at, dst + at*c.outW, n})
	}
}

func (c *Conv) addVecs(ph *phase) {
	perVec := c.lanes / c.run
	for i := 0; i < len(ph.runs); i += perVec {
		rs := ph.runs[i:min(i+perVec, len(ph.runs))]
		v := vec{full: len(rs) == perVec, whole: c.outW == 1}
		for k := range v.src {
			r := rs[min(k, len(rs)-1)]
			v.src[k], v.dst[k] = r.src, r.dst
		}
		for k, r := range rs {
			v.full = v.full && r.n == c.run
			v.whole = v.whole && r.dst == rs[0].dst+k*c.run
		}
		v.whole = v.whole && v.full
		ph.vecs = append(ph.vecs, v)
	}
}

// inside reports whether all lanes of all vectors are wanted, so that none
// reads beyond the image.
func (c *Conv) inside() bool {
	for _, ph := range c.phases {
		for _, r := range ph.runs {
			if r.n < c.run {
				return false
			}
		}
	}
	return c.run == c.lanes
}
