package onnx

import (
	"math"
	"slices"
)

// lowerConstants holds operators that disappear: constants, questions about
// shapes, and those that do nothing outside training.
var lowerConstants = map[string]lowerRule{
	"Constant":        lowerConstant,
	"ConstantOfShape": lowerConstantOfShape,
	"Shape":           lowerShapeOf,
	"Size":            lowerSize,
	"Range":           lowerRange,
	"Identity":        lowerIdentity,
	"Dropout":         lowerDropout,
}

func lowerConstant(l *lowering) []string {
	l.arity(0, 0)
	if len(l.n.Attrs) != 1 {
		failf("it has %d attributes and needs exactly one, its value", len(l.n.Attrs))
	}
	var t *Tensor
	switch {
	case l.hasAttr("value"):
		t = l.attrTensor("value").widen()
	case l.hasAttr("value_float"):
		t = NewTensor(Float32, []int{}, []float32{l.attrFloat("value_float", 0)})
	case l.hasAttr("value_int"):
		t = NewTensor(Int64, []int{}, []int64{l.attrInt("value_int", 0)})
	case l.hasAttr("value_floats"):
		v := l.attrFloats("value_floats", nil)
		t = NewTensor(Float32, []int{len(v)}, v)
	case l.hasAttr("value_ints"):
		v := l.attrInts("value_ints", nil)
		t = NewTensor(Int64, []int{len(v)}, v)
	case l.hasAttr("value_string"):
		t = NewTensor(String, []int{}, []string{l.attrStr("value_string", "")})
	case l.hasAttr("value_strings"):
		v := lowerAttr[[]string](l, "value_strings", nil)
		t = NewTensor(String, []int{len(v)}, v)
	default:
		unsupportedNode("its value is a sparse tensor")
	}
	return []string{l.define(l.out(0), t)}
}

// attrTensor is a tensor attribute that the node must have.
func (l *lowering) attrTensor(name string) *Tensor {
	t := lowerAttr[*Tensor](l, name, nil)
	if err := t.check(); err != nil {
		failf("its attribute %q: %v", name, err)
	}
	return t
}

func lowerConstantOfShape(l *lowering) []string {
	l.arity(1, 1)
	shape := toInts(l.constInts(0))
	value := NewTensor(Float32, []int{1}, nil)
	if l.hasAttr("value") {
		value = l.attrTensor("value").widen()
	}
	if value.Len() != 1 {
		failf("its value has %d elements, not 1", value.Len())
	}
	if !computed(value.Type) {
		unsupportedNode("its value is %v", value.Type)
	}
	n, ok := elements(shape)
	if !ok {
		failf("it cannot make a constant of shape %v", shape)
	}
	l.spend(n)
	return []string{l.define(l.out(0), NewTensor(value.Type, shape, repeatData(value.Data, n)))}
}

// lowerShapeOf: from opset 15 on a part of the shape can be asked for.
func lowerShapeOf(l *lowering) []string {
	l.arity(1, 1)
	shape := l.shape(l.arg(0))
	rank := int64(len(shape))
	start, end := l.attrInt("start", 0), l.attrInt("end", rank)
	start, end, _ = clampSlice(start, end, 1, rank)
	v := toInt64s(shape[start:end])
	return []string{l.define(l.out(0), NewTensor(Int64, []int{len(v)}, v))}
}

func lowerSize(l *lowering) []string {
	l.arity(1, 1)
	n := product(l.shape(l.arg(0)))
	return []string{l.define(l.out(0), NewTensor(Int64, []int{}, []int64{int64(n)}))}
}

func lowerRange(l *lowering) []string {
	l.arity(3, 3)
	l.ignore("stash_type") // about types narrower than float32
	var v [3]float64
	var c *Tensor
	for k := range v {
		c = l.constant(k)
		if c.Len() != 1 || !numeric(c.Type) || c.Type != l.typeOf(l.arg(0)) {
			failf("its input %d is %v, not a number", k, c.TensorType())
		}
		v[k] = c.Floats()[0]
	}
	n := math.Ceil((v[1] - v[0]) / v[2])
	if !(n <= maxFolded) {
		failf("it cannot count from %v to %v by %v", v[0], v[1], v[2])
	}
	l.spend(max(int(n), 0))
	values := make([]float64, max(int(n), 0))
	for i := range values {
		values[i] = v[0] + float64(i)*v[2]
	}
	return []string{l.define(l.out(0), fromFloats(c.Type, []int{len(values)}, values))}
}

// fromFloats makes a constant of a numeric type that nodes compute.
func fromFloats(t DataType, shape []int, v []float64) *Tensor {
	switch t {
	case Float32:
		return NewTensor(t, shape, convert[float32](v))
	case Float64:
		return NewTensor(t, shape, slices.Clone(v))
	case Int64:
		return NewTensor(t, shape, convert[int64](v))
	case Int32:
		return NewTensor(t, shape, convert[int32](v))
	}
	unsupportedNode("it computes with %v", t)
	return nil
}

func lowerIdentity(l *lowering) []string {
	l.arity(1, 1)
	return []string{l.arg(0)}
}

// lowerDropout passes its input on; the mask is all true.
func lowerDropout(l *lowering) []string {
	l.arity(1, 3)
	l.ignore("ratio", "seed")
	if l.has(2) && !l.idleDropout() {
		unsupportedNode("it is in training mode: export the model after model.eval()")
	}
	outs := []string{l.arg(0)}
	if len(l.n.Outputs) > 1 {
		shape := l.shape(l.arg(0))
		l.spend(product(shape))
		mask := l.define(l.temp("mask"), NewTensor(Bool, shape, slices.Repeat([]bool{true}, product(shape))))
		if l.opset < 10 { // a mask of the input's type
			mask = l.converted("mask", mask, l.typeOf(l.arg(0)))
		}
		outs = append(outs, mask)
	}
	return outs
}

// idleDropout reports whether nothing is dropped: not in training, or at the
// ratio 0.
func (l *lowering) idleDropout() bool {
	training := l.constant(2)
	if training.Type != Bool || training.Len() != 1 {
		failf("its input 2 is %v, not a bool", training.TensorType())
	}
	if !training.Data.([]bool)[0] {
		return true
	}
	if !l.has(1) {
		return false
	}
	ratio := l.constant(1)
	return ratio.Type.IsFloat() && ratio.Len() == 1 && ratio.Floats()[0] == 0
}
