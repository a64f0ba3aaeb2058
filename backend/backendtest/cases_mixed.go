package backendtest

import "math"

// normalisation is BatchNormalization with stored statistics of some channels.
type normalisation struct{ scale, shift, mean, variance *array }

const epsilon = 1e-3

func newNormalisation(channels int) normalisation {
	return normalisation{
		random(30, 0.5, 2, channels), random(31, -1, 1, channels),
		random(32, -1, 1, channels), random(33, 0.5, 2, channels),
	}
}

func (b normalisation) node(g *graph, x string) string {
	return g.node("BatchNormalization", attrs{"epsilon": float32(epsilon)}, x,
		g.floats(b.scale), g.floats(b.shift), g.floats(b.mean), g.floats(b.variance))
}

func (b normalisation) ref(x *array) *array {
	shape := []int{len(b.scale.data)}
	for range len(x.shape) - 2 {
		shape = append(shape, 1)
	}
	std := b.variance.apply(func(v float64) float64 { return math.Sqrt(v + epsilon) })
	y := zip(zip(x, b.mean.reshape(shape...), minus), std.reshape(shape...), over)
	return zip(zip(y, b.scale.reshape(shape...), times), b.shift.reshape(shape...), plus)
}

// mixedCases are graphs of several operators whose parts an engine may fuse.
func mixedCases() []opCase {
	three, six := newNormalisation(3), newNormalisation(6)
	relu := func(v float64) float64 { return max(v, 0) }
	conv := plain(4, 6, 5, 3).grouped(2).padded(1, 1, 1, 1)
	up := conv.strided(2, 2)
	w, wt, b := random(50, -1, 1, 6, 2, 3, 3), random(51, -1, 1, 4, 3, 3, 3), random(52, -1, 1, 6)
	dense, denseT := random(53, -1, 1, 4, 6), random(54, -1, 1, 6, 4)
	return []opCase{
		{
			name: "BatchNormalization", opset: 15, sample: []int{3, 2, 4}, lo: -1, hi: 1,
			build: three.node, ref: three.ref,
		},
		{
			name: "Conv, BatchNormalization, Relu", opset: 15, sample: []int{4, 5, 6}, lo: -1, hi: 1,
			build: func(g *graph, x string) string {
				y := g.node("Conv", conv.attrs(false), x, g.floats(w), g.floats(b))
				return g.node("Relu", nil, six.node(g, y))
			},
			ref: func(x *array) *array { return six.ref(convolve(conv, x, w, b)).apply(relu) },
		},
		{
			name: "ConvTranspose, BatchNormalization, LeakyRelu", opset: 15, sample: []int{4, 5, 6}, lo: -1, hi: 1,
			build: func(g *graph, x string) string {
				y := g.node("ConvTranspose", up.attrs(true), x, g.floats(wt))
				return g.node("LeakyRelu", attrs{"alpha": float32(0.25)}, six.node(g, y))
			},
			ref: func(x *array) *array {
				return six.ref(convolveTransposed(up, x, wt, zeros(6))).apply(leaky(0.25))
			},
		},
		{
			name: "BatchNormalization, Relu, Conv", opset: 15, sample: []int{6, 5, 6}, lo: -1, hi: 1,
			build: func(g *graph, x string) string {
				y := g.node("Relu", nil, six.node(g, x))
				return g.node("Conv", plain(6, 4, 5, 1).attrs(false), y, g.floats(denseT.transpose(1, 0).reshape(4, 6, 1, 1)))
			},
			ref: func(x *array) *array {
				return convolve(plain(6, 4, 5, 1), six.ref(x).apply(relu), denseT.transpose(1, 0).reshape(4, 6, 1, 1), zeros(4))
			},
		},
		{
			name: "Gemm, BatchNormalization, Relu", opset: 15, sample: []int{4}, lo: -1, hi: 1,
			build: func(g *graph, x string) string {
				y := g.node("Gemm", attrs{"transB": int64(1), "alpha": float32(2)}, x, g.floats(denseT), g.floats(b))
				return g.node("Relu", nil, six.node(g, y))
			},
			ref: func(x *array) *array {
				y := matmul(x, denseT.transpose(1, 0)).apply(func(v float64) float64 { return 2 * v })
				return six.ref(zip(y, b, plus)).apply(relu)
			},
		},
		{
			name: "MatMul, Mul, Add", opset: 13, sample: []int{4}, lo: -1, hi: 1,
			build: func(g *graph, x string) string {
				y := g.node("Mul", nil, g.node("MatMul", nil, x, g.floats(dense)), g.floats(six.scale))
				return g.node("Add", nil, y, g.scalar(0.5))
			},
			ref: func(x *array) *array {
				return zip(zip(matmul(x, dense), six.scale, times), full(0.5), plus)
			},
		},
		{
			name: "Mul, Add", opset: 13, sample: []int{4, 3}, lo: -1, hi: 1,
			build: func(g *graph, x string) string {
				return g.node("Add", nil, g.floats(three.shift), g.node("Mul", nil, x, g.floats(three.scale)))
			},
			ref: func(x *array) *array { return zip(zip(x, three.scale, times), three.shift, plus) },
		},
		{
			name: "residual sum", opset: 13, sample: []int{8}, lo: -1, hi: 1,
			build: func(g *graph, x string) string {
				y := g.node("Tanh", nil, x)
				return g.node("Add", nil, g.node("Mul", nil, y, x), g.node("Sigmoid", nil, y))
			},
			ref: func(x *array) *array {
				return x.apply(func(v float64) float64 {
					y := math.Tanh(v)
					return y*v + 1/(1+math.Exp(-y))
				})
			},
		},
		{
			name: "Relu of Relu", opset: 13, sample: []int{8}, lo: -1, hi: 1,
			build: func(g *graph, x string) string {
				return g.node("Relu", nil, g.node("Relu", nil, g.node("Mul", nil, x, g.scalar(2))))
			},
			ref: func(x *array) *array { return x.apply(func(v float64) float64 { return max(2*v, 0) }) },
		},
	}
}
