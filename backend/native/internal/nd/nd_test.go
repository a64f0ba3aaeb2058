package nd

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/lcfv-go/lcfv/backend/internal/interp"
	"github.com/stretchr/testify/require"
)

// each calls f for all indices of a shape, in row-major order.
func each(shape []int, f func(at int, idx []int)) {
	idx := make([]int, len(shape))
	for at := range Len(shape) {
		f(at, idx)
		for axis := len(idx) - 1; axis >= 0; axis-- {
			if idx[axis]++; idx[axis] < shape[axis] {
				break
			}
			idx[axis] = 0
		}
	}
}

// offset is the position of an index in an operand that broadcasts.
func offset(idx, op []int) int {
	idx = idx[len(idx)-len(op):]
	off := 0
	for i, d := range op {
		k := idx[i]
		if d == 1 {
			k = 0
		}
		off = off*d + k
	}
	return off
}

func count(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = float64(i + 1)
	}
	return v
}

// operand returns a random shape that broadcasts to shape.
func operand(rng *rand.Rand, shape []int) []int {
	op := slices.Clone(shape[rng.IntN(len(shape)+1):])
	for i := range op {
		if rng.IntN(3) == 0 {
			op[i] = 1
		}
	}
	return op
}

func TestApply(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	op := BinaryOf(func(a, b float64) float64 { return 1000*a + b })
	for range 500 {
		shape := make([]int, rng.IntN(6))
		for i := range shape {
			shape[i] = 1 + rng.IntN(3)
		}
		sa, sb := slices.Clone(shape), operand(rng, shape)
		if rng.IntN(2) == 0 {
			sa, sb = sb, sa
		}
		a, b := count(Len(sa)), count(Len(sb))
		dst, want := make([]float64, Len(shape)), make([]float64, Len(shape))
		each(shape, func(at int, idx []int) { want[at] = 1000*a[offset(idx, sa)] + b[offset(idx, sb)] })
		loop, err := NewLoop(shape, sa, sb)
		require.NoError(t, err)
		Apply(loop, op, dst, a, b)
		require.Equal(t, want, dst, "%v %v %v", shape, sa, sb)
		if slices.Equal(sa, shape) { // in place
			Apply(loop, op, a, a, b)
			require.Equal(t, want, a)
		}
		pairs := 0
		loop.Pairs(func(at, ia, ib int) {
			require.Equal(t, pairs, at)
			require.Equal(t, want[at], 1000*float64(ia+1)+float64(ib+1))
			pairs++
		})
		require.Equal(t, len(want), pairs)
	}
}

func TestSelect(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	for range 200 {
		shape := []int{1 + rng.IntN(3), 1 + rng.IntN(3), 1 + rng.IntN(3)}
		sc, sa, sb := operand(rng, shape), operand(rng, shape), operand(rng, shape)
		cond := make([]bool, Len(sc))
		for i := range cond {
			cond[i] = rng.IntN(2) == 0
		}
		a, b := count(Len(sa)), count(Len(sb))
		dst, want := make([]float64, Len(shape)), make([]float64, Len(shape))
		each(shape, func(at int, idx []int) {
			want[at] = -b[offset(idx, sb)]
			if cond[offset(idx, sc)] {
				want[at] = a[offset(idx, sa)]
			}
		})
		for i := range b {
			b[i] = -b[i]
		}
		loop, err := NewLoop(shape, sc, sa, sb)
		require.NoError(t, err)
		Select(loop, dst, cond, a, b)
		require.Equal(t, want, dst)
	}
}

func TestFold(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	run := func(acc float64, src []float64) float64 {
		for _, v := range src {
			acc += v
		}
		return acc
	}
	add := func(dst, src []float64) {
		for i, v := range src {
			dst[i] += v
		}
	}
	for range 200 {
		shape := []int{1 + rng.IntN(3), 1 + rng.IntN(3), 1 + rng.IntN(3), 1 + rng.IntN(3)}
		kept := slices.Clone(shape)
		for i := range kept {
			if rng.IntN(2) == 0 {
				kept[i] = 1
			}
		}
		src := count(Len(shape))
		dst, want := make([]float64, Len(kept)), make([]float64, Len(kept))
		each(shape, func(at int, idx []int) { want[offset(idx, kept)] += src[at] })
		loop, err := NewLoop(shape, kept)
		require.NoError(t, err)
		Fold(loop, dst, src, run, add)
		require.Equal(t, want, dst, "%v to %v", shape, kept)
	}
}

