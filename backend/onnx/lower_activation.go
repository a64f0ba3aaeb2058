package onnx

import "math"

// lowerActivation holds the nonlinearities between the layers of a network.
var lowerActivation = map[string]lowerRule{
	"Sigmoid": same(1), "Tanh": same(1), "Softplus": same(1),

	"Relu":            lowerRelu,
	"LeakyRelu":       withAlpha(0.01),
	"Elu":             withAlpha(1),
	"PRelu":           lowerPRelu,
	"Selu":            lowerSelu,
	"Celu":            lowerCelu,
	"HardSigmoid":     lowerHardSigmoid,
	"HardSwish":       lowerHardSwish,
	"Softsign":        lowerSoftsign,
	"Mish":            lowerMish,
	"Swish":           lowerSwish,
	"SwiGLU":          lowerSwiGLU,
	"Gelu":            lowerGelu,
	"ThresholdedRelu": lowerThresholdedRelu,
	"Shrink":          lowerShrink,
}

func lowerRelu(l *lowering) []string {
	l.arity(1, 1)
	return []string{l.relu(l.out(0))}
}

// relu emits the positive part of the first input.
func (l *lowering) relu(name string) string {
	x := l.arg(0)
	if t := l.typeOf(x); !t.IsFloat() {
		return l.emit(name, "Max", nil, x, l.scalar("zero", t, 0))
	}
	return l.emit(name, "Relu", nil, x)
}

func withAlpha(def float32) lowerRule {
	return func(l *lowering) []string {
		l.arity(1, 1)
		return l.result(l.n.Op, map[string]any{"alpha": l.attrFloat("alpha", def)}, l.in...)
	}
}

// lowerPRelu: x where positive, slope·x elsewhere.
func lowerPRelu(l *lowering) []string {
	l.arity(2, 2)
	x, slope := l.arg(0), l.arg(1)
	if c := l.consts[slope]; c != nil && c.Len() == 1 && l.typeOf(x).IsFloat() {
		return l.result("LeakyRelu", map[string]any{"alpha": float32(c.Floats()[0])}, x)
	}
	zero := l.scalar("zero", l.typeOf(x), 0)
	negative := l.emit(l.temp("negative"), "Min", nil, x, zero)
	negative = l.emit(l.temp("scaled"), "Mul", nil, negative, slope)
	return l.result("Add", nil, l.relu(l.temp("positive")), negative)
}

// lowerSelu: γ·Elu(x).
func lowerSelu(l *lowering) []string {
	l.arity(1, 1)
	x := l.arg(0)
	alpha, gamma := l.attrFloat("alpha", 1.67326319217681884765625), l.attrFloat("gamma", 1.05070102214813232421875)
	y := l.emit(l.temp("elu"), "Elu", map[string]any{"alpha": alpha}, x)
	return l.result("Mul", nil, y, l.scalar("gamma", l.typeOf(x), float64(gamma)))
}

// lowerCelu: α·Elu(x/α).
func lowerCelu(l *lowering) []string {
	l.arity(1, 1)
	x := l.arg(0)
	alpha := l.scalar("alpha", l.typeOf(x), float64(l.attrFloat("alpha", 1)))
	y := l.emit(l.temp("ratio"), "Div", nil, x, alpha)
	y = l.emit(l.temp("elu"), "Elu", map[string]any{"alpha": float32(1)}, y)
	return l.result("Mul", nil, y, alpha)
}

func lowerHardSigmoid(l *lowering) []string {
	l.arity(1, 1)
	return []string{l.hardSigmoid(l.out(0), l.attrFloat("alpha", 0.2), l.attrFloat("beta", 0.5))}
}

// hardSigmoid emits α·x + β, kept between 0 and 1.
func (l *lowering) hardSigmoid(name string, alpha, beta float32) string {
	x := l.arg(0)
	t := l.typeOf(x)
	y := l.emit(l.temp("scaled"), "Mul", nil, x, l.scalar("alpha", t, float64(alpha)))
	y = l.emit(l.temp("shifted"), "Add", nil, y, l.scalar("beta", t, float64(beta)))
	return l.emit(name, "Clip", nil, y, l.scalar("zero", t, 0), l.scalar("one", t, 1))
}

// lowerHardSwish: x times its hard sigmoid of slope 1/6.
func lowerHardSwish(l *lowering) []string {
	l.arity(1, 1)
	return l.result("Mul", nil, l.arg(0), l.hardSigmoid(l.temp("gate"), 1./6, 0.5))
}

