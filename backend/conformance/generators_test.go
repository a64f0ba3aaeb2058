package conformance

import (
	"strings"

	"github.com/lcfv-go/lcfv/backend/onnx"
)

// generatorOperators are those that exported image generators, and the networks
// that look at their images, are made of.
var generatorOperators = words(`
	Add Sub Mul Div Pow Neg Abs Sqrt Exp Log Sin Cos Reciprocal Floor Ceil Round Sign Mod Erf
	Max Min Sum Mean Clip Where Equal Greater GreaterOrEqual Less LessOrEqual And Or Xor Not Cast
	Relu LeakyRelu PRelu Elu Selu Celu Sigmoid HardSigmoid HardSwish Tanh Softplus Softsign Gelu Softmax LogSoftmax Dropout Identity
	MatMul Gemm Einsum Conv ConvTranspose
	BatchNormalization InstanceNormalization LayerNormalization GroupNormalization MeanVarianceNormalization LRN
	MaxPool AveragePool GlobalMaxPool GlobalAveragePool Resize Upsample GridSample DepthToSpace SpaceToDepth
	ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare ArgMax ArgMin
	Reshape Flatten Squeeze Unsqueeze Transpose Concat Split Slice Expand Tile Pad
	Gather GatherND GatherElements Scatter ScatterND ScatterElements OneHot CumSum Trilu
	Constant ConstantOfShape Range Shape Size If`)

// beyond are parts of the names of cases of these operators that lcfv refuses
// nevertheless, and what those cases are about.
var beyond = map[string]string{
	"training":            "training, which normalises by the batch and drops at random",
	"maxpool_with_argmax": "the positions of maxima as an output, which only unpooling reads",
}

func words(s string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(s) {
		set[w] = true
	}
	return set
}

// ofGenerators reports whether a case must be supported: it is about operators
// of image generators, in types that lcfv computes in.
func (c *testCase) ofGenerators() bool {
	if c.model == nil {
		return false
	}
	for _, op := range strings.Split(c.operator, "+") {
		if !generatorOperators[op] {
			return false
		}
	}
	for _, ports := range [][]onnx.ValueInfo{c.model.Graph.Inputs, c.model.Graph.Outputs} {
		for _, p := range ports {
			if _, ok := dtypes[widened(p.Type)]; !ok {
				return false
			}
		}
	}
	for part := range beyond {
		if strings.Contains(c.name, part) {
			return false
		}
	}
	return true
}
