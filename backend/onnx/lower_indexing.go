package onnx

import "slices"

// lowerIndexing holds operators that pick elements, put elements in places or
// add a border.
var lowerIndexing = map[string]lowerRule{
	"Slice":           lowerSlice,
	"Gather":          lowerGather,
	"GatherElements":  lowerGatherElements,
	"GatherND":        lowerGatherND,
	"Compress":        lowerCompress,
	"ReverseSequence": lowerReverseSequence,

	"Scatter":         lowerScatterElements, // its name in opsets 9 and 10
	"ScatterElements": lowerScatterElements,
	"ScatterND":       lowerScatterND,

	"TopK":    lowerTopK,
	"CumSum":  lowerCumSum,
	"NonZero": lowerNonZero,
	"Unique":  lowerUnique,

	"OneHot":  lowerOneHot,
	"EyeLike": lowerEyeLike,
	"Trilu":   lowerTrilu,

	"Pad":           lowerPad,
	"CenterCropPad": lowerCenterCropPad,
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
	x := l.arg(0)
	a := axis(l.attrInt("axis", 0), len(l.shape(x)))
	return []string{l.gather(l.out(0), x, l.arg(1), a)}
}

// gather picks slices of x along an axis.
func (l *lowering) gather(name, x, idx string, a int) string {
	if l.consts[idx] != nil {
		idx = l.fromFront(idx, l.shape(x)[a:a+1])
	}
	return l.emit(name, "Gather", map[string]any{"axis": int64(a)}, x, idx)
}
