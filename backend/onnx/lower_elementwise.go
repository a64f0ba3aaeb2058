package onnx

import "math"

// lowerElementwise holds operators that treat each element alone, activations
// excepted.
var lowerElementwise = map[string]lowerRule{
	"Exp": same(1), "Log": same(1), "Sqrt": same(1), "Neg": same(1), "Abs": same(1),
	"Sign": same(1), "Reciprocal": same(1), "Not": same(1), "Erf": same(1),
	"Floor": same(1), "Ceil": same(1), "Round": same(1),
	"Sin": same(1), "Cos": same(1), "Tan": same(1), "Asin": same(1), "Acos": same(1), "Atan": same(1),
	"Sinh": same(1), "Cosh": same(1), "Asinh": same(1), "Acosh": same(1), "Atanh": same(1),

	"Add": same(2), "Sub": same(2), "Mul": same(2), "Div": same(2),
	"Equal": same(2), "Greater": same(2), "Less": same(2),
	"GreaterOrEqual": same(2), "LessOrEqual": same(2), "And": same(2), "Or": same(2),
	"BitwiseAnd": same(2),
	"BitwiseOr":  lowerBitwiseOr,
	"BitwiseXor": lowerBitwiseXor,
	"BitwiseNot": lowerBitwiseNot,

	"Where":    lowerWhere,
	"Xor":      lowerXor,
	"IsNaN":    lowerIsNaN,
	"IsInf":    lowerIsInf,
	"Pow":      lowerPow,
	"Mod":      lowerMod,
	"Clip":     lowerClip,
	"Cast":     lowerCast,
	"CastLike": lowerCastLike,
	"Sum":      variadic("Add"),
	"Mean":     lowerMean,
	"Min":      variadic("Min"),
	"Max":      variadic("Max"),
}

// same is the rule of operators whose form has never changed.
func same(inputs int) lowerRule {
	return func(l *lowering) []string {
		l.arity(inputs, inputs)
		return l.result(l.n.Op, nil, l.in...)
	}
}

// lowerWhere: a choice between booleans, which ONNX Runtime lacks, is logic.
func lowerWhere(l *lowering) []string {
	l.arity(3, 3)
	cond, a, b := l.arg(0), l.arg(1), l.arg(2)
	if l.typeOf(a) != Bool {
		return l.result("Where", nil, cond, a, b)
	}
	a = l.emit(l.temp("chosen"), "And", nil, cond, a)
	b = l.emit(l.temp("other"), "And", nil, l.emit(l.temp("not"), "Not", nil, cond), b)
	return l.result("Or", nil, a, b)
}

// lowerXor: two booleans differ.
func lowerXor(l *lowering) []string {
	l.arity(2, 2)
	if l.typeOf(l.arg(0)) != Bool {
		failf("it cannot take %v", l.typeOf(l.arg(0)))
	}
	return l.result("Not", nil, l.emit(l.temp("equal"), "Equal", nil, l.in...))
}

// lowerBitwiseOr: bits that both have count twice in the sum.
func lowerBitwiseOr(l *lowering) []string {
	l.arity(2, 2)
	both := l.emit(l.temp("both"), "BitwiseAnd", nil, l.in...)
	return l.result("Sub", nil, l.emit(l.temp("sum"), "Add", nil, l.in...), both)
}

// lowerBitwiseXor: neither of them is left.
func lowerBitwiseXor(l *lowering) []string {
	l.arity(2, 2)
	both := l.emit(l.temp("both"), "BitwiseAnd", nil, l.in...)
	rest := l.emit(l.temp("rest"), "Sub", nil, l.emit(l.temp("sum"), "Add", nil, l.in...), both)
	return l.result("Sub", nil, rest, both)
}

// lowerBitwiseNot: −1 has all bits.
func lowerBitwiseNot(l *lowering) []string {
	l.arity(1, 1)
	x := l.arg(0)
	if !l.typeOf(x).IsInt() {
		failf("it cannot take %v", l.typeOf(x))
	}
	return l.result("Sub", nil, l.scalar("all", l.typeOf(x), -1), x)
}

// lowerIsNaN: only NaN differs from itself.
func lowerIsNaN(l *lowering) []string {
	l.arity(1, 1)
	x := l.arg(0)
	return l.result("Not", nil, l.emit(l.temp("equal"), "Equal", nil, x, x))
}

// lowerIsInf: either sign may be left out.
func lowerIsInf(l *lowering) []string {
	l.arity(1, 1)
	x := l.arg(0)
	negative, positive := l.attrInt("detect_negative", 1) != 0, l.attrInt("detect_positive", 1) != 0
	infinity := 0
	switch {
	case negative && positive:
		x, infinity = l.emit(l.temp("abs"), "Abs", nil, x), 1
	case positive:
		infinity = 1
	case negative:
		infinity = -1
	default:
		t := TensorType{Bool, l.shape(x)}
		l.spend(t.Len())
		return []string{l.define(l.out(0), NewTensor(Bool, t.Shape, nil))}
	}
	if !l.typeOf(x).IsFloat() {
		failf("it cannot take %v", l.typeOf(x))
	}
	return l.result("Equal", nil, x, l.scalar("infinity", l.typeOf(x), math.Inf(infinity)))
}

// lowerPow: from opset 12 on the exponent may be of another type than the base,
// whose type the result has. An integer raised to a fraction is computed in
// float64.
func lowerPow(l *lowering) []string {
	l.arity(2, 2)
	x, y := l.arg(0), l.arg(1)
	base, exponent := l.typeOf(x), l.typeOf(y)
	if base.IsInt() && exponent.IsFloat() {
		x, y = l.converted("base", x, Float64), l.converted("exponent", y, Float64)
		power := l.emit(l.temp("power"), "Pow", nil, x, y)
		return l.result("Cast", map[string]any{"to": int64(base)}, power)
	}
	return l.result("Pow", nil, x, l.converted("exponent", y, base))
}

// lowerMod: the remainder has the sign of the dividend where fmod is 1, as in C,
// and that of the divisor where it is 0.
func lowerMod(l *lowering) []string {
	l.arity(2, 2)
	x, y := l.arg(0), l.arg(1)
	fmod := l.attrInt("fmod", 0)
	if fmod != 0 && fmod != 1 {
		failf("its fmod is %d, neither 0 nor 1", fmod)
	}
	t := l.typeOf(x)
	if fmod == 1 || !t.IsFloat() {
		return l.result("Mod", map[string]any{"fmod": fmod}, x, y)
	}
	rest := l.emit(l.temp("rest"), "Mod", map[string]any{"fmod": int64(1)}, x, y)
	signs := l.emit(l.temp("signs"), "Mul", nil,
		l.emit(l.temp("sign"), "Sign", nil, rest), l.emit(l.temp("sign"), "Sign", nil, y))
	differ := l.emit(l.temp("differ"), "Less", nil, signs, l.scalar("zero", t, 0))
	return l.result("Where", nil, differ, l.emit(l.temp("sum"), "Add", nil, rest, y), rest)
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

// cast emits the node's output: the first input in another type.
func (l *lowering) cast(to DataType) []string {
	x, to := l.arg(0), to.widened()
	if l.typeOf(x) == to {
		return []string{x}
	}
	return l.result("Cast", map[string]any{"to": int64(to)}, x)
}

// converted is x in type t.
func (l *lowering) converted(hint, x string, t DataType) string {
	if l.typeOf(x) == t {
		return x
	}
	return l.emit(l.temp(hint), "Cast", map[string]any{"to": int64(t)}, x)
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
