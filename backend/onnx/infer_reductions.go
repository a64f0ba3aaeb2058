package onnx

// inferReductions holds what combines or compares the elements along axes.
var inferReductions = map[string]inferRule{
	"ReduceSum":       inferReduce(numeric),
	"ReduceProd":      inferReduce(numeric),
	"ReduceMax":       inferReduce(numeric),
	"ReduceMin":       inferReduce(numeric),
	"ReduceLogSumExp": inferReduce(float),
	"Softmax":         inferSoftmax,
	"LogSoftmax":      inferSoftmax,
	"ArgMax":          inferArg,
	"ArgMin":          inferArg,
}

func inferReduce(allowed func(DataType) bool) inferRule {
	return func(i *inference) []TensorType {
		x, axes := i.arg(0), i.ints(1)
		if !allowed(x.Type) {
			failf("it cannot reduce %v", x.Type)
		}
		gone := make([]bool, len(x.Shape))
		if len(axes) == 0 {
			failf("it names no axes")
		}
		for _, a := range axes {
			if a < 0 || a >= int64(len(gone)) || gone[a] {
				failf("its axes %v do not fit shape %v", axes, x.Shape)
			}
			gone[a] = true
		}
		return one(x.Type, i.reduced(x.Shape, gone))
	}
}

// reduced is a shape without the axes that are gone, or with extent 1 there.
func (i *inference) reduced(from []int, gone []bool) []int {
	keep := i.attrInt("keepdims") != 0
	shape := make([]int, 0, len(from))
	for d, n := range from {
		switch {
		case !gone[d]:
			shape = append(shape, n)
		case keep:
			shape = append(shape, 1)
		}
	}
	return shape
}

func inferSoftmax(i *inference) []TensorType {
	x := i.arg(0)
	if !x.Type.IsFloat() {
		failf("it cannot take %v", x.Type)
	}
	i.axis("axis", len(x.Shape))
	return one(x.Type, x.Shape)
}

func inferArg(i *inference) []TensorType {
	x := i.arg(0)
	if !numeric(x.Type) {
		failf("it cannot take %v", x.Type)
	}
	a := i.axis("axis", len(x.Shape))
	if x.Shape[a] == 0 {
		failf("it has nothing to choose from along axis %d of shape %v", a, x.Shape)
	}
	i.attrInt("select_last_index")
	gone := make([]bool, len(x.Shape))
	gone[a] = true
	return one(Int64, i.reduced(x.Shape, gone))
}
