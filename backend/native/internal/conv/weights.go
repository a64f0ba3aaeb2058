package conv

import "github.com/lcfv-go/lcfv/internal/f32"

// Weights are a kernel laid out for convolutions of equal parameters but for N.
// They are immutable and safe for concurrent use.
type Weights struct {
	data   []float32
	matrix *f32.PackedB // of a plain product
	plain  bool         // not laid out: as ONNX has them
}

// Pack lays out constant weights, M×C/Group×KD×KH×KW, or C×M/Group×KD×KH×KW if
// transposed. Where that would gain nothing, w itself is kept.
func (c *Conv) Pack(w []float32) *Weights {
	switch {
	case c.product != noProduct:
		return c.packProduct(w)
	case c.readsPlain():
		return &Weights{data: w, plain: true}
	}
	p := c.packInto(make([]float32, c.packedLen()), w)
	return &p
}

// readsPlain reports whether weights are read where they lie: those of a
// convolution meet the steps of a tile in order, row by row, which is as fast as
// side by side.
func (c *Conv) readsPlain() bool {
	return c.product == noProduct && c.spread == nil && !c.p.Transposed
}

// packedLen is the length of packed weights: no tap belongs to two phases, but
// some may belong to none.
func (c *Conv) packedLen() int {
	return c.p.M * (c.p.C / c.p.Group) * c.p.taps()
}

// packInto lays the weights of a transposed convolution out by group, phase and
// block of a tile's rows, the rows of a block side by side for each channel and
// tap; others as their method needs them.
func (c *Conv) packInto(dst, w []float32) Weights {
	if c.spread != nil {
		return c.packSpread(dst, w)
	}
	p := &c.p
	cg, mg, kk, rows := p.C/p.Group, p.M/p.Group, p.taps(), f32.Rows()
	for g := range p.Group {
		to := g * mg * cg * kk
		for i := range c.phases {
			taps := c.phases[i].taps
			for m0 := 0; m0 < mg; m0 += rows {
				r := min(rows, mg-m0)
				for ch := range cg {
					from := w[((g*cg+ch)*mg+m0)*kk:]
					for _, t := range taps {
						for m := range dst[to : to+r] {
							dst[to+m] = from[m*kk+t.kernel]
						}
						to += r
					}
				}
			}
		}
	}
	return Weights{data: dst}
}
