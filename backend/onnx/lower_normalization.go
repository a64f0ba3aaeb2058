package onnx

import "slices"

// lowerNormalization holds normalisations, all of which become arithmetic.
var lowerNormalization = map[string]lowerRule{
	"BatchNormalization":        lowerBatchNorm,
	"InstanceNormalization":     lowerInstanceNorm,
	"LayerNormalization":        lowerLayerNorm,
	"RMSNormalization":          lowerRMSNorm,
	"GroupNormalization":        lowerGroupNorm,
	"MeanVarianceNormalization": lowerMeanVarianceNorm,
	"LpNormalization":           lowerLpNorm,
	"LRN":                       lowerLRN,
}

// lowerBatchNorm: y = a·x + b with a = scale/√(var+ε) and b = bias − mean·a,
// which are constants where the parameters are.
func lowerBatchNorm(l *lowering) []string {
	l.arity(5, 5)
	l.ignore("momentum")
	if l.attrInt("training_mode", 0) != 0 {
		unsupportedNode("it is in training mode: export the model after model.eval()")
	}
	x := l.arg(0)
	rank := len(l.shape(x))
	if rank < 2 {
		failf("it cannot normalise shape %v", l.shape(x))
	}
	parameter := l.perChannel
	if l.opset < 9 && l.attrInt("spatial", 1) == 0 { // every pixel has its own
		parameter = l.perPixel
	}
	scale, bias := parameter(1), parameter(2)
	mean, variance := parameter(3), parameter(4)
	root := l.root(variance, l.attrFloat("epsilon", 1e-5))
	a := l.emit(l.temp("a"), "Div", nil, scale, root)
	shift := l.emit(l.temp("shift"), "Mul", nil, mean, a)
	b := l.emit(l.temp("b"), "Sub", nil, bias, shift)
	y := l.emit(l.temp("scaled"), "Mul", nil, x, a)
	return l.result("Add", nil, y, b)
}

// perChannel shapes the k-th input, a list over the channels, for arithmetic
// with the first, which has the channels in axis 1.
func (l *lowering) perChannel(k int) string {
	x := l.shape(l.arg(0))
	shape := make([]int, len(x)-1)
	for d := range shape {
		shape[d] = 1
	}
	shape[0] = x[1]
	return l.parameter(k, shape)
}

// perPixel shapes the k-th input likewise where it has a number for every
// element of a sample.
func (l *lowering) perPixel(k int) string { return l.parameter(k, l.shape(l.arg(0))[1:]) }

// parameter is the k-th input in the given shape and in the type of the first.
func (l *lowering) parameter(k int, shape []int) string {
	p := l.arg(k)
	if n := product(l.shape(p)); n != product(shape) {
		failf("its input %d has %d elements and needs %d", k, n, product(shape))
	}
	return l.reshape(l.tmp("parameter"), l.converted("parameter", p, l.typeOf(l.arg(0))), shape)
}

// root emits √(variance+ε).
func (l *lowering) root(variance string, epsilon float32) string {
	if epsilon != 0 {
		e := l.scalar("epsilon", l.typeOf(variance), float64(epsilon))
		variance = l.emit(l.temp("variance"), "Add", nil, variance, e)
	}
	return l.emit(l.temp("deviation"), "Sqrt", nil, variance)
}

// moments emits x − mean, the mean and √(variance+ε), the moments taken over
// the given axes.
func (l *lowering) moments(x string, over []int, epsilon float32) (centred, mean, deviation string) {
	mean = l.mean(l.temp("mean"), reduce{x, over, 1})
	centred = l.emit(l.temp("centred"), "Sub", nil, x, mean)
	square := l.emit(l.temp("square"), "Mul", nil, centred, centred)
	return centred, mean, l.root(l.mean(l.temp("moment"), reduce{square, over, 1}), epsilon)
}

// normalize emits (x − mean)/√(variance+ε).
func (l *lowering) normalize(x string, over []int, epsilon float32) string {
	centred, _, deviation := l.moments(x, over, epsilon)
	return l.emit(l.temp("normal"), "Div", nil, centred, deviation)
}

// scaleShift emits the node's output: scale·x + bias.
func (l *lowering) scaleShift(x, scale, bias string) []string {
	if bias == "" {
		return l.result("Mul", nil, x, scale)
	}
	y := l.emit(l.temp("scaled"), "Mul", nil, x, scale)
	return l.result("Add", nil, y, bias)
}

func lowerInstanceNorm(l *lowering) []string {
	l.arity(3, 3)
	x := l.arg(0)
	rank := len(l.shape(x))
	if rank < 3 {
		failf("it cannot normalise shape %v", l.shape(x))
	}
	y := l.normalize(x, from(2, rank), l.attrFloat("epsilon", 1e-5))
	return l.scaleShift(y, l.perChannel(1), l.perChannel(2))
}

// lowerLayerNorm also gives the mean and the reciprocal of the deviation, which
// training asks for.
func lowerLayerNorm(l *lowering) []string {
	l.arity(2, 3)
	l.ignore("stash_type") // the type of moments: never narrower than float32 here
	x := l.arg(0)
	rank := len(l.shape(x))
	first := axis(l.attrInt("axis", -1), rank)
	centred, mean, deviation := l.moments(x, from(first, rank), l.attrFloat("epsilon", 1e-5))
	y := l.emit(l.temp("normal"), "Div", nil, centred, deviation)
	outs := l.scaleShift(y, l.arg(1), l.opt(2))
	if len(l.n.Outputs) > 1 {
		outs = append(outs, mean, l.emit(l.out(2), "Reciprocal", nil, deviation))
	}
	return outs
}