// lowerSoftsign: x/(1+|x|).
func lowerSoftsign(l *lowering) []string {
	l.arity(1, 1)
	x := l.arg(0)
	y := l.emit(l.temp("abs"), "Abs", nil, x)
	y = l.emit(l.temp("sum"), "Add", nil, y, l.scalar("one", l.typeOf(x), 1))
	return l.result("Div", nil, x, y)
}

// lowerMish: x·tanh(softplus(x)).
func lowerMish(l *lowering) []string {
	l.arity(1, 1)
	x := l.arg(0)
	y := l.emit(l.temp("softplus"), "Softplus", nil, x)
	return l.result("Mul", nil, x, l.emit(l.temp("tanh"), "Tanh", nil, y))
}

// lowerSwish: x·sigmoid(αx).
func lowerSwish(l *lowering) []string {
	l.arity(1, 1)
	return l.result("Mul", nil, l.arg(0), l.gate())
}

// lowerSwiGLU: the swish of the first input times the second.
func lowerSwiGLU(l *lowering) []string {
	l.arity(2, 2)
	swish := l.emit(l.temp("swish"), "Mul", nil, l.arg(0), l.gate())
	return l.result("Mul", nil, swish, l.arg(1))
}

// gate emits sigmoid(αx).
func (l *lowering) gate() string {
	x := l.arg(0)
	if alpha := l.attrFloat("alpha", 1); alpha != 1 {
		x = l.emit(l.temp("scaled"), "Mul", nil, x, l.scalar("alpha", l.typeOf(x), float64(alpha)))
	}
	return l.emit(l.temp("sigmoid"), "Sigmoid", nil, x)
}

// lowerGelu: x·Φ(x), Φ the distribution function of the standard normal, or
// what Hendrycks and Gimpel (arXiv 1606.08415) approximate it by.
func lowerGelu(l *lowering) []string {
	l.arity(1, 1)
	x := l.arg(0)
	t := l.typeOf(x)
	var y string
	switch mode := l.attrStr("approximate", "none"); mode {
	case "none":
		y = l.emit(l.temp("scaled"), "Mul", nil, x, l.scalar("scale", t, math.Sqrt2/2))
		y = l.emit(l.temp("erf"), "Erf", nil, y)
	case "tanh": // tanh(√(2/π)·x·(1 + 0.044715·x²))
		y = l.emit(l.temp("square"), "Mul", nil, x, x)
		y = l.emit(l.temp("scaled"), "Mul", nil, y, l.scalar("cubic", t, 0.044715*math.Sqrt(2/math.Pi)))
		y = l.emit(l.temp("sum"), "Add", nil, y, l.scalar("linear", t, math.Sqrt(2/math.Pi)))
		y = l.emit(l.temp("tanh"), "Tanh", nil, l.emit(l.temp("argument"), "Mul", nil, x, y))
	default:
		failf("its approximation %q is neither none nor tanh", mode)
	}
	y = l.emit(l.temp("shifted"), "Add", nil, y, l.scalar("one", t, 1))
	half := l.emit(l.temp("half"), "Mul", nil, x, l.scalar("half", t, 0.5))
	return l.result("Mul", nil, half, y)
}

// lowerThresholdedRelu: x above α, 0 elsewhere.
func lowerThresholdedRelu(l *lowering) []string {
	l.arity(1, 1)
	x := l.arg(0)
	t := l.typeOf(x)
	above := l.emit(l.temp("above"), "Greater", nil, x, l.scalar("alpha", t, float64(l.attrFloat("alpha", 1))))
	return l.result("Where", nil, above, x, l.scalar("zero", t, 0))
}

// lowerShrink: x moved towards 0 by the bias outside [−λ, λ], and 0 inside.
func lowerShrink(l *lowering) []string {
	l.arity(1, 1)
	x := l.arg(0)
	t := l.typeOf(x)
	if !numeric(t) {
		failf("it cannot take %v", t)
	}
	bias, lambda := l.scalar("bias", t, float64(l.attrFloat("bias", 0))), float64(l.attrFloat("lambd", 0.5))
	// An integer is beyond λ where it is beyond λ's integer part.
	below := l.emit(l.temp("below"), "Less", nil, x, l.scalar("low", t, -lambda))
	above := l.emit(l.temp("above"), "Greater", nil, x, l.scalar("high", t, lambda))
	y := l.emit(l.temp("lowered"), "Sub", nil, x, bias)
	y = l.emit(l.temp("upper"), "Where", nil, above, y, l.scalar("zero", t, 0))
	return l.result("Where", nil, below, l.emit(l.temp("raised"), "Add", nil, x, bias), y)
}
