package conv

import "github.com/lcfv-go/lcfv/internal/f32"

// Weights that the cache does not hold are read once for a set of vectors rather
// than for three of them: tile after tile over the set, before the next rows.
const (
	setVectors = 8 * f32.MaxVectors
	setWeights = 1 << 17 // floats: half of a small second cache
)

// setOf returns how many vectors of a phase are computed as a set, 0 where three
// at a time are as good: where there are few weights, or where results are not
// stored as they are.
func (c *Conv) setOf(ph *phase, nvec int) int {
	k, n := len(ph.off), setVectors
	if c.run < c.lanes { // a panel has room for three vectors and all steps
		n = min(n, k/maxSteps*f32.MaxVectors)
	}
	if nvec <= f32.MaxVectors || n <= f32.MaxVectors || c.p.M/c.p.Group*k < setWeights || ph.w%c.run != 0 {
		return 0
	}
	for i := range nvec {
		if !ph.vecs[i].whole {
			return 0
		}
	}
	return n
}

// runSet computes vectors v to v+n of a phase in the output itself, some steps
// at a time.
func (c *Conv) runSet(j *job, ph *phase, v, n int) {
	mg, k, plane, t := c.p.M/c.p.Group, len(ph.off), c.plane, &j.tile
	width := f32.MaxVectors * c.lanes
	src := j.src[j.group*(c.p.C/c.p.Group)*c.in.plane:]
	groups := (n + f32.MaxVectors - 1) / f32.MaxVectors
	for p0 := 0; p0 < k; p0 += maxSteps {
		kc := min(maxSteps, k-p0)
		if c.run < c.lanes {
			for g := range groups {
				first, end := part(n, g, groups)
				for i := first; i < end; i++ {
					to := g*maxSteps*width + (i-first)*c.lanes
					f32.GatherVector(j.panel[0][to:], width, src, &ph.vecs[v+i].src, ph.off[p0:p0+kc], c.run)
				}
			}
		}
		for m := 0; m < mg; m += f32.Rows() {
			rows := min(f32.Rows(), mg-m)
			t.C, t.CRow = j.dst[(j.group*mg+m)*plane:], plane
			c.load(j, ph, m, rows, p0)
			t.B = src
			if c.run < c.lanes {
				t.B, t.Off = j.panel[0], c.packed[:kc]
			}
			for g := range groups {
				first, end := part(n, g, groups)
				for i := first; i < end; i++ {
					vec := &ph.vecs[v+i]
					t.BBase[i-first], t.CBase[i-first] = vec.src[0], vec.dst[0]
					if c.run < c.lanes {
						t.BBase[i-first] = g*maxSteps*width + (i-first)*c.lanes
					}
				}
				t.InitBase = t.CBase
				t.Run(rows, end-first)
			}
		}
	}
}

// part is the i-th of parts of nearly equal size.
func part(n, i, parts int) (first, end int) { return n * i / parts, n * (i + 1) / parts }
