package onnx

import "slices"

// Opset 7 is where most operators got the form from which the rules start, and
// broadcasting as in numpy. What earlier ones wrote differently is here; where
// an operator is not, its form did not change up to opset 7, except that those
// below opset 6 may have "consumed_inputs", a hint for reusing memory.

// legacyForms rewrites nodes of opsets below 7.
var legacyForms = map[string]func(l *lowering){
	"Add": legacyBroadcast, "Sub": legacyBroadcast, "Mul": legacyBroadcast, "Div": legacyBroadcast, "Pow": legacyBroadcast,
	"Equal": legacyBroadcast, "Greater": legacyBroadcast, "Less": legacyBroadcast,
	"And": legacyBroadcast, "Or": legacyBroadcast, "Xor": legacyBroadcast,

	"BatchNormalization": legacyMode,
	"Dropout":            legacyMode,
	"Gemm":               func(l *lowering) { l.ignore("broadcast") }, // what it allows is always allowed since
	"PRelu":              legacySlope,
}

// legacyLimits holds the opset in which operators took the form known here,
// where they had another one before.
var legacyLimits = map[string]int64{
	"Cast": 6, "Concat": 4, "GlobalLpPool": 2, "LpPool": 2, "Pad": 2, "Reshape": 5, "Selu": 6, "Split": 2, "Tile": 6, "Upsample": 7,
}

// modernise gives a node of a file below opset 7 the form of that opset.
func (l *lowering) modernise() {
	if l.opset >= 7 {
		return
	}
	if limit := legacyLimits[l.n.Op]; l.opset < limit {
		unsupportedNode("lcfv knows its form since opset %d: convert the model with onnx.version_converter", limit)
	}
	l.ignore("consumed_inputs")
	if form, ok := legacyForms[l.n.Op]; ok {
		form(l)
	}
}

// legacyBroadcast: by the attribute "broadcast", the second input has axes of
// the first, the last ones or those from "axis" on.
func legacyBroadcast(l *lowering) {
	aligned := l.hasAttr("axis")
	from := l.attrInt("axis", 0)
	a, b := l.shape(l.arg(0)), l.shape(l.arg(1))
	if l.attrInt("broadcast", 0) == 0 {
		if !slices.Equal(a, b) {
			failf("its inputs of shapes %v and %v differ and its attribute \"broadcast\" is not set", a, b)
		}
		return
	}
	if !aligned || product(b) == 1 {
		return // as in numpy
	}
	first := axis(from, len(a))
	behind := len(a) - first - len(b)
	if behind < 0 {
		failf("its input of shape %v does not fit into %v from axis %d on", b, a, first)
	}
	shape := slices.Concat(b, slices.Repeat([]int{1}, behind))
	l.in[1] = l.reshape(l.tmp("aligned"), l.in[1], shape)
}

// legacyMode: training was the default.
func legacyMode(l *lowering) {
	if l.attrInt("is_test", 0) == 0 {
		unsupportedNode("it is in training mode (\"is_test\" is not set): export the model for inference")
	}
}

// legacySlope: the slopes are those of the channels, axis 1.
func legacySlope(l *lowering) {
	x, slope := l.shape(l.arg(0)), l.shape(l.arg(1))
	if len(slope) == 1 && slope[0] != 1 && len(x) > 2 {
		shape := slices.Concat(slope, slices.Repeat([]int{1}, len(x)-2))
		l.in[1] = l.reshape(l.tmp("slope"), l.in[1], shape)
	}
}
