package f32

// Blocking, after Goto and van de Geijn, "Anatomy of high-performance matrix
// multiplication" (2008): a block of op(B), blockK × n, is packed once; a block
// of op(A), blockM × blockK, stays in the second cache while all panels of B go
// past it; a panel of B, blockK × three vectors, stays in the first two.
const (
	blockK = 512
	blockM = 256
)

// Gemm computes C = alpha·op(A)·op(B) + beta·C, where op(A) is m×k and op(B) is
// k×n, all row-major with the given distances between rows, and op(X) is X or,
// if its flag is set, the transpose of what is stored.
//
// scratch needs GemmScratch(m, n, k) floats and is overwritten. With beta = 0,
// C need not be initialised.
func Gemm(transA, transB bool, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int, scratch []float32) {
	GemmFused(transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, Epilogue{}, scratch)
}

// GemmFused is Gemm followed by the epilogue.
func GemmFused(transA, transB bool, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int, ep Epilogue, scratch []float32) {
	g := product{m: m, n: n, k: k, alpha: alpha, a: a, aRow: lda, aStep: 1, beta: beta, c: c, ldc: ldc, ep: ep}
	if transA {
		g.aRow, g.aStep = 1, lda
	}
	width := roundUp(n, current.lanes)
	g.split(scratch, min(k, blockK)*width)
	g.run(func(p0, kc int) []float32 {
		packB(g.packed, transB, p0, kc, n, b, ldb)
		return g.packed
	})
}

// GemmPacked is GemmFused with an operand packed before; n and k are those of b.
// scratch needs GemmScratch(m, n, k) floats.
func GemmPacked(transA bool, m int, alpha float32, a []float32, lda int, b *PackedB, beta float32, c []float32, ldc int, ep Epilogue, scratch []float32) {
	g := product{m: m, n: b.n, k: b.k, alpha: alpha, a: a, aRow: lda, aStep: 1, beta: beta, c: c, ldc: ldc, ep: ep}
	if transA {
		g.aRow, g.aStep = 1, lda
	}
	width := roundUp(b.n, current.lanes)
	g.split(scratch, 0)
	g.run(func(p0, kc int) []float32 { return b.data[p0*width : (p0+kc)*width] })
}

// GemmScratch is the number of floats of scratch that a product of op(A), m×k,
// and op(B), k×n, needs.
func GemmScratch(m, n, k int) int {
	return edgeLen + min(k, blockK)*(roundUp(n, maxLanes)+roundUp(min(m, blockM), maxRows))
}

// edgeLen is room for a tile and a row of biases.
const edgeLen = (maxRows + 1) * maxLanes * MaxVectors

func roundUp(n, to int) int { return (n + to - 1) / to * to }

// product is a matrix product under way.
type product struct {
	m, n, k     int
	alpha       float32
	a           []float32
	aRow, aStep int // distances of neighbours in a column and in a row of op(A)
	beta        float32
	c           []float32
	ldc         int
	ep          Epilogue
	edge        []float32 // a tile's results where not all of them are wanted
	packed      []float32 // room for a block of op(B)
	packedA     []float32 // room for a block of op(A)
}

func (g *product) split(scratch []float32, packed int) {
	g.edge, scratch = scratch[:edgeLen:edgeLen], scratch[edgeLen:]
	g.packed, g.packedA = scratch[:packed:packed], scratch[packed:]
}

