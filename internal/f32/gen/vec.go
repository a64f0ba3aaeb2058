package main

import "math"

// A kernel is an elementwise function dst[i] = f(a[i], b[i]; s0, s1). The body
// leaves the result of vector x (from a) and y (from b) in x; t and u are free.
type kernel struct {
	name   string
	ins    int  // slices read beside dst
	acc    bool // dst is read, as y
	unroll int
	consts []float32 // in registers g.c(0), …
	body   func(g *vector, x, y, t, u string)
}

// A vector is what bodies write with: operands in the order of Go's assembler.
type vector struct {
	*printer
	isa
	scalar int // registers of s0 and s1, from this one on
}

func (g *vector) s0() string { return g.r(g.scalar) }
func (g *vector) s1() string { return g.r(g.scalar + 1) }

// c is the register of a constant.
func (g *vector) c(i int) string { return g.r(g.scalar + 2 + i) }

// three writes dst = b op a for an instruction op a, b, dst.
func (g *vector) three(op, a, b, dst string) { g.op("%s %s, %s, %s", op, a, b, dst) }

// where writes x = x where the predicate holds for a and b, else other; t is lost.
func (g *vector) where(predicate int, a, b, other, x, t string) {
	if g.mask {
		g.op("VCMPPS $%d, %s, %s, K2", predicate, b, a)
		g.op("VBLENDMPS %s, %s, K2, %s", x, other, x)
		return
	}
	g.op("VCMPPS $%d, %s, %s, %s", predicate, b, a, t)
	g.op("VBLENDVPS %s, %s, %s, %s", t, x, other, x)
}

// Predicates of comparisons, silent; but for the last false for NaN.
const (
	less    = 17
	greater = 30
	notLess = 21
)

func simple(op string) func(g *vector, x, y, t, u string) {
	return func(g *vector, x, y, t, u string) { g.three(op, y, x, x) }
}

// withS0 applies x = x op s0.
func withS0(op string) func(g *vector, x, y, t, u string) {
	return func(g *vector, x, y, t, u string) { g.three(op, g.s0(), x, x) }
}

var kernels = []kernel{
	{name: "add", ins: 2, unroll: 4, body: simple("VADDPS")},
	{name: "sub", ins: 2, unroll: 4, body: simple("VSUBPS")},
	{name: "mul", ins: 2, unroll: 4, body: simple("VMULPS")},
	{name: "div", ins: 2, unroll: 4, body: simple("VDIVPS")},
	{name: "sqrt", ins: 1, unroll: 4, body: func(g *vector, x, y, t, u string) { g.op("VSQRTPS %s, %s", x, x) }},
	{name: "axpy", ins: 1, acc: true, unroll: 4, body: func(g *vector, x, y, t, u string) {
		g.three("VFMADD213PS", y, g.s0(), x)
	}},
	{name: "addScalar", ins: 1, unroll: 4, body: withS0("VADDPS")},
	{name: "mulScalar", ins: 1, unroll: 4, body: withS0("VMULPS")},
	{name: "scaleShift", ins: 1, unroll: 4, body: func(g *vector, x, y, t, u string) {
		g.three("VFMADD213PS", g.s1(), g.s0(), x)
	}},
	// Of NaN and a number the first operand here comes out.
	{name: "maxScalar", ins: 1, unroll: 4, body: func(g *vector, x, y, t, u string) { g.three("VMAXPS", x, g.s0(), x) }},
	{name: "minScalar", ins: 1, unroll: 4, body: func(g *vector, x, y, t, u string) { g.three("VMINPS", x, g.s0(), x) }},
	{name: "reluGrad", ins: 2, unroll: 4, consts: []float32{0}, body: func(g *vector, x, y, t, u string) {
		g.where(greater, y, g.c(0), g.c(0), x, t)
	}},
	{name: "flush", ins: 1, unroll: 4, consts: []float32{0, float32(math.Copysign(0, -1))}, body: func(g *vector, x, y, t, u string) {
		g.three("VANDNPS", x, g.c(1), y)
		g.where(notLess, y, g.s0(), g.c(0), x, t)
	}},
	{name: "leakyRelu", ins: 1, unroll: 2, consts: []float32{0}, body: func(g *vector, x, y, t, u string) {
		g.three("VMULPS", g.s0(), x, t)
		g.op("VMOVAPS %s, %s", x, y)
		g.op("VMOVAPS %s, %s", t, x)
		g.where(less, y, g.c(0), y, x, t)
	}},
	{name: "leakyReluGrad", ins: 2, unroll: 2, consts: []float32{0}, body: func(g *vector, x, y, t, u string) {
		g.three("VMULPS", g.s0(), x, t)
		g.where(greater, y, g.c(0), t, x, u)
	}},
	{name: "sigmoidGrad", ins: 2, unroll: 2, consts: []float32{1}, body: func(g *vector, x, y, t, u string) {
		g.three("VSUBPS", y, g.c(0), t)
		g.three("VMULPS", y, t, t)
		g.three("VMULPS", t, x, x)
	}},
	{name: "tanhGrad", ins: 2, unroll: 2, consts: []float32{1}, body: func(g *vector, x, y, t, u string) {
		g.three("VFNMADD213PS", g.c(0), y, y)
		g.three("VMULPS", y, x, x)
	}},
	{name: "exp", ins: 1, unroll: 1, consts: expConsts, body: func(g *vector, x, y, t, u string) {
		expBody(g, x, y, t, u)
	}},
	{name: "sigmoid", ins: 1, unroll: 1, consts: append(expConsts, 0), body: func(g *vector, x, y, t, u string) {
		g.three("VSUBPS", x, g.c(len(expConsts)), x)
		expBody(g, x, y, t, u)
		g.mem("VADDPS", 1, x, x)
		g.load(1, t)
		g.three("VDIVPS", x, t, x)
	}},
	{name: "tanh", ins: 1, unroll: 1, consts: expConsts, body: tanhBody},
}

