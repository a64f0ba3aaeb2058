//go:build (amd64 || arm64) && !purego

package f32

import "unsafe"

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

// set describes a tile of so many vectors. Copies of the struct would show in
// the time of a convolution.
func (args *tileArgs) set(t *Tile, vecs int) {
	args.k, args.aRow, args.aStep, args.cRow = t.K, 4*t.ARow, 4*t.AStep, 4*t.CRow
	args.start, args.act, args.alpha = int(t.Start), int(t.Act.Kind), t.Act.Alpha
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
	case StartLoad, StartAdd:
		args.initRow = 4 * t.InitRow
		for v := range vecs {
			args.init[v] = unsafe.Pointer(&t.Init[t.InitBase[v]])
		}
	}
}
