package f32

// steps holds, for each width of a panel, the offsets of its rows.
var steps = func() (s [maxLanes*MaxVectors + 1][]int32) {
	for _, lanes := range []int{4, 8, 16} {
		for v := 1; v <= MaxVectors; v++ {
			off := make([]int32, blockK)
			for p := range off {
				off[p] = int32(p * v * lanes)
			}
			s[v*lanes] = off
		}
	}
	return s
}()

// PackedB is a constant right operand, op(B) of a product, laid out for the
// kernels of the current level. It is immutable and safe for concurrent use.
type PackedB struct {
	k, n int
	data []float32
}

// PackB packs op(B), k×n: the transpose of what b holds if transB is set.
// b is not kept.
func PackB(transB bool, k, n int, b []float32, ldb int) *PackedB {
	width := roundUp(n, current.lanes)
	p := &PackedB{k: k, n: n, data: make([]float32, k*width)}
	for p0 := 0; p0 < k; p0 += blockK {
		kc := min(blockK, k-p0)
		packB(p.data[p0*width:(p0+kc)*width], transB, p0, kc, n, b, ldb)
	}
	return p
}

// packB lays out rows p0 to p0+kc of op(B) in panels of three vectors' width,
// row by row within a panel; the last panel has as many vectors as it needs,
// filled up with zeros.
func packB(dst []float32, transB bool, p0, kc, n int, b []float32, ldb int) {
	lanes := current.lanes
	for j := 0; j < n; j += MaxVectors * lanes {
		cols := min(MaxVectors*lanes, n-j)
		width := roundUp(cols, lanes)
		panel := dst[kc*j : kc*(j+width)]
		if !transB {
			CopyRows(panel, width, b[p0*ldb+j:], ldb, kc, cols)
			if cols < width {
				for p := range kc {
					clear(panel[p*width+cols : (p+1)*width])
				}
			}
			continue
		}
		// So few steps at a time that the cache holds what they fill.
		const most = 64
		for q := 0; q < kc; q += most {
			n := min(most, kc-q)
			for c := range cols {
				d := q*width + c
				for _, v := range b[(j+c)*ldb+p0+q:][:n] {
					panel[d] = v
					d += width
				}
			}
		}
		for c := cols; c < width; c++ {
			for p := range kc {
				panel[p*width+c] = 0
			}
		}
	}
}

// packA lays out rows i0 to i0+mc and columns p0 to p0+kc of alpha·op(A) in
// blocks of a tile's rows, column by column within a block.
func (g *product) packA(i0, mc, p0, kc int) {
	rows := current.rows
	for i := 0; i < mc; i += rows {
		r := min(rows, mc-i)
		dst := g.packedA[i*kc : (i+r)*kc]
		src := g.a[(i0+i)*g.aRow+p0*g.aStep:]
		if g.aStep != 1 {
			for p := range kc {
				copy(dst[p*r:(p+1)*r], src[p*g.aStep:])
			}
		} else {
			for q := range r {
				d := q
				for _, v := range src[q*g.aRow:][:kc] {
					dst[d] = v
					d += r
				}
			}
		}
	}
	if g.alpha != 1 {
		all := g.packedA[:mc*kc]
		MulScalar(all, all, g.alpha)
	}
}