// mem writes dst = b op constant, with the constant in memory.
func (g *vector) mem(op string, c float32, b, dst string) {
	g.load(c, g.r(g.tmp()))
	g.three(op, g.r(g.tmp()), b, dst)
}

// load broadcasts a constant from memory.
func (g *vector) load(c float32, dst string) {
	g.op("VBROADCASTSS %s<>(SB), %s", constant(c), dst)
}

// tmp is a register for constants from memory, the last.
func (g *vector) tmp() int {
	if g.mask {
		return 31
	}
	return 15
}

// Constants of eˣ = 2ⁿ·(1 + r + r²·P(r)), r = x − n·ln 2 in two parts, P the
// polynomial of the Cephes library's expf.
var (
	expConsts = []float32{88.8, -104.2, math.Log2E, -0.693359375, 2.12194440e-4}
	expPoly   = []float32{1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1}
)

// expBody computes x = eˣ. Beyond the clamps the result is Inf or 0 as it would
// be without; NaN passes them.
func expBody(g *vector, x, n, p, t string) {
	g.three("VMINPS", x, g.c(0), x)
	g.three("VMAXPS", x, g.c(1), x)
	g.three("VMULPS", g.c(2), x, n)
	if g.mask {
		g.op("VRNDSCALEPS $8, %s, %s", n, n)
	} else {
		g.op("VROUNDPS $8, %s, %s", n, n)
	}
	g.three("VFMADD231PS", g.c(3), n, x)
	g.three("VFMADD231PS", g.c(4), n, x)
	g.load(expPoly[0], p)
	for _, c := range expPoly[1:] {
		g.load(c, t)
		g.three("VFMADD213PS", t, x, p)
	}
	g.three("VMULPS", x, x, t)
	g.three("VFMADD213PS", x, t, p)
	g.mem("VADDPS", 1, p, x)
	if g.mask {
		g.three("VSCALEFPS", n, x, x)
		return
	}
	// 2ⁿ in two factors: one alone overflows before the result does.
	g.op("VCVTPS2DQ %s, %s", n, n)
	g.op("VPSRAD $1, %s, %s", n, p)
	g.three("VPSUBD", p, n, n)
	for _, r := range []string{p, n} {
		g.op("VPSLLD $23, %s, %s", r, r)
		g.load(1, t)
		g.three("VPADDD", t, r, r)
		g.three("VMULPS", r, x, x)
	}
}

// tanhPoly is P in tanh x = x + x³·P(x²) for |x| < 0.625, from Cephes' tanhf.
var tanhPoly = []float32{-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1}

// tanhBody computes the polynomial near zero, else 1 − 2/(e^2|x| + 1) with the
// sign of x, which it keeps in the last registers but one.
func tanhBody(g *vector, x, y, t, u string) {
	keep, small, abs := g.r(g.tmp()-1), g.r(g.tmp()-2), g.r(g.tmp()-3)
	g.op("VMOVAPS %s, %s", x, keep)
	g.load(float32(math.Copysign(0, -1)), t)
	g.three("VANDNPS", x, t, abs)
	g.three("VMULPS", x, x, y)
	g.load(tanhPoly[0], small)
	for _, c := range tanhPoly[1:] {
		g.load(c, u)
		g.three("VFMADD213PS", u, y, small)
	}
	g.three("VMULPS", y, x, y)
	g.three("VFMADD213PS", x, y, small)

	g.three("VADDPS", abs, abs, x)
	expBody(g, x, y, t, u)
	g.mem("VADDPS", 1, x, x)
	g.load(2, t)
	g.three("VDIVPS", x, t, x)
	g.load(1, t)
	g.three("VSUBPS", x, t, x)

	g.load(0.625, t)
	if g.mask {
		g.op("VCMPPS $%d, %s, %s, K2", less, t, abs)
		g.op("VBLENDMPS %s, %s, K2, %s", small, x, x)
	} else {
		g.op("VCMPPS $%d, %s, %s, %s", less, t, abs, t)
		g.op("VBLENDVPS %s, %s, %s, %s", t, small, x, x)
	}
	g.load(float32(math.Copysign(0, -1)), t)
	g.three("VANDPS", keep, t, t)
	g.three("VORPS", t, x, x)
}
