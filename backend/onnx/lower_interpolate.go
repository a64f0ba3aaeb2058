package onnx

import (
	"slices"

	"github.com/lcfv-go/lcfv/backend/internal/interp"
)

// What a Resize does along an axis, in terms of operators without settings.

// pick takes the element of each position's only term along an axis, any where
// there is none.
func (l *lowering) pick(x string, d int, taps [][]interp.Tap) string {
	idx := make([]int64, len(taps))
	for i, t := range taps {
		if len(t) > 0 {
			idx[i] = int64(t[0].Index)
		}
	}
	return l.emit(l.temp("picked"), "Gather", map[string]any{"axis": int64(d)}, x, l.ints("indices", idx))
}

// interpolate multiplies by the matrix of the terms along an axis.
func (l *lowering) interpolate(x string, d int, taps [][]interp.Tap) string {
	shape, t := l.shape(x), l.typeOf(x)
	if !t.IsFloat() {
		unsupportedNode("it interpolates %v", t)
	}
	in, out := shape[d], len(taps)
	lead, trail := product(shape[:d]), product(shape[d+1:])
	l.spend(in * out)
	weights := make([]float64, in*out)
	at := func(i, j int) *float64 { return &weights[i*in+j] }
	dims := []int{out, in}
	if trail == 1 { // from the right
		at = func(i, j int) *float64 { return &weights[j*out+i] }
		dims = []int{in, out}
	}
	for i, terms := range taps {
		for _, tap := range terms {
			*at(i, tap.Index) += tap.Weight
		}
	}
	m := l.define(l.temp("weights"), fromFloats(t, dims, weights))
	y := ""
	if trail == 1 {
		y = l.emit(l.temp("interpolated"), "MatMul", nil, l.reshape(l.tmp("rows"), x, []int{lead, in}), m)
	} else {
		y = l.emit(l.temp("interpolated"), "MatMul", nil, m, l.reshape(l.tmp("columns"), x, []int{lead, in, trail}))
	}
	return l.reshape(l.tmp("resized"), y, slices.Concat(shape[:d], []int{out}, shape[d+1:]))
}

// missing lists which positions have no terms, nil if all have some.
func missing(taps [][]interp.Tap) []bool {
	if !slices.ContainsFunc(taps, func(t []interp.Tap) bool { return len(t) == 0 }) {
		return nil
	}
	out := make([]bool, len(taps))
	for i, t := range taps {
		out[i] = len(t) == 0
	}
	return out
}

// anyOf defines a constant that broadcasts to a value of the given rank and is
// true where a list is, at the index along its axis.
func (l *lowering) anyOf(lists map[int][]bool, rank int) string {
	shape, v := []int{}, []bool{false}
	for d := range rank {
		list := lists[d]
		if list == nil {
			list = []bool{false}
		}
		l.spend(len(v) * len(list))
		next := make([]bool, 0, len(v)*len(list))
		for _, a := range v {
			for _, b := range list {
				next = append(next, a || b)
			}
		}
		shape, v = append(shape, len(list)), next
	}
	return l.define(l.temp("outside"), NewTensor(Bool, shape, v))
}
