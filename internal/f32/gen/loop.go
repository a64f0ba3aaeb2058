package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

var constants []float32

// constant names a constant in memory.
func constant(c float32) string {
	bits := math.Float32bits(c)
	if !slices.ContainsFunc(constants, func(d float32) bool { return math.Float32bits(d) == bits }) {
		constants = append(constants, c)
	}
	return fmt.Sprintf("f%08x", bits)
}

func writeConstants(p *printer) {
	for _, c := range constants {
		bits := math.Float32bits(c)
		p.f("DATA f%08x<>+0(SB)/4, $0x%08x", bits, bits)
		p.f("GLOBL f%08x<>(SB), RODATA|NOPTR, $4", bits)
	}
	constants = nil
}

// vectors writes the elementwise kernels and the sums.
func (s isa) vectors(p, decl *printer) {
	for _, k := range kernels {
		s.elementwise(p, k)
		decl.f("//go:noescape\nfunc %s%s(dst, a, b *float32, n int, s0, s1 float32)\n", k.name, s.name)
	}
	s.sum(p, decl, "sum", false)
	s.sum(p, decl, "dot", true)
	s.smooths(p, decl)
	writeConstants(p)
	if !s.mask {
		p.f("\n// The mask of r lanes starts 4·(8−r) bytes in.")
		for i := range 16 {
			v := uint32(0)
			if i < 8 {
				v = 0xffffffff
			}
			p.f("DATA tail<>+%d(SB)/4, $0x%08x", 4*i, v)
		}
		p.f("GLOBL tail<>(SB), RODATA|NOPTR, $64")
	}
}

// elementwise writes dst[i] = f(a[i], b[i]): whole vectors, several at a time,
// then one at a time, then the rest under a mask by the same instructions.
func (s isa) elementwise(p *printer, k kernel) {
	lanes := s.width / 4
	if !s.mask { // half the registers
		k.unroll = min(k.unroll, 2)
	}
	g := &vector{printer: p, isa: s, scalar: 4 * k.unroll}
	p.f("// func %s%s(dst, a, b *float32, n int, s0, s1 float32)", k.name, s.name)
	p.f("TEXT ·%s%s(SB), NOSPLIT, $0-40", k.name, s.name)
	p.op("MOVQ dst+0(FP), DI")
	p.op("MOVQ a+8(FP), SI")
	second := "BX"
	if k.ins > 1 {
		p.op("MOVQ b+16(FP), BX")
	}
	if k.acc {
		second = "DI"
	}
	p.op("MOVQ n+24(FP), CX")
	p.op("VBROADCASTSS s0+32(FP), %s", g.s0())
	p.op("VBROADCASTSS s1+36(FP), %s", g.s1())
	for i, c := range k.consts {
		g.load(c, g.c(i))
	}
	reg := func(v, i int) string { return s.r(4*v + i) }
	vectors := func(n int) {
		for v := range n {
			p.op("VMOVUPS %d(SI), %s", v*s.width, reg(v, 0))
			if k.ins > 1 || k.acc {
				p.op("VMOVUPS %d(%s), %s", v*s.width, second, reg(v, 1))
			}
		}
		for v := range n {
			k.body(g, reg(v, 0), reg(v, 1), reg(v, 2), reg(v, 3))
		}
		for v := range n {
			p.op("VMOVUPS %s, %d(DI)", reg(v, 0), v*s.width)
		}
		p.op("ADDQ $%d, SI", n*s.width)
		p.op("ADDQ $%d, DI", n*s.width)
		if k.ins > 1 {
			p.op("ADDQ $%d, BX", n*s.width)
		}
		p.op("SUBQ $%d, CX", n*lanes)
	}
	if k.unroll > 1 {
		p.f("many:\n\tCMPQ CX, $%d\n\tJLT  one", k.unroll*lanes)
		vectors(k.unroll)
		p.op("JMP  many")
	}
	p.f("one:\n\tCMPQ CX, $%d\n\tJLT  rest", lanes)
	vectors(1)
	p.op("JMP  one")
	p.f("rest:\n\tTESTQ CX, CX\n\tJZ   done")
	s.tail(g, k, second)
	p.f("done:\n\tVZEROUPPER\n\tRET\n")
}

