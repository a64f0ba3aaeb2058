package onnx

import (
	"cmp"
	"slices"
)

// lowerTopK: k was an attribute before opset 10.
func lowerTopK(l *lowering) []string {
	x := l.arg(0)
	a := axis(l.attrInt("axis", -1), len(l.shape(x)))
	k := int64(0)
	if l.opset < 10 {
		l.arity(1, 1)
		k = l.attrInt("k", -1)
	} else {
		l.arity(2, 2)
		list := l.constInts(1)
		if len(list) != 1 {
			failf("its k is a list of %d numbers", len(list))
		}
		k = list[0]
	}
	if k < 0 || k > int64(l.shape(x)[a]) {
		failf("it cannot find the first %d of axis %d of shape %v", k, a, l.shape(x))
	}
	attrs := map[string]any{
		"axis":    int64(a),
		"largest": truthOf(l.attrInt("largest", 1)),
		"sorted":  truthOf(l.attrInt("sorted", 1)),
	}
	if k == 0 || product(l.shape(x)) == 0 {
		shape := slices.Clone(l.shape(x))
		shape[a] = int(k)
		return []string{
			l.define(l.out(0), NewTensor(l.typeOf(x), shape, nil)),
			l.define(l.out(1), NewTensor(Int64, shape, nil)),
		}
	}
	return l.emitAll([]string{l.out(0), l.out(1)}, "TopK", attrs, x, l.ints("k", []int64{k}))
}

// truthOf is 1 for any attribute that is not 0.
func truthOf(v int64) int64 {
	if v != 0 {
		return 1
	}
	return 0
}

func lowerCumSum(l *lowering) []string {
	l.arity(2, 2)
	x, list := l.arg(0), l.constInts(1)
	if len(list) != 1 {
		failf("its axis is a list of %d numbers", len(list))
	}
	a := axis(list[0], len(l.shape(x)))
	return l.result("CumSum", map[string]any{
		"exclusive": truthOf(l.attrInt("exclusive", 0)),
		"reverse":   truthOf(l.attrInt("reverse", 0)),
	}, x, l.scalar("axis", Int64, float64(a)))
}

// lowerNonZero lists the indices of a constant's elements that are not 0, a
// column for each.
func lowerNonZero(l *lowering) []string {
	l.arity(1, 1)
	c := l.constant(0)
	if c.Type == String {
		unsupportedNode("its input holds strings")
	}
	var at []int
	for k, v := range c.Floats() {
		if v != 0 {
			at = append(at, k)
		}
	}
	l.spend(len(at) * len(c.Shape))
	v := make([]int64, 0, len(at)*len(c.Shape))
	for d, step := range strides(c.Shape) {
		for _, k := range at {
			v = append(v, int64(k/step%c.Shape[d]))
		}
	}
	return []string{l.define(l.out(0), NewTensor(Int64, []int{len(c.Shape), len(at)}, v))}
}

// lowerUnique finds the different elements of a constant, or slices along an
// axis: how many there are is a shape.
func lowerUnique(l *lowering) []string {
	l.arity(1, 1)
	c := l.constant(0)
	x, a := l.arg(0), 0
	if l.hasAttr("axis") {
		a = axis(l.attrInt("axis", 0), len(c.Shape))
	} else {
		x = l.reshape(l.tmp("flat"), x, []int{c.Len()})
	}
	var u unique
	switch {
	case c.Type == String:
		unsupportedNode("its input holds strings")
	case c.Type.IsFloat():
		u = uniqueSlices(c.Floats(), l.shape(x), a, l.attrInt("sorted", 1) != 0)
	default:
		u = uniqueSlices(c.Ints(), l.shape(x), a, l.attrInt("sorted", 1) != 0)
	}
	first := l.define(l.out(1), NewTensor(Int64, []int{len(u.first)}, u.first))
	return []string{
		l.gather(l.out(0), x, first, a),
		first,
		l.define(l.out(2), NewTensor(Int64, []int{len(u.of)}, u.of)),
		l.define(l.out(3), NewTensor(Int64, []int{len(u.count)}, u.count)),
	}
}

// unique tells of each different slice where it is first and how often it is
// there, and of each slice which of the different ones it is.
type unique struct{ first, of, count []int64 }

func uniqueSlices[T cmp.Ordered](v []T, shape []int, a int, sorted bool) unique {
	n, inner := shape[a], strides(shape)[a]
	slice := func(k int) []T {
		var s []T
		for i, e := range v {
			if i/inner%n == k {
				s = append(s, e)
			}
		}
		return s
	}
	all := make([][]T, n)
	order := make([]int, n)
	for k := range n {
		all[k], order[k] = slice(k), k
	}
	slices.SortStableFunc(order, func(i, j int) int { return slices.Compare(all[i], all[j]) })
	u := unique{of: make([]int64, n)}
	for k, i := range order {
		if k == 0 || slices.Compare(all[order[k-1]], all[i]) != 0 {
			u.first, u.count = append(u.first, int64(i)), append(u.count, 0)
		}
		last := len(u.first) - 1
		u.of[i] = int64(last)
		u.count[last]++
	}
	if !sorted {
		u.reorder()
	}
	return u
}

// reorder puts the slices in the order in which they appear.
func (u *unique) reorder() {
	rank := make([]int, len(u.first))
	for k := range rank {
		rank[k] = k
	}
	slices.SortFunc(rank, func(i, j int) int { return cmp.Compare(u.first[i], u.first[j]) })
	place := make([]int64, len(rank))
	first, count := make([]int64, len(rank)), make([]int64, len(rank))
	for to, from := range rank {
		place[from], first[to], count[to] = int64(to), u.first[from], u.count[from]
	}
	u.first, u.count = first, count
	for k, of := range u.of {
		u.of[k] = place[of]
	}
}
