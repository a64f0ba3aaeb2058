package conv

import "github.com/lcfv-go/lcfv/internal/f32"

// productKind says that a convolution is one plain matrix product.
type productKind uint8

const (
	noProduct productKind = iota
	reduce                // each sample's whole image to one pixel
	expand                // each sample's one pixel to a whole image
)

func productOf(p Params) productKind {
	if p.Group != 1 {
		return noProduct
	}
	for _, a := range p.axes() {
		if !a.unpadded() || a.kernel > 1 && a.dil > 1 || !p.Transposed && a.kernel != a.in || p.Transposed && a.in != 1 {
			return noProduct
		}
	}
	if p.Transposed {
		return expand
	}
	return reduce
}

// size returns the columns of the product and the length of its sums.
func (c *Conv) size() (n, k int) {
	if c.product == expand {
		return c.p.M * c.plane, c.p.C
	}
	return c.p.M, c.p.C * c.p.pixels()
}

func (c *Conv) productScratch() int {
	n, k := c.size()
	return n + f32.GemmScratch(c.p.N, n, k)
}

func (c *Conv) packProduct(w []float32) *Weights {
	n, k := c.size()
	if c.product == expand {
		return &Weights{matrix: f32.PackB(false, k, n, w, n)}
	}
	return &Weights{matrix: f32.PackB(true, k, n, w, k)}
}

func (c *Conv) runProduct(dst, x []float32, w *Weights, bias []float32, act f32.Activation, scratch []float32) {
	n, k := c.size()
	ep := f32.Epilogue{Act: act}
	if bias != nil {
		ep.ColBias = scratch[:n]
		plane := n / c.p.M
		for i := range ep.ColBias {
			ep.ColBias[i] = bias[i/plane]
		}
	}
	scratch = scratch[n:]
	if w.matrix != nil {
		f32.GemmPacked(false, c.p.N, 1, x, k, w.matrix, 0, dst, n, ep, scratch)
		return
	}
	ldw := n
	if c.product == reduce {
		ldw = k
	}
	f32.GemmFused(false, c.product == reduce, c.p.N, n, k, 1, x, k, w.data, ldw, 0, dst, n, ep, scratch)
}
