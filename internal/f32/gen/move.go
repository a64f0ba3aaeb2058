package main

import "fmt"

// moves writes the routines that copy rows: two loops, over rows and along
// them, the inner in steps of eight, four and one.
func moves(p, decl *printer) {
	decl.f("//go:noescape\nfunc copyRowsAVX2(dst *float32, dstStride int, src *float32, srcStride, rows, n int)\n")
	rows(p, "copyRowsAVX2", []arg{{"dst", "DI", "R8"}, {"src", "SI", "R9"}}, []step{
		{8, []string{"VMOVUPS (SI), Y0", "VMOVUPS Y0, (DI)"}, map[string]int{"DI": 32, "SI": 32}},
		{4, []string{"VMOVUPS (SI), X0", "VMOVUPS X0, (DI)"}, map[string]int{"DI": 16, "SI": 16}},
		{1, []string{"VMOVSS (SI), X0", "VMOVSS X0, (DI)"}, map[string]int{"DI": 4, "SI": 4}},
	})
	decl.f("//go:noescape\nfunc addRowsAVX2(dst *float32, dstStride int, src *float32, srcStride, rows, n int)\n")
	rows(p, "addRowsAVX2", []arg{{"dst", "DI", "R8"}, {"src", "SI", "R9"}}, []step{
		{8, []string{"VMOVUPS (SI), Y0", "VADDPS (DI), Y0, Y0", "VMOVUPS Y0, (DI)"}, map[string]int{"DI": 32, "SI": 32}},
		{4, []string{"VMOVUPS (SI), X0", "VADDPS (DI), X0, X0", "VMOVUPS X0, (DI)"}, map[string]int{"DI": 16, "SI": 16}},
		{1, []string{"VMOVSS (SI), X0", "VADDSS (DI), X0, X0", "VMOVSS X0, (DI)"}, map[string]int{"DI": 4, "SI": 4}},
	})
	decl.f("//go:noescape\nfunc interleaveRowsAVX2(dst *float32, dstStride int, a, b *float32, srcStride, rows, n int)\n")
	rows(p, "interleaveRowsAVX2", []arg{{"dst", "DI", "R8"}, {"a", "SI", "R9"}, {"b", "BX", "R9"}}, []step{
		{8, []string{
			"VMOVUPS (SI), Y0", "VMOVUPS (BX), Y1",
			"VUNPCKLPS Y1, Y0, Y2", "VUNPCKHPS Y1, Y0, Y3",
			"VPERM2F128 $0x20, Y3, Y2, Y0", "VPERM2F128 $0x31, Y3, Y2, Y1",
			"VMOVUPS Y0, (DI)", "VMOVUPS Y1, 32(DI)",
		}, map[string]int{"DI": 64, "SI": 32, "BX": 32}},
		{4, []string{
			"VMOVUPS (SI), X0", "VMOVUPS (BX), X1",
			"VUNPCKLPS X1, X0, X2", "VUNPCKHPS X1, X0, X3",
			"VMOVUPS X2, (DI)", "VMOVUPS X3, 16(DI)",
		}, map[string]int{"DI": 32, "SI": 16, "BX": 16}},
		{1, []string{
			"VMOVSS (SI), X0", "VMOVSS (BX), X1", "VMOVSS X0, (DI)", "VMOVSS X1, 4(DI)",
		}, map[string]int{"DI": 8, "SI": 4, "BX": 4}},
	})
	decl.f("//go:noescape\nfunc deinterleaveRowsAVX2(a, b *float32, dstStride int, src *float32, srcStride, rows, n int)\n")
	rows(p, "deinterleaveRowsAVX2", []arg{{"a", "DI", "R8"}, {"b", "BX", "R8"}, {"src", "SI", "R9"}}, []step{
		{8, []string{
			"VMOVUPS (SI), Y0", "VMOVUPS 32(SI), Y1",
			"VSHUFPS $0x88, Y1, Y0, Y2", "VSHUFPS $0xDD, Y1, Y0, Y3",
			"VPERMPD $0xD8, Y2, Y2", "VPERMPD $0xD8, Y3, Y3",
			"VMOVUPS Y2, (DI)", "VMOVUPS Y3, (BX)",
		}, map[string]int{"DI": 32, "BX": 32, "SI": 64}},
		{4, []string{
			"VMOVUPS (SI), X0", "VMOVUPS 16(SI), X1",
			"VSHUFPS $0x88, X1, X0, X2", "VSHUFPS $0xDD, X1, X0, X3",
			"VMOVUPS X2, (DI)", "VMOVUPS X3, (BX)",
		}, map[string]int{"DI": 16, "BX": 16, "SI": 32}},
		{1, []string{
			"VMOVSS (SI), X0", "VMOVSS 4(SI), X1", "VMOVSS X0, (DI)", "VMOVSS X1, (BX)",
		}, map[string]int{"DI": 4, "BX": 4, "SI": 8}},
	})
	gather(p, decl, "gather4x4AVX512", 4, 4)
	gather(p, decl, "gather8x2AVX512", 8, 2)
	gather(p, decl, "gather4x2AVX2", 4, 2)
	interleaveVectors(p, decl, 2)
	interleaveVectors(p, decl, 4)
}