// lowerRMSNorm divides by the root of the mean square.
func lowerRMSNorm(l *lowering) []string {
	l.arity(2, 2)
	l.ignore("stash_type")
	x := l.arg(0)
	rank := len(l.shape(x))
	first := axis(l.attrInt("axis", -1), rank)
	square := l.emit(l.temp("square"), "Mul", nil, x, x)
	moment := l.mean(l.temp("moment"), reduce{square, from(first, rank), 1})
	y := l.emit(l.temp("normal"), "Div", nil, x, l.root(moment, l.attrFloat("epsilon", 1e-5)))
	return l.scaleShift(y, l.arg(1), "")
}

// lowerGroupNorm: scale and bias were lists over groups before opset 21 and are
// lists over channels since.
func lowerGroupNorm(l *lowering) []string {
	l.arity(3, 3)
	l.ignore("stash_type")
	x := l.arg(0)
	shape := l.shape(x)
	groups := l.attrInt("num_groups", 0)
	if len(shape) < 2 || groups < 1 || int64(shape[1])%groups != 0 || product(shape) == 0 {
		failf("it cannot normalise shape %v in %d groups", shape, groups)
	}
	g := int(groups)
	y := l.reshape(l.tmp("groups"), x, []int{shape[0], g, product(shape[1:]) / g})
	y = l.normalize(y, []int{2}, l.attrFloat("epsilon", 1e-5))
	if l.opset >= 21 {
		y = l.reshape(l.tmp("channels"), y, shape)
		return l.scaleShift(y, l.perChannel(1), l.perChannel(2))
	}
	scale, bias := l.parameter(1, []int{g, 1}), l.parameter(2, []int{g, 1})
	y = l.emit(l.temp("scaled"), "Mul", nil, y, scale)
	return l.reshaped(l.emit(l.temp("shifted"), "Add", nil, y, bias), shape)
}

// lowerMeanVarianceNorm: (x − mean)/(√variance + ε), ε being fixed.
func lowerMeanVarianceNorm(l *lowering) []string {
	l.arity(1, 1)
	x := l.arg(0)
	over := axes(l.attrInts("axes", []int64{0, 2, 3}), len(l.shape(x)))
	if len(over) == 0 {
		failf("it names no axes")
	}
	centred, _, deviation := l.moments(x, over, 0)
	deviation = l.emit(l.temp("sum"), "Add", nil, deviation, l.scalar("epsilon", l.typeOf(x), 1e-9))
	return l.result("Div", nil, centred, deviation)
}

// lowerLpNorm divides by the norm along an axis, but zeros by 1: they stay, and
// the derivative there is finite.
func lowerLpNorm(l *lowering) []string {
	l.arity(1, 1)
	x := l.arg(0)
	t := l.typeOf(x)
	p, a := l.attrInt("p", 2), axis(l.attrInt("axis", -1), len(l.shape(x)))
	var terms string
	switch p {
	case 1:
		terms = l.emit(l.temp("abs"), "Abs", nil, x)
	case 2:
		terms = l.emit(l.temp("square"), "Mul", nil, x, x)
	default:
		failf("its p is %d, neither 1 nor 2", p)
	}
	norm := l.reduce(l.temp("sum"), "ReduceSum", reduce{terms, []int{a}, 1})
	none := l.emit(l.temp("none"), "Equal", nil, norm, l.scalar("zero", t, 0))
	norm = l.emit(l.temp("divisor"), "Where", nil, none, l.scalar("one", t, 1), norm)
	if p == 2 {
		norm = l.emit(l.temp("norm"), "Sqrt", nil, norm)
	}
	return l.result("Div", nil, x, norm)
}

// lowerLRN: x/(bias + α/size·Σx²)^β, the sum over size neighbouring channels:
// a convolution along the channels.
func lowerLRN(l *lowering) []string {
	l.arity(1, 1)
	x := l.arg(0)
	t, shape := l.typeOf(x), l.shape(x)
	size := l.attrInt("size", 0)
	if len(shape) < 2 || product(shape) == 0 || !t.IsFloat() || size < 1 || size > maxWindow {
		failf("it cannot normalise %v over %d channels", l.types[x], size)
	}
	alpha, beta, bias := l.attrFloat("alpha", 1e-4), l.attrFloat("beta", 0.75), l.attrFloat("bias", 1)
	pixels := product(shape[2:])
	y := l.emit(l.temp("square"), "Mul", nil, x, x)
	y = l.reshape(l.tmp("channels"), y, []int{shape[0], 1, shape[1], pixels})
	l.spend(int(size))
	weight := float64(alpha) / float64(size)
	kernel := NewTensor(Float64, []int{1, 1, int(size), 1}, slices.Repeat([]float64{weight}, int(size)))
	y = l.emit(l.temp("sum"), "Conv", map[string]any{
		"kernel_shape": []int64{size, 1}, "strides": []int64{1, 1}, "dilations": []int64{1, 1},
		"pads": []int64{(size - 1) / 2, 0, size / 2, 0}, "group": int64(1),
	}, y, l.converted("kernel", l.define(l.temp("kernel"), kernel), t))
	y = l.reshape(l.tmp("sum"), y, shape)
	y = l.emit(l.temp("sum"), "Add", nil, y, l.scalar("bias", t, float64(bias)))
	y = l.emit(l.temp("divisor"), "Pow", nil, y, l.scalar("beta", t, float64(beta)))
	return l.result("Div", nil, x, y)
}
