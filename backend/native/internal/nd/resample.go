package nd

import "github.com/lcfv-go/lcfv/backend/internal/interp"

// Resample is a linear map along some axes of an array: linear and cubic
// interpolation, applied one axis after another.
type Resample struct {
	passes []pass
}

type pass struct {
	outer, in, out, inner int
	taps                  [][]interp.Tap // of each output position
	pairs                 []pair         // instead, where each has at most two, on the last axis
}

// A pair is the two terms of an output position.
type pair struct {
	i, j int
	v, w float64
}

// NewResample prepares a resampling from shape. taps holds, for every axis, the
// terms of each output position, or nil for an axis that stays as it is.
func NewResample(shape []int, taps [][][]interp.Tap) *Resample {
	r := &Resample{}
	cur := append([]int(nil), shape...)
	for axis, t := range taps {
		if t == nil {
			continue
		}
		p := pass{outer: Len(cur[:axis]), in: cur[axis], out: len(t), inner: Len(cur[axis+1:]), taps: t}
		if p.inner == 1 {
			p.pairs = pairsOf(t)
		}
		r.passes = append(r.passes, p)
		cur[axis] = len(t)
	}
	return r
}

// pairsOf makes two terms of one by halving it, which rounds nothing; nil where a
// position has none or more than two.
func pairsOf(taps [][]interp.Tap) []pair {
	out := make([]pair, len(taps))
	for k, t := range taps {
		switch len(t) {
		case 1:
			out[k] = pair{t[0].Index, t[0].Index, t[0].Weight / 2, t[0].Weight / 2}
		case 2:
			out[k] = pair{t[0].Index, t[1].Index, t[0].Weight, t[1].Weight}
		default:
			return nil
		}
	}
	return out
}

// Scratch is the number of elements Interpolate needs.
func (r *Resample) Scratch() int {
	n := 0
	for _, p := range r.passes {
		n = max(n, p.outer*p.out*p.inner)
	}
	return 2 * n
}

// Axpy adds alpha·x to dst.
func Axpy[T Float](dst []T, alpha T, x []T) {
	for i, v := range x {
		dst[i] += alpha * v
	}
}

// Interpolate computes the resampled array. scratch has Scratch elements, of
// which nothing is kept; zero where an output position has no terms. axpy is
// [Axpy] or what is faster.
func Interpolate[T Float](r *Resample, dst, src, scratch []T, axpy func(dst []T, alpha T, x []T)) {
	if len(r.passes) == 0 {
		copy(dst, src)
		return
	}
	half := len(scratch) / 2
	for i := range r.passes {
		p := &r.passes[i]
		out := dst
		if i < len(r.passes)-1 {
			out = scratch[i%2*half:][:half]
		}
		switch {
		case p.pairs != nil:
			applyPairs(p, out, src)
		case p.inner == 1:
			applyPoints(p, out, src)
		default:
			applyRows(p, out, src, axpy)
		}
		src = out
	}
}

// applyRows combines rows of inner elements.
func applyRows[T Float](p *pass, dst, src []T, axpy func(dst []T, alpha T, x []T)) {
	for o := range p.outer {
		in := src[o*p.in*p.inner:]
		out := dst[o*p.out*p.inner:]
		for i, taps := range p.taps {
			row := out[i*p.inner : (i+1)*p.inner]
			clear(row)
			for _, t := range taps {
				axpy(row, T(t.Weight), in[t.Index*p.inner:][:p.inner])
			}
		}
	}
}

// applyPoints combines elements of the last axis.
func applyPoints[T Float](p *pass, dst, src []T) {
	for o := range p.outer {
		in, out := src[o*p.in:][:p.in], dst[o*p.out:][:p.out]
		for i, taps := range p.taps {
			var sum T
			for _, t := range taps {
				sum += T(t.Weight) * in[t.Index]
			}
			out[i] = sum
		}
	}
}

// applyPairs combines two elements of the last axis each.
func applyPairs[T Float](p *pass, dst, src []T) {
	for o := range p.outer {
		in, out := src[o*p.in:][:p.in], dst[o*p.out:][:len(p.pairs)]
		for k := range p.pairs {
			t := &p.pairs[k]
			out[k] = T(t.v)*in[t.i] + T(t.w)*in[t.j]
		}
	}
}
