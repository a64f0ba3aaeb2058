package f32

//go:generate go run ./gen

// MaxVectors is the most vectors a tile is wide.
const MaxVectors = 3

// maxRows and maxLanes bound the tiles of all levels.
const (
	maxRows  = 8
	maxLanes = 16
)

// Rows is the most rows a tile has at the current level.
func Rows() int { return current.rows }

// Lanes is the number of neighbouring elements in a vector of a tile at the
// current level.
func Lanes() int { return current.lanes }

// Start says what the sums of a [Tile] start from.
type Start int

// The starts of a tile.
const (
	StartZero Start = iota // 0
	StartRow               // Init[i] in all of row i
	StartLoad              // Init[InitBase[v]+i·InitRow+j]
	StartAdd               // 0, and what StartLoad starts from is added at the end
)

// Tile is a small piece of a matrix product, computed in registers: for rows i,
// vectors v and lanes j,
//
//	C[CBase[v]+i·CRow+j] = act(start + Σ_p A[i·ARow+p·AStep]·B[BBase[v]+Off[p]+j])
//
// summed in the order of p, each step one fused multiply-add at levels that
// have it. Long sums are best made of tiles of a few hundred steps that
// [StartAdd] to one another: their errors do not grow with the whole sum, as
// those of one chain of additions do. Right operands need no packing: Off says where the lanes of each step
// start, which is what makes convolutions of it.
//
// It is the seam to the assembly, which checks no bounds: the caller answers
// for every address, of whole vectors. Fields may stay set from call to call.
type Tile struct {
	K           int
	A           []float32
	ARow, AStep int
	Off         []int32 // K of them
	B           []float32
	BBase       [MaxVectors]int
	C           []float32
	CBase       [MaxVectors]int
	CRow        int
	Start       Start
	Init        []float32
	InitBase    [MaxVectors]int
	InitRow     int
	Act         Activation
}

// Run computes the tile for 1 ≤ rows ≤ [Rows] and 1 ≤ vecs ≤ [MaxVectors].
func (t *Tile) Run(rows, vecs int) { t.run(rows, vecs) }

// runGo is the tile of the portable level: blocks of 4 rows × 4 lanes, which
// compilers keep in registers.
func (t *Tile) runGo(rows, vecs int) {
	for v := range vecs {
		switch rows {
		case 4:
			t.block4(v)
		default:
			for i := range rows {
				t.block1(i, v)
			}
		}
	}
}

// start loads the four lanes of row i from which vector v starts.
func (t *Tile) start(i, v int) (s0, s1, s2, s3 float32) {
	switch t.Start {
	case StartRow:
		b := t.Init[i]
		return b, b, b, b
	case StartLoad:
		s := t.Init[t.InitBase[v]+i*t.InitRow:]
		return s[0], s[1], s[2], s[3]
	}
	return 0, 0, 0, 0
}

// finish stores the four lanes of row i.
func (t *Tile) finish(i, v int, s0, s1, s2, s3 float32) {
	if t.Start == StartAdd {
		b := t.Init[t.InitBase[v]+i*t.InitRow:]
		s0, s1, s2, s3 = s0+b[0], s1+b[1], s2+b[2], s3+b[3]
	}
	c := t.C[t.CBase[v]+i*t.CRow:]
	c = c[:4:4]
	c[0], c[1], c[2], c[3] = s0, s1, s2, s3
	switch t.Act.Kind {
	case ActRelu:
		maxScalarGo(c, c, 0)
	case ActLeakyRelu:
		leakyReluGo(c, c, t.Act.Alpha)
	}
}

// operand is the right operand of vector v; nothing where there are no steps.
func (t *Tile) operand(v int) []float32 {
	if t.K == 0 {
		return nil
	}
	return t.B[t.BBase[v]:]
}

func (t *Tile) block1(i, v int) {
	s0, s1, s2, s3 := t.start(i, v)
	b := t.operand(v)
	ai := i * t.ARow
	for _, off := range t.Off[:t.K] {
		a := t.A[ai]
		ai += t.AStep
		bp := b[off : off+4 : off+4]
		s0 += a * bp[0]
		s1 += a * bp[1]
		s2 += a * bp[2]
		s3 += a * bp[3]
	}
	t.finish(i, v, s0, s1, s2, s3)
}

func (t *Tile) block4(v int) {
	s00, s01, s02, s03 := t.start(0, v)
	s10, s11, s12, s13 := t.start(1, v)
	s20, s21, s22, s23 := t.start(2, v)
	s30, s31, s32, s33 := t.start(3, v)
	b, a := t.operand(v), t.A
	i0, i1, i2, i3 := 0, t.ARow, 2*t.ARow, 3*t.ARow
	for _, off := range t.Off[:t.K] {
		bp := b[off : off+4 : off+4]
		b0, b1, b2, b3 := bp[0], bp[1], bp[2], bp[3]
		x := a[i0]
		s00 += x * b0
		s01 += x * b1
		s02 += x * b2
		s03 += x * b3
		x = a[i1]
		s10 += x * b0
		s11 += x * b1
		s12 += x * b2
		s13 += x * b3
		x = a[i2]
		s20 += x * b0
		s21 += x * b1
		s22 += x * b2
		s23 += x * b3
		x = a[i3]
		s30 += x * b0
		s31 += x * b1
		s32 += x * b2
		s33 += x * b3
		i0 += t.AStep
		i1 += t.AStep
		i2 += t.AStep
		i3 += t.AStep
	}
	t.finish(0, v, s00, s01, s02, s03)
	t.finish(1, v, s10, s11, s12, s13)
	t.finish(2, v, s20, s21, s22, s23)
	t.finish(3, v, s30, s31, s32, s33)
}
