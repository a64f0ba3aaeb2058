package onnx

import "slices"

// lowerIndexing holds operators that pick elements or add a border.
var lowerIndexing = map[string]lowerRule{
	"Slice":  lowerSlice,
	"Gather": lowerGather,
	"Pad":    lowerPad,
}

// lowerSlice: the bounds were attributes before opset 10.
func lowerSlice(l *lowering) []string {
	x := l.arg(0)
	var starts, ends, along, by []int64
	if l.opset < 10 {
		l.arity(1, 1)
		starts, ends = l.attrInts("starts", nil), l.attrInts("ends", nil)
		along = l.attrInts("axes", nil)
	} else {
		l.arity(3, 5)
		starts, ends = l.constInts(1), l.constInts(2)
		if l.has(3) {
			along = l.constInts(3)
		}
		if l.has(4) {
			by = l.constInts(4)
		}
	}
	if len(along) == 0 {
		for d := range starts {
			along = append(along, int64(d))
		}
	}
	if len(by) == 0 {
		by = slices.Repeat([]int64{1}, len(starts))
	}
	if len(ends) != len(starts) || len(along) != len(starts) || len(by) != len(starts) {
		failf("its starts, ends, axes and steps differ in length")
	}
	return []string{l.slice(l.own(0), x, starts, ends, axes(along, len(l.shape(x))), by)}
}

// slice cuts x along some axes; it emits nothing where all of x is taken.
func (l *lowering) slice(name func() string, x string, starts, ends []int64, along []int, by []int64) string {
	var s, e, a, st []int64
	for k, d := range along {
		n := int64(l.shape(x)[d])
		first, last, count := clampSlice(starts[k], ends[k], by[k], n)
		if by[k] == 1 && count == n {
			continue
		}
		s, e, a, st = append(s, first), append(e, last), append(a, int64(d)), append(st, by[k])
	}
	if len(a) == 0 {
		return x
	}
	return l.emit(name(), "Slice", nil, x, l.ints("starts", s), l.ints("ends", e), l.ints("axes", a), l.ints("steps", st))
}

// lowerGather counts constant indices from the front.
func lowerGather(l *lowering) []string {
	l.arity(2, 2)
	x, idx := l.arg(0), l.arg(1)
	a := axis(l.attrInt("axis", 0), len(l.shape(x)))
	n := int64(l.shape(x)[a])
	if c := l.consts[idx]; c != nil && c.Type.IsInt() {
		v := slices.Clone(c.Ints())
		for i, k := range v {
			if k < -n || k >= n {
				failf("its index %d is outside an extent of %d", k, n)
			}
			if k < 0 {
				v[i] += n
			}
		}
		if !slices.Equal(v, c.Ints()) || c.Type != Int64 {
			idx = l.define(l.temp("indices"), NewTensor(Int64, c.Shape, v))
		}
	}
	return l.result("Gather", map[string]any{"axis": int64(a)}, x, idx)
}

// lowerPad: pads and value were attributes before opset 11; axes came with 18.
// Negative pads cut, which a Slice does.
func lowerPad(l *lowering) []string {
	x := l.arg(0)
	t, rank := l.typeOf(x), len(l.shape(x))
	mode := l.attrStr("mode", "constant")
	var pads []int64
	value := ""
	along := make([]int, rank)
	for d := range along {
		along[d] = d
	}
	if l.opset < 11 {
		l.arity(1, 1)
		pads = l.attrInts("pads", nil)
		value = l.scalar("value", t, float64(l.attrFloat("value", 0)))
	} else {
		l.arity(2, 4)
		pads = l.constInts(1)
		if l.has(2) {
			value = l.reshape(l.tmp("value"), l.arg(2), []int{})
		}
		if l.has(3) {
			along = axes(l.constInts(3), rank)
		}
	}
	if len(pads) != 2*len(along) {
		failf("its %d pads do not fit %d axes", len(pads), len(along))
	}
	grow := make([]int64, 2*rank)
	starts, ends := make([]int64, len(along)), make([]int64, len(along))
	for k, d := range along {
		before, after := pads[k], pads[len(along)+k]
		if before < -maxElements || before > maxElements || after < -maxElements || after > maxElements {
			failf("its pads %v are impossible", pads)
		}
		n := int64(l.shape(x)[d])
		starts[k], ends[k] = max(-before, 0), n-max(-after, 0)
		if starts[k] > max(ends[k], 0) {
			failf("its pads %v cut more than there is of shape %v", pads, l.shape(x))
		}
		ends[k] = max(ends[k], 0)
		grow[d], grow[rank+d] = max(before, 0), max(after, 0)
	}
	border := slices.ContainsFunc(grow, func(p int64) bool { return p > 0 })
	name := l.own(0)
	if border {
		name = l.tmp("cut")
	}
	x = l.slice(name, x, starts, ends, along, slices.Repeat([]int64{1}, len(along)))
	if !border {
		return []string{x}
	}
	if mode != "constant" {
		return l.result("Pad", map[string]any{"mode": mode}, x, l.ints("pads", grow))
	}
	if value == "" {
		value = l.scalar("value", t, 0)
	}
	return l.result("Pad", map[string]any{"mode": mode}, x, l.ints("pads", grow), value)
}
