package onnx

import "slices"

// countFromFront maps constant indices, counted from the end where negative, to
// 0 ≤ index < extent; extent tells the one that belongs to the k-th index.
func countFromFront(indices []int64, extent func(k int) int) []int64 {
	v := slices.Clone(indices)
	for k, i := range v {
		n := int64(extent(k))
		if i < -n || i >= n {
			failf("its index %d is outside an extent of %d", i, n)
		}
		if i < 0 {
			v[k] += n
		}
	}
	return v
}

// fromFront maps indices into axes of the given extents (one, or one for each
// entry of the last axis) to int64 counted from the front. Constants are
// checked; indices that are known only when the graph runs are those of a valid
// model, for which ONNX promises that they are in range.
func (l *lowering) fromFront(idx string, extents []int) string {
	if c := l.consts[idx]; c != nil && c.Type.IsInt() {
		v := countFromFront(c.Ints(), func(k int) int { return extents[k%len(extents)] })
		if c.Type == Int64 && slices.Equal(v, c.Ints()) {
			return idx
		}
		return l.define(l.temp("indices"), NewTensor(Int64, c.Shape, v))
	}
	return l.wrapped(l.wide(idx), extents)
}

// wrapped adds the extents to those int64 indices that are negative.
func (l *lowering) wrapped(idx string, extents []int) string {
	negative := l.emit(l.temp("negative"), "Less", nil, idx, l.scalar("zero", Int64, 0))
	turned := l.emit(l.temp("turned"), "Add", nil, idx, l.ints("extents", toInt64s(extents)))
	return l.emit(l.temp("indices"), "Where", nil, negative, turned, idx)
}

// grid defines a constant of the given shape whose elements are linear in their
// indices: the offsets of a row-major array's elements from its first.
func (l *lowering) grid(hint string, shape, strides []int) string {
	l.spend(product(shape))
	v := []int64{0}
	for d, n := range shape {
		next := make([]int64, 0, len(v)*n)
		for _, base := range v {
			for i := range n {
				next = append(next, base+int64(i*strides[d]))
			}
		}
		v = next
	}
	return l.define(l.temp(hint), NewTensor(Int64, shape, v))
}

// strides are the distances between neighbours along each axis.
func strides(shape []int) []int {
	s := make([]int, len(shape))
	n := 1
	for d := len(shape) - 1; d >= 0; d-- {
		s[d] = n
		n *= shape[d]
	}
	return s
}

func lowerGatherElements(l *lowering) []string {
	l.arity(2, 2)
	x := l.arg(0)
	a := axis(l.attrInt("axis", 0), len(l.shape(x)))
	if list, ok := l.alongAxis(l.arg(1), l.shape(x), a); ok {
		return []string{l.gather(l.out(0), x, list, a)}
	}
	idx := l.elementIndices(l.arg(1), l.shape(x), a)
	return l.result("GatherElements", map[string]any{"axis": int64(a)}, x, idx)
}

// elementIndices makes int64 of indices along one axis of data; constants
// count from the front.
func (l *lowering) elementIndices(idx string, data []int, a int) string {
	shape := l.shape(idx)
	fits := len(shape) == len(data)
	for d := range shape {
		fits = fits && (d == a || shape[d] <= data[d])
	}
	if !fits {
		failf("its indices of shape %v do not fit data of shape %v", shape, data)
	}
	if l.consts[idx] != nil {
		return l.fromFront(idx, data[a:a+1])
	}
	return l.wide(idx)
}

// wide makes int64 of integers.
func (l *lowering) wide(idx string) string {
	if !l.typeOf(idx).IsInt() {
		failf("its indices are %v, not integers", l.typeOf(idx))
	}
	if l.typeOf(idx) == Int64 {
		return idx
	}
	return l.emit(l.temp("wide"), "Cast", map[string]any{"to": int64(Int64)}, idx)
}

// alongAxis makes a list of constant indices that are the same at every
// position of the other axes, as a list that was expanded has them.
func (l *lowering) alongAxis(idx string, data []int, a int) (string, bool) {
	c := l.consts[idx]
	if c == nil || !c.Type.IsInt() || len(c.Shape) != len(data) || c.Len() == 0 {
		return "", false
	}
	for d, n := range c.Shape {
		if d != a && n != data[d] {
			return "", false
		}
	}
	v, n, inner := c.Ints(), c.Shape[a], strides(c.Shape)[a]
	list := make([]int64, n)
	for k := range list {
		list[k] = v[k*inner]
	}
	for i, index := range v {
		if index != list[i/inner%n] {
			return "", false
		}
	}
	return l.ints("list", list), true
}