// gather writes the routine that puts runs of width neighbours together, at one
// offset after the other.
func gather(p, decl *printer, name string, width, runs int) {
	decl.f("//go:noescape\nfunc %s(dst *float32, stride int, src *float32, starts *[4]int, off *int32, n int)\n", name)
	p.f("// func %s(dst *float32, stride int, src *float32, starts *[4]int, off *int32, n int)", name)
	p.f("TEXT ·%s(SB), NOSPLIT, $0-48", name)
	p.op("MOVQ dst+0(FP), DI")
	p.op("MOVQ stride+8(FP), DX")
	p.op("SHLQ $2, DX")
	p.op("MOVQ src+16(FP), SI")
	p.op("MOVQ starts+24(FP), AX")
	from := []string{"R8", "R9", "R10", "R11"}[:runs]
	for i, r := range from {
		p.op("MOVQ %d(AX), %s", 8*i, r)
		p.op("LEAQ (SI)(%s*4), %s", r, r)
	}
	p.op("MOVQ off+32(FP), BX")
	p.op("MOVQ n+40(FP), CX")
	p.f("loop:")
	p.op("MOVLQSX (BX), AX")
	reg := "Y0"
	if width*runs == 16 {
		reg = "Z0"
	}
	for i, r := range from {
		switch {
		case i == 0 && width == 8:
			p.op("VMOVUPS (%s)(AX*4), Y0", r)
		case i == 0:
			p.op("VMOVUPS (%s)(AX*4), X0", r)
		case width == 8:
			p.op("VINSERTF64X4 $1, (%s)(AX*4), Z0, Z0", r)
		case i == 1:
			p.op("VINSERTF128 $1, (%s)(AX*4), Y0, Y0", r)
		default:
			p.op("VINSERTF32X4 $%d, (%s)(AX*4), Z0, Z0", i, r)
		}
	}
	p.op("VMOVUPS %s, (DI)", reg)
	p.op("ADDQ $4, BX")
	p.op("ADDQ DX, DI")
	p.op("DECQ CX")
	p.op("JNZ  loop")
	p.op("VZEROUPPER")
	p.op("RET\n")
}

