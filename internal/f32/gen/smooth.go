package main

// smooths writes the routine that convolves rows with a symmetric kernel: for
// each block of a row, one multiply-add a tap and vector on the sum of the two
// places at the tap's distance.
func (s isa) smooths(p, decl *printer) {
	name := "smooth" + s.name
	const sig = "(dst *float32, dstStride int, x *float32, srcStride, rows, n int, kernel *float32, reach, step int)"
	decl.f("//go:noescape\nfunc %s%s\n", name, sig)
	p.f("// func %s%s", name, sig)
	p.f("TEXT ·%s(SB), NOSPLIT, $0-72", name)
	p.op("MOVQ dst+0(FP), DI")
	p.op("MOVQ dstStride+8(FP), R8")
	p.op("MOVQ x+16(FP), SI")
	p.op("MOVQ srcStride+24(FP), R9")
	p.op("MOVQ rows+32(FP), R10")
	p.op("MOVQ n+40(FP), R11")
	p.op("MOVQ kernel+48(FP), R12")
	p.op("MOVQ step+64(FP), R13")
	p.op("SUBQ R11, R8") // from the end of a row to the next
	p.op("SUBQ R11, R9")
	for _, r := range []string{"R8", "R9", "R13"} {
		p.op("SHLQ $2, %s", r)
	}
	lanes := s.width / 4
	p.f("row:\n\tMOVQ R11, CX")
	for _, n := range []int{4, 1} {
		p.f("block%d:\n\tCMPQ CX, $%d\n\tJLT  end%d", n, n*lanes, n)
		s.smoothBlock(p, n, false)
		p.op("ADDQ $%d, SI", n*s.width)
		p.op("ADDQ $%d, DI", n*s.width)
		p.op("SUBQ $%d, CX", n*lanes)
		p.f("\tJMP  block%d\nend%d:", n, n)
	}
	p.op("TESTQ CX, CX\n\tJZ   next")
	s.smoothBlock(p, 1, true)
	p.op("LEAQ (SI)(CX*4), SI")
	p.op("LEAQ (DI)(CX*4), DI")
	p.f("next:\n\tADDQ R9, SI\n\tADDQ R8, DI\n\tDECQ R10\n\tJNZ  row")
	p.op("VZEROUPPER\n\tRET\n")
}

// smoothBlock writes the convolution of n vectors, or of CX elements, fewer than
// a vector.
func (s isa) smoothBlock(p *printer, n int, tail bool) {
	label := "taps4"
	switch {
	case tail:
		label = "tapsTail"
	case n == 1:
		label = "taps1"
	}
	sum := func(v int) string { return s.r(v) }
	pair := func(v int) string { return s.r(4 + v) }
	weight, other, mask := s.r(8), s.r(9), s.r(10)
	if tail && s.mask {
		p.op("MOVL $1, AX\n\tSHLL CX, AX\n\tDECL AX\n\tKMOVW AX, K1")
	} else if tail {
		p.op("LEAQ tail<>(SB), AX\n\tMOVQ CX, BX\n\tNEGQ BX\n\tVMOVUPS 32(AX)(BX*4), %s", mask)
	}
	load := func(from string, v int, to string) {
		switch {
		case tail && s.mask:
			p.op("VMOVUPS.Z (%s), K1, %s", from, to)
		case tail:
			p.op("VMASKMOVPS (%s), %s, %s", from, mask, to)
		default:
			p.op("VMOVUPS %d(%s), %s", v*s.width, from, to)
		}
	}
	p.op("VBROADCASTSS (R12), %s", weight)
	for v := range n {
		load("SI", v, sum(v))
		p.op("VMULPS %s, %s, %s", sum(v), weight, sum(v))
	}
	p.op("MOVQ SI, AX\n\tMOVQ SI, BX\n\tMOVQ $1, DX")
	p.f("%s:\n\tCMPQ DX, reach+56(FP)\n\tJGT  %sDone", label, label)
	p.op("SUBQ R13, AX\n\tADDQ R13, BX")
	p.op("VBROADCASTSS (R12)(DX*4), %s", weight)
	for v := range n {
		load("AX", v, pair(v))
	}
	for v := range n {
		if tail {
			load("BX", v, other)
			p.op("VADDPS %s, %s, %s", other, pair(v), pair(v))
		} else {
			p.op("VADDPS %d(BX), %s, %s", v*s.width, pair(v), pair(v))
		}
	}
	for v := range n {
		p.op("VFMADD231PS %s, %s, %s", weight, pair(v), sum(v))
	}
	p.f("\tINCQ DX\n\tJMP  %s\n%sDone:", label, label)
	for v := range n {
		switch {
		case tail && s.mask:
			p.op("VMOVUPS %s, K1, (DI)", sum(v))
		case tail:
			p.op("VMASKMOVPS %s, %s, (DI)", sum(v), mask)
		default:
			p.op("VMOVUPS %s, %d(DI)", sum(v), v*s.width)
		}
	}
}