// tail writes the kernel for CX elements, fewer than a vector.
func (s isa) tail(g *vector, k kernel, second string) {
	x, y, t, u := s.r(0), s.r(1), s.r(2), s.r(3)
	if s.mask {
		g.op("MOVL $1, AX")
		g.op("SHLL CX, AX")
		g.op("DECL AX")
		g.op("KMOVW AX, K1")
		g.op("VMOVUPS.Z (SI), K1, %s", x)
		if k.ins > 1 || k.acc {
			g.op("VMOVUPS.Z (%s), K1, %s", second, y)
		}
		k.body(g, x, y, t, u)
		g.op("VMOVUPS %s, K1, (DI)", x)
		return
	}
	g.op("LEAQ tail<>(SB), AX")
	g.op("NEGQ CX")
	g.op("VMOVUPS 32(AX)(CX*4), %s", t)
	g.op("VMASKMOVPS (SI), %s, %s", t, x)
	if k.ins > 1 || k.acc {
		g.op("VMASKMOVPS (%s), %s, %s", second, t, y)
	}
	k.body(g, x, y, t, u)
	g.op("VMOVUPS 32(AX)(CX*4), %s", t)
	g.op("VMASKMOVPS %s, %s, (DI)", x, t)
}

// sum writes the 32 partial sums, in float64, of the elements of a, or of the
// products of those of a and b, with equal remainders by 32; n is a multiple of
// that. Products of float32 are exact in float64, so that fusing does not
// show.
func (s isa) sum(p, decl *printer, name string, two bool) {
	decl.f("//go:noescape\nfunc %s%s(sums *[32]float64, a, b *float32, n int)\n", name, s.name)
	p.f("// func %s%s(sums *[32]float64, a, b *float32, n int)", name, s.name)
	p.f("TEXT ·%s%s(SB), NOSPLIT, $0-32", name, s.name)
	p.op("MOVQ sums+0(FP), DI")
	p.op("MOVQ a+8(FP), SI")
	p.op("MOVQ b+16(FP), BX")
	p.op("MOVQ n+24(FP), CX")
	doubles := s.width / 8
	n := 32 / doubles
	for i := range n {
		p.op("%s %s, %s, %s", s.zero, s.r(i), s.r(i), s.r(i))
	}
	p.f("loop:\n\tCMPQ CX, $32\n\tJLT  done")
	for i := range n {
		x, y := s.r(n+i%4*2), s.r(n+i%4*2+1)
		p.op("VCVTPS2PD %d(SI), %s", i*4*doubles, x)
		if two {
			p.op("VCVTPS2PD %d(BX), %s", i*4*doubles, y)
			p.op("VFMADD231PD %s, %s, %s", x, y, s.r(i))
		} else {
			p.op("VADDPD %s, %s, %s", x, s.r(i), s.r(i))
		}
	}
	p.op("ADDQ $128, SI")
	p.op("ADDQ $128, BX")
	p.op("SUBQ $32, CX")
	p.op("JMP  loop")
	p.f("done:")
	for i := range n {
		p.op("VMOVUPD %s, %d(DI)", s.r(i), i*s.width)
	}
	p.op("VZEROUPPER\n\tRET\n")
}

// dispatch writes, for each kernel, the function that runs the current level's
// version of it and reports whether there is one.
func dispatch() (amd64, noasm *printer) {
	amd64, noasm = new(printer), new(printer)
	amd64.f("// Code generated by go run ./gen. DO NOT EDIT.\n\n//go:build !purego\n\npackage f32\n")
	noasm.f("// Code generated by go run ./gen. DO NOT EDIT.\n\n//go:build !amd64 || purego\n\npackage f32\n")
	for _, k := range kernels {
		b, arg := "b", "&b[0]"
		if k.ins < 2 {
			b, arg = "_", "nil"
		}
		sig := fmt.Sprintf("func %s(dst, a, %s []float32, s0, s1 float32) bool", k.name, b)
		amd64.f("%s {\n\tif len(dst) == 0 {\n\t\treturn true\n\t}\n\tswitch current.lanes {", sig)
		amd64.f("\tcase 16:\n\t\t%sAVX512(&dst[0], &a[0], %s, len(dst), s0, s1)", k.name, arg)
		amd64.f("\tcase 8:\n\t\t%sAVX2(&dst[0], &a[0], %s, len(dst), s0, s1)", k.name, arg)
		amd64.f("\tdefault:\n\t\treturn false\n\t}\n\treturn true\n}\n")
		blank := strings.NewReplacer("dst, a, b", "_, _, _", "dst, a, _", "_, _, _", "s0, s1", "_, _").Replace(sig)
		noasm.f("%s { return false }\n", blank)
	}
	return amd64, noasm
}
