package onnx

// lowerSoftmaxes holds what compares elements along an axis: softmax and its
// kin, and the positions of extremes.
var lowerSoftmaxes = map[string]lowerRule{
	"Softmax":    alongAxis(softmaxOf("Softmax")),
	"LogSoftmax": alongAxis(softmaxOf("LogSoftmax")),
	"Hardmax":    alongAxis((*lowering).hardmax),
	"ArgMax":     lowerArg,
	"ArgMin":     lowerArg,
}

// alongAxis is the rule of an operator whose value has the shape of its input
// and depends along one axis. Before opset 13 the input counted as a matrix,
// split at the axis. The function given emits the value under a name.
func alongAxis(emit func(l *lowering, name func() string, x string, axis int) string) lowerRule {
	return func(l *lowering) []string {
		l.arity(1, 1)
		x := l.arg(0)
		shape := l.shape(x)
		rank := len(shape)
		if l.opset >= 13 {
			return []string{emit(l, l.own(0), x, axis(l.attrInt("axis", -1), rank))}
		}
		a := axis(l.attrInt("axis", 1), rank)
		if a == rank-1 {
			return []string{emit(l, l.own(0), x, a)}
		}
		y := l.reshape(l.tmp("matrix"), x, []int{product(shape[:a]), product(shape[a:])})
		return l.reshaped(emit(l, l.tmp("rows"), y, 1), shape)
	}
}

func softmaxOf(op string) func(l *lowering, name func() string, x string, axis int) string {
	return func(l *lowering, name func() string, x string, axis int) string {
		return l.emit(name(), op, map[string]any{"axis": int64(axis)}, x)
	}
}

// hardmax emits 1 at the first of the largest elements and 0 elsewhere.
func (l *lowering) hardmax(name func() string, x string, axis int) string {
	t, shape := l.typeOf(x), l.shape(x)
	if !t.IsFloat() {
		failf("it cannot take %v", t)
	}
	if product(shape) == 0 {
		return x
	}
	best := l.emit(l.temp("best"), "ArgMax", argumentAttrs(axis, 1, 0), x)
	positions := make([]int64, shape[axis])
	l.spend(len(positions))
	along := make([]int, len(shape))
	for d := range along {
		along[d] = 1
	}
	along[axis] = len(positions)
	for k := range positions {
		positions[k] = int64(k)
	}
	at := l.define(l.temp("positions"), NewTensor(Int64, along, positions))
	hit := l.emit(l.temp("hit"), "Equal", nil, best, at)
	return l.emit(name(), "Cast", map[string]any{"to": int64(t)}, hit)
}

func argumentAttrs(axis int, keep, last int64) map[string]any {
	return map[string]any{"axis": int64(axis), "keepdims": keep, "select_last_index": last}
}

// lowerArg: which of equal elements counts can be chosen from opset 12 on.
func lowerArg(l *lowering) []string {
	l.arity(1, 1)
	x := l.arg(0)
	keep := l.attrInt("keepdims", 1)
	if len(l.shape(x)) == 0 { // a single element, at position 0
		axis(l.attrInt("axis", 0), 1)
		l.attrInt("select_last_index", 0)
		return []string{l.define(l.out(0), NewTensor(Int64, []int{}, nil))}
	}
	a := axis(l.attrInt("axis", 0), len(l.shape(x)))
	return l.result(l.n.Op, argumentAttrs(a, keep, l.attrInt("select_last_index", 0)), x)
}
