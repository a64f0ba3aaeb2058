package native

import (
	"fmt"
	"math"

	"github.com/lcfv-go/lcfv/backend/native/internal/nd"
	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/lcfv-go/lcfv/internal/f32"
)

// rule compiles a node. A nil step means that there is nothing to do.
type rule func(c *compiler, n *onnx.Node) (step, error)

// operator is how one operator is executed.
type operator struct {
	compile rule
	// inPlace says that the first output may be written over an input of the
	// same type and number of elements, element by element.
	inPlace bool
}

// operators holds everything that can be executed: ONNX's operators in the
// forms of a Static, and those that fuse makes.
//
// To add an operator, write a rule in the file of its family and enter it here.
// The rule checks what the graph alone can show and does all work that depends
// on shapes; its step only computes.
var operators = map[string]operator{
	"Relu":       {unary(f32.Relu, relu, nil, nil), true},
	"LeakyRelu":  {leakyRelu, true},
	"Elu":        {elu, true},
	"Sigmoid":    {unary(f32.Sigmoid, sigmoid, nil, nil), true},
	"Tanh":       {unary(f32.Tanh, math.Tanh, nil, nil), true},
	"Softplus":   {unary(rounded(softplus), softplus, nil, nil), true},
	"Exp":        {unary(f32.Exp, math.Exp, nil, nil), true},
	"Log":        {unary(rounded(math.Log), math.Log, nil, nil), true},
	"Sqrt":       {unary(rounded(math.Sqrt), math.Sqrt, nil, nil), true},
	"Neg":        {unary(negate32, negate[float64], negate[int64], negate[int32]), true},
	"Abs":        {unary(each(absolute[float32]), math.Abs, absolute[int64], absolute[int32]), true},
	"Sign":       {unary(each(sign[float32]), sign[float64], sign[int64], sign[int32]), true},
	"Reciprocal": {unary(each(reciprocal[float32]), reciprocal[float64], nil, nil), true},
	"Floor":      {unary(rounded(math.Floor), math.Floor, nil, nil), true},
	"Ceil":       {unary(rounded(math.Ceil), math.Ceil, nil, nil), true},
	"Round":      {unary(rounded(math.RoundToEven), math.RoundToEven, nil, nil), true},
	"Erf":        {unary(rounded(math.Erf), math.Erf, nil, nil), true},
	"Sin":        {unary(rounded(math.Sin), math.Sin, nil, nil), true},
	"Cos":        {unary(rounded(math.Cos), math.Cos, nil, nil), true},
	"Tan":        {unary(rounded(math.Tan), math.Tan, nil, nil), true},
	"Asin":       {unary(rounded(math.Asin), math.Asin, nil, nil), true},
	"Acos":       {unary(rounded(math.Acos), math.Acos, nil, nil), true},
	"Atan":       {unary(rounded(math.Atan), math.Atan, nil, nil), true},
	"Sinh":       {unary(rounded(math.Sinh), math.Sinh, nil, nil), true},
	"Cosh":       {unary(rounded(math.Cosh), math.Cosh, nil, nil), true},
	"Asinh":      {unary(rounded(math.Asinh), math.Asinh, nil, nil), true},
	"Acosh":      {unary(rounded(math.Acosh), math.Acosh, nil, nil), true},
	"Atanh":      {unary(rounded(math.Atanh), math.Atanh, nil, nil), true},
	"Not":        {not, true},
	"Cast":       {cast, false},
	"Clip":       {clip, true},

	"Add": {arithmetic(vectorAdd, add[float64], add[int64], add[int32]), true},
	"Sub": {arithmetic(vectorSub, subtract[float64], subtract[int64], subtract[int32]), true},
	"Mul": {arithmetic(vectorMul, multiply[float64], multiply[int64], multiply[int32]), true},
	"Div": {arithmetic(vectorDiv, divide[float64], divideInt[int64], divideInt[int32]), true},
	"Min": {arithmetic(nd.BinaryOf(minimum[float32]), minimum[float64], minimum[int64], minimum[int32]), true},
	"Max": {arithmetic(nd.BinaryOf(maximum[float32]), maximum[float64], maximum[int64], maximum[int32]), true},
	"Pow": {pow, true},
	"Mod": {mod, true},

	"Equal":          {equality, true},
	"Greater":        {comparison(greater[float32], greater[float64], greater[int64], greater[int32]), false},
	"GreaterOrEqual": {comparison(greaterOrEqual[float32], greaterOrEqual[float64], greaterOrEqual[int64], greaterOrEqual[int32]), false},
	"Less":           {comparison(less[float32], less[float64], less[int64], less[int32]), false},
	"LessOrEqual":    {comparison(lessOrEqual[float32], lessOrEqual[float64], lessOrEqual[int64], lessOrEqual[int32]), false},
	"And":            {logical(func(a, b bool) bool { return a && b }), true},
	"Or":             {logical(func(a, b bool) bool { return a || b }), true},
	"BitwiseAnd":     {bitwiseAnd, true},
	"Where":          {where, true},

	"Reshape":   {copyWhole, false},
	"Copy":      {copyWhole, false},
	"Transpose": {transpose, false},
	"Expand":    {expand, false},
	"Slice":     {slice, false},
	"Concat":    {concat, false},
	"Split":     {split, false},
	"Gather":    {gather, false},
	"Pad":       {pad, false},
	"Resize":    {resize, false},

	"GatherElements":  {gatherElements, false},
	"ScatterElements": {scatterElements, false},
	"TopK":            {topK, false},
	"CumSum":          {cumSum, true},

	"ReduceSum":       {reduce(sum32, sumOf[float64](), sumOf[int64](), sumOf[int32]()), false},
	"ReduceMax":       {reduce(extreme(float32(math.Inf(-1)), maximum[float32]), extreme(math.Inf(-1), maximum[float64]), extreme(math.MinInt64, maximum[int64]), extreme(math.MinInt32, maximum[int32])), false},
	"ReduceMin":       {reduce(extreme(float32(math.Inf(1)), minimum[float32]), extreme(math.Inf(1), minimum[float64]), extreme(math.MaxInt64, minimum[int64]), extreme(math.MaxInt32, minimum[int32])), false},
	"ReduceProd":      {reduce(productOf[float32](), productOf[float64](), productOf[int64](), productOf[int32]()), false},
	"ReduceLogSumExp": {logSumExp, false},
	"Softmax":         {softmax, true},
	"LogSoftmax":      {logSoftmax, true},
	"ArgMax":          {argument(1), false},
	"ArgMin":          {argument(-1), false},
	"MaxPool":         {maxPool, false},

	"Gemm":          {gemm, false},
	"MatMul":        {matMul, false},
	"Conv":          {convolution, false},
	"ConvTranspose": {convolution, false},

	"ScaleShift":    {scaleShiftStep, true},
	"Affine":        {affineStep, true},
	"SumProduct":    {sumProductStep, false},
	"ReluGrad":      {gradient(func(*onnx.Node) func(dst, v, y []float32) { return f32.ReluGrad }), true},
	"SigmoidGrad":   {gradient(func(*onnx.Node) func(dst, v, y []float32) { return sigmoidGradFlushed }), true},
	"TanhGrad":      {gradient(func(*onnx.Node) func(dst, v, y []float32) { return f32.TanhGrad }), true},
	"LeakyReluGrad": {gradient(leakyReluGradStep), true},
}

// typeError says that an operator does not exist for an element type.
func typeError(t onnx.TensorType) error { return fmt.Errorf("not supported for %v", t) }
