package onnx

import "slices"

// lowerOneHot compares indices with 0, 1, …, depth−1 along a new axis. Before
// opset 11 negative indices did not count from the end.
func lowerOneHot(l *lowering) []string {
	l.arity(3, 3)
	idx, values := l.arg(0), l.arg(2)
	d := l.constant(1)
	if d.Len() != 1 || !numeric(d.Type) || !(d.Floats()[0] >= 0) || d.Floats()[0] > maxElements {
		failf("its depth %v is not a number of classes", d.TensorType())
	}
	depth := int(d.Floats()[0])
	if !slices.Equal(l.shape(values), []int{2}) {
		failf("its values have shape %v, not [2]", l.shape(values))
	}
	shape := slices.Clone(l.shape(idx))
	a := axis(l.attrInt("axis", -1), len(shape)+1)
	if l.typeOf(idx) != Int64 {
		idx = l.emit(l.temp("indices"), "Cast", map[string]any{"to": int64(Int64)}, idx)
	}
	if l.opset >= 11 {
		idx = l.wrapped(idx, []int{depth})
	}
	idx = l.reshape(l.tmp("column"), idx, slices.Insert(shape, a, 1))
	ones := slices.Repeat([]int{1}, len(shape)+1)
	classes := slices.Clone(ones)
	classes[a] = depth
	hot := l.emit(l.temp("hot"), "Equal", nil, idx, l.grid("classes", classes, ones))
	value := func(hint string, k int64) string {
		return l.gather(l.temp(hint), values, l.define(l.temp(hint+"_index"), NewTensor(Int64, []int{}, []int64{k})), 0)
	}
	return l.result("Where", nil, hot, value("on", 1), value("off", 0))
}

// lowerEyeLike makes a constant: only the shape of its input matters.
func lowerEyeLike(l *lowering) []string {
	l.arity(1, 1)
	x := l.types[l.arg(0)]
	if len(x.Shape) != 2 {
		failf("its input has shape %v, not that of a matrix", x.Shape)
	}
	t := DataType(l.attrInt("dtype", int64(x.Type))).widened()
	if !computed(t) {
		unsupportedNode("it makes a matrix of %v", t)
	}
	off := l.attrInt("k", 0)
	l.spend(x.Len())
	v := make([]float64, x.Len())
	for i := range x.Shape[0] {
		if j := int64(i) + off; j >= 0 && j < int64(x.Shape[1]) {
			v[i*x.Shape[1]+int(j)] = 1
		}
	}
	return []string{l.define(l.out(0), NewTensor(t, x.Shape, fromNumbers(t, v)))}
}

// fromNumbers converts to the Go type that tensors of type t hold.
func fromNumbers(t DataType, v []float64) any {
	if t != Bool {
		return fromFloats(t, []int{len(v)}, v).Data
	}
	b := make([]bool, len(v))
	for k := range v {
		b[k] = v[k] != 0
	}
	return b
}

// lowerTrilu keeps one triangle of matrices and puts zeros in the other.
func lowerTrilu(l *lowering) []string {
	l.arity(1, 2)
	x := l.arg(0)
	shape := l.shape(x)
	if len(shape) < 2 {
		failf("its input has shape %v, not that of matrices", shape)
	}
	k := int64(0)
	if l.has(1) {
		list := l.constInts(1)
		if len(list) != 1 {
			failf("its k is a list of %d numbers", len(list))
		}
		k = min(max(list[0], -maxElements), maxElements)
	}
	upper := l.attrInt("upper", 1) != 0
	rows, cols := shape[len(shape)-2], shape[len(shape)-1]
	l.spend(rows * cols)
	keep := make([]bool, rows*cols)
	for i := range rows {
		for j := range cols {
			above := int64(j-i) - k
			keep[i*cols+j] = upper && above >= 0 || !upper && above <= 0
		}
	}
	mask := l.define(l.temp("triangle"), NewTensor(Bool, []int{rows, cols}, keep))
	return l.result("Where", nil, mask, x, l.scalar("zero", l.typeOf(x), 0))
}