// run computes the product given its blocks of op(B): rows p0 to p0+kc, in
// panels as packB leaves them.
func (g *product) run(blockB func(p0, kc int) []float32) {
	start := g.prepare()
	if g.k == 0 {
		g.block(start, nil, g.a, 0, 0, 0, g.m, 0, true)
		return
	}
	// Rows as they lie are read as fast as packed ones; columns are not, which
	// shows where several panels pass.
	pack := g.alpha != 1 || g.aStep != 1 && g.n > 3*current.lanes
	for p0 := 0; p0 < g.k; p0 += blockK {
		kc := min(blockK, g.k-p0)
		b := blockB(p0, kc)
		for i0 := 0; i0 < g.m; i0 += blockM {
			mc := min(blockM, g.m-i0)
			a, row, step := g.a[i0*g.aRow+p0*g.aStep:], g.aRow, g.aStep
			if pack {
				g.packA(i0, mc, p0, kc)
				a, row, step = g.packedA, 1, 0
			}
			g.block(start, b, a, row, step, i0, mc, kc, p0+kc == g.k)
		}
		start = StartAdd
	}
}

// startCol is a product's start from the bias of its columns.
const startCol = StartAdd + 1

// prepare makes the product's sums start from beta·C and the bias: from zero or
// from the bias where that is all there is, else from C.
func (g *product) prepare() Start {
	switch {
	case g.beta == 0 && g.ep.ColBias == nil:
		return StartZero
	case g.beta == 0:
		return startCol
	}
	for i := range g.m {
		row := g.c[i*g.ldc : i*g.ldc+g.n]
		if g.beta != 1 {
			MulScalar(row, row, g.beta)
		}
		if g.ep.ColBias != nil {
			Add(row, row, g.ep.ColBias)
		}
	}
	return StartLoad
}

// block multiplies mc rows of a by a packed block of op(B). A step of zero says
// that a is packed.
func (g *product) block(start Start, b, a []float32, row, step, i0, mc, kc int, last bool) {
	lanes, rows := current.lanes, current.rows
	t := Tile{K: kc, B: b}
	if last {
		t.Act = g.ep.Act
	}
	for j := 0; j < g.n; j += MaxVectors * lanes {
		cols := min(MaxVectors*lanes, g.n-j)
		vecs := (cols + lanes - 1) / lanes
		t.Off = steps[vecs*lanes][:kc]
		for v := range vecs {
			t.BBase[v] = kc*j + v*lanes
		}
		for i := 0; i < mc; i += rows {
			r := min(rows, mc-i)
			if step != 0 || kc == 0 {
				t.A, t.ARow, t.AStep = a[i*row:], row, step
			} else {
				t.A, t.ARow, t.AStep = a[i*kc:], 1, r
			}
			g.tile(&t, start, i0+i, j, r, cols, vecs)
		}
	}
}

// tile computes rows × cols results at (i, j), by way of the edge buffer where
// they do not fill the vectors.
func (g *product) tile(t *Tile, start Start, i, j, rows, cols, vecs int) {
	lanes := current.lanes
	at := i*g.ldc + j
	t.Start = start
	if start == startCol {
		t.Start, t.Init, t.InitRow = StartLoad, g.ep.ColBias, 0
		for v := range vecs {
			t.InitBase[v] = j + v*lanes
		}
	}
	if cols == vecs*lanes {
		t.C, t.CRow = g.c, g.ldc
		for v := range vecs {
			t.CBase[v] = at + v*lanes
		}
		if start == StartLoad || start == StartAdd {
			t.Init, t.InitRow, t.InitBase = g.c, g.ldc, t.CBase
		}
		t.Run(rows, vecs)
		return
	}
	width := vecs * lanes
	t.C, t.CRow = g.edge, width
	for v := range vecs {
		t.CBase[v] = v * lanes
	}
	switch start {
	case StartLoad, StartAdd:
		t.Init, t.InitRow, t.InitBase = g.edge, width, t.CBase
		for r := range rows {
			copy(g.edge[r*width:], g.c[at+r*g.ldc:][:cols])
		}
	case startCol:
		bias := g.edge[maxRows*width:]
		t.Init, t.InitBase = bias, t.CBase
		copy(bias, g.ep.ColBias[j:j+cols])
	}
	t.Run(rows, vecs)
	for r := range rows {
		copy(g.c[at+r*g.ldc:][:cols], g.edge[r*width:])
	}
}
