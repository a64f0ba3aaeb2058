package native

import (
	"math"

	"github.com/lcfv-go/lcfv/backend/native/internal/nd"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/internal/f32"
)

// binaryStep compiles a function of two elements with broadcasting.
func binaryStep[T, U nd.Elem](c *compiler, n *onnx.Node, op *nd.Binary[T, U]) (step, error) {
	loop, err := nd.NewLoop(c.shape(n.Outputs[0]), c.shape(n.Inputs[0]), c.shape(n.Inputs[1]))
	if err != nil {
		return nil, err
	}
	a, b, dst := c.id(n.Inputs[0]), c.id(n.Inputs[1]), c.id(n.Outputs[0])
	return func(m *frame) error {
		nd.Apply(loop, op, at[U](m, dst), at[T](m, a), at[T](m, b))
		return nil
	}, nil
}

// arithmetic is the rule of an operation on two numbers.
func arithmetic(f *nd.Binary[float32, float32], f64 func(a, b float64) float64, i64 func(a, b int64) int64, i32 func(a, b int32) int32) rule {
	b64, bi64, bi32 := nd.BinaryOf(f64), nd.BinaryOf(i64), nd.BinaryOf(i32)
	return func(c *compiler, n *onnx.Node) (step, error) {
		switch t := c.types[n.Inputs[0]]; t.Type {
		case onnx.Float32:
			return binaryStep(c, n, f)
		case onnx.Float64:
			return binaryStep(c, n, b64)
		case onnx.Int64:
			return binaryStep(c, n, bi64)
		case onnx.Int32:
			return binaryStep(c, n, bi32)
		default:
			return nil, typeError(t)
		}
	}
}

// comparison is the rule of a relation between two numbers.
func comparison(f func(a, b float32) bool, f64 func(a, b float64) bool, i64 func(a, b int64) bool, i32 func(a, b int32) bool) rule {
	b32, b64, bi64, bi32 := nd.BinaryOf(f), nd.BinaryOf(f64), nd.BinaryOf(i64), nd.BinaryOf(i32)
	return func(c *compiler, n *onnx.Node) (step, error) {
		switch t := c.types[n.Inputs[0]]; t.Type {
		case onnx.Float32:
			return binaryStep(c, n, b32)
		case onnx.Float64:
			return binaryStep(c, n, b64)
		case onnx.Int64:
			return binaryStep(c, n, bi64)
		case onnx.Int32:
			return binaryStep(c, n, bi32)
		default:
			return nil, typeError(t)
		}
	}
}

// logical is the rule of an operation on two booleans.
func logical(f func(a, b bool) bool) rule {
	op := nd.BinaryOf(f)
	return func(c *compiler, n *onnx.Node) (step, error) { return binaryStep(c, n, op) }
}

// equality compares numbers or booleans.
func equality(c *compiler, n *onnx.Node) (step, error) {
	if c.types[n.Inputs[0]].Type == onnx.Bool {
		return binaryStep(c, n, nd.BinaryOf(equal[bool]))
	}
	return comparison(equal[float32], equal[float64], equal[int64], equal[int32])(c, n)
}

func add[T nd.Number](a, b T) T      { return a + b }
func subtract[T nd.Number](a, b T) T { return a - b }
func multiply[T nd.Number](a, b T) T { return a * b }
func divide[T nd.Float](a, b T) T    { return a / b }
func minimum[T nd.Number](a, b T) T  { return min(a, b) }
func maximum[T nd.Number](a, b T) T  { return max(a, b) }

// divideInt rounds towards zero. ONNX leaves division by zero open; here it
// gives zero.
func divideInt[T int64 | int32](a, b T) T {
	if b == 0 {
		return 0
	}
	return a / b
}

func equal[T nd.Elem](a, b T) bool            { return a == b }
func greater[T nd.Number](a, b T) bool        { return a > b }
func greaterOrEqual[T nd.Number](a, b T) bool { return a >= b }
func less[T nd.Number](a, b T) bool           { return a < b }
func lessOrEqual[T nd.Number](a, b T) bool    { return a <= b }

// The float32 forms use vector code where there is some.
var (
	vectorAdd = &nd.Binary[float32, float32]{
		VV: f32.Add,
		VS: f32.AddScalar,
		SV: func(dst []float32, a float32, b []float32) { f32.AddScalar(dst, b, a) },
	}
	vectorSub = &nd.Binary[float32, float32]{
		VV: f32.Sub,
		VS: func(dst, a []float32, b float32) { f32.AddScalar(dst, a, -b) },
		SV: func(dst []float32, a float32, b []float32) { f32.ScaleShift(dst, b, -1, a) },
	}
	vectorMul = &nd.Binary[float32, float32]{
		VV: f32.Mul,
		VS: f32.MulScalar,
		SV: func(dst []float32, a float32, b []float32) { f32.MulScalar(dst, b, a) },
	}
	vectorDiv = &nd.Binary[float32, float32]{
		VV: f32.Div,
		VS: nd.BinaryOf(divide[float32]).VS,
		SV: nd.BinaryOf(divide[float32]).SV,
	}
)

