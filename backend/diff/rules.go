package diff

import (
	"math"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// beforeFirst is the end of a slice that runs backwards through element 0.
const beforeFirst = math.MinInt64

// rule emits the derivatives of an operator.
type rule struct {
	// pull returns the cotangents of the inputs, given those of the outputs; ""
	// stands for zero in dy, and may stand for inputs that are not active in
	// the result.
	pull func(c *context, n *onnx.Node, dy []string) ([]string, error)
	// push returns the tangents of the outputs, given those of the inputs; ""
	// stands for zero, at least one is not.
	push func(c *context, n *onnx.Node, dx []string) ([]string, error)
}

// flat reports whether a node is piecewise constant: whatever rounds, compares
// or casts to integers carries no derivative.
func flat(s *onnx.Static, n *onnx.Node) bool {
	switch n.Op {
	case "Sign", "Floor", "Ceil", "Round":
		return true
	}
	return !floating(s.Types[n.Outputs[0]].Type)
}

// rules holds the operators that can be differentiated.
var rules = map[string]rule{
	"Relu":       scaled(reluSlope),
	"LeakyRelu":  chosen(leakyReluSlope),
	"Elu":        chosen(eluSlope),
	"Sigmoid":    scaled(sigmoidSlope),
	"Tanh":       scaled(tanhSlope),
	"Softplus":   scaled(softplusSlope),
	"Exp":        scaled(func(c *context, n *onnx.Node) string { return c.primal(n.Outputs[0]) }),
	"Log":        scaled(of("Reciprocal")),
	"Sqrt":       scaled(sqrtSlope),
	"Abs":        scaled(of("Sign")),
	"Reciprocal": scaled(reciprocalSlope),
	"Clip":       chosen(clipSlope),
	"Erf":        scaled(erfSlope),
	"Sin":        scaled(of("Cos")),
	"Cos":        scaled(cosSlope),
	"Tan":        scaled(tanSlope),
	"Asin":       scaled(rootSlope(1, oneMinusSquare)),
	"Acos":       scaled(rootSlope(-1, oneMinusSquare)),
	"Atan":       scaled(reciprocalOf(onePlusSquare)),
	"Sinh":       scaled(of("Cosh")),
	"Cosh":       scaled(of("Sinh")),
	"Asinh":      scaled(rootSlope(1, onePlusSquare)),
	"Acosh":      scaled(rootSlope(1, squareMinusOne)),
	"Atanh":      scaled(reciprocalOf(oneMinusSquare)),
	"Neg": {
		pull: func(c *context, _ *onnx.Node, dy []string) ([]string, error) { return []string{c.neg(dy[0])}, nil },
		push: func(c *context, _ *onnx.Node, dx []string) ([]string, error) { return []string{c.neg(dx[0])}, nil },
	},
	"Cast": {pull: pullCast, push: pushCast},

	"Add": linearBinary(1, 1),
	"Sub": linearBinary(1, -1),
	"Mul": partial(
		func(c *context, n *onnx.Node, d string) string { return c.mul(d, c.primal(n.Inputs[1])) },
		func(c *context, n *onnx.Node, d string) string { return c.mul(d, c.primal(n.Inputs[0])) }),
	"Div": partial(
		func(c *context, n *onnx.Node, d string) string { return c.div(d, c.primal(n.Inputs[1])) },
		divByDenominator),
	"Pow":   partial(powByBase, powByExponent),
	"Min":   partial(extremeLeft("LessOrEqual"), extremeRight("LessOrEqual")),
	"Max":   partial(extremeLeft("GreaterOrEqual"), extremeRight("GreaterOrEqual")),
	"Mod":   partial(func(_ *context, _ *onnx.Node, d string) string { return d }, modByDivisor),
	"Where": {pull: pullWhere, push: pushWhere},

	"Reshape":   {pull: pullReshape, push: pushReshape},
	"Expand":    {pull: pullExpand, push: pushExpand},
	"Transpose": {pull: pullTranspose, push: pushTranspose},
	"Concat":    {pull: pullConcat, push: pushConcat},
	"Split":     {pull: pullSplit, push: pushSplit},
	"Slice":     {pull: pullSlice, push: pushSlice},
	"Pad":       {pull: pullPad, push: pushPad},
	"Gather":    {pull: pullGather, push: pushGather},
	"TopK":      {pull: pullTopK, push: pushTopK},
	"CumSum":    {pull: pullCumSum, push: pushCumSum},
	"Resize":    {pull: pullResize, push: pushResize},
	"ReduceSum": {pull: pullReduceSum, push: pushReduceSum},
	"ReduceMax": {pull: pullExtreme, push: pushExtreme},
	"ReduceMin": {pull: pullExtreme, push: pushExtreme},
	"MaxPool":   {pull: pullMaxPool, push: pushMaxPool},
	"Softmax":   {pull: softmaxProduct, push: softmaxProduct},

	"GatherElements":  {pull: pullGatherElements, push: pushGather},
	"ScatterElements": {pull: pullScatterElements, push: pushScatterElements},

	"ReduceProd":      {pull: pullWeighted(productWeights), push: pushWeighted(productWeights)},
	"ReduceLogSumExp": {pull: pullWeighted(softmaxWeights), push: pushWeighted(softmaxWeights)},
	"LogSoftmax":      {pull: pullLogSoftmax, push: pushLogSoftmax},

	"Gemm":          {pull: pullGemm, push: pushGemm},
	"MatMul":        {pull: pullMatMul, push: pushMatMul},
	"Conv":          {pull: pullConv, push: pushConvolution},
	"ConvTranspose": {pull: pullConvTranspose, push: pushConvolution},
}