func TestLoopRefuses(t *testing.T) {
	_, err := NewLoop([]int{2, 3}, []int{2})
	require.ErrorContains(t, err, "[2] does not broadcast to [2 3]")
	_, err = NewLoop([]int{3}, []int{1, 3})
	require.ErrorContains(t, err, "does not broadcast")
}

func TestLoopOverNothing(t *testing.T) {
	loop, err := NewLoop([]int{2, 0, 3}, []int{2, 0, 3})
	require.NoError(t, err)
	loop.Each(func(int, [maxOperands]int) { t.Error("an element of an empty array") })
}

// Random rearrangements, written into a part of a larger array.
func TestRearrange(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 1))
	for range 500 {
		rank := 1 + rng.IntN(4)
		src, dst := make([]int, rank), make([]int, rank)
		perm := rng.Perm(rank)
		for i := range src {
			src[i] = 1 + rng.IntN(20/rank)
		}
		strides := Strides(src)
		axes := make([]Axis, rank)
		positions := make([][]int, rank) // along the axes of the source
		for i, p := range perm {
			dst[i] = 1 + rng.IntN(20/rank)
			positions[i] = make([]int, dst[i])
			a := Axis{N: dst[i]}
			switch start := rng.IntN(src[p]); rng.IntN(3) {
			case 0: // repeated
				a.Offset = start * strides[p]
				for k := range positions[i] {
					positions[i][k] = start
				}
			case 1: // a table
				a.Table = make([]int, dst[i])
				for k := range positions[i] {
					positions[i][k] = rng.IntN(src[p])
					a.Table[k] = positions[i][k] * strides[p]
				}
			default: // backwards as far as it goes
				a.N, dst[i] = start+1, start+1
				a.Offset, a.Step = start*strides[p], -strides[p]
				positions[i] = positions[i][:0]
				for k := start; k >= 0; k-- {
					positions[i] = append(positions[i], k)
				}
			}
			axes[i] = a
		}
		outer := slices.Clone(dst)
		margin := rng.IntN(2)
		outer[rank-1] += margin
		from := count(Len(src))
		to, want := make([]float64, Len(outer)), make([]float64, Len(outer))
		each(dst, func(_ int, idx []int) {
			off, at := 0, margin
			for i, p := range perm {
				off += positions[i][idx[i]] * strides[p]
				at += idx[i] * Strides(outer)[i]
			}
			want[at] = from[off]
		})
		Rearrange(NewMove(axes, Strides(outer), margin), to, from)
		require.Equal(t, want, to, "%v to %v by %+v", src, outer, axes)
	}
}

func TestInterpolate(t *testing.T) {
	// 2×3 to 2×2 and then 3×2, by weights that tell terms apart.
	tap := func(index int, weight float64) interp.Tap { return interp.Tap{Index: index, Weight: weight} }
	r := NewResample([]int{2, 3}, [][][]interp.Tap{
		{{tap(0, 1)}, {tap(0, 0.5), tap(1, 0.5)}, {tap(1, 2)}},
		{{tap(0, 1), tap(2, 10)}, {tap(1, 1)}},
	})
	dst := make([]float64, 6)
	Interpolate(r, dst, []float64{1, 2, 3, 4, 5, 6}, make([]float64, r.Scratch()), Axpy[float64])
	require.Equal(t, []float64{31, 2, 47.5, 3.5, 128, 10}, dst)
	same := NewResample([]int{2}, make([][][]interp.Tap, 1))
	Interpolate(same, dst[:2], []float64{7, 8}, nil, Axpy[float64])
	require.Equal(t, []float64{7, 8}, dst[:2])
	many := NewResample([]int{2, 3}, [][][]interp.Tap{nil, {{tap(0, 1), tap(1, 10), tap(2, 100)}, nil}})
	Interpolate(many, dst[:4], []float64{1, 2, 3, 4, 5, 6}, make([]float64, many.Scratch()), Axpy[float64])
	require.Equal(t, []float64{321, 0, 654, 0}, dst[:4])
}

