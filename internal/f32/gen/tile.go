package main

import "fmt"

// Offsets of the fields of f32.tileArgs.
const (
	argK     = 0
	argA     = 8
	argARow  = 16
	argAStep = 24
	argOff   = 32
	argB     = 40 // 3 pointers
	argC     = 64 // 3 pointers
	argCRow  = 88
	argInit  = 96 // 3 pointers
	argIRow  = 120
	argMode  = 128
	argAct   = 136
	argAlpha = 144
)

// tiles writes the register tiles of every height and width, and the function
// through which Go calls them.
func (s isa) tiles(p, decl *printer) {
	writeSwitch(decl, "tile"+s.name, s.rows, s.tileName)
	for r := 1; r <= s.rows; r++ {
		for v := 1; v <= 3; v++ {
			s.tile(p, r, v)
			decl.f("//go:noescape\nfunc %s(t *tileArgs)\n", s.tileName(r, v))
		}
	}
}

// writeSwitch writes the function that runs the tile of a height and width.
func writeSwitch(decl *printer, name string, rows int, tile func(rows, vecs int) string) {
	decl.f("func %s(rows, vecs int, t *tileArgs) {", name)
	decl.f("\tswitch rows*4 + vecs {")
	for r := 1; r <= rows; r++ {
		for v := 1; v <= 3; v++ {
			decl.f("\tcase %d:\n\t\t%s(t)", 4*r+v, tile(r, v))
		}
	}
	decl.f("\tdefault:\n\t\tpanic(\"f32: no tile of this size\")\n\t}\n}\n")
}

func (s isa) tileName(rows, vecs int) string {
	return fmt.Sprintf("tile%dx%d%s", rows, vecs, s.name)
}

func (s isa) r(i int) string { return fmt.Sprintf("%s%d", s.reg, i) }

// tile writes one register tile: rows × vecs accumulators. Row i of A is at
// SI or R8 (rows 4 on), plus 0, 1, 2 or 3 row strides.
func (s isa) tile(p *printer, rows, vecs int) {
	acc := func(i, v int) string { return s.r(i*vecs + v) }
	ptr := [3]string{"AX", "BX", "CX"}
	label := fmt.Sprintf("%d", rows*10+vecs)

	p.f("// func %s(t *tileArgs)", s.tileName(rows, vecs))
	p.f("TEXT ·%s(SB), NOSPLIT, $0-8", s.tileName(rows, vecs))
	p.op("MOVQ t+0(FP), DI")
	p.op("MOVQ %d(DI), R9", argMode)
	p.op("CMPQ R9, $1")
	p.op("JEQ  bias%s", label)
	p.op("CMPQ R9, $2")
	p.op("JEQ  load%s", label)
	for i := range rows {
		for v := range vecs {
			a := acc(i, v)
			p.op("%s %s, %s, %s", s.zero, a, a, a)
		}
	}
	p.op("JMP  start%s", label)

	p.f("bias%s:", label)
	p.op("MOVQ %d(DI), AX", argInit)
	for i := range rows {
		p.op("VBROADCASTSS %d(AX), %s", 4*i, acc(i, 0))
		for v := 1; v < vecs; v++ {
			p.op("VMOVAPS %s, %s", acc(i, 0), acc(i, v))
		}
	}
	p.op("JMP  start%s", label)

	// walk writes an instruction for every vector of a matrix.
	walk := func(base, row int, each func(at, acc string)) {
		p.op("MOVQ %d(DI), R9", row)
		for v := range vecs {
			p.op("MOVQ %d(DI), %s", base+8*v, ptr[v])
		}
		for i := range rows {
			for v := range vecs {
				each(ptr[v], acc(i, v))
			}
			if i < rows-1 {
				for v := range vecs {
					p.op("ADDQ R9, %s", ptr[v])
				}
			}
		}
	}
	p.f("load%s:", label)
	walk(argInit, argIRow, func(at, acc string) { p.op("VMOVUPS (%s), %s", at, acc) })

	p.f("start%s:", label)
	p.op("MOVQ %d(DI), DX", argK)
	p.op("TESTQ DX, DX")
	p.op("JZ   add%s", label)
	p.op("MOVQ %d(DI), SI", argA)
	if rows > 1 {
		p.op("MOVQ %d(DI), R9", argARow)
	}
	if rows > 3 {
		p.op("LEAQ (R9)(R9*2), R10")
	}
	if rows > 4 {
		p.op("LEAQ (SI)(R9*4), R8")
	}
	p.op("MOVQ %d(DI), R11", argAStep)
	p.op("MOVQ %d(DI), R12", argOff)
	for v := range vecs {
		p.op("MOVQ %d(DI), %s", argB+8*v, ptr[v])
	}
	p.f("loop%s:", label)
	p.op("MOVLQSX (R12), R13")
	for v := range vecs {
		p.op("VMOVUPS (%s)(R13*4), %s", ptr[v], s.r(s.b+v))
	}
	for i := range rows {
		base := "SI"
		if i >= 4 {
			base = "R8"
		}
		addr := [4]string{"", "(R9*1)", "(R9*2)", "(R10*1)"}[i%4]
		bc := s.r(s.bc + i%s.nbc)
		p.op("VBROADCASTSS (%s)%s, %s", base, addr, bc)
		for v := range vecs {
			p.op("VFMADD231PS %s, %s, %s", s.r(s.b+v), bc, acc(i, v))
		}
	}
	p.op("ADDQ $4, R12")
	p.op("ADDQ R11, SI")
	if rows > 4 {
		p.op("ADDQ R11, R8")
	}
	p.op("DECQ DX")
	p.op("JNZ  loop%s", label)

	p.f("add%s:", label)
	p.op("MOVQ %d(DI), R9", argMode)
	p.op("CMPQ R9, $3")
	p.op("JNE  act%s", label)
	walk(argInit, argIRow, func(at, acc string) { p.op("VADDPS (%s), %s, %s", at, acc, acc) })

	p.f("act%s:", label)
	p.op("MOVQ %d(DI), R9", argAct)
	p.op("CMPQ R9, $1")
	p.op("JLT  store%s", label)
	zero := s.r(s.b)
	p.op("%s %s, %s, %s", s.zero, zero, zero, zero)
	p.op("JHI  leaky%s", label)
	// The second source of VMAXPS, first here, is what comes out for NaN.
	for i := range rows * vecs {
		p.op("VMAXPS %s, %s, %s", s.r(i), zero, s.r(i))
	}
	p.op("JMP  store%s", label)
	p.f("leaky%s:", label)
	alpha, tmp := s.r(s.b+1), s.r(s.b+2)
	p.op("VBROADCASTSS %d(DI), %s", argAlpha, alpha)
	for i := range rows * vecs {
		if s.mask {
			p.op("VCMPPS $17, %s, %s, K1", zero, s.r(i))
			p.op("VMULPS %s, %s, K1, %s", alpha, s.r(i), s.r(i))
		} else {
			p.op("VMULPS %s, %s, %s", alpha, s.r(i), tmp)
			p.op("VBLENDVPS %s, %s, %s, %s", s.r(i), tmp, s.r(i), s.r(i))
		}
	}

	p.f("store%s:", label)
	walk(argC, argCRow, func(at, acc string) { p.op("VMOVUPS %s, (%s)", acc, at) })
	p.op("VZEROUPPER")
	p.op("RET\n")
}
