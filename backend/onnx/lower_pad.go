package onnx

import (
	"slices"

	"github.com/lcfv-go/lcfv/backend/internal/border"
)

// padding is what Pad reads: numbers of elements to add before and after all
// axes, and what to add.
type padding struct {
	mode          string
	before, after []int
	value         string // of mode constant
}

// lowerPad: pads and value were attributes before opset 11; axes came with 18.
// Negative pads cut, which a Slice does.
func lowerPad(l *lowering) []string {
	x := l.arg(0)
	t, rank := l.typeOf(x), len(l.shape(x))
	p := padding{mode: l.attrStr("mode", "constant"), before: make([]int, rank), after: make([]int, rank)}
	var pads []int64
	along := make([]int, rank)
	for d := range along {
		along[d] = d
	}
	if l.opset < 11 {
		l.arity(1, 1)
		pads = l.attrInts("pads", nil)
		p.value = l.scalar("value", t, float64(l.attrFloat("value", 0)))
	} else {
		l.arity(2, 4)
		pads = l.constInts(1)
		if l.has(2) {
			p.value = l.reshape(l.tmp("value"), l.arg(2), []int{})
		}
		if l.has(3) {
			along = axes(l.constInts(3), rank)
		}
	}
	if p.value == "" {
		p.value = l.scalar("value", t, 0)
	}
	if len(pads) != 2*len(along) {
		failf("its %d pads do not fit %d axes", len(pads), len(along))
	}
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
		p.before[d], p.after[d] = int(max(before, 0)), int(max(after, 0))
	}
	name := l.own(0)
	if p.grows() {
		name = l.tmp("cut")
	}
	x = l.slice(name, x, starts, ends, along, slices.Repeat([]int64{1}, len(along)))
	if p.grows() {
		x = l.pad(x, p)
	}
	return []string{x}
}

func (p padding) grows() bool { return slices.Max(append(slices.Concat(p.before, p.after), 0)) > 0 }

// pad emits the node's output: x with a border.
func (l *lowering) pad(x string, p padding) string {
	amounts := func() string { return l.ints("pads", slices.Concat(toInt64s(p.before), toInt64s(p.after))) }
	switch p.mode {
	case "constant":
		if l.consts[p.value] != nil {
			return l.emit(l.out(0), "Pad", map[string]any{"mode": p.mode}, x, amounts(), p.value)
		}
		return l.padVariable(x, p, amounts())
	case "reflect", "edge", "wrap":
		for d, n := range l.shape(x) {
			wide := max(p.before[d], p.after[d])
			if n == 0 && wide > 0 {
				failf("it cannot continue shape %v in mode %s", l.shape(x), p.mode)
			}
			if p.mode == "reflect" && wide >= max(n, 1) || p.mode == "wrap" && wide > n {
				return l.padAgain(x, p)
			}
		}
		return l.emit(l.out(0), "Pad", map[string]any{"mode": p.mode}, x, amounts())
	}
	unsupportedNode("its mode %q is unknown to lcfv", p.mode)
	return ""
}

// padVariable adds a border of a value that depends on the graph's inputs.
func (l *lowering) padVariable(x string, p padding, amounts string) string {
	t := l.types[x]
	l.spend(t.Len())
	inside := l.define(l.temp("inside"), NewTensor(Bool, t.Shape, repeatData([]bool{true}, t.Len())))
	constant := map[string]any{"mode": "constant"}
	inside = l.emit(l.temp("kept"), "Pad", constant, inside, amounts, l.scalar("outside", Bool, 0))
	x = l.emit(l.temp("padded"), "Pad", constant, x, amounts, l.scalar("zero", t.Type, 0))
	return l.emit(l.out(0), "Where", nil, inside, x, p.value)
}

// padAgain repeats x more often than Pad can: along one axis after another it
// gathers what the border consists of.
func (l *lowering) padAgain(x string, p padding) string {
	for d, n := range l.shape(x) {
		total := p.before[d] + n + p.after[d]
		if total == n {
			continue
		}
		l.spend(total)
		list := make([]int64, total)
		for i := range list {
			at, _ := border.Source(p.mode, i-p.before[d], n)
			list[i] = int64(at)
		}
		x = l.gather(l.temp("padded"), x, l.ints("border", list), d)
	}
	return x
}

// lowerCenterCropPad cuts axes that are too long and adds zeros to those that
// are too short, the odd element at the end.
func lowerCenterCropPad(l *lowering) []string {
	l.arity(2, 2)
	x, to := l.arg(0), toInts(l.constInts(1))
	rank := len(l.shape(x))
	along := make([]int, rank)
	for d := range along {
		along[d] = d
	}
	if l.hasAttr("axes") {
		along = axes(l.attrInts("axes", nil), rank)
	}
	if len(to) != len(along) {
		failf("its %d extents do not fit %d axes", len(to), len(along))
	}
	p := padding{mode: "constant", before: make([]int, rank), after: make([]int, rank)}
	starts, ends := make([]int64, len(to)), make([]int64, len(to))
	for k, d := range along {
		n := l.shape(x)[d]
		cut, add := max(n-to[k], 0), max(to[k]-n, 0)
		starts[k] = int64(cut / 2)
		ends[k] = starts[k] + int64(n-cut)
		p.before[d] = add / 2
		p.after[d] = add - add/2
	}
	name := l.own(0)
	if p.grows() {
		name = l.tmp("cut")
	}
	x = l.slice(name, x, starts, ends, along, slices.Repeat([]int64{1}, len(along)))
	if p.grows() {
		p.value = l.scalar("value", l.typeOf(x), 0)
		x = l.pad(x, p)
	}
	return []string{x}
}
