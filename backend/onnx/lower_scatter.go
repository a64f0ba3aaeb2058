package onnx

import "slices"

// lowerScatterElements: constant indices count from the front.
func lowerScatterElements(l *lowering) []string {
	l.arity(3, 3)
	x, idx := l.arg(0), l.arg(1)
	a := axis(l.attrInt("axis", 0), len(l.shape(x)))
	attrs := l.scatter(a)
	idx = l.elementIndices(idx, l.shape(x), a)
	if product(l.shape(idx)) == 0 {
		return []string{x}
	}
	return l.result("ScatterElements", attrs, x, idx, l.arg(2))
}

// lowerScatterND scatters the elements of rows: the axes that indices run over
// become one, those of a slice another.
func lowerScatterND(l *lowering) []string {
	l.arity(3, 3)
	x, idx, updates := l.arg(0), l.arg(1), l.arg(2)
	attrs := l.scatter(0)
	shape := l.shape(x)
	if len(l.shape(idx)) == 0 {
		failf("its indices are a scalar")
	}
	if product(l.shape(idx)) == 0 {
		return []string{x}
	}
	flat, depth := l.flatSlices(idx, shape, 0)
	if !slices.Equal(l.shape(updates), slices.Concat(l.shape(flat), shape[depth:])) {
		failf("its updates of shape %v do not fit indices of shape %v and data of shape %v", l.shape(updates), l.shape(idx), shape)
	}
	rows, places, slice := product(shape[:depth]), product(l.shape(flat)), product(shape[depth:])
	if product(l.shape(updates)) == 0 {
		return []string{x}
	}
	all, some, one := []int{rows, slice}, []int{places, slice}, []int{places, 1}
	if depth == len(shape) { // slices are single elements
		all, some, one = all[:1], some[:1], one[:1]
	}
	x = l.reshape(l.tmp("rows"), x, all)
	updates = l.reshape(l.tmp("updates"), updates, some)
	if l.consts[flat] != nil {
		flat = l.fromFront(flat, all[:1])
	}
	flat = l.reshape(l.tmp("places"), l.wide(flat), one)
	if !slices.Equal(one, some) {
		flat = l.emit(l.temp("expanded"), "Expand", nil, flat, l.ints("elements", toInt64s(some)))
	}
	if slices.Equal(all, shape) {
		return l.result("ScatterElements", attrs, x, flat, updates)
	}
	return l.reshaped(l.emit(l.temp("scattered"), "ScatterElements", attrs, x, flat, updates), shape)
}

// scatter reads how updates are combined with what they meet.
func (l *lowering) scatter(a int) map[string]any {
	reduction := l.attrStr("reduction", "none")
	switch reduction {
	case "none", "add", "mul", "min", "max":
	default:
		unsupportedNode("its reduction %q is unknown to lcfv", reduction)
	}
	return map[string]any{"axis": int64(a), "reduction": reduction}
}
