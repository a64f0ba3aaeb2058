package onnx

import "slices"

// lowerReductions holds what makes one number of many, over axes.
var lowerReductions = map[string]lowerRule{
	"ReduceSum":       reduction(13, plain("ReduceSum")),
	"ReduceProd":      reduction(18, plain("ReduceProd")),
	"ReduceMax":       reduction(18, lowerReduceExtreme("ReduceMax")),
	"ReduceMin":       reduction(18, lowerReduceExtreme("ReduceMin")),
	"ReduceMean":      reduction(18, lowerReduceMean),
	"ReduceL1":        reduction(18, lowerReduceL1),
	"ReduceL2":        reduction(18, lowerReduceL2),
	"ReduceSumSquare": reduction(18, lowerReduceSumSquare),
	"ReduceLogSum":    reduction(18, lowerReduceLogSum),
	"ReduceLogSumExp": reduction(18, plain("ReduceLogSumExp")),
}

// reduce is what all reductions read: the value, the axes (at least one) and
// whether they stay with extent 1.
type reduce struct {
	x    string
	axes []int
	keep int64
}

// reduction reads the common attributes; the axes are an input from the given
// opset on.
func reduction(input int64, rule func(l *lowering, r reduce) []string) lowerRule {
	return func(l *lowering) []string {
		r := reduce{x: l.arg(0), keep: l.attrInt("keepdims", 1)}
		rank := len(l.shape(r.x))
		list, _ := l.listed("axes", 1, input)
		each := l.opset >= input && l.attrInt("noop_with_empty_axes", 0) != 0 && len(list) == 0
		if len(list) == 0 {
			list = toInt64s(from(0, rank))
		}
		r.axes = axes(list, rank)
		slices.Sort(r.axes)
		if each || rank == 0 { // every element by itself: give them an axis to reduce over
			shape := append(slices.Clone(l.shape(r.x)), 1)
			r.x, r.axes, r.keep = l.reshape(l.tmp("list"), r.x, shape), []int{rank}, 0
		}
		return rule(l, r)
	}
}

// count is the number of elements that one element of the result sums up.
func (l *lowering) count(r reduce) int {
	n := 1
	for _, a := range r.axes {
		n *= l.shape(r.x)[a]
	}
	if n == 0 {
		failf("it has nothing to reduce in shape %v", l.shape(r.x))
	}
	return n
}

// plain is the rule of a reduction that the static graph has.
func plain(op string) func(l *lowering, r reduce) []string {
	return func(l *lowering, r reduce) []string { return l.reduced(op, r) }
}

// reduced emits the node's output.
func (l *lowering) reduced(op string, r reduce) []string {
	return []string{l.reduce(l.out(0), op, r)}
}

func (l *lowering) reduce(name, op string, r reduce) string {
	return l.emit(name, op, map[string]any{"keepdims": r.keep}, r.x, l.ints("axes", toInt64s(r.axes)))
}

// mean emits the mean over axes under a given name.
func (l *lowering) mean(name string, r reduce) string {
	t := l.typeOf(r.x)
	sum := l.reduce(l.temp("sum"), "ReduceSum", r)
	if !t.IsFloat() {
		return l.emit(name, "Div", nil, sum, l.scalar("count", t, float64(l.count(r))))
	}
	return l.emit(name, "Mul", nil, sum, l.scalar("scale", t, 1/float64(l.count(r))))
}

func lowerReduceMean(l *lowering, r reduce) []string {
	return []string{l.mean(l.out(0), r)}
}

// lowerReduceExtreme: booleans count as the numbers 0 and 1, from opset 20 on.
// The extreme of none is the type's own.
func lowerReduceExtreme(op string) func(l *lowering, r reduce) []string {
	return func(l *lowering, r reduce) []string {
		if l.typeOf(r.x) != Bool {
			return l.reduced(op, r)
		}
		r.x = l.converted("number", r.x, Int32)
		extreme := l.reduce(l.temp("extreme"), op, r)
		return l.result("Greater", nil, extreme, l.scalar("zero", Int32, 0))
	}
}

func lowerReduceL1(l *lowering, r reduce) []string {
	r.x = l.emit(l.temp("abs"), "Abs", nil, r.x)
	return l.reduced("ReduceSum", r)
}

// lowerReduceL2 keeps zeros away from the root, whose slope is infinite there: a
// norm of 0 has the derivative 0, as in PyTorch.
func lowerReduceL2(l *lowering, r reduce) []string {
	r.x = l.emit(l.temp("square"), "Mul", nil, r.x, r.x)
	sum := l.reduce(l.temp("sum"), "ReduceSum", r)
	t := l.typeOf(sum)
	none := l.emit(l.temp("none"), "Equal", nil, sum, l.scalar("zero", t, 0))
	root := l.emit(l.temp("positive"), "Where", nil, none, l.scalar("one", t, 1), sum)
	return l.result("Where", nil, none, sum, l.emit(l.temp("root"), "Sqrt", nil, root))
}

func lowerReduceSumSquare(l *lowering, r reduce) []string {
	r.x = l.emit(l.temp("square"), "Mul", nil, r.x, r.x)
	return l.reduced("ReduceSum", r)
}

func lowerReduceLogSum(l *lowering, r reduce) []string {
	return l.result("Log", nil, l.reduce(l.temp("sum"), "ReduceSum", r))
}

// from lists the integers from a to b, b excluded.
func from(a, b int) []int {
	var v []int
	for ; a < b; a++ {
		v = append(v, a)
	}
	return v
}
