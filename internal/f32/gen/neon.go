package main

import "fmt"

// neon is the tile of arm64, whose assembly has nothing in common with that of
// amd64. Go's assembler lacks some of its instructions: those are words.
type neon struct{ rows int }

// Registers beside the accumulators V0…V23: V24–V26 for B, V27–V31 for A.
const (
	neonB  = 24
	neonA  = 27
	neonNA = 5
)

// tiles writes the register tiles of every height and width, and the function
// through which Go calls them.
func (s neon) tiles(p, decl *printer) {
	writeSwitch(decl, "tileNEON", s.rows, s.tileName)
	for r := 1; r <= s.rows; r++ {
		for v := 1; v <= 3; v++ {
			s.tile(p, r, v)
			decl.f("//go:noescape\nfunc %s(t *tileArgs)\n", s.tileName(r, v))
		}
	}
}

func (s neon) tileName(rows, vecs int) string { return fmt.Sprintf("tile%dx%dNEON", rows, vecs) }

// Instructions that the assembler does not know, on vectors of four float32.
func fmla(p *printer, d, n, m int) { // d += n·m[0]
	p.op("WORD $0x%08x // FMLA V%d.S[0], V%d.S4, V%d.S4", 0x4f801000|m<<16|n<<5|d, m, n, d)
}

func fmul(p *printer, d, n, m int) { // d = n·m[0]
	p.op("WORD $0x%08x // FMUL V%d.S[0], V%d.S4, V%d.S4", 0x4f809000|m<<16|n<<5|d, m, n, d)
}

func fadd(p *printer, d, n, m int) { // d = n + m
	p.op("WORD $0x%08x // FADD V%d.S4, V%d.S4, V%d.S4", 0x4e20d400|m<<16|n<<5|d, m, n, d)
}

func fmax(p *printer, d, n, m int) { // NaN if either is
	p.op("WORD $0x%08x // FMAX V%d.S4, V%d.S4, V%d.S4", 0x4e20f400|m<<16|n<<5|d, m, n, d)
}

func fcmlt0(p *printer, d, n int) { // d = ones where n < 0
	p.op("WORD $0x%08x // FCMLT $0, V%d.S4, V%d.S4", 0x4ea0e800|n<<5|d, n, d)
}

// tile writes one register tile: rows × vecs accumulators. Row i of A is at R0
// plus R1, …, R7, the multiples of the row stride.
func (s neon) tile(p *printer, rows, vecs int) {
	acc := func(i, v int) int { return i*vecs + v }
	ptr := [3]string{"R10", "R11", "R12"}
	label := fmt.Sprintf("%d", rows*10+vecs)
	// walk writes instructions for every vector of a matrix.
	walk := func(base, row int, each func(at string, acc int)) {
		p.op("MOVD %d(R20), R21", row)
		for v := range vecs {
			p.op("MOVD %d(R20), %s", base+8*v, ptr[v])
		}
		for i := range rows {
			for v := range vecs {
				each(ptr[v], acc(i, v))
			}
			if i < rows-1 {
				for v := range vecs {
					p.op("ADD R21, %s", ptr[v])
				}
			}
		}
	}

	p.f("// func %s(t *tileArgs)", s.tileName(rows, vecs))
	p.f("TEXT ·%s(SB), NOSPLIT, $0-8", s.tileName(rows, vecs))
	p.op("MOVD t+0(FP), R20")
	p.op("MOVD %d(R20), R21", argMode)
	p.op("CMP  $1, R21")
	p.op("BEQ  bias%s", label)
	p.op("CMP  $2, R21")
	p.op("BEQ  load%s", label)
	for i := range rows * vecs {
		p.op("VEOR V%d.B16, V%d.B16, V%d.B16", i, i, i)
	}
	p.op("B    start%s", label)

	p.f("bias%s:", label)
	p.op("MOVD %d(R20), R10", argInit)
	for i := range rows {
		p.op("FMOVS %d(R10), F%d", 4*i, acc(i, 0))
		p.op("VDUP V%d.S[0], V%d.S4", acc(i, 0), acc(i, 0))
		for v := 1; v < vecs; v++ {
			p.op("VMOV V%d.B16, V%d.B16", acc(i, 0), acc(i, v))
		}
	}
	p.op("B    start%s", label)

	p.f("load%s:", label)
	walk(argInit, argIRow, func(at string, acc int) { p.op("VLD1 (%s), [V%d.S4]", at, acc) })

	p.f("start%s:", label)
	p.op("MOVD %d(R20), R19", argK)
	p.op("CBZ  R19, add%s", label)
	p.op("MOVD %d(R20), R0", argA)
	if rows > 1 {
		p.op("MOVD %d(R20), R1", argARow)
	}
	for i := 2; i < rows; i++ {
		p.op("ADD  R1, R%d, R%d", i-1, i)
	}
	p.op("MOVD %d(R20), R8", argAStep)
	p.op("MOVD %d(R20), R9", argOff)
	for v := range vecs {
		p.op("MOVD %d(R20), %s", argB+8*v, ptr[v])
	}
	p.f("loop%s:", label)
	p.op("MOVW.P 4(R9), R13")
	for v := range vecs {
		p.op("ADD  R13<<2, %s, R%d", ptr[v], 14+v)
		p.op("VLD1 (R%d), [V%d.S4]", 14+v, neonB+v)
	}
	for i := range rows {
		a := neonA + i%neonNA
		if i == 0 {
			p.op("FMOVS (R0), F%d", a)
		} else {
			p.op("FMOVS (R0)(R%d), F%d", i, a)
		}
		for v := range vecs {
			fmla(p, acc(i, v), neonB+v, a)
		}
	}
	p.op("ADD  R8, R0")
	p.op("SUB  $1, R19")
	p.op("CBNZ R19, loop%s", label)

	p.f("add%s:", label)
	p.op("MOVD %d(R20), R21", argMode)
	p.op("CMP  $3, R21")
	p.op("BNE  act%s", label)
	walk(argInit, argIRow, func(at string, acc int) {
		p.op("VLD1 (%s), [V%d.S4]", at, neonB)
		fadd(p, acc, acc, neonB)
	})

	p.f("act%s:", label)
	p.op("MOVD %d(R20), R21", argAct)
	p.op("CMP  $1, R21")
	p.op("BLT  store%s", label)
	p.op("BHI  leaky%s", label)
	p.op("VEOR V24.B16, V24.B16, V24.B16")
	for i := range rows * vecs {
		fmax(p, i, i, 24)
	}
	p.op("B    store%s", label)
	p.f("leaky%s:", label)
	p.op("FMOVS %d(R20), F24", argAlpha)
	for i := range rows * vecs {
		fmul(p, 25, i, 24)
		fcmlt0(p, 26, i)
		p.op("VBIT V26.B16, V25.B16, V%d.B16", i)
	}

	p.f("store%s:", label)
	walk(argC, argCRow, func(at string, acc int) { p.op("VST1 [V%d.S4], (%s)", acc, at) })
	p.op("RET\n")
}
