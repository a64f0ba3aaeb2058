package onnx

import "slices"

// lowerReductions holds sums and extremes over axes.
var lowerReductions = map[string]lowerRule{
	"ReduceSum":       reduction(13, func(l *lowering, r reduce) []string { return l.reduced("ReduceSum", r) }),
	"ReduceMax":       reduction(18, func(l *lowering, r reduce) []string { return l.reduced("ReduceMax", r) }),
	"ReduceMin":       reduction(18, func(l *lowering, r reduce) []string { return l.reduced("ReduceMin", r) }),
	"ReduceMean":      reduction(18, lowerReduceMean),
	"ReduceL1":        reduction(18, lowerReduceL1),
	"ReduceL2":        reduction(18, lowerReduceL2),
	"ReduceSumSquare": reduction(18, lowerReduceSumSquare),
	"Softmax":         lowerSoftmax,
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
		if l.opset >= input && l.attrInt("noop_with_empty_axes", 0) != 0 && len(list) == 0 {
			unsupportedNode("it reduces over no axes")
		}
		if len(list) == 0 {
			for d := range rank {
				list = append(list, int64(d))
			}
		}
		r.axes = axes(list, rank)
		slices.Sort(r.axes)
		if rank == 0 { // a single element: give it an axis to reduce over
			r.x, r.axes, r.keep = l.reshape(l.tmp("list"), r.x, []int{1}), []int{0}, 0
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

func lowerReduceL1(l *lowering, r reduce) []string {
	r.x = l.emit(l.temp("abs"), "Abs", nil, r.x)
	return l.reduced("ReduceSum", r)
}

func lowerReduceL2(l *lowering, r reduce) []string {
	r.x = l.emit(l.temp("square"), "Mul", nil, r.x, r.x)
	return l.result("Sqrt", nil, l.reduce(l.temp("sum"), "ReduceSum", r))
}

func lowerReduceSumSquare(l *lowering, r reduce) []string {
	r.x = l.emit(l.temp("square"), "Mul", nil, r.x, r.x)
	return l.reduced("ReduceSum", r)
}

// lowerSoftmax: before opset 13 the value counted as a matrix, split at axis.
func lowerSoftmax(l *lowering) []string {
	l.arity(1, 1)
	x := l.arg(0)
	shape := l.shape(x)
	rank := len(shape)
	if l.opset >= 13 {
		a := axis(l.attrInt("axis", -1), rank)
		return l.result("Softmax", map[string]any{"axis": int64(a)}, x)
	}
	a := axis(l.attrInt("axis", 1), rank)
	if a == rank-1 {
		return l.result("Softmax", map[string]any{"axis": int64(a)}, x)
	}
	y := l.reshape(l.tmp("matrix"), x, []int{product(shape[:a]), product(shape[a:])})
	y = l.emit(l.temp("softmax"), "Softmax", map[string]any{"axis": int64(1)}, y)
	return l.reshaped(y, shape)
}
