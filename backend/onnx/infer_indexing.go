package onnx

import "slices"

// inferIndexing holds the operators that pick elements, order them or put them
// in places.
var inferIndexing = map[string]inferRule{
	"Gather":          inferGather,
	"GatherElements":  inferGatherElements,
	"ScatterElements": inferScatterElements,
	"TopK":            inferTopK,
	"CumSum":          inferCumSum,
}

func inferGather(i *inference) []TensorType {
	x, idx := i.arg(0), i.arg(1)
	if idx.Type != Int64 && idx.Type != Int32 {
		failf("its indices are %v, not int64 or int32", idx.Type)
	}
	axis := i.axis("axis", len(x.Shape))
	return one(x.Type, slices.Concat(x.Shape[:axis], idx.Shape, x.Shape[axis+1:]))
}

func inferGatherElements(i *inference) []TensorType {
	x, idx := i.arg(0), i.arg(1)
	i.elementIndices(x, idx)
	return one(x.Type, idx.Shape)
}

// elementIndices checks indices along one axis of x, one for each element.
func (i *inference) elementIndices(x, idx TensorType) {
	axis := i.axis("axis", len(x.Shape))
	fits := idx.Type == Int64 && len(idx.Shape) == len(x.Shape)
	for d := range idx.Shape {
		fits = fits && (d == axis || idx.Shape[d] <= x.Shape[d])
	}
	if !fits {
		failf("its indices %v do not fit %v", idx, x)
	}
}

func inferScatterElements(i *inference) []TensorType {
	x, idx, updates := i.arg(0), i.arg(1), i.arg(2)
	i.elementIndices(x, idx)
	if updates.Type != x.Type || !slices.Equal(updates.Shape, idx.Shape) {
		failf("it cannot put %v in places %v of %v", updates, idx, x)
	}
	switch reduction := i.attrStr("reduction"); reduction {
	case "none":
	case "add", "mul", "min", "max":
		if !numeric(x.Type) {
			unsupportedNode("its reduction is %s of %v", reduction, x.Type)
		}
	default:
		unsupportedNode("its reduction %q is unknown to lcfv", reduction)
	}
	return one(x.Type, x.Shape)
}

func inferTopK(i *inference) []TensorType {
	x, k := i.arg(0), i.ints(1)
	axis := i.axis("axis", len(x.Shape))
	for _, name := range []string{"largest", "sorted"} {
		i.attrInt(name)
	}
	if !numeric(x.Type) || len(k) != 1 || k[0] < 1 || k[0] > int64(x.Shape[axis]) {
		failf("it cannot find the first %v of axis %d of %v", k, axis, x)
	}
	shape := slices.Clone(x.Shape)
	shape[axis] = int(k[0])
	return []TensorType{{x.Type, shape}, {Int64, shape}}
}

func inferCumSum(i *inference) []TensorType {
	x, axis := i.arg(0), i.constant(1)
	for _, name := range []string{"exclusive", "reverse"} {
		i.attrInt(name)
	}
	if !numeric(x.Type) || axis.Type != Int64 || len(axis.Shape) != 0 ||
		axis.Ints()[0] < 0 || axis.Ints()[0] >= int64(len(x.Shape)) {
		failf("it cannot add up %v along axis %v", x, axis.Data)
	}
	return one(x.Type, x.Shape)
}
