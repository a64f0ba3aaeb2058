//go:build !purego

package f32

import "golang.org/x/sys/cpu"

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

func (t *Tile) run(rows, vecs int) {
	if current.lanes == portable.lanes {
		t.runGo(rows, vecs)
		return
	}
	var args tileArgs
	args.set(t, vecs)
	if current.lanes == levelAVX512.lanes {
		tileAVX512(rows, vecs, &args)
	} else {
		tileAVX2(rows, vecs, &args)
	}
}
