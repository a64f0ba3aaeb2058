package onnx

import (
	"fmt"
	"math"
	"slices"
)

// evalReference is an Evaluator for tests: every operator of a Static but
// Resize by its definition, in float64, as slowly as it is simple.
func evalReference(n *Node, in []*Tensor, out []TensorType) ([]*Tensor, error) {
	if n.Op == "Split" {
		return evalSplit(n, in, out)
	}
	if n.Op == "TopK" {
		return evalTopK(n, in, out)
	}
	v, err := evalOne(n, in, out[0])
	if err != nil {
		return nil, err
	}
	return []*Tensor{tensorOf(out[0], v)}, nil
}

func tensorOf(t TensorType, v []float64) *Tensor {
	if t.Type == Bool {
		b := make([]bool, len(v))
		for i := range v {
			b[i] = v[i] != 0
		}
		return NewTensor(Bool, t.Shape, b)
	}
	return fromFloats(t.Type, t.Shape, v)
}

var unaryFuncs = map[string]func(n *Node, x float64) float64{
	"Relu": func(_ *Node, x float64) float64 { return max(x, 0) },
	"LeakyRelu": func(n *Node, x float64) float64 {
		if x < 0 {
			x *= float64(n.Float("alpha"))
		}
		return x
	},
	"Elu": func(n *Node, x float64) float64 {
		if x < 0 {
			x = float64(n.Float("alpha")) * math.Expm1(x)
		}
		return x
	},
	"Sigmoid":    func(_ *Node, x float64) float64 { return 1 / (1 + math.Exp(-x)) },
	"Tanh":       func(_ *Node, x float64) float64 { return math.Tanh(x) },
	"Softplus":   func(_ *Node, x float64) float64 { return math.Log1p(math.Exp(x)) },
	"Exp":        func(_ *Node, x float64) float64 { return math.Exp(x) },
	"Log":        func(_ *Node, x float64) float64 { return math.Log(x) },
	"Sqrt":       func(_ *Node, x float64) float64 { return math.Sqrt(x) },
	"Neg":        func(_ *Node, x float64) float64 { return -x },
	"Abs":        func(_ *Node, x float64) float64 { return math.Abs(x) },
	"Reciprocal": func(_ *Node, x float64) float64 { return 1 / x },
	"Floor":      func(_ *Node, x float64) float64 { return math.Floor(x) },
	"Ceil":       func(_ *Node, x float64) float64 { return math.Ceil(x) },
	"Not":        func(_ *Node, x float64) float64 { return 1 - x },
	"Round":      func(_ *Node, x float64) float64 { return math.RoundToEven(x) },
	"Erf":        func(_ *Node, x float64) float64 { return math.Erf(x) },
	"Sin":        func(_ *Node, x float64) float64 { return math.Sin(x) },
	"Cos":        func(_ *Node, x float64) float64 { return math.Cos(x) },
	"Tan":        func(_ *Node, x float64) float64 { return math.Tan(x) },
	"Asin":       func(_ *Node, x float64) float64 { return math.Asin(x) },
	"Acos":       func(_ *Node, x float64) float64 { return math.Acos(x) },
	"Atan":       func(_ *Node, x float64) float64 { return math.Atan(x) },
	"Sinh":       func(_ *Node, x float64) float64 { return math.Sinh(x) },
	"Cosh":       func(_ *Node, x float64) float64 { return math.Cosh(x) },
	"Asinh":      func(_ *Node, x float64) float64 { return math.Asinh(x) },
	"Acosh":      func(_ *Node, x float64) float64 { return math.Acosh(x) },
	"Atanh":      func(_ *Node, x float64) float64 { return math.Atanh(x) },
	"Sign": func(_ *Node, x float64) float64 {
		if x == 0 {
			return 0
		}
		return math.Copysign(1, x)
	},
	"Cast": func(n *Node, x float64) float64 {
		if DataType(n.Int("to")) == Bool {
			return truth(x != 0)
		}
		if !DataType(n.Int("to")).IsFloat() {
			x = math.Trunc(x)
		}
		return x
	},
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

var binaryFuncs = map[string]func(a, b float64) float64{
	"Add": func(a, b float64) float64 { return a + b },
	"Sub": func(a, b float64) float64 { return a - b },
	"Mul": func(a, b float64) float64 { return a * b },
	"Div": func(a, b float64) float64 { return a / b },
	"Pow": math.Pow,
	"Min": func(a, b float64) float64 { return min(a, b) },
	"Max": func(a, b float64) float64 { return max(a, b) },

	"Equal":          func(a, b float64) float64 { return truth(a == b) },
	"Greater":        func(a, b float64) float64 { return truth(a > b) },
	"Less":           func(a, b float64) float64 { return truth(a < b) },
	"GreaterOrEqual": func(a, b float64) float64 { return truth(a >= b) },
	"LessOrEqual":    func(a, b float64) float64 { return truth(a <= b) },
	"And":            func(a, b float64) float64 { return a * b },
	"BitwiseAnd":     func(a, b float64) float64 { return float64(int64(a) & int64(b)) },
	"Or":             func(a, b float64) float64 { return max(a, b) },
}

// index calls visit with every index of a shape, in order.
func index(shape []int, visit func(i []int)) {
	i := make([]int, len(shape))
	for range product(shape) {
		visit(i)
		for d := len(i) - 1; d >= 0; d-- {
			if i[d]++; i[d] < shape[d] {
				break
			}
			i[d] = 0
		}
	}
}

// at is the element of x at the last entries of i, broadcast.
func at(x *Tensor, v []float64, i []int) float64 {
	off := 0
	i = i[len(i)-len(x.Shape):]
	for d, n := range x.Shape {
		off *= n
		if n > 1 {
			off += i[d]
		}
	}
	return v[off]
}

func evalOne(n *Node, in []*Tensor, out TensorType) ([]float64, error) {
	v := make([][]float64, len(in))
	for k, x := range in {
		if x != nil {
			v[k] = x.Floats()
		}
	}
	arg := func(k int, i ...int) float64 { return at(in[k], v[k], i) }
	var y []float64
	put := func(x float64) { y = append(y, x) }
	if f, ok := unaryFuncs[n.Op]; ok {
		for _, x := range v[0] {
			put(f(n, x))
		}
		return y, nil
	}
	if f, ok := binaryFuncs[n.Op]; ok {
		index(out.Shape, func(i []int) {
			x := f(arg(0, i...), arg(1, i...))
			if n.Op == "Div" && out.Type.IsInt() {
				x = math.Trunc(x)
			}
			put(x)
		})
		return y, nil
	}
	switch n.Op {
	case "Reshape":
		return v[0], nil
	case "Expand":
		index(out.Shape, func(i []int) { put(arg(0, i...)) })
	case "Where":
		index(out.Shape, func(i []int) {
			if arg(0, i...) != 0 {
				put(arg(1, i...))
			} else {
				put(arg(2, i...))
			}
		})
	case "Clip":
		for _, x := range v[0] {
			if len(v) > 1 && v[1] != nil {
				x = max(x, v[1][0])
			}
			if len(v) > 2 && v[2] != nil {
				x = min(x, v[2][0])
			}
			put(x)
		}
	case "Transpose":
		src := make([]int, len(out.Shape))
		index(out.Shape, func(i []int) {
			for k, p := range n.Ints("perm") {
				src[p] = i[k]
			}
			put(arg(0, src...))
		})
	case "Concat":
		a := int(n.Int("axis"))
		index(out.Shape, func(i []int) {
			src, k := slices.Clone(i), 0
			for ; src[a] >= in[k].Shape[a]; k++ {
				src[a] -= in[k].Shape[a]
			}
			put(arg(k, src...))
		})
	case "Slice":
		index(out.Shape, func(i []int) {
			src := slices.Clone(i)
			for k, a := range in[3].Ints() {
				src[a] = int(in[1].Ints()[k]) + i[a]*int(in[4].Ints()[k])
			}
			put(arg(0, src...))
		})
	case "Gather":
		a := int(n.Int("axis"))
		r := len(in[1].Shape)
		index(out.Shape, func(i []int) {
			g := int(at(in[1], v[1], i[a:a+r]))
			put(arg(0, slices.Concat(i[:a], []int{g}, i[a+r:])...))
		})
	case "GatherElements", "ScatterElements", "CumSum":
		return evalIndexing(n, in, v, out), nil
	case "Pad":
		evalPad(n, in, out, func(i []int, inside bool) {
			if inside {
				put(arg(0, i...))
			} else {
				put(v[2][0])
			}
		})
	case "Mod":
		index(out.Shape, func(i []int) {
			a, b := arg(0, i...), arg(1, i...)
			x := math.Mod(a, b)
			if n.Int("fmod") == 0 && x*b < 0 {
				x += b
			}
			put(x)
		})
	case "ArgMax", "ArgMin":
		evalArg(n, in[0].Shape, v[0], func(i int) { put(float64(i)) })
	case "ReduceSum", "ReduceProd", "ReduceMax", "ReduceMin", "ReduceLogSumExp":
		return evalReduce(n, in[0], in[1].Ints(), v[0], out), nil
	case "Softmax":
		evalSoftmax(int(n.Int("axis")), out.Shape, arg, put)
	case "LogSoftmax":
		evalSoftmax(int(n.Int("axis")), out.Shape, arg, func(x float64) { put(math.Log(x)) })
	case "MatMul", "Gemm":
		return evalProduct(n, in, v, out), nil
	case "Conv", "MaxPool":
		return evalWindow(n, in, v, out), nil
	case "ConvTranspose":
		return evalConvTranspose(n, in, v, out), nil
	default:
		return nil, fmt.Errorf("the reference evaluator lacks %s", n.Op)
	}
	return y, nil
}

func evalSplit(n *Node, in []*Tensor, out []TensorType) ([]*Tensor, error) {
	a, start := int(n.Int("axis")), 0
	var parts []*Tensor
	for _, t := range out {
		var y []float64
		index(t.Shape, func(i []int) {
			src := slices.Clone(i)
			src[a] += start
			y = append(y, at(in[0], in[0].Floats(), src))
		})
		start += t.Shape[a]
		parts = append(parts, tensorOf(t, y))
	}
	return parts, nil
}

func evalPad(n *Node, in []*Tensor, out TensorType, visit func(i []int, inside bool)) {
	pads := in[1].Ints()
	index(out.Shape, func(i []int) {
		src, inside := slices.Clone(i), true
		for d := range src {
			extent := in[0].Shape[d]
			src[d] -= int(pads[d])
			switch n.Str("mode") {
			case "constant":
				inside = inside && src[d] >= 0 && src[d] < extent
			case "edge":
				src[d] = min(max(src[d], 0), extent-1)
			case "wrap":
				src[d] = (src[d] + extent) % extent
			case "reflect":
				if src[d] < 0 {
					src[d] = -src[d]
				}
				if src[d] >= extent {
					src[d] = 2*(extent-1) - src[d]
				}
			}
		}
		visit(src, inside)
	})
}

func evalReduce(n *Node, x *Tensor, along []int64, v []float64, out TensorType) []float64 {
	y := make([]float64, product(out.Shape))
	first := make([]bool, len(y))
	kept := slices.Clone(x.Shape)
	for _, a := range along {
		kept[a] = 1
	}
	k := 0
	index(x.Shape, func(i []int) {
		off := 0
		for d, n := range kept {
			off *= n
			if n > 1 {
				off += i[d]
			}
		}
		switch {
		case n.Op == "ReduceSum":
			y[off] += v[k]
		case n.Op == "ReduceLogSumExp":
			y[off] += math.Exp(v[k])
		case !first[off], n.Op == "ReduceMax" && v[k] > y[off], n.Op == "ReduceMin" && v[k] < y[off]:
			y[off] = v[k]
		case n.Op == "ReduceProd":
			y[off] *= v[k]
		}
		first[off] = true
		k++
	})
	if n.Op == "ReduceLogSumExp" {
		for i := range y {
			y[i] = math.Log(y[i])
		}
	}
	return y
}

func evalArg(n *Node, shape []int, v []float64, put func(int)) {
	a := n.Int("axis")
	extent, inner := shape[a], product(shape[a+1:])
	for o := range product(shape[:a]) {
		for k := range inner {
			best, at := v[o*extent*inner+k], 0
			for i := range extent {
				x := v[(o*extent+i)*inner+k]
				if x == best && n.Int("select_last_index") != 0 || x != best && x > best == (n.Op == "ArgMax") {
					best, at = x, i
				}
			}
			put(at)
		}
	}
}

func evalSoftmax(a int, shape []int, arg func(k int, i ...int) float64, put func(float64)) {
	index(shape, func(i []int) {
		sum, src := 0., slices.Clone(i)
		for src[a] = range shape[a] {
			sum += math.Exp(arg(0, src...) - arg(0, i...))
		}
		put(1 / sum)
	})
}

func evalProduct(n *Node, in []*Tensor, v [][]float64, out TensorType) []float64 {
	a, b := *in[0], *in[1]
	alpha, beta := 1., 0.
	var ta, tb bool
	if n.Op == "Gemm" {
		alpha, beta = float64(n.Float("alpha")), float64(n.Float("beta"))
		ta, tb = n.Int("transA") != 0, n.Int("transB") != 0
	}
	shape := slices.Clone(out.Shape)
	if len(b.Shape) == 1 {
		b.Shape = []int{b.Shape[0], 1}
		shape = append(shape, 1)
	}
	if len(a.Shape) == 1 {
		a.Shape = []int{1, a.Shape[0]}
		shape = slices.Insert(shape, len(shape)-1, 1)
	}
	inner := a.Shape[len(a.Shape)-1]
	if ta {
		inner = a.Shape[0]
	}
	r := len(shape)
	var y []float64
	index(shape, func(i []int) {
		sum := 0.
		ia, ib := slices.Clone(i), slices.Clone(i)
		for k := range inner {
			ia[r-1], ib[r-2] = k, k
			if ta {
				ia[0], ia[1] = k, i[0]
			}
			if tb {
				ib[0], ib[1] = i[1], k
			}
			sum += at(&a, v[0], ia) * at(&b, v[1], ib)
		}
		sum *= alpha
		if len(in) > 2 && in[2] != nil {
			sum += beta * at(in[2], v[2], i)
		}
		y = append(y, sum)
	})
	return y
}

// evalWindow computes Conv and MaxPool.
func evalWindow(n *Node, in []*Tensor, v [][]float64, out TensorType) []float64 {
	kernel := toInts(n.Ints("kernel_shape"))
	spatial := len(kernel)
	x := in[0]
	var y []float64
	index(out.Shape, func(i []int) {
		acc := 0.
		channels, first := 1, i[1]
		if n.Op == "MaxPool" {
			acc = math.Inf(-1)
		} else {
			channels = in[1].Shape[1]
			first = i[1] / (out.Shape[1] / int(n.Int("group"))) * channels
			if len(in) > 2 && in[2] != nil {
				acc = v[2][i[1]]
			}
		}
		index(slices.Concat([]int{channels}, kernel), func(k []int) {
			src := []int{i[0], first + k[0]}
			for d := range spatial {
				p := i[2+d]*int(n.Ints("strides")[d]) - int(n.Ints("pads")[d]) + k[1+d]*int(n.Ints("dilations")[d])
				if p < 0 || p >= x.Shape[2+d] {
					return
				}
				src = append(src, p)
			}
			if n.Op == "MaxPool" {
				acc = max(acc, at(x, v[0], src))
			} else {
				acc += at(x, v[0], src) * at(in[1], v[1], slices.Concat([]int{i[1]}, k))
			}
		})
		y = append(y, acc)
	})
	return y
}

func evalConvTranspose(n *Node, in []*Tensor, v [][]float64, out TensorType) []float64 {
	x, w := in[0], in[1]
	y := make([]float64, product(out.Shape))
	at := func(i []int) *float64 {
		off := 0
		for d, n := range out.Shape {
			off = off*n + i[d]
		}
		return &y[off]
	}
	if len(in) > 2 && in[2] != nil {
		index(out.Shape, func(i []int) { *at(i) = v[2][i[1]] })
	}
	perIn := x.Shape[1] / int(n.Int("group"))
	e := 0
	index(x.Shape, func(i []int) {
		val := v[0][e]
		e++
		k := 0
		index(w.Shape[1:], func(j []int) {
			wv := v[1][i[1]*product(w.Shape[1:])+k]
			k++
			dst := []int{i[0], i[1]/perIn*w.Shape[1] + j[0]}
			for d := range j[1:] {
				p := i[2+d]*int(n.Ints("strides")[d]) - int(n.Ints("pads")[d]) + j[1+d]*int(n.Ints("dilations")[d])
				if p < 0 || p >= out.Shape[2+d] {
					return
				}
				dst = append(dst, p)
			}
			*at(dst) += val * wv
		})
	})
	return y
}
