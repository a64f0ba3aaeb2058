package onnx

// inferElementwise holds the operators whose output has the broadcast shape of
// their inputs.
var inferElementwise = map[string]inferRule{
	"Relu":       unaryRule(float),
	"LeakyRelu":  unaryRule(float, "alpha"),
	"Elu":        unaryRule(float, "alpha"),
	"Sigmoid":    unaryRule(float),
	"Tanh":       unaryRule(float),
	"Softplus":   unaryRule(float),
	"Exp":        unaryRule(float),
	"Log":        unaryRule(float),
	"Sqrt":       unaryRule(float),
	"Neg":        unaryRule(numeric),
	"Abs":        unaryRule(numeric),
	"Sign":       unaryRule(numeric),
	"Reciprocal": unaryRule(float),
	"Floor":      unaryRule(float),
	"Ceil":       unaryRule(float),
	"Round":      unaryRule(float),
	"Erf":        unaryRule(float),
	"Sin":        unaryRule(float),
	"Cos":        unaryRule(float),
	"Tan":        unaryRule(float),
	"Asin":       unaryRule(float),
	"Acos":       unaryRule(float),
	"Atan":       unaryRule(float),
	"Sinh":       unaryRule(float),
	"Cosh":       unaryRule(float),
	"Asinh":      unaryRule(float),
	"Acosh":      unaryRule(float),
	"Atanh":      unaryRule(float),
	"Not":        unaryRule(boolean),

	"Add": binaryRule(numeric, Undefined),
	"Sub": binaryRule(numeric, Undefined),
	"Mul": binaryRule(numeric, Undefined),
	"Div": binaryRule(numeric, Undefined),
	"Pow": binaryRule(numeric, Undefined),
	"Min": binaryRule(numeric, Undefined),
	"Max": binaryRule(numeric, Undefined),
	"Mod": inferMod,

	"BitwiseAnd": binaryRule(DataType.IsInt, Undefined),

	"Equal":          binaryRule(anyType, Bool),
	"Greater":        binaryRule(numeric, Bool),
	"Less":           binaryRule(numeric, Bool),
	"GreaterOrEqual": binaryRule(numeric, Bool),
	"LessOrEqual":    binaryRule(numeric, Bool),
	"And":            binaryRule(boolean, Bool),
	"Or":             binaryRule(boolean, Bool),

	"Where": inferWhere,
	"Clip":  inferClip,
	"Cast":  inferCast,
}

func float(t DataType) bool   { return t.IsFloat() }
func boolean(t DataType) bool { return t == Bool }
func numeric(t DataType) bool { return t.IsFloat() || t.IsInt() }
func anyType(t DataType) bool { return t != String }

// unaryRule is the rule of operators with one input; floats names the attributes
// they must have.
func unaryRule(allowed func(DataType) bool, floats ...string) inferRule {
	return func(i *inference) []TensorType {
		x := i.arg(0)
		if !allowed(x.Type) {
			failf("it cannot take %v", x.Type)
		}
		for _, name := range floats {
			i.attrFloat(name)
		}
		return one(x.Type, x.Shape)
	}
}

// binaryRule is the rule of operators with two inputs of one type; result is the
// output's type if it is not that of the inputs.
func binaryRule(allowed func(DataType) bool, result DataType) inferRule {
	return func(i *inference) []TensorType {
		a, b := i.arg(0), i.arg(1)
		if a.Type != b.Type || !allowed(a.Type) {
			failf("it cannot take %v and %v", a.Type, b.Type)
		}
		t := result
		if t == Undefined {
			t = a.Type
		}
		return one(t, broadcastShapes(a.Shape, b.Shape))
	}
}

// inferMod: the remainder of floats has the sign of the dividend.
func inferMod(i *inference) []TensorType {
	if fmod := i.attrInt("fmod"); fmod != 1 && (fmod != 0 || i.arg(0).Type.IsFloat()) {
		failf("its fmod %d is unknown for %v", fmod, i.arg(0).Type)
	}
	return binaryRule(numeric, Undefined)(i)
}

func inferWhere(i *inference) []TensorType {
	c, a, b := i.arg(0), i.arg(1), i.arg(2)
	if c.Type != Bool || a.Type != b.Type || !numeric(a.Type) {
		failf("it cannot choose by %v between %v and %v", c.Type, a.Type, b.Type)
	}
	return one(a.Type, broadcastShapes(c.Shape, broadcastShapes(a.Shape, b.Shape)))
}

func inferClip(i *inference) []TensorType {
	x := i.arg(0)
	if !numeric(x.Type) {
		failf("it cannot take %v", x.Type)
	}
	for k := 1; k <= 2; k++ {
		if i.has(k) {
			if c := i.constant(k); c.Type != x.Type || len(c.Shape) != 0 {
				failf("its limit must be a constant scalar of type %v, not %v", x.Type, c.TensorType())
			}
		}
	}
	return one(x.Type, x.Shape)
}

func inferCast(i *inference) []TensorType {
	x, to := i.arg(0), DataType(i.attrInt("to"))
	if x.Type == String || !to.known() || to == String {
		unsupportedNode("it casts %v to %v", x.Type, to)
	}
	return one(to, x.Shape)
}
