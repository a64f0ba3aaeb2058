package nd

// Axis says which elements of a source the positions along one axis of a result
// take: position i reads at Offset + i·Step, or at Table[i] where there is a
// table. Offsets of the axes add up to an index into the source.
type Axis struct {
	N      int
	Offset int
	Step   int
	Table  []int
}

// Move rearranges: transposition, slicing, padding, repetition, gathering and
// nearest-neighbour resampling are all one. The result is written at positions
// that are affine in the indices, so that a Move may fill a part of an array.
type Move struct {
	from, to int // first element read and written
	axes     []moveAxis
}

type moveAxis struct {
	n, src, dst int
	table       []int // of source offsets; src is unused where there is one
}

// shortRun is the length up to which a run is worth lengthening with a table.
const shortRun, longTable = 16, 4096

// NewMove prepares a rearrangement. Axes give the source; dstStrides the
// positions in the result, first element at dstOffset.
func NewMove(axes []Axis, dstStrides []int, dstOffset int) *Move {
	m := &Move{to: dstOffset}
	for i, a := range axes {
		m.from += a.Offset
		if a.N == 1 && a.Table == nil {
			continue
		}
		next := moveAxis{n: a.N, src: a.Step, dst: dstStrides[i], table: a.Table}
		if next.table != nil {
			next.simplify(&m.from)
		}
		m.axes = append(m.axes, next)
	}
	for m.mergeLast() {
	}
	for i := len(m.axes) - 2; i > 0; i-- {
		if joined, ok := joinAffine(m.axes[i-1], m.axes[i]); ok {
			m.axes = append(append(m.axes[:i-1:i-1], joined), m.axes[i+1:]...)
		}
	}
	if len(m.axes) == 0 {
		m.axes = []moveAxis{{n: 1, src: 1, dst: 1}}
	}
	return m
}

// simplify replaces a table by a step where it is one.
func (a *moveAxis) simplify(from *int) {
	if len(a.table) == 0 {
		a.table, a.src = nil, 0
		return
	}
	step := 0
	if len(a.table) > 1 {
		step = a.table[1] - a.table[0]
	}
	for i, v := range a.table {
		if v != a.table[0]+i*step {
			return
		}
	}
	*from += a.table[0]
	a.table, a.src = nil, step
}

// joinAffine joins an axis and the one inside it.
func joinAffine(outer, inner moveAxis) (moveAxis, bool) {
	if outer.table != nil || inner.table != nil ||
		outer.src != inner.src*inner.n || outer.dst != inner.dst*inner.n {
		return moveAxis{}, false
	}
	return moveAxis{n: outer.n * inner.n, src: inner.src, dst: inner.dst}, true
}

// mergeLast joins the two innermost axes if that makes runs better.
func (m *Move) mergeLast() bool {
	last := len(m.axes) - 1
	if last < 1 {
		return false
	}
	outer, inner := m.axes[last-1], m.axes[last]
	if joined, ok := joinAffine(outer, inner); ok {
		m.axes = append(m.axes[:last-1], joined)
		return true
	}
	contiguous := inner.table == nil && inner.src == 1 && inner.dst == 1
	if contiguous && inner.n >= shortRun || inner.n*outer.n > longTable || outer.dst != inner.dst*inner.n {
		return false
	}
	table := make([]int, 0, outer.n*inner.n)
	for i := range outer.n {
		for j := range inner.n {
			table = append(table, outer.at(i)+inner.at(j))
		}
	}
	joined := moveAxis{n: len(table), dst: inner.dst, table: table}
	m.axes = append(m.axes[:last-1], joined)
	return true
}

func (a *moveAxis) at(i int) int {
	if a.table != nil {
		return a.table[i]
	}
	return i * a.src
}

// Rearrange writes the elements of src to their places in dst; the two must not
// overlap.
func Rearrange[T Elem](m *Move, dst, src []T) { moveAxes(m.axes, dst, src, m.to, m.from) }

func moveAxes[T Elem](axes []moveAxis, dst, src []T, to, from int) {
	a := &axes[0]
	if len(axes) == 2 && transposes(a, &axes[1]) {
		transpose(dst[to:], src[from:], a.n, axes[1].n, a.dst, axes[1].src)
		return
	}
	if len(axes) > 1 {
		for i := range a.n {
			moveAxes(axes[1:], dst, src, to+i*a.dst, from+a.at(i))
		}
		return
	}
	switch {
	case a.dst != 1:
		for i := range a.n {
			dst[to+i*a.dst] = src[from+a.at(i)]
		}
	case a.table != nil:
		out := dst[to : to+a.n]
		for i, at := range a.table {
			out[i] = src[from+at]
		}
	case a.src == 1:
		copy(dst[to:to+a.n], src[from:])
	case a.src == 0 && a.n > 0:
		out, v := dst[to:to+a.n], src[from]
		for i := range out {
			out[i] = v
		}
	default:
		out := dst[to : to+a.n]
		for i := range out {
			out[i] = src[from+i*a.src]
		}
	}
}

// transposes reports whether two axes exchange rows and columns.
func transposes(outer, inner *moveAxis) bool {
	return outer.table == nil && inner.table == nil && outer.src == 1 && inner.dst == 1 && inner.src > 1
}

// transpose computes dst[i·dstStride+j] = src[j·srcStride+i], in blocks so small
// that the cache holds all their rows although these may lie a power of two
// apart.
func transpose[T Elem](dst, src []T, rows, cols, dstStride, srcStride int) {
	const height, width = 16, 8
	for i0 := 0; i0 < rows; i0 += height {
		for j0 := 0; j0 < cols; j0 += width {
			n := min(width, cols-j0)
			for i := i0; i < min(i0+height, rows); i++ {
				from := src[j0*srcStride+i:]
				for j := range dst[i*dstStride+j0:][:n] {
					dst[i*dstStride+j0+j] = from[j*srcStride]
				}
			}
		}
	}
}