// flatSlices turns tuples of indices into the leading axes of data, the last
// axis of idx, into positions along those axes flattened into one. The first
// batch axes of both run along.
func (l *lowering) flatSlices(idx string, data []int, batch int) (flat string, depth int) {
	shape := l.shape(idx)
	last := len(shape) - 1
	if last < batch || batch < 0 || batch+shape[last] > len(data) || shape[last] < 1 ||
		!slices.Equal(shape[:batch], data[:batch]) {
		failf("its indices of shape %v do not fit data of shape %v with %d batch dimensions", shape, data, batch)
	}
	depth = batch + shape[last]
	if depth == 1 {
		return l.reshape(l.tmp("positions"), idx, shape[:last]), depth
	}
	step := strides(data[:depth])
	flat = l.fromFront(idx, data[batch:depth])
	if shape[last] > 1 {
		flat = l.emit(l.temp("steps"), "Mul", nil, flat, l.ints("strides", toInt64s(step[batch:])))
		flat = l.reduce(l.temp("positions"), "ReduceSum", reduce{x: flat, axes: []int{last}, keep: 0})
	} else {
		flat = l.reshape(l.tmp("positions"), flat, shape[:last])
	}
	if batch > 0 {
		rows := slices.Concat(data[:batch], slices.Repeat([]int{1}, last-batch))
		flat = l.emit(l.temp("rows"), "Add", nil, flat, l.grid("origins", rows, slices.Concat(step[:batch], make([]int, last-batch))))
	}
	return flat, depth
}

func lowerGatherND(l *lowering) []string {
	l.arity(2, 2)
	x, idx := l.arg(0), l.arg(1)
	data := l.shape(x)
	if len(l.shape(idx)) == 0 {
		failf("its indices are a scalar")
	}
	flat, depth := l.flatSlices(idx, data, int(min(max(l.attrInt("batch_dims", 0), -1), maxRank)))
	rows := slices.Concat([]int{product(data[:depth])}, data[depth:])
	return []string{l.gather(l.out(0), l.reshape(l.tmp("slices"), x, rows), flat, 0)}
}

// lowerCompress gathers what a constant condition selects.
func lowerCompress(l *lowering) []string {
	l.arity(2, 2)
	x, cond := l.arg(0), l.constant(1)
	if cond.Type != Bool || len(cond.Shape) != 1 {
		failf("its condition is %v, not a list of bool", cond.TensorType())
	}
	a := 0
	if l.hasAttr("axis") {
		a = axis(l.attrInt("axis", 0), len(l.shape(x)))
	} else {
		x = l.reshape(l.tmp("flat"), x, []int{product(l.shape(x))})
	}
	list := []int64{}
	for k, take := range cond.Data.([]bool) {
		if take {
			list = append(list, int64(k))
		}
	}
	return []string{l.gather(l.out(0), x, l.ints("indices", list), a)}
}

// lowerReverseSequence gathers time steps in the order t ↦ length−1−t, for t
// below the length of each sequence.
func lowerReverseSequence(l *lowering) []string {
	l.arity(2, 2)
	x, lengths := l.arg(0), l.arg(1)
	shape := l.shape(x)
	t, b := l.attrInt("time_axis", 0), l.attrInt("batch_axis", 1)
	if len(shape) < 2 || t < 0 || t > 1 || b != 1-t || l.typeOf(lengths) != Int64 || !slices.Equal(l.shape(lengths), shape[b:b+1]) {
		failf("it cannot reverse axis %d of %v by lengths %v along axis %d", t, l.types[x], l.types[lengths], b)
	}
	step := strides(shape[:2])
	along := []int{1, 1}
	along[t] = shape[t]
	across := []int{1, 1}
	across[b] = shape[b]
	time := l.grid("time", along, []int{1, 1})
	lengths = l.reshape(l.tmp("lengths"), lengths, across)
	inside := l.emit(l.temp("inside"), "Less", nil, time, lengths)
	back := l.emit(l.temp("back"), "Sub", nil, lengths, l.emit(l.temp("next"), "Add", nil, time, l.scalar("one", Int64, 1)))
	order := l.emit(l.temp("order"), "Where", nil, inside, back, time)
	order = l.emit(l.temp("steps"), "Mul", nil, order, l.scalar("stride", Int64, float64(step[t])))
	order = l.emit(l.temp("positions"), "Add", nil, order, l.grid("sequences", across, step))
	rows := l.reshape(l.tmp("rows"), x, slices.Concat([]int{shape[0] * shape[1]}, shape[2:]))
	return []string{l.gather(l.out(0), rows, order, 0)}
}
