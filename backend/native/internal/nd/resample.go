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
		r.passes = append(r.passes, pass{
			outer: Len(cur[:axis]), in: cur[axis], out: len(t), inner: Len(cur[axis+1:]), taps: t,
		})
		cur[axis] = len(t)
	}
	return r
}

// Scratch is the number of elements Interpolate needs.
func (r *Resample) Scratch() int {
	n := 0
	for _, p := range r.passes {
		n = max(n, p.outer*p.out*p.inner)
	}
	return 2 * n
}

// Interpolate computes the resampled array. scratch has Scratch elements, of
// which nothing is kept; constant where an output position has no terms.
func Interpolate[T Float](r *Resample, dst, src, scratch []T) {
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
		applyPass(p, out, src)
		src = out
	}
}

func applyPass[T Float](p *pass, dst, src []T) {
	for o := range p.outer {
		in := src[o*p.in*p.inner:]
		out := dst[o*p.out*p.inner:]
		for i, taps := range p.taps {
			row := out[i*p.inner : (i+1)*p.inner]
			clear(row)
			for _, t := range taps {
				w, from := T(t.Weight), in[t.Index*p.inner:][:p.inner]
				for k, v := range from {
					row[k] += w * v
				}
			}
		}
	}
}