func TestMax(t *testing.T) {
	src := []int64{1, 5, 2, 4, 3, 0, 9, 8}
	p := NewPool(2, PoolAxis{In: 4, Out: 3, Kernel: 2, Stride: 2, Dilation: 1, Pad: 1})
	dst := make([]int64, 6)
	Max(p, dst, src, -1)
	require.Equal(t, []int64{1, 5, 4, 3, 9, 8}, dst)
	dilated := NewPool(1, PoolAxis{In: 8, Out: 4, Kernel: 3, Stride: 1, Dilation: 2, Pad: 0})
	Max(dilated, dst[:4], src, -1)
	require.Equal(t, []int64{3, 5, 9, 8}, dst[:4])

	// Two planes of 2×1×4, windows of 2×1×2.
	cube := NewPool(1, PoolAxis{In: 2, Out: 1, Kernel: 2, Stride: 1, Dilation: 1},
		PoolAxis{In: 1, Out: 1, Kernel: 1, Stride: 1, Dilation: 1}, PoolAxis{In: 4, Out: 2, Kernel: 2, Stride: 2, Dilation: 1})
	Max(cube, dst[:2], src, -1)
	require.Equal(t, []int64{5, 9}, dst[:2])
}

func TestArgmax(t *testing.T) {
	nan := math.NaN()
	p := NewPool(2, PoolAxis{In: 4, Out: 3, Kernel: 2, Stride: 2, Dilation: 1, Pad: 2})
	dst, at := make([]float64, 6), make([]int64, 6)
	Argmax(p, dst, at, []float64{1, 1, nan, 4, 3, 5, nan, nan}, -7)
	require.Equal(t, []int64{0, 0, 2, 4, 5, 6}, at, "padding only, equals, NaN")
	require.Equal(t, []float64{-7, 1}, dst[:2])
	require.Equal(t, []float64{-7, 5}, dst[3:5])
	require.True(t, math.IsNaN(dst[2]) && math.IsNaN(dst[5]))
}

func TestAllocations(t *testing.T) {
	loop, err := NewLoop([]int{4, 3, 5}, []int{4, 3, 5}, []int{3, 1})
	require.NoError(t, err)
	op := BinaryOf(func(a, b float64) float64 { return a * b })
	a, b := count(60), count(3)
	m := NewMove([]Axis{{N: 5, Step: 1}, {N: 12, Step: 5}}, Strides([]int{5, 12}), 0)
	dst := make([]float64, 60)
	require.Zero(t, testing.AllocsPerRun(10, func() {
		Apply(loop, op, dst, a, b)
		Rearrange(m, dst, a)
	}))
}

// Rows and columns change places in blocks, of which the last are smaller.
func TestTransposeBlocks(t *testing.T) {
	for _, size := range [][3]int{{37, 21, 21}, {16, 8, 11}, {1, 50, 50}, {33, 1, 3}, {15, 64, 70}} {
		rows, cols, stride := size[0], size[1], size[2]
		src := make([]int64, 2*rows*cols+2)
		for i := range src {
			src[i] = int64(i)
		}
		// Two matrices of cols×rows to rows×cols, every row of these at the stride.
		m := NewMove([]Axis{{N: 2, Step: rows * cols, Offset: 2}, {N: rows, Step: 1}, {N: cols, Step: rows}},
			[]int{rows * stride, stride, 1}, 0)
		dst := make([]int64, 2*rows*stride)
		Rearrange(m, dst, src)
		for b := range 2 {
			for i := range rows {
				for j := range stride {
					want := int64(0)
					if j < cols {
						want = src[2+(b*cols+j)*rows+i]
					}
					require.Equal(t, want, dst[(b*rows+i)*stride+j], "%v: matrix %d at %d, %d", size, b, i, j)
				}
			}
		}
	}
}

func TestRuns(t *testing.T) {
	for _, c := range []struct {
		shape, kept []int
		want        int
	}{
		{[]int{6, 3}, []int{6, 1}, 3},
		{[]int{2, 3, 4, 5}, []int{2, 3, 1, 1}, 20},
		{[]int{6, 3}, []int{1, 3}, 0},
		{[]int{2, 3, 4}, []int{1, 3, 1}, 0},
		{[]int{7}, []int{1}, 0},
	} {
		l, err := NewLoop(c.shape, c.kept)
		require.NoError(t, err)
		require.Equal(t, c.want, l.Runs(), "%v to %v", c.shape, c.kept)
	}
}
