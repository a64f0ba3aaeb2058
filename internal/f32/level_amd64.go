//go:build !purego

package f32

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

var (
	levelAVX512 = level{name: "avx512", rows: 8, lanes: 16}
	levelAVX2   = level{name: "avx2", rows: 4, lanes: 8}
)

// levels asks for features as x/sys/cpu reports them: only if the operating
// system saves the registers too.
func levels() []level {
	var ls []level
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL && cpu.X86.HasFMA {
		ls = append(ls, levelAVX512)
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		ls = append(ls, levelAVX2)
	}
	return append(ls, portable)
}

// tileArgs is laid out for the assembly (gen/tile.go); strides are in bytes.
type tileArgs struct {
	k       int
	a       unsafe.Pointer
	aRow    int
	aStep   int
	off     unsafe.Pointer
	b       [MaxVectors]unsafe.Pointer
	c       [MaxVectors]unsafe.Pointer
	cRow    int
	init    [MaxVectors]unsafe.Pointer
	initRow int
	start   int
	act     int
	alpha   float32
}

func (t *Tile) run(rows, vecs int) {
	if current.lanes == portable.lanes {
		t.runGo(rows, vecs)
		return
	}
	args := tileArgs{
		k: t.K, aRow: 4 * t.ARow, aStep: 4 * t.AStep, cRow: 4 * t.CRow,
		start: int(t.Start), act: int(t.Act.Kind), alpha: t.Act.Alpha,
	}
	if t.K > 0 {
		args.a, args.off = unsafe.Pointer(&t.A[0]), unsafe.Pointer(&t.Off[0])
	}
	for v := range vecs {
		if t.K > 0 {
			args.b[v] = unsafe.Pointer(&t.B[t.BBase[v]])
		}
		args.c[v] = unsafe.Pointer(&t.C[t.CBase[v]])
	}
	switch t.Start {
	case StartRow:
		args.init[0] = unsafe.Pointer(&t.Init[0])
	case StartLoad:
		args.initRow = 4 * t.InitRow
		for v := range vecs {
			args.init[v] = unsafe.Pointer(&t.Init[t.InitBase[v]])
		}
	}
	if current.lanes == levelAVX512.lanes {
		tileAVX512(rows, vecs, &args)
	} else {
		tileAVX2(rows, vecs, &args)
	}
}
