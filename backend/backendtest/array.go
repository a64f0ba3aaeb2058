package backendtest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// array is an n-dimensional array of float64, row-major: what references
// compute with.
type array struct {
	shape []int
	data  []float64
}

func zeros(shape ...int) *array {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return &array{slices.Clone(shape), make([]float64, n)}
}

// random returns numbers of float32's precision, uniform in [lo, hi), from a
// seed.
func random(seed uint64, lo, hi float64, shape ...int) *array {
	a := zeros(shape...)
	r := rand.New(rand.NewPCG(seed, 77))
	for i := range a.data {
		a.data[i] = float64(float32(lo + (hi-lo)*r.Float64()))
	}
	return a
}

// full returns an array of one number.
func full(v float64, shape ...int) *array {
	a := zeros(shape...)
	for i := range a.data {
		a.data[i] = v
	}
	return a
}

// index calls f for every position with its indices, which f must not keep.
func (a *array) index(f func(at int, idx []int)) {
	idx := make([]int, len(a.shape))
	for at := range a.data {
		f(at, idx)
		for axis := len(idx) - 1; axis >= 0; axis-- {
			if idx[axis]++; idx[axis] < a.shape[axis] {
				break
			}
			idx[axis] = 0
		}
	}
}

// at returns the element at indices; axes of extent 1 repeat, and leading
// indices that a has no axes for are ignored.
func (a *array) at(idx ...int) float64 {
	idx = idx[len(idx)-len(a.shape):]
	off := 0
	for axis, i := range idx {
		if a.shape[axis] == 1 {
			i = 0
		}
		off = off*a.shape[axis] + i
	}
	return a.data[off]
}

// build returns an array whose elements f computes from their indices.
func build(shape []int, f func(idx []int) float64) *array {
	a := zeros(shape...)
	a.index(func(at int, idx []int) { a.data[at] = f(idx) })
	return a
}

func (a *array) apply(f func(float64) float64) *array {
	return build(a.shape, func(idx []int) float64 { return f(a.at(idx...)) })
}

// zip combines two arrays with broadcasting.
func zip(a, b *array, f func(x, y float64) float64) *array {
	return build(broadcast(a.shape, b.shape), func(idx []int) float64 { return f(a.at(idx...), b.at(idx...)) })
}

func broadcast(a, b []int) []int {
	out := make([]int, max(len(a), len(b)))
	for i := range out {
		out[i] = 1
		for _, s := range [][]int{a, b} {
			if j := i - len(out) + len(s); j >= 0 && s[j] != 1 {
				out[i] = s[j]
			}
		}
	}
	return out
}

func (a *array) reshape(shape ...int) *array {
	b := zeros(shape...)
	if len(b.data) != len(a.data) {
		panic(fmt.Sprintf("backendtest: %v reshaped to %v", a.shape, shape))
	}
	copy(b.data, a.data)
	return b
}

// take returns the elements of an axis at the given positions.
func (a *array) take(axis int, positions ...int) *array {
	shape := slices.Clone(a.shape)
	shape[axis] = len(positions)
	return build(shape, func(idx []int) float64 {
		src := slices.Clone(idx)
		src[axis] = positions[idx[axis]]
		return a.at(src...)
	})
}

func (a *array) transpose(perm ...int) *array {
	shape := make([]int, len(perm))
	for i, p := range perm {
		shape[i] = a.shape[p]
	}
	return build(shape, func(idx []int) float64 {
		src := make([]int, len(idx))
		for i, p := range perm {
			src[p] = idx[i]
		}
		return a.at(src...)
	})
}

func join(axis int, parts ...*array) *array {
	shape := slices.Clone(parts[0].shape)
	shape[axis] = 0
	for _, p := range parts {
		shape[axis] += p.shape[axis]
	}
	return build(shape, func(idx []int) float64 {
		src := slices.Clone(idx)
		for _, p := range parts {
			if src[axis] < p.shape[axis] {
				return p.at(src...)
			}
			src[axis] -= p.shape[axis]
		}
		return math.NaN()
	})
}

// fold combines along axes, keeping them with extent 1.
func (a *array) fold(start float64, f func(acc, v float64) float64, axes ...int) *array {
	shape := slices.Clone(a.shape)
	for _, axis := range axes {
		shape[axis] = 1
	}
	out := full(start, shape...)
	a.index(func(at int, idx []int) {
		off := 0
		for axis, i := range idx {
			if shape[axis] == 1 {
				i = 0
			}
			off = off*shape[axis] + i
		}
		out.data[off] = f(out.data[off], a.data[at])
	})
	return out
}

func plus(a, b float64) float64  { return a + b }
func minus(a, b float64) float64 { return a - b }
func times(a, b float64) float64 { return a * b }
func over(a, b float64) float64  { return a / b }

// matmul multiplies matrices in the last two axes, broadcasting the others.
func matmul(a, b *array) *array {
	ra, rb := len(a.shape), len(b.shape)
	k := a.shape[ra-1]
	shape := append(broadcast(a.shape[:ra-2], b.shape[:rb-2]), a.shape[ra-2], b.shape[rb-1])
	return build(shape, func(idx []int) float64 {
		r := len(idx)
		ia, ib := slices.Clone(idx), slices.Clone(idx)
		sum := 0.0
		for i := range k {
			ia[r-1], ib[r-2] = i, i
			sum += a.at(ia...) * b.at(ib...)
		}
		return sum
	})
}

func dot(a, b *array) float64 {
	sum := 0.0
	for i, v := range a.data {
		sum += v * b.data[i]
	}
	return sum
}

func (a *array) norm() float64 { return math.Sqrt(dot(a, a)) }

// distance is ‖a − b‖ relative to ‖b‖.
func distance(a, b *array) float64 {
	if !slices.Equal(a.shape, b.shape) {
		return math.Inf(1)
	}
	d := zip(a, b, minus).norm()
	if d == 0 {
		return 0
	}
	return d / max(b.norm(), 1e-12)
}
