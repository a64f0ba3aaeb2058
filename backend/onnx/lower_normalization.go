package onnx

// lowerNormalization holds normalisations, all of which become arithmetic.
var lowerNormalization = map[string]lowerRule{
	"BatchNormalization":    lowerBatchNorm,
	"InstanceNormalization": lowerInstanceNorm,
	"LayerNormalization":    lowerLayerNorm,
	"GroupNormalization":    lowerGroupNorm,
}

// lowerBatchNorm: y = a·x + b with a = scale/√(var+ε) and b = bias − mean·a,
// which are constants where the parameters are.
func lowerBatchNorm(l *lowering) []string {
	l.arity(5, 5)
	l.ignore("momentum")
	if l.attrInt("training_mode", 0) != 0 {
		unsupportedNode("it is in training mode: export the model after model.eval()")
	}
	if l.attrInt("spatial", 1) != 1 {
		unsupportedNode("it normalises every pixel by its own statistics (spatial=0)")
	}
	x := l.arg(0)
	rank := len(l.shape(x))
	if rank < 2 {
		failf("it cannot normalise shape %v", l.shape(x))
	}
	scale, bias := l.perChannel(1, rank), l.perChannel(2, rank)
	mean, variance := l.perChannel(3, rank), l.perChannel(4, rank)
	root := l.root(variance, l.attrFloat("epsilon", 1e-5))
	a := l.emit(l.temp("a"), "Div", nil, scale, root)
	shift := l.emit(l.temp("shift"), "Mul", nil, mean, a)
	b := l.emit(l.temp("b"), "Sub", nil, bias, shift)
	y := l.emit(l.temp("scaled"), "Mul", nil, x, a)
	return l.result("Add", nil, y, b)
}

// perChannel shapes the k-th input, a list over the channels, for arithmetic
// with a value of the given rank that has the channels in axis 1.
func (l *lowering) perChannel(k, rank int) string {
	p, t := l.arg(k), l.typeOf(l.arg(0))
	channels := l.shape(l.arg(0))[1]
	if n := product(l.shape(p)); n != channels {
		failf("its input %d has %d elements for %d channels", k, n, channels)
	}
	if l.typeOf(p) != t {
		p = l.emit(l.temp("parameter"), "Cast", map[string]any{"to": int64(t)}, p)
	}
	shape := make([]int, rank-1)
	for d := range shape {
		shape[d] = 1
	}
	shape[0] = channels
	return l.reshape(l.tmp("parameter"), p, shape)
}

// root emits √(variance+ε).
func (l *lowering) root(variance string, epsilon float32) string {
	t := l.typeOf(variance)
	sum := l.emit(l.temp("variance"), "Add", nil, variance, l.scalar("epsilon", t, float64(epsilon)))
	return l.emit(l.temp("deviation"), "Sqrt", nil, sum)
}

// normalize emits (x − mean)/√(variance+ε) with moments over the given axes.
func (l *lowering) normalize(x string, over []int, epsilon float32) string {
	mean := l.mean(l.temp("mean"), reduce{x, over, 1})
	centred := l.emit(l.temp("centred"), "Sub", nil, x, mean)
	square := l.emit(l.temp("square"), "Mul", nil, centred, centred)
	root := l.root(l.mean(l.temp("moment"), reduce{square, over, 1}), epsilon)
	return l.emit(l.temp("normal"), "Div", nil, centred, root)
}

// scaleShift emits the node's output: scale·x + bias.
func (l *lowering) scaleShift(x, scale, bias string) []string {
	if bias == "" {
		return l.result("Mul", nil, x, scale)
	}
	y := l.emit(l.temp("scaled"), "Mul", nil, x, scale)
	return l.result("Add", nil, y, bias)
}

// from lists the integers from a to b, b excluded.
func from(a, b int) []int {
	var v []int
	for ; a < b; a++ {
		v = append(v, a)
	}
	return v
}

func lowerInstanceNorm(l *lowering) []string {
	l.arity(3, 3)
	x := l.arg(0)
	rank := len(l.shape(x))
	if rank < 3 {
		failf("it cannot normalise shape %v", l.shape(x))
	}
	y := l.normalize(x, from(2, rank), l.attrFloat("epsilon", 1e-5))
	return l.scaleShift(y, l.perChannel(1, rank), l.perChannel(2, rank))
}

// lowerLayerNorm computes the normalised value; the mean and deviation that
// training asks for are not computed.
func lowerLayerNorm(l *lowering) []string {
	l.arity(2, 3)
	l.ignore("stash_type") // the type of moments: never narrower than float32 here
	x := l.arg(0)
	rank := len(l.shape(x))
	first := axis(l.attrInt("axis", -1), rank)
	y := l.normalize(x, from(first, rank), l.attrFloat("epsilon", 1e-5))
	return l.scaleShift(y, l.arg(1), l.opt(2))
}

// lowerGroupNorm: scale and bias were lists over groups before opset 21 and are
// lists over channels since.
func lowerGroupNorm(l *lowering) []string {
	l.arity(3, 3)
	l.ignore("stash_type")
	if l.opset < 21 {
		unsupportedNode("its form in opset %d was withdrawn by ONNX: export with opset 21, or with 17, which has none", l.opset)
	}
	x := l.arg(0)
	shape := l.shape(x)
	groups := l.attrInt("num_groups", 0)
	if len(shape) < 3 || groups < 1 || int64(shape[1])%groups != 0 {
		failf("it cannot normalise shape %v in %d groups", shape, groups)
	}
	y := l.reshape(l.tmp("groups"), x, []int{shape[0], int(groups), product(shape[1:]) / int(groups)})
	y = l.normalize(y, []int{2}, l.attrFloat("epsilon", 1e-5))
	y = l.reshape(l.tmp("channels"), y, shape)
	return l.scaleShift(y, l.perChannel(1, len(shape)), l.perChannel(2, len(shape)))
}
