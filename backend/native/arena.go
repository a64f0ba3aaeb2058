package native

import (
	"cmp"
	"slices"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// arena is the memory of programs that do not run at the same time: one block
// for each element type, and scratch space for kernels.
type arena struct {
	f32 []float32
	f64 []float64
	i64 []int64
	i32 []int32
	b   []bool

	scratch32 []float32
	scratch64 []float64
}

// arenaSize counts elements.
type arenaSize struct {
	f32, f64, i64, i32, b int
	scratch32, scratch64  int
}

// of returns the field that counts elements of type t.
func (s *arenaSize) of(t onnx.DataType) *int {
	switch t {
	case onnx.Float32:
		return &s.f32
	case onnx.Float64:
		return &s.f64
	case onnx.Int64:
		return &s.i64
	case onnx.Int32:
		return &s.i32
	default:
		return &s.b
	}
}

// bytes is the memory that an arena takes.
func (s *arenaSize) bytes() int64 {
	return 4*(int64(s.f32)+int64(s.i32)+int64(s.scratch32)) + 8*(int64(s.f64)+int64(s.i64)+int64(s.scratch64)) + int64(s.b)
}

// grow makes s at least as large as o.
func (s *arenaSize) grow(o arenaSize) {
	s.f32, s.f64 = max(s.f32, o.f32), max(s.f64, o.f64)
	s.i64, s.i32, s.b = max(s.i64, o.i64), max(s.i32, o.i32), max(s.b, o.b)
	s.scratch32, s.scratch64 = max(s.scratch32, o.scratch32), max(s.scratch64, o.scratch64)
}

func newArena(s arenaSize) *arena {
	return &arena{
		f32: aligned[float32](s.f32), f64: aligned[float64](s.f64),
		i64: aligned[int64](s.i64), i32: aligned[int32](s.i32), b: aligned[bool](s.b),
		scratch32: aligned[float32](s.scratch32), scratch64: aligned[float64](s.scratch64),
	}
}

// place lets a slot show n elements of its type's block.
func (a *arena) place(s slot, offset, n int) {
	switch p := s.(type) {
	case *[]float32:
		*p = a.f32[offset : offset+n : offset+n]
	case *[]float64:
		*p = a.f64[offset : offset+n : offset+n]
	case *[]int64:
		*p = a.i64[offset : offset+n : offset+n]
	case *[]int32:
		*p = a.i32[offset : offset+n : offset+n]
	case *[]bool:
		*p = a.b[offset : offset+n : offset+n]
	}
}

// assignOffsets places buffers in their types' blocks: the largest first, each
// at the smallest gap that is free while it lives (greedy by size; Pisarchyk
// and Lee, "Efficient memory management for deep neural net inference", 2020).
func assignOffsets(buffers []*buffer) arenaSize {
	const grain = cacheLine // elements; every type's grain is whole cache lines
	order := slices.Clone(buffers)
	slices.SortStableFunc(order, func(a, b *buffer) int { return cmp.Compare(b.n, a.n) })
	var size arenaSize
	placed := map[onnx.DataType][]*buffer{} // by offset
	for _, b := range order {
		others := placed[b.typ]
		best, bestGap, end := -1, 0, 0
		for _, o := range others {
			if o.first > b.last || b.first > o.last {
				continue
			}
			if gap := o.offset - end; gap >= b.n && (best < 0 || gap < bestGap) {
				best, bestGap = end, gap
			}
			end = max(end, (o.offset+o.n+grain-1)/grain*grain)
		}
		if best < 0 {
			best = end
		}
		b.offset = best
		at, _ := slices.BinarySearchFunc(others, b, func(x, y *buffer) int { return cmp.Compare(x.offset, y.offset) })
		placed[b.typ] = slices.Insert(others, at, b)
		total := size.of(b.typ)
		*total = max(*total, b.offset+b.n)
	}
	return size
}
