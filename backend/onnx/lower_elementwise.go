package onnx

// lowerElementwise holds operators that treat each element alone.
var lowerElementwise = map[string]lowerRule{
	"Relu": same(1), "Sigmoid": same(1), "Tanh": same(1), "Softplus": same(1),
	"Exp": same(1), "Log": same(1), "Sqrt": same(1), "Neg": same(1), "Abs": same(1),
	"Sign": same(1), "Reciprocal": same(1), "Floor": same(1), "Ceil": same(1), "Not": same(1),

	"Add": same(2), "Sub": same(2), "Mul": same(2), "Div": same(2),
	"Equal": same(2), "Greater": same(2), "Less": same(2),
	"GreaterOrEqual": same(2), "LessOrEqual": same(2), "And": same(2), "Or": same(2),
	"Where": same(3),

	"LeakyRelu":   withAlpha(0.01),
	"Elu":         withAlpha(1),
	"Pow":         lowerPow,
	"Clip":        lowerClip,
	"Cast":        lowerCast,
	"CastLike":    lowerCastLike,
	"Sum":         variadic("Add"),
	"Mean":        lowerMean,
	"Min":         variadic("Min"),
	"Max":         variadic("Max"),
	"PRelu":       lowerPRelu,
	"Selu":        lowerSelu,
	"Celu":        lowerCelu,
	"HardSigmoid": lowerHardSigmoid,
	"HardSwish":   lowerHardSwish,
	"Softsign":    lowerSoftsign,
	"Mish":        lowerMish,
	"Swish":       lowerSwish,
}

// same is the rule of operators whose form has never changed.
func same(inputs int) lowerRule {
	return func(l *lowering) []string {
		l.arity(inputs, inputs)
		return l.result(l.n.Op, nil, l.in...)
	}
}

func withAlpha(def float32) lowerRule {
	return func(l *lowering) []string {
		l.arity(1, 1)
		return l.result(l.n.Op, map[string]any{"alpha": l.attrFloat("alpha", def)}, l.in...)
	}
}

// lowerPow: from opset 12 on the exponent may be of another type than the base.
func lowerPow(l *lowering) []string {
	l.arity(2, 2)
	x, y := l.arg(0), l.arg(1)
	if t := l.typeOf(x); l.typeOf(y) != t {
		y = l.emit(l.temp("exponent"), "Cast", map[string]any{"to": int64(t)}, y)
	}
	return l.result("Pow", nil, x, y)
}

// lowerClip: the limits were attributes before opset 11.
func lowerClip(l *lowering) []string {
	x := l.arg(0)
	t := l.typeOf(x)
	if l.opset < 11 {
		l.arity(1, 1)
		limits := [2]string{}
		for k, name := range []string{"min", "max"} {
			if l.hasAttr(name) {
				limits[k] = l.scalar(name, t, float64(l.attrFloat(name, 0)))
			}
		}
		return l.clip(x, limits[0], limits[1])
	}
	l.arity(1, 3)
	return l.clip(x, l.opt(1), l.opt(2))
}

// clip emits the node's output: x kept between two scalars, each of which may
// be omitted.
func (l *lowering) clip(x, low, high string) []string {
	scalars := true
	for _, v := range []*string{&low, &high} {
		if *v == "" {
			continue
		}
		if c := l.consts[*v]; c != nil && c.Len() == 1 {
			*v = l.reshape(l.tmp("limit"), *v, []int{})
		} else {
			scalars = false
		}
	}
	switch {
	case low == "" && high == "":
		return []string{x}
	case scalars:
		return l.result("Clip", nil, x, low, high)
	case high == "":
		return l.result("Max", nil, x, low)
	case low != "":
		x = l.emit(l.temp("max"), "Max", nil, x, low)
	}
	return l.result("Min", nil, x, high)
}

func lowerCast(l *lowering) []string {
	l.arity(1, 1)
	l.ignore("saturate", "round_mode") // about float8, which cannot be read
	return l.cast(DataType(l.attrInt("to", 0)))
}

func lowerCastLike(l *lowering) []string {
	l.arity(2, 2)
	l.ignore("saturate", "round_mode")
	return l.cast(l.typeOf(l.arg(1)))
}

func (l *lowering) cast(to DataType) []string {
	x, to := l.arg(0), to.widened()
	if l.typeOf(x) == to {
		return []string{x}
	}
	return l.result("Cast", map[string]any{"to": int64(to)}, x)
}

// variadic chains the two-input form of an operator that takes any number.
func variadic(op string) lowerRule {
	return func(l *lowering) []string { return []string{l.chain(op, l.own(0))} }
}

// chain combines all inputs; name gives the name of the last result.
func (l *lowering) chain(op string, name func() string) string {
	acc := l.arg(0)
	for k := 1; k < len(l.in); k++ {
		out := ""
		if k == len(l.in)-1 {
			out = name()
		} else {
			out = l.temp(op)
		}
		acc = l.emit(out, op, nil, acc, l.arg(k))
	}
	return acc
}

func lowerMean(l *lowering) []string {
	if len(l.in) == 1 {
		return []string{l.arg(0)}
	}
	sum := l.chain("Add", l.tmp("sum"))
	return l.result("Mul", nil, sum, l.scalar("scale", l.typeOf(sum), 1/float64(len(l.in))))
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
	return l.result("Add", nil, l.emit(l.temp("positive"), "Relu", nil, x), negative)
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
	x := l.arg(0)
	y := x
	if alpha := l.attrFloat("alpha", 1); alpha != 1 {
		y = l.emit(l.temp("scaled"), "Mul", nil, x, l.scalar("alpha", l.typeOf(x), float64(alpha)))
	}
	return l.result("Mul", nil, x, l.emit(l.temp("sigmoid"), "Sigmoid", nil, y))
}
