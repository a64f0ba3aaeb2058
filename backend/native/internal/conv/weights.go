package conv

import "github.com/lcfv-go/lcfv/internal/f32"

// Weights are a kernel laid out for convolutions of equal parameters but for N.
// They are immutable and safe for concurrent use.
type Weights struct {
	data   []float32
	matrix *f32.PackedB // of a plain product
}

// Pack lays out constant weights, M×C/Group×KH×KW, or C×M/Group×KH×KW if
// transposed. w is not kept.
func (c *Conv) Pack(w []float32) *Weights {
	if c.product != noProduct {
		return c.packProduct(w)
	}
	p := c.packInto(make([]float32, c.packedLen()), w)
	return &p
}

// packedLen is the length of packed weights: no tap belongs to two phases, but
// some may belong to none.
func (c *Conv) packedLen() int {
	return c.p.M * (c.p.C / c.p.Group) * c.p.KH * c.p.KW
}

// packInto lays the weights out by group, phase and block of a tile's rows, the
// rows of a block side by side for each channel and tap.
func (c *Conv) packInto(dst, w []float32) Weights {
	if c.spread != nil {
		return c.packSpread(dst, w)
	}
	p := &c.p
	cg, mg, kk, rows := p.C/p.Group, p.M/p.Group, p.KH*p.KW, f32.Rows()
	for g := range p.Group {
		to := g * mg * cg * kk
		for i := range c.phases {
			taps := c.phases[i].taps
			for m0 := 0; m0 < mg; m0 += rows {
				r := min(rows, mg-m0)
				for ch := range cg {
					from, step := ((g*mg+m0)*cg+ch)*kk, cg*kk
					if p.Transposed {
						from, step = ((g*cg+ch)*mg+m0)*kk, kk
					}
					for _, t := range taps {
						for m := range r {
							dst[to] = w[from+m*step+t.kernel]
							to++
						}
					}
				}
			}
		}
	}
	return Weights{data: dst}
}