// pow raises to powers that may be of another type than the base if they are
// constant.
func pow(c *compiler, n *onnx.Node) (step, error) {
	base, exponent := c.types[n.Inputs[0]], n.Inputs[1]
	if t := c.constant(exponent); t != nil && t.Len() == 1 && (base.Type == onnx.Float32 || base.Type == onnx.Float64) && c.types[n.Outputs[0]].Len() == base.Len() {
		p := t.Floats()[0]
		f := func(x float64) float64 { return math.Pow(x, p) }
		switch p {
		case 2:
			return unary(func(dst, x []float32) { f32.Mul(dst, x, x) }, func(x float64) float64 { return x * x }, nil, nil)(c, n)
		case 0.5:
			return unary(rounded(math.Sqrt), math.Sqrt, nil, nil)(c, n)
		}
		return unary(rounded(f), f, nil, nil)(c, n)
	}
	if c.types[exponent].Type != base.Type {
		return nil, typeError(c.types[exponent])
	}
	return arithmetic(nd.BinaryOf(power[float32]), power[float64], powerInt[int64], powerInt[int32])(c, n)
}

func power[T nd.Float](a, b T) T { return T(math.Pow(float64(a), float64(b))) }

// powerInt is exact where the result fits T. Negative powers round towards
// zero; those of 0 are 0.
func powerInt[T int64 | int32](a, b T) T {
	if b < 0 {
		if a != 1 && a != -1 {
			return 0
		}
		b = -(b % 2)
	}
	y := T(1)
	for ; b > 0; b >>= 1 {
		if b&1 != 0 {
			y *= a
		}
		a *= a
	}
	return y
}

// mod is the rule of the remainder: with the sign of the dividend where fmod is
// 1, of the divisor where it is 0, which is for integers only.
func mod(c *compiler, n *onnx.Node) (step, error) {
	r64, r32 := remainder[int64], remainder[int32]
	if n.Int("fmod") == 0 {
		r64, r32 = modulo[int64], modulo[int32]
	}
	f := nd.BinaryOf(func(a, b float32) float32 { return float32(math.Mod(float64(a), float64(b))) })
	return arithmetic(f, math.Mod, r64, r32)(c, n)
}

// remainder gives zero for a division by zero, as divideInt does.
func remainder[T int64 | int32](a, b T) T {
	if b == 0 {
		return 0
	}
	return a % b
}

func modulo[T int64 | int32](a, b T) T {
	r := remainder(a, b)
	if r != 0 && (r < 0) != (b < 0) {
		r += b
	}
	return r
}

// bitwiseAnd takes the bits that both integers have.
func bitwiseAnd(c *compiler, n *onnx.Node) (step, error) {
	switch t := c.types[n.Inputs[0]]; t.Type {
	case onnx.Int64:
		return binaryStep(c, n, nd.BinaryOf(func(a, b int64) int64 { return a & b }))
	case onnx.Int32:
		return binaryStep(c, n, nd.BinaryOf(func(a, b int32) int32 { return a & b }))
	default:
		return nil, typeError(t)
	}
}

// where chooses between two values.
func where(c *compiler, n *onnx.Node) (step, error) {
	loop, err := nd.NewLoop(c.shape(n.Outputs[0]), c.shape(n.Inputs[0]), c.shape(n.Inputs[1]), c.shape(n.Inputs[2]))
	if err != nil {
		return nil, err
	}
	switch t := c.types[n.Outputs[0]]; t.Type {
	case onnx.Float32:
		return whereStep[float32](c, n, loop), nil
	case onnx.Float64:
		return whereStep[float64](c, n, loop), nil
	case onnx.Int64:
		return whereStep[int64](c, n, loop), nil
	case onnx.Int32:
		return whereStep[int32](c, n, loop), nil
	default:
		return nil, typeError(t)
	}
}

func whereStep[T nd.Elem](c *compiler, n *onnx.Node, loop *nd.Loop) step {
	cond, a, b, dst := c.id(n.Inputs[0]), c.id(n.Inputs[1]), c.id(n.Inputs[2]), c.id(n.Outputs[0])
	return func(m *frame) error {
		nd.Select(loop, at[T](m, dst), at[bool](m, cond), at[T](m, a), at[T](m, b))
		return nil
	}
}
