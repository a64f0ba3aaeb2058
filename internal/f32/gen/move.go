package main

// moves writes the routines that copy rows: two loops, over rows and along
// them, the inner in steps of eight, four and one.
func moves(p, decl *printer) {
	decl.f("//go:noescape\nfunc copyRowsAVX2(dst *float32, dstStride int, src *float32, srcStride, rows, n int)\n")
	rows(p, "copyRowsAVX2", []arg{{"dst", "DI", "R8"}, {"src", "SI", "R9"}}, []step{
		{8, []string{"VMOVUPS (SI), Y0", "VMOVUPS Y0, (DI)"}, map[string]int{"DI": 32, "SI": 32}},
		{4, []string{"VMOVUPS (SI), X0", "VMOVUPS X0, (DI)"}, map[string]int{"DI": 16, "SI": 16}},
		{1, []string{"VMOVSS (SI), X0", "VMOVSS X0, (DI)"}, map[string]int{"DI": 4, "SI": 4}},
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
	for _, w := range []int{4, 8} {
		reg := map[int]string{4: "X0", 8: "Y0"}[w]
		name := map[int]string{4: "gather4AVX2", 8: "gather8AVX2"}[w]
		decl.f("//go:noescape\nfunc %s(dst *float32, stride int, src *float32, off *int32, n int)\n", name)
		p.f("// func %s(dst *float32, stride int, src *float32, off *int32, n int)", name)
		p.f("TEXT ·%s(SB), NOSPLIT, $0-40", name)
		p.op("MOVQ dst+0(FP), DI")
		p.op("MOVQ stride+8(FP), R8")
		p.op("SHLQ $2, R8")
		p.op("MOVQ src+16(FP), SI")
		p.op("MOVQ off+24(FP), BX")
		p.op("MOVQ n+32(FP), CX")
		p.f("loop:")
		p.op("MOVLQSX (BX), AX")
		p.op("VMOVUPS (SI)(AX*4), %s", reg)
		p.op("VMOVUPS %s, (DI)", reg)
		p.op("ADDQ $4, BX")
		p.op("ADDQ R8, DI")
		p.op("DECQ CX")
		p.op("JNZ  loop")
		p.op("VZEROUPPER")
		p.op("RET\n")
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
