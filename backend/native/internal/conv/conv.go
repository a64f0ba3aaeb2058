// Package conv computes convolutions and transposed convolutions of images of up
// to three dimensions, N×C×D×H×W, in float32 on one thread.
//
// # Method
//
// A convolution is a product of the weights, M × C·KH·KW, and a matrix whose
// columns are the patches of the image; that matrix is never formed. The image
// is copied once into a padded layout in which the pixels that one tap of the
// kernel meets in neighbouring outputs are neighbours in memory (for strides
// above 1, its rows and columns are dealt out by their remainders), and the
// register tile of package f32 reads its right operands there, at one offset a
// tap: the idea of Dukhan, "The indirect convolution algorithm" (2019), with
// offsets for pointers. Rows shorter than a vector are put together, over rows
// and samples, into packed panels.
//
// Depth is more of the same: another axis of rows, and of taps.
//
// A transposed convolution of strides s×t is s·t dense convolutions of stride 1,
// one for each remainder of the output's row and column, whose results are
// interleaved at the end. Where image or result has one pixel and every weight
// meets it once, the convolution is one plain matrix product.
//
// Where there are only one or two output channels, see spread.
//
// The value of an output depends on its own patch alone: results are
// byte-identical however a batch is split over calls.
package conv

import "github.com/lcfv-go/lcfv/internal/f32"

// Conv is a convolution of fixed shape. It is immutable and safe for
// concurrent use.
type Conv struct {
	p      Params // with one long row for D×H×W where pixels are independent
	od     int
	oh, ow int
	plane  int    // od·oh·ow
	level  string // of f32, that the layout is for

	product    productKind
	spread     *spread
	in         layout
	phases     []phase
	outD       int // from an output of a phase to the next
	outH, outW int
	paired     bool    // phases 2i and 2i+1 alternate in the output
	block      int     // samples that are convolved together
	lanes      int     // of a vector
	run        int     // neighbours in the image that are so in a vector
	packed     []int32 // offsets of the steps of a packed panel
}

// New prepares a convolution. The error wraps [ErrParams].
func New(p Params) (*Conv, error) {
	p = p.normal()
	if err := p.validate(); err != nil {
		return nil, err
	}
	c := &Conv{p: p, level: f32.Level(), lanes: f32.Lanes()}
	c.od, c.oh, c.ow = p.OutSize()
	c.plane = c.od * c.oh * c.ow
	if c.product = productOf(p); c.product != noProduct {
		return c, nil
	}
	if c.spread = c.spreadOf(); c.spread == nil {
		c.plan()
	}
	return c, nil
}

// Scratch is the number of floats of scratch that Run needs.
func (c *Conv) Scratch() int {
	switch {
	case c.product != noProduct:
		return c.productScratch()
	case c.spread != nil:
		return c.spreadScratch()
	}
	return c.areas().total()
}

// Run computes dst, N×M×OD×OH×OW, as act(conv(x) + bias). bias has M elements, or is
// nil. scratch is overwritten; dst must not overlap x.
func (c *Conv) Run(dst, x []float32, w *Weights, bias []float32, act f32.Activation, scratch []float32) {
	if len(x) < c.p.N*c.p.C*c.p.pixels() || len(dst) < c.p.N*c.p.M*c.plane || bias != nil && len(bias) < c.p.M {
		panic("conv: slice shorter than its shape")
	}
	if c.level != f32.Level() {
		panic("conv: prepared for another level of kernels")
	}
	switch {
	case c.product != noProduct:
		c.runProduct(dst, x, w, bias, act, scratch)
	case c.spread != nil:
		c.runSpread(dst, x, w, bias, act, scratch)
	default:
		c.runTiles(dst, x, w, bias, act, scratch)
	}
}

// DynamicScratch is the number of floats of scratch that RunDynamic needs.
func (c *Conv) DynamicScratch() int { return c.Scratch() + c.dynamicLen() }

// RunDynamic is Run with weights that are not constant: they are read where they
// lie, or where that cannot be packed into scratch by every call.
func (c *Conv) RunDynamic(dst, x, w, bias []float32, act f32.Activation, scratch []float32) {
	n := c.dynamicLen()
	weights := Weights{data: w, plain: true}
	if n > 0 {
		weights = c.packInto(scratch[:n:n], w)
	}
	c.Run(dst, x, &weights, bias, act, scratch[n:])
}

// dynamicLen is the length of weights that every call has to pack.
func (c *Conv) dynamicLen() int {
	if c.product != noProduct || c.readsPlain() {
		return 0
	}
	return c.packedLen()
}