// interleaveVectors writes the routine that interleaves one vector of each row of
// a and b and stores it in parts of equal size.
func interleaveVectors(p, decl *printer, parts int) {
	name := fmt.Sprintf("interleaveVector%dAVX512", parts)
	decl.f("//go:noescape\nfunc %s(dst *float32, starts *[4]int, dstStride int, a, b *float32, srcStride, rows int)\n", name)
	p.f("// func %s(dst *float32, starts *[4]int, dstStride int, a, b *float32, srcStride, rows int)", name)
	p.f("TEXT ·%s(SB), NOSPLIT, $0-56", name)
	p.op("MOVQ dst+0(FP), DI")
	p.op("MOVQ starts+8(FP), AX")
	to := []string{"R8", "R9", "R10", "R11"}[:parts]
	for i, r := range to {
		p.op("MOVQ %d(AX), %s", 8*i, r)
		p.op("LEAQ (DI)(%s*4), %s", r, r)
	}
	p.op("MOVQ dstStride+16(FP), DX")
	p.op("SHLQ $2, DX")
	p.op("MOVQ a+24(FP), SI")
	p.op("MOVQ b+32(FP), BX")
	p.op("MOVQ srcStride+40(FP), R12")
	p.op("SHLQ $2, R12")
	p.op("MOVQ rows+48(FP), CX")
	p.op("VMOVDQU32 low<>(SB), Z4")
	p.op("VMOVDQU32 high<>(SB), Z5")
	p.f("loop:")
	p.op("VMOVUPS (SI), Z0")
	p.op("VMOVUPS (BX), Z1")
	p.op("VMOVAPS Z0, Z2")
	p.op("VPERMT2PS Z1, Z4, Z0")
	p.op("VPERMT2PS Z1, Z5, Z2")
	if parts == 2 {
		p.op("VMOVUPS Z0, (R8)")
		p.op("VMOVUPS Z2, (R9)")
	} else {
		p.op("VMOVUPS Y0, (R8)")
		p.op("VEXTRACTF64X4 $1, Z0, (R9)")
		p.op("VMOVUPS Y2, (R10)")
		p.op("VEXTRACTF64X4 $1, Z2, (R11)")
	}
	for _, r := range to {
		p.op("ADDQ DX, %s", r)
	}
	p.op("ADDQ R12, SI")
	p.op("ADDQ R12, BX")
	p.op("DECQ CX")
	p.op("JNZ  loop")
	p.op("VZEROUPPER")
	p.op("RET\n")
	if parts == 2 {
		for i := range 16 {
			p.f("DATA low<>+%d(SB)/4, $%d", 4*i, i/2+16*(i%2))
			p.f("DATA high<>+%d(SB)/4, $%d", 4*i, 8+i/2+16*(i%2))
		}
		p.f("GLOBL low<>(SB), RODATA|NOPTR, $64")
		p.f("GLOBL high<>(SB), RODATA|NOPTR, $64\n")
	}
}

// An arg is a pointer argument, the register that walks its row and the one
// that holds its stride.
type arg struct{ name, reg, stride string }

// A step handles n places of a row and moves the pointers on.
type step struct {
	n       int
	body    []string
	advance map[string]int
}

func rows(p *printer, name string, args []arg, steps []step) {
	starts := []string{"R10", "R11", "R12"}
	p.f("TEXT ·%s(SB), NOSPLIT, $0-%d", name, 8*len(args)+32)
	at, seen := 0, map[string]bool{}
	for i, a := range args {
		p.op("MOVQ %s+%d(FP), %s", a.name, at, starts[i])
		at += 8
		last := i+1 == len(args) || args[i+1].stride != a.stride
		if last && !seen[a.stride] {
			seen[a.stride] = true
			p.op("MOVQ %sStride+%d(FP), %s", map[string]string{"R8": "dst", "R9": "src"}[a.stride], at, a.stride)
			p.op("SHLQ $2, %s", a.stride)
			at += 8
		}
	}
	p.op("MOVQ rows+%d(FP), DX", at)
	p.op("MOVQ n+%d(FP), R13", at+8)
	p.f("row:")
	for i, a := range args {
		p.op("MOVQ %s, %s", starts[i], a.reg)
	}
	p.op("MOVQ R13, CX")
	for _, s := range steps {
		p.f("step%d:", s.n)
		p.op("CMPQ CX, $%d", s.n)
		p.op("JLT  done%d", s.n)
		for _, line := range s.body {
			p.op("%s", line)
		}
		for _, a := range args {
			p.op("ADDQ $%d, %s", s.advance[a.reg], a.reg)
		}
		p.op("SUBQ $%d, CX", s.n)
		p.op("JMP  step%d", s.n)
		p.f("done%d:", s.n)
	}
	for i, a := range args {
		p.op("ADDQ %s, %s", a.stride, starts[i])
	}
	p.op("DECQ DX")
	p.op("JNZ  row")
	p.op("VZEROUPPER")
	p.op("RET\n")
}
